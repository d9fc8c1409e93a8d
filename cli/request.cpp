// From the words of `thalweg minimize` to a run.
#include <algorithm>
#include <cmath>

#include "minimize.hpp"
#include "thalweg/experiment/composition.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/registry/choose_method.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::cli {

namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = text.find_first_of(separators);
    if (std::string part = trimmed(text.substr(0, end)); !part.empty()) parts.push_back(std::move(part));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// "lo,hi" for all variables, or one pair each, separated by ; or lines. `none` alone is a free side.
Bounds parse_bounds(const std::string& text, std::size_t n) {
  Bounds bounds;
  const std::vector<std::string> pairs = split(text, ";\n");
  const auto side = [](const std::string& word, double none) {
    return word == "none" ? none : number("--bounds", word);
  };
  for (const std::string& pair : pairs) {
    if (pair == "none") {
      bounds.lower.push_back(-std::numeric_limits<double>::infinity());
      bounds.upper.push_back(std::numeric_limits<double>::infinity());
      continue;
    }
    const std::vector<std::string> sides = split(pair, ", \t");
    if (sides.size() != 2)
      throw UsageError("--bounds: \"" + pair + "\" is not a pair LOWER,UPPER, as in -5,5 or 0,inf");
    bounds.lower.push_back(side(sides[0], -std::numeric_limits<double>::infinity()));
    bounds.upper.push_back(side(sides[1], std::numeric_limits<double>::infinity()));
  }
  if (pairs.empty()) throw UsageError("--bounds is empty; give LOWER,UPPER or none");
  if (pairs.size() == 1) {
    bounds.lower.resize(std::max<std::size_t>(n, 1), bounds.lower[0]);
    bounds.upper.resize(std::max<std::size_t>(n, 1), bounds.upper[0]);
  }
  if (n != 0 && bounds.lower.size() != n)
    throw UsageError("--bounds has " + std::to_string(bounds.lower.size()) + " pairs; there are " +
                     std::to_string(n) + " variables");
  for (std::size_t i = 0; i < bounds.lower.size(); ++i)
    if (!(bounds.lower[i] <= bounds.upper[i]))
      throw UsageError("--bounds: pair " + std::to_string(i + 1) + " is " + detail::format(bounds.lower[i]) + "," +
                       detail::format(bounds.upper[i]) + "; the lower side must not exceed the upper");
  return bounds;
}

// A start for a variable that has none: the middle, the finite end, or zero.
double middle(double low, double high) {
  if (std::isfinite(low) && std::isfinite(high)) return low + 0.5 * (high - low);
  if (std::isfinite(low)) return std::max(low, 0.0);
  return std::isfinite(high) ? std::min(high, 0.0) : 0.0;
}

template <class Item>
const Item& named(const std::string& option, const std::string& id, const std::vector<Item>& items) {
  std::vector<std::string> names;
  for (const Item& item : items) {
    if (item.entry.id == id) return item;
    names.push_back(item.entry.id);
  }
  const std::string guess = nearest(id, names);
  throw UsageError("unknown " + option.substr(2) + " `" + id + "`" +
                   (guess.empty() ? "; `thalweg list " + option.substr(2) + "s` shows what there is"
                                  : "; did you mean `" + guess + "`?"));
}

struct Sorted {  // --set, by what it is for
  Settings method, estimator, rule;
};
Sorted sorted(const MinimizeArguments& a) {
  Sorted s;
  for (const std::string& text : a.set) {
    auto [name, value] = name_and_value("--set", text);
    if (name.starts_with("estimator.")) {
      if (a.estimator.empty()) throw UsageError("--set " + name + " needs --estimator");
      s.estimator.emplace_back(name.substr(10), value);
    } else if (name.starts_with("rule.")) {
      if (a.rule.empty())
        throw UsageError("--set " + name + " needs --rule; an option of the method is set as " + name.substr(5) +
                         "=…");
      s.rule.emplace_back(name.substr(5), value);
    } else {
      s.method.emplace_back(std::move(name), value);
    }
  }
  return s;
}

