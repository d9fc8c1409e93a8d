#include "thalweg/experiment/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "thalweg/experiment/toml_reader.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

constexpr std::size_t most_combinations = 1000;  // of a grid, or of a [[method]]'s lists
constexpr std::size_t most_seeds = 10000;

RunBudget read_budget(TomlReader& top) {
  RunBudget budget;
  const toml::table* table = table_at(top, "budget");
  if (table == nullptr)
    top.missing("budget", "say what each run may spend, as in budget = { evaluations = 1000 } or { flops = 1e9 }");
  TomlReader in(*table, "budget", top.origin());
  budget.flops = in.positive("flops");
  budget.seconds = in.positive("seconds");
  budget.epochs = in.positive("epochs");
  budget.samples = in.whole("samples", 1);
  budget.iterations = in.whole("iterations", 1);
  budget.evaluations = in.whole("evaluations", 1);
  budget.simplex_gradients = in.positive("simplex_gradients");
  budget.evaluations_per_dimension = in.positive("evaluations_per_dimension");
  if (const toml::table* answers = table_at(in, "answers")) {
    TomlReader kinds(*answers, "budget.answers", top.origin());
    for (std::size_t k = 0; k < answer_kinds; ++k) {
      const auto kind = static_cast<AnswerKind>(k);
      if (const auto cap = kinds.whole(std::string(name(kind)), 1)) budget.answers[kind] = *cap;
    }
    kinds.finish();
  }
  in.finish();
  if (budget.empty()) top.fail(table, "`budget` is empty; a run needs a cap, as in budget = { flops = 1e9 }");
  return budget;
}

std::vector<std::uint64_t> read_seeds(TomlReader& top) {
  std::vector<std::uint64_t> seeds;
  const toml::node* node = top.get("seeds");
  if (node != nullptr && node->is_array()) {
    for (const auto& entry : *node->as_array()) {
      const auto value = entry.value_exact<std::int64_t>();
      if (!value || *value < 0) top.wrong("seeds", entry, "a whole number ≥ 0");
      if (std::ranges::find(seeds, static_cast<std::uint64_t>(*value)) != seeds.end())
        top.fail(&entry, "`seeds` holds " + std::to_string(*value) + " twice");
      seeds.push_back(static_cast<std::uint64_t>(*value));
    }
    if (seeds.empty()) top.wrong("seeds", *node, "at least one seed");
  } else {
    const std::uint64_t count = top.whole("seeds", 1).value_or(5);
    if (count > most_seeds) top.wrong("seeds", *node, "at most " + std::to_string(most_seeds));
    for (std::uint64_t s = 0; s < count; ++s) seeds.push_back(s);
  }
  return seeds;
}

TuningSpec read_tuning(TomlReader& top) {
  TuningSpec tuning;
  const toml::table* table = table_at(top, "tuning");
  if (table == nullptr) return tuning;
  TomlReader in(*table, "tuning", top.origin());
  tuning.seeds = in.whole("seeds", 1).value_or(tuning.seeds);
  tuning.budget = in.positive("budget").value_or(tuning.budget);
  if (tuning.budget > 1.0) in.wrong("budget", *table->get("budget"), "a share in (0, 1]");
  in.finish();
  return tuning;
}

TaskSpec read_task(const toml::table& table, const std::string& origin) {
  TaskSpec task;
  TomlReader in(table, "task", origin);
  task.data = in.text("data");
  task.model = in.text("model");
  for (const auto& [key, value] : {std::pair("data", task.data), std::pair("model", task.model)})
    if (value.empty())
      in.fail(&table, "[task] needs `" + std::string(key) + "`, as in " +
                          (std::string(key) == "data" ? "data = \"digits\"" : "model = \"64-32-10\""));
  task.loss = in.text("loss");
  task.initialisation = in.text("initialisation", task.initialisation);
  task.scalar = in.text("scalar", task.scalar);
  if (task.scalar != "float" && task.scalar != "double")
    in.wrong("scalar", *table.get("scalar"), "\"float\" or \"double\"");
  task.batch = in.whole("batch", 1).value_or(task.batch);
  const auto fraction = [&](const char* key, double fallback) {
    const double v = in.number(key).value_or(fallback);
    if (!(v >= 0.0 && v < 1.0)) in.wrong(key, *table.get(key), "a fraction in [0, 1)");
    return v;
  };
  task.validation = fraction("validation", task.validation);
  task.test = fraction("test", task.test);
  task.split_seed = in.whole("split_seed", 0).value_or(0);
  task.standardise = in.flag("standardise", false);
  task.measurements = static_cast<int>(std::min<std::uint64_t>(in.whole("measurements", 2).value_or(50), 10000));
  in.finish();
  return task;
}

