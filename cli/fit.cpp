// thalweg fit: the parameters of a formula from a table of data, with their standard errors.
#include "thalweg/second_order/fit.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "cli.hpp"
#include "interrupt.hpp"
#include "thalweg/autodiff/formula.hpp"
#include "thalweg/core/json_log.hpp"
#include "thalweg/core/stamp.hpp"
#include "thalweg/network/data/csv.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::cli {

namespace {

struct FitArguments {
  std::string data, model, start, bounds, weights, loss = "linear", loss_scale = "1", method = "levenberg-marquardt";
  std::string max_evaluations, max_iterations, max_seconds;
  std::vector<std::string> set, tolerance;
  bool require_converged = false;
  Common common;
};

// "b1=500,b2=1e-4"
std::vector<std::pair<std::string, std::string>> pairs(const std::string& option, const std::string& text,
                                                       const std::string& form) {
  std::vector<std::pair<std::string, std::string>> all;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    all.push_back(name_and_value(option, rest.substr(0, comma), form));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  return all;
}

std::vector<std::pair<std::string, double>> start_of(const FitArguments& a) {
  std::vector<std::pair<std::string, double>> start;
  for (const auto& [name, value] : pairs("--start", a.start, "NAME=VALUE,…, as in b1=500,b2=1e-4")) {
    start.emplace_back(name, number("--start " + name, value));
    if (!std::isfinite(start.back().second))
      throw UsageError("--start " + name + " is " + value + "; it must be finite");
  }
  return start;
}

Bounds bounds_of(const FitArguments& a, const std::vector<std::pair<std::string, double>>& start) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Bounds bounds;
  if (a.bounds.empty()) return bounds;
  bounds.lower.assign(start.size(), -inf);
  bounds.upper.assign(start.size(), inf);
  for (const auto& [name, value] : pairs("--bounds", a.bounds, "NAME=LOW:HIGH,…, as in b1=0:inf")) {
    std::size_t j = 0;
    std::string known;
    for (; j < start.size() && start[j].first != name; ++j) known += (j == 0 ? "" : ", ") + start[j].first;
    if (j == start.size())
      throw UsageError("--bounds: `" + name + "` is no parameter; the parameters of --start are " + known);
    const std::size_t colon = value.find(':');
    if (colon == std::string::npos)
      throw UsageError("--bounds " + name + " is \"" + value + "\"; it must be LOW:HIGH, as in 0:inf");
    const std::string option = "--bounds " + name;
    const auto side = [&option](const std::string& text, double open) {
      return text.empty() ? open : number(option, text);
    };
    bounds.lower[j] = side(value.substr(0, colon), -inf);
    bounds.upper[j] = side(value.substr(colon + 1), inf);
    if (!(bounds.lower[j] <= bounds.upper[j]))
      throw UsageError("--bounds " + name + " is " + value + "; the lower side must not exceed the upper");
    if (!(start[j].second >= bounds.lower[j] && start[j].second <= bounds.upper[j]))
      throw UsageError("--start " + name + " is " + detail::format(start[j].second) + ", outside its --bounds " +
                       value);
  }
  return bounds;
}

FitOptions options_of(const FitArguments& a) {
  FitOptions options;
  options.loss = made("--loss", [&] {
    try {
      return robust_named(a.loss);
    } catch (const InvalidArgument& error) {
      throw UsageError("--" + std::string(error.what()));
    }
  });
  options.loss_scale = positive("--loss-scale", a.loss_scale);
  Settings settings;
  if (a.method == "levenberg-marquardt") settings = options.method.settings();
  for (const std::string& text : a.set) settings.push_back(name_and_value("--set", text));
  const registry::MethodItem& item = registry::method(a.method);
  if (!item.entry.asks.has(AnswerKind::residual)) {
    std::string known;
    for (const auto& m : registry::methods())
      if (m.entry.asks.has(AnswerKind::residual)) known += (known.empty() ? "" : ", ") + m.entry.id;
    throw UsageError("--method " + a.method + " is not a method for least squares; those are " + known);
  }
  options.method = made("--method " + a.method, [&] { return item.make(settings); });
  Limits& limits = options.limits;
  limits.seed = a.common.seed_number();
  limits.threads = a.common.thread_count();
  if (!a.max_evaluations.empty()) limits.max_evaluations = whole("--max-evaluations", a.max_evaluations, 1);
  if (!a.max_iterations.empty()) limits.max_iterations = whole("--max-iterations", a.max_iterations, 1);
  if (!a.max_seconds.empty()) limits.max_seconds = positive("--max-seconds", a.max_seconds);
  limits.tolerance = tolerances(a.tolerance);
  limits.interrupt = &catch_interrupts();
  return options;
}