Limits limits_of(const MinimizeArguments& a) {
  Limits limits;
  if (!a.max_evaluations.empty()) limits.max_evaluations = whole("--max-evaluations", a.max_evaluations, 1);
  if (!a.max_iterations.empty()) limits.max_iterations = whole("--max-iterations", a.max_iterations, 1);
  if (!a.max_seconds.empty()) limits.max_seconds = positive("--max-seconds", a.max_seconds);
  if (!a.max_flops.empty()) limits.max_flops = positive("--max-flops", a.max_flops);
  if (!a.target.empty()) limits.target = number("--target", a.target);
  for (const std::string& text : a.max_answers) {
    const auto [kind, count] = name_and_value("--max-answers", text, "KIND=N, as in gradient=100");
    const auto which = answer_kind_named(kind);
    if (!which) {
      std::vector<std::string> names;
      for (std::size_t k = 0; k < answer_kinds; ++k) names.emplace_back(name(static_cast<AnswerKind>(k)));
      const std::string guess = nearest(kind, names);
      throw UsageError("--max-answers: unknown kind `" + kind + "`" +
                       (guess.empty()
                            ? "; the kinds are value, gradient, hessian_vector, hessian, third, directional, "
                              "residual, jacobian, fisher_vector, layer_statistics and model_statistics"
                            : "; did you mean `" + guess + "`?"));
    }
    limits.max_answers[*which] = whole("--max-answers " + kind, count);
  }
  limits.tolerance = tolerances(a.tolerance);
  limits.seed = a.common.seed_number();
  return limits;
}

int count_of(const std::string& option, const std::string& text) {
  const std::uint64_t count = text.empty() ? 1 : whole(option, text, 1);
  if (count > 1024) throw UsageError(option + " is " + text + "; it must be at most 1024");
  return static_cast<int>(count);
}

}  // namespace