ProblemSpec read_problem(const toml::table& table, const std::string& origin) {
  ProblemSpec problem;
  TomlReader in(table, "problem", origin);
  problem.id = in.text("id");
  if (problem.id.empty()) in.fail(&table, "[[problem]] needs `id`, as in id = \"rosenbrock:n=10\"");
  if (const toml::node* node = in.get("x0")) {
    const auto* list = node->as_array();
    if (list == nullptr || list->empty()) in.wrong("x0", *node, "a list of numbers");
    for (const auto& entry : *list) {
      if (!entry.is_number() || !std::isfinite(*entry.value<double>())) in.wrong("x0", entry, "a finite number");
      problem.x0.push_back(*entry.value<double>());
    }
  }
  problem.target = in.number("target");
  in.finish();
  return problem;
}

// [[suite]]: its problems, after those that are there; one that is there already is not taken twice.
void read_suite(const toml::table& table, const std::string& origin, Comparison& c) {
  TomlReader in(table, "suite", origin);
  const std::string id = in.text("id");
  if (id.empty()) in.fail(&table, "[[suite]] needs `id`, as in id = \"mgh\"");
  in.finish();
  std::vector<std::string> problems;
  try {
    problems = registry::suite_problems(id);
  } catch (const InvalidArgument& e) {
    in.fail(table.get("id"), e.what());
  }
  for (const std::string& problem : problems)
    if (std::ranges::find(c.problems, problem, &ProblemSpec::id) == c.problems.end())
      c.problems.push_back({.id = problem, .x0 = {}, .target = {}, .suite = id});
  c.suites.push_back(id);
}

void read_profiles(TomlReader& top, Comparison& c) {
  if (!c.suites.empty() || !c.foreign_files.empty()) c.profiles.emplace();
  const toml::table* table = table_at(top, "profiles");
  if (table == nullptr) return;
  TomlReader in(*table, "profiles", top.origin());
  const std::string low = in.text("low", "best");
  if (low != "best" && low != "optimum") in.wrong("low", *table->get("low"), "\"best\" or \"optimum\"");
  in.finish();
  c.profiles = ProfileSpec{.low_is_optimum = low == "optimum"};
}

void read_logs(TomlReader& top, Comparison& c) {
  const toml::node* node = top.get("logs");
  if (node == nullptr) return;
  for (const std::string& name : top.texts("logs")) {
    if (name != "coco" && name != "ioh") top.wrong("logs", *node, "any of \"coco\" and \"ioh\"");
    (name == "coco" ? c.coco_logs : c.ioh_logs) = true;
  }
}

std::string default_label(const MethodSpec& m) {
  std::string label;
  for (const std::string* part : {&m.id, &m.credit, &m.estimator, &m.rule})
    if (!part->empty()) label += (label.empty() ? "" : " · ") + *part;
  return label;
}