struct Table {
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns;  // empty: not used
};
// The columns that the model and the weights use; others may hold anything.
Table read_table(const FitArguments& a, std::vector<double>& weights) {
  ByteSource source(a.data);
  const CsvTable csv = read_csv(source);
  Table table;
  table.names = csv_header(csv);
  if (table.names.size() == 1 && table.names[0].find_first_of(" \t;") != std::string::npos)
    throw UsageError("--data " + a.data + " has one column, `" + table.names[0] +
                     "`; cells are separated by commas, and the first line names the columns");
  if (csv.rows.size() < 2) throw UsageError("--data " + a.data + " has no line below its header");
  std::vector<std::string> used;
  for (std::string_view rest = a.model; !rest.empty();) {
    const std::size_t tilde = rest.find('~');
    for (std::string& name : Formula::names(rest.substr(0, tilde))) used.push_back(std::move(name));
    rest = tilde == std::string_view::npos ? std::string_view{} : rest.substr(tilde + 1);
  }
  bool weighted = false;
  for (std::size_t k = 0; k < table.names.size(); ++k) {
    const bool weight = !a.weights.empty() && table.names[k] == a.weights;
    table.columns.emplace_back();
    if (std::ranges::find(used, table.names[k]) != used.end()) table.columns[k] = csv_numbers(csv, k);
    if (weight) weights = csv_numbers(csv, k), weighted = true;
  }
  if (!a.weights.empty() && !weighted) {
    std::string known;
    for (const std::string& name : table.names) known += (known.empty() ? "" : ", ") + name;
    throw UsageError("--weights: there is no column `" + a.weights + "` in " + a.data + "; its columns are " + known);
  }
  return table;
}

Json json_fit(const Fit& fit) {
  Json parameters = Json::object(), correlation = Json::array();
  const std::size_t n = fit.parameters.size();
  for (std::size_t j = 0; j < n; ++j) {
    const FitParameter& p = fit.parameters[j];
    parameters[p.name] = {{"value", json_number(p.value)}, {"standard_error", json_number(p.standard_error)}};
    if (p.at_bound) parameters[p.name]["at_bound"] = true;
    correlation.push_back(json_numbers(std::span(fit.correlation).subspan(j * n, n)));
  }
  return {{"status", name(fit.result.status)},
          {"message", fit.result.message},
          {"parameters", std::move(parameters)},
          {"rss", json_number(fit.rss)},
          {"residual_standard_deviation", json_number(fit.residual_standard_deviation)},
          {"degrees_of_freedom", fit.degrees_of_freedom},
          {"correlation", std::move(correlation)},
          {"method", fit.result.method},
          {"iterations", fit.result.iterations},
          {"evaluations", json_evaluations(fit.result.ledger)},
          {"seconds", json_number(fit.result.seconds)},
          {"version", version()}};
}

void print_fit(const Fit& fit, const FitArguments& a) {
  const Paint paint{a.common.color_on(STDOUT_FILENO)};
  const std::size_t n = fit.parameters.size();
  const auto cell = [](double value, int digits = 4) {
    return std::isnan(value) ? "–" : report::number(value, digits);
  };
  report::Table table;
  table.column("parameter").column("estimate", report::Align::right).column("standard error", report::Align::right);
  table.column("correlation");
  for (std::size_t j = 1; j < n; ++j) table.column("");
  for (std::size_t j = 0; j < n; ++j) {
    const FitParameter& p = fit.parameters[j];
    std::vector<report::Cell> row = {{p.name, report::Tone::strong},
                                     report::number(p.value, 9),
                                     p.at_bound ? "at its bound" : cell(p.standard_error, 6)};
    for (std::size_t k = 0; k <= j; ++k) row.emplace_back(cell(fit.correlation[j * n + k], 3));
    table.row(std::move(row));
  }
  const bool fine = fit.result.success();
  const std::string status(name(fit.result.status));
  std::string out =
      paint.strong(report::printable(a.model)) + "\n" + table.text({.color = paint.on, .indent = 2}) + "\n";
  out += "  residual standard deviation " + cell(fit.residual_standard_deviation, 9) + " on " +
         std::to_string(fit.degrees_of_freedom) + " degrees of freedom; residual sum of squares " +
         report::number(fit.rss, 9) + "\n";
  out +=
      "  " +
      wrapped((fine ? paint.good(status) : paint.strong(status)) + " after " + std::to_string(fit.result.iterations) +
                  " iterations of " + fit.result.method + ": " + report::printable(fit.result.message),
              2, 100) +
      "\n";
  print(out);
}