PreparedRun prepare(const MinimizeArguments& a, const std::atomic<bool>* interrupt) {
  PreparedRun run;
  if (a.problem.empty() == a.command.empty())
    throw UsageError(a.problem.empty() ? "give --problem ID or --command 'PROG ARG…'"
                                       : "--problem and --command exclude each other");
  if (!a.rule.empty() && a.method != "auto" && a.method != "descent")
    throw UsageError("--rule is the descent loop with a chain; it does not go with --method " + a.method);
  const Sorted set = sorted(a);
  run.limits = limits_of(a);
  run.limits.interrupt = interrupt;
  const int workers = count_of("--workers", a.workers), in_flight = count_of("--in-flight", a.in_flight);
  run.limits.threads = a.command.empty() ? std::max(workers, a.common.thread_count()) : 1;
  if (!a.command.empty() && a.common.thread_count() > 1)
    throw UsageError("--threads is " + a.common.threads + ", but --command is answered by programs; --workers " +
                     a.common.threads + " runs that many copies of it");
  if (a.command.empty())
    for (const auto& [option, given] : {std::pair{"--timeout", !a.timeout.empty()},
                                        {"--in-flight", !a.in_flight.empty()},
                                        {"--gradient", a.gradient},
                                        {"--stochastic", a.stochastic},
                                        {"--dimension", !a.dimension.empty()}})
      if (given)
        throw UsageError(
            std::string(option) + " is for --command" +
            (std::string_view(option) == "--dimension" ? "; a problem has n, as in rosenbrock:n=10" : ""));

  // Everything by name before anything is started.
  const std::string rule = a.rule.empty() ? "" : rule_with(a.rule, set.rule);
  std::string method = a.method;
  if (!rule.empty()) {
    static_cast<void>(parse_rule(rule));
    method = "descent";
  }
  if (method != "auto") static_cast<void>(named("--method", method, registry::methods()));
  const registry::EstimatorItem* estimator =
      a.estimator.empty() ? nullptr : &named("--estimator", a.estimator, registry::estimators());
  if (method != "auto" && a.why.empty()) check_estimator_is_used(method, a.estimator);

  // The objective, its dimension, the start and the bounds.
  if (!a.x0.empty()) run.x0 = numbers("--x0", a.x0);
  std::size_t n = run.x0.size();
  Objective<double>* leaf = nullptr;
  bool bounded = false;
  if (!a.problem.empty()) {
    run.problem = made("--problem " + a.problem, [&] { return registry::make_problem(a.problem); });
    run.what = run.problem->id;
    leaf = run.problem->objective.get();
    n = leaf->dimension();
    if (!run.x0.empty() && run.x0.size() != n)
      throw UsageError("--x0 has " + std::to_string(run.x0.size()) + " entries; " + run.what + " has " +
                       std::to_string(n) + " variables");
  } else {
    if (!a.dimension.empty()) {
      const std::uint64_t dimension = whole("--dimension", a.dimension, 1);
      if (dimension > 10'000'000) throw UsageError("--dimension is " + a.dimension + "; it must be at most 10000000");
      if (n != 0 && n != dimension)
        throw UsageError("--dimension is " + a.dimension + ", but --x0 has " + std::to_string(n) + " entries");
      n = dimension;
    }
    if (n == 0 && !a.bounds.empty() && a.bounds != "none") n = parse_bounds(a.bounds, 0).lower.size();
    if (n == 0)
      throw UsageError(
          "--command needs --x0 a,b,…, --dimension N or --bounds, which say how many variables there are");
  }
  if (!a.bounds.empty() && trimmed(a.bounds) != "none") {
    run.limits.bounds = parse_bounds(a.bounds, n);
    bounded = true;
  }
  if (leaf == nullptr) {
    ProgramOptions program;
    program.command = split_command(a.command);
    program.dimension = n;
    program.workers = workers;
    program.in_flight = in_flight;
    program.stochastic = a.stochastic;
    program.interrupt = interrupt;
    if (!a.timeout.empty()) program.timeout = positive("--timeout", a.timeout);
    // A method that asks gradients, and nothing that makes them from values: the program is taken at its word.
    program.gradient = a.gradient || (method != "auto" && estimator == nullptr &&
                                      registry::method(method).entry.asks.has(AnswerKind::gradient));
    run.program = std::make_unique<ExternalProgram>(std::move(program));
    run.what = a.command;
    leaf = run.program.get();
  }
  run.objective = leaf;
  if (estimator != nullptr) {
    run.adapter = made("--estimator " + a.estimator, [&] { return estimator->make(*leaf, set.estimator); });
    run.objective = run.adapter.get();
  }

  // The method.
  Settings settings = set.method;
  run.why = a.why;
  if (method == "auto" || !a.why.empty()) {  // now, or when the study began
    const registry::Choice choice = registry::choose_method(run.objective->offers(), n, bounded);
    if (method == "auto") method = choice.method, run.why = choice.why;
    for (const auto& chosen : choice.settings)
      if (method == choice.method && std::none_of(settings.begin(), settings.end(),
                                                  [&](const auto& given) { return given.first == chosen.first; }))
        settings.push_back(chosen);
  }
  if (!rule.empty()) settings.emplace_back("rule", rule);
  run.method = made("--method " + method, [&] { return registry::method(method).make(settings); });
  // A problem's customary box counts for methods that know bounds, unless --bounds says otherwise.
  if (run.problem && a.bounds.empty() && run.method.entry.bounds) run.limits.bounds = run.problem->bounds;

  if (run.x0.empty()) {
    run.x0 = run.problem ? run.problem->start : std::vector<double>(n, std::numeric_limits<double>::quiet_NaN());
    const Bounds& b = run.limits.bounds;
    for (std::size_t i = 0; i < n; ++i)
      if (!(run.x0[i] >= b.low(i) && run.x0[i] <= b.high(i))) run.x0[i] = middle(b.low(i), b.high(i));
  }
  return run;
}