// One [[method]] table; lists of ids stand for every combination.
void read_method(const toml::table& table, const std::string& origin, bool training, std::vector<MethodSpec>& out) {
  TomlReader in(table, "method", origin);
  MethodSpec base;
  const auto ids = in.texts("id"), estimators = in.texts("estimator"), credits = in.texts("credit"),
             rules = in.texts("rule");
  base.label = in.text("label");
  if (const toml::table* set = table_at(in, "set"))
    for (const auto& [key, node] : *set) {
      const auto value = as_text(node);
      if (!value) in.wrong("set." + std::string(key.str()), node, "text, a number, true, false or a list of numbers");
      base.set.emplace_back(key.str(), *value);
    }
  if (const toml::table* tune = table_at(in, "tune"))
    for (const auto& [key, node] : *tune) {
      std::vector<std::string> values;
      if (const auto* list = node.as_array())
        for (const auto& entry : *list) {
          const auto value = as_text(entry);
          if (!value) in.wrong("tune." + std::string(key.str()), entry, "a value to try");
          if (std::ranges::find(values, *value) != values.end())
            in.fail(&entry, "`tune." + std::string(key.str()) + "` tries " + *value + " twice");
          values.push_back(*value);
        }
      if (values.empty()) in.wrong("tune." + std::string(key.str()), node, "a list of values to try");
      for (const auto& [other, v] : base.set)
        if (other == key.str()) in.fail(&node, "`" + other + "` is both set and tuned");
      base.tune.emplace_back(key.str(), values);
    }
  in.finish();
  std::size_t points = 1;
  for (const auto& [key, values] : base.tune) points *= std::min(values.size(), most_combinations + 1);
  if (points > most_combinations)
    in.fail(&table, "the grid of this [[method]] has more than " + std::to_string(most_combinations) + " points");

  const std::size_t combinations = ids.size() * estimators.size() * credits.size() * rules.size();
  if (combinations > most_combinations) in.fail(&table, "more than 1000 combinations in one [[method]]");
  if (combinations > 1 && !base.label.empty())
    in.fail(&table, "one `label` for " + std::to_string(combinations) + " combinations; leave it out");
  for (const auto& id : ids)
    for (const auto& estimator : estimators)
      for (const auto& credit : credits)
        for (const auto& rule : rules) {
          MethodSpec m = base;
          m.id = id, m.estimator = estimator, m.credit = credit, m.rule = rule;
          if (training && (m.credit.empty() || m.rule.empty() || !m.id.empty() || !m.estimator.empty()))
            in.fail(&table, "for a [task], [[method]] names `credit` and `rule` (estimators are credit rules too)");
          if (!training && !m.credit.empty())
            in.fail(&table,
                    "`credit` is for a [task]; for a [[problem]], name `id`, or `rule` with or without "
                    "`estimator`");
          if (!training && m.id.empty() && m.rule.empty())
            in.fail(&table, "[[method]] needs `id` (a method) or `rule` (for the descent loop)");
          if (m.label.empty()) m.label = default_label(m);
          out.push_back(std::move(m));
        }
}

// The tables of a [[key]] list.
std::vector<const toml::table*> tables_at(TomlReader& top, const std::string& key) {
  std::vector<const toml::table*> all;
  const toml::node* node = top.get(key);
  if (node == nullptr) return all;
  const auto* list = node->as_array();
  if (list == nullptr) top.wrong(key, *node, "[[" + key + "]] tables");
  for (const auto& entry : *list) {
    if (!entry.is_table()) top.wrong(key, entry, "a [[" + key + "]] table");
    all.push_back(entry.as_table());
  }
  return all;
}

}  // namespace

RunBudget RunBudget::scaled(double share) const {
  RunBudget part = *this;
  for (auto* v : {&part.flops, &part.seconds, &part.epochs, &part.simplex_gradients, &part.evaluations_per_dimension})
    if (*v) **v *= share;
  const auto scale = [share](std::uint64_t v) {
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(share * static_cast<double>(v))));
  };
  for (auto* v : {&part.samples, &part.iterations, &part.evaluations})
    if (*v) **v = scale(**v);
  for (auto& [kind, v] : part.answers) v = scale(v);
  return part;
}