int run_fit(const FitArguments& a) {
  if (a.data.empty()) throw UsageError("give --data FILE.csv, whose first line names the columns");
  if (a.model.empty()) throw UsageError("give --model, as in 'y ~ b1*exp(-b2*x)'");
  if (a.start.empty()) throw UsageError("give --start, a first guess of every parameter, as in b1=500,b2=1e-4");
  if (std::ranges::count(a.model, '~') != 1)
    throw UsageError("--model is \"" + a.model + "\"; it must be LEFT ~ RIGHT, as in 'y ~ b1*exp(-b2*x)'");
  const auto start = start_of(a);
  FitOptions options = options_of(a);
  options.bounds = bounds_of(a, start);
  const Table table = read_table(a, options.weights);
  std::unique_ptr<JsonLog> log;
  if (!a.common.log.empty()) {
    log = std::make_unique<JsonLog>(a.common.log, false);
    options.limits.events = log.get();
  }
  const Fit fit = fit_formula(a.model, table.names, table.columns, start, options);
  a.common.json ? print_json(json_fit(fit)) : print_fit(fit, a);
  bool undetermined = false;
  for (const FitParameter& p : fit.parameters)
    undetermined = undetermined || (std::isnan(p.standard_error) && !p.at_bound);
  if (undetermined)
    note(a.common, fit.degrees_of_freedom == 0
                       ? "thalweg: no standard errors: there are not more points than parameters"
                       : "thalweg: no standard errors: the data do not determine all parameters");
  int status = fit.result.status == Status::interrupted         ? interrupted
               : fit.result.status == Status::numerical_failure ? failed
               : a.require_converged && !fit.result.success()   ? not_converged
                                                                : ran;
  if (log)
    if (const std::string trouble = log->flush(); !trouble.empty()) {
      complain("--" + trouble);
      if (status == ran) status = failed;
    }
  return status;
}

}  // namespace

void add_fit(CLI::App& app, int& status) {
  CLI::App* sub = app.add_subcommand("fit", "least squares: the parameters of a formula from a table");
  auto a = std::make_shared<FitArguments>();
  const auto list = [](CLI::Option* option) { option->expected(1)->take_all()->allow_extra_args(false); };
  sub->add_option("--data", a->data, "a table; its first line names the columns")->type_name("FILE.csv");
  sub->add_option(
         "--model", a->model,
         "as 'y ~ b1*(1-exp(-b2*x))': columns, parameters, pi, + - * / ^, exp log log10 sqrt abs sin cos tan "
         "asin acos atan atan2 sinh cosh tanh pow min max; the left side may be a formula too")
      ->type_name("'LEFT ~ RIGHT'");
  sub->add_option("--start", a->start, "first guesses; they name the parameters")->type_name("NAME=VALUE,...");
  sub->add_option("--bounds", a->bounds, "as b1=0:inf,b2=-1:1")->type_name("NAME=LOW:HIGH,...");
  sub->add_option("--weights", a->weights, "column of weights of the squares, 1/variance")->type_name("COLUMN");
  sub->add_option("--loss", a->loss, "linear, huber, soft_l1 or cauchy (default linear)")->type_name("ID");
  sub->add_option("--loss-scale", a->loss_scale, "residuals up to about this size count in full (default 1)")
      ->type_name("C");
  sub->add_option("--method", a->method, "default levenberg-marquardt; any that asks residuals")->type_name("ID");
  list(sub->add_option("--set", a->set, "option of the method; may be repeated")->type_name("NAME=VALUE"));
  list(sub->add_option("--tolerance", a->tolerance, "f, x or gradient; may be repeated")->type_name("KIND=V"));
  sub->add_option("--max-evaluations", a->max_evaluations, "of the residuals")->type_name("N");
  sub->add_option("--max-iterations", a->max_iterations, "of the method")->type_name("N");
  sub->add_option("--max-seconds", a->max_seconds, "checked between answers")->type_name("S");
  sub->add_flag("--require-converged", a->require_converged, "exit status 3 unless converged");
  add_run_options(*sub, a->common);
  sub->callback([a, &status] { status = run_fit(*a); });
}

}  // namespace thalweg::cli