namespace {
// The parts of a request that a study keeps. `same`: two runs that differ in it are not the same run.
struct Kept {
  const char* name;
  std::string MinimizeArguments::*text;
  bool same;
};
using A = MinimizeArguments;
constexpr Kept kept_texts[] = {
    {"problem", &A::problem, true},
    {"command", &A::command, true},
    {"method", &A::method, true},
    {"estimator", &A::estimator, true},
    {"rule", &A::rule, true},
    {"x0", &A::x0, true},
    {"dimension", &A::dimension, true},
    {"bounds", &A::bounds, true},
    {"max-evaluations", &A::max_evaluations, false},
    {"max-seconds", &A::max_seconds, false},
    {"max-iterations", &A::max_iterations, false},
    {"max-flops", &A::max_flops, false},
    {"target", &A::target, false},
    {"workers", &A::workers, false},
    {"in-flight", &A::in_flight, false},
    {"timeout", &A::timeout, false},
    {"why", &A::why, false},
};
struct KeptList {
  const char* name;
  std::vector<std::string> MinimizeArguments::*list;
  bool same;
};
constexpr KeptList kept_lists[] = {
    {"set", &A::set, true}, {"max-answers", &A::max_answers, false}, {"tolerance", &A::tolerance, true}};
struct KeptFlag {
  const char* name;
  bool MinimizeArguments::*flag;
};
constexpr KeptFlag kept_flags[] = {{"gradient", &A::gradient}, {"stochastic", &A::stochastic}};
}  // namespace

Json to_json(const MinimizeArguments& a) {
  Json json;
  for (const Kept& k : kept_texts)
    if (!(a.*k.text).empty()) json[k.name] = a.*k.text;
  for (const KeptList& k : kept_lists)
    if (!(a.*k.list).empty()) json[k.name] = a.*k.list;
  for (const KeptFlag& k : kept_flags)
    if (a.*k.flag) json[k.name] = true;
  json["seed"] = a.common.seed_number();
  json["threads"] = a.common.threads;
  return json;
}

MinimizeArguments arguments_from_json(const std::string& text) {
  MinimizeArguments a;
  const Json json = Json::parse(text);
  for (const Kept& k : kept_texts)
    if (json.contains(k.name)) a.*k.text = json[k.name].get<std::string>();
  for (const KeptList& k : kept_lists)
    if (json.contains(k.name)) a.*k.list = json[k.name].get<std::vector<std::string>>();
  for (const KeptFlag& k : kept_flags) a.*k.flag = json.value(k.name, false);
  a.common.seed = std::to_string(json.value("seed", std::uint64_t{0}));
  a.common.threads = json.value("threads", std::string("1"));
  return a;
}

void require_same_run(const MinimizeArguments& stored, const MinimizeArguments& now) {
  const auto differs = [](const std::string& option, const std::string& had, const std::string& has) {
    throw UsageError("the study holds another run: its --" + option + " is " + (had.empty() ? "not given" : had) +
                     ", this one's " + (has.empty() ? "is not given" : "is " + has) +
                     "; give another file to --study");
  };
  for (const Kept& k : kept_texts) {
    if (!k.same || stored.*k.text == now.*k.text) continue;
    if (k.text == &A::method && now.method == "auto") continue;  // what auto chose then
    if (k.text == &A::method && !now.rule.empty()) continue;
    differs(k.name, stored.*k.text, now.*k.text);
  }
  const auto joined = [](const std::vector<std::string>& list) {
    std::string text;
    for (const std::string& item : list) text += (text.empty() ? "" : " ") + item;
    return text;
  };
  for (const KeptList& k : kept_lists)
    if (k.same && stored.*k.list != now.*k.list) differs(k.name, joined(stored.*k.list), joined(now.*k.list));
  for (const KeptFlag& k : kept_flags)
    if (stored.*k.flag != now.*k.flag) differs(k.name, stored.*k.flag ? "set" : "", now.*k.flag ? "set" : "");
  if (stored.common.seed_number() != now.common.seed_number()) differs("seed", stored.common.seed, now.common.seed);
}

}  // namespace thalweg::cli