std::optional<std::uint64_t> RunBudget::evaluations_for(std::size_t n) const {
  const auto variables = static_cast<double>(n);
  std::optional<std::uint64_t> least = evaluations;
  const auto cap = [&](const std::optional<double>& multiple, double unit) {
    if (!multiple) return;
    const auto count = static_cast<std::uint64_t>(std::clamp(std::floor(*multiple * unit), 1.0, 0x1p53));
    least = least ? std::min(*least, count) : count;
  };
  cap(simplex_gradients, variables + 1.0);
  cap(evaluations_per_dimension, variables);
  return least;
}

std::vector<Settings> MethodSpec::grid() const {
  std::vector<Settings> points = {{}};
  for (const auto& [key, values] : tune) {
    std::vector<Settings> longer;
    for (const auto& point : points)
      for (const auto& value : values) {
        longer.push_back(point);
        longer.back().emplace_back(key, value);
      }
    points = std::move(longer);
  }
  return points;
}

std::vector<std::uint64_t> Comparison::tuning_seeds() const {
  std::vector<std::uint64_t> chosen;
  for (std::uint64_t s = *std::ranges::max_element(seeds) + 1; chosen.size() < tuning.seeds; ++s) chosen.push_back(s);
  return chosen;
}

Comparison parse_comparison(std::string_view text, const std::string& origin) {
  toml::table table;
  try {
    table = toml::parse(text, origin);
  } catch (const toml::parse_error& e) {
    throw InvalidArgument(origin + ", line " + std::to_string(e.source().begin.line) + ": " +
                          std::string(e.description()));
  }
  Comparison c;
  c.toml = text;
  TomlReader top(table, "", origin);
  c.name = top.text("name");
  if (c.name.empty()) top.fail(nullptr, "`name` is missing, as in name = \"credit\"");
  c.out = top.text("out", "runs/" + c.name);
  if (c.out.empty()) top.wrong("out", *table.get("out"), "a folder");
  c.seeds = read_seeds(top);
  c.budget = read_budget(top);
  c.tuning = read_tuning(top);
  c.resume = top.flag("resume", false);
  if (const toml::table* task = table_at(top, "task")) c.task = read_task(*task, origin);
  for (const toml::table* problem : tables_at(top, "problem")) c.problems.push_back(read_problem(*problem, origin));
  for (const toml::table* suite : tables_at(top, "suite")) read_suite(*suite, origin, c);
  for (const toml::table* runs : tables_at(top, "runs")) {
    TomlReader in(*runs, "runs", origin);
    c.foreign_files.push_back(in.text("file"));
    if (c.foreign_files.back().empty()) in.fail(runs, "[[runs]] needs `file`, as in file = \"peers.jsonl\"");
    in.finish();
  }
  read_profiles(top, c);
  read_logs(top, c);
  const auto methods = tables_at(top, "method");
  top.finish();
  if (c.task.has_value() == !c.problems.empty())
    top.fail(nullptr, c.task ? "both [task] and [[problem]]; a comparison trains or minimises"
                             : "neither [task] nor [[problem]]; say what to compare on");
  if (c.training())
    for (const char* key : {"profiles", "runs", "logs"})
      if (const toml::node* node = table.get(key))
        top.fail(node, "`" + std::string(key) + "` is for [[problem]] and [[suite]], not for a [task]");
  if (methods.empty() && c.foreign_files.empty()) top.fail(nullptr, "no [[method]]; say what to compare");
  for (const toml::table* method : methods) read_method(*method, origin, c.training(), c.methods);
  if (c.training() && (c.budget.evaluations || c.budget.simplex_gradients || c.budget.evaluations_per_dimension ||
                       c.budget.iterations || !c.budget.answers.empty()))
    top.fail(table.get("budget"), "a [task] is budgeted by flops, seconds, samples or epochs");
  if (!c.training() && (c.budget.samples || c.budget.epochs))
    top.fail(table.get("budget"), "a [[problem]] is budgeted by evaluations, answers, iterations, flops or seconds");
  std::set<std::string> labels;
  for (const auto& m : c.methods)
    if (!labels.insert(m.label).second)
      top.fail(nullptr, "two methods are called \"" + m.label + "\"; give them a `label`");
  return c;
}

}  // namespace thalweg
