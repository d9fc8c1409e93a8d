// The tables that compare prints.
#include <algorithm>
#include <cmath>

#include "thalweg/experiment/results.hpp"

namespace thalweg {
namespace {

using report::Align;
using report::Cell;
using report::Tone;

std::vector<double> column(const std::vector<const RunRecord*>& runs, auto&& value) {
  std::vector<double> out;
  for (const RunRecord* run : runs)
    if (const double v = value(*run); !std::isnan(v)) out.push_back(v);
  return out;
}
double mean(const std::vector<double>& v) {
  double sum = 0.0;
  for (const double x : v) sum += x / static_cast<double>(v.size());
  return v.empty() ? not_known : sum;
}
double deviation(const std::vector<double>& v) {  // of a sample
  if (v.size() < 2) return not_known;
  const double m = mean(v);
  double sum = 0.0;
  for (const double x : v) sum += (x - m) * (x - m);
  return std::sqrt(sum / static_cast<double>(v.size() - 1));
}
double median(std::vector<double> v) {
  if (v.empty()) return not_known;
  std::ranges::sort(v);
  return v.size() % 2 ? v[v.size() / 2] : (v[v.size() / 2 - 1] + v[v.size() / 2]) / 2;
}

std::string or_dash(double v, auto&& shown) { return std::isnan(v) ? "–" : shown(v); }
std::string plain(double v) {
  return or_dash(v, [](double x) { return report::number(x, 3); });
}
std::string count(double v) {
  return or_dash(v, [](double x) { return report::counted(std::round(x)); });
}
std::string time(double v) {
  return or_dash(v, [](double x) { return report::seconds(x); });
}
std::string settings_text(const Settings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) text += (text.empty() ? "" : ", ") + name + "=" + value;
  return text;
}
std::vector<const RunRecord*> runs_of(const MethodRecord& method, const std::string& problem = {}) {
  std::vector<const RunRecord*> out;
  for (const auto& run : method.runs)
    if (problem.empty() || run.problem == problem) out.push_back(&run);
  return out;
}
// Heads of columns that are counts of answers.
std::string short_name(const std::string& kind) {
  if (kind == "value" || kind == "gradient" || kind == "hessian") return kind + "s";
  if (kind == "hessian_vector") return "Hv";
  if (kind == "fisher_vector") return "Fv";
  return kind;
}
Cell crashed_cell(const std::vector<const RunRecord*>& runs) {
  const auto n = std::ranges::count_if(runs, [](const RunRecord* run) { return run->crashed; });
  return {std::to_string(n) + "/" + std::to_string(runs.size()), n > 0 ? Tone::bad : Tone::plain};
}

std::string training_table(const ComparisonResults& results, const report::TableStyle& style) {
  bool classes = false;
  for (const auto& m : results.methods)
    for (const auto& run : m.runs) classes = classes || !std::isnan(run.test.accuracy);
  report::Table table;
  table.column("method").column(classes ? "test accuracy" : "test loss", Align::right);
  for (const char* title : {"cosine", "variance", "samples", "forward", "backward", "FLOPs", "time", "crashed"})
    table.column(title, Align::right);
  double best = -std::numeric_limits<double>::infinity();
  const auto score = [&](const RunRecord& run) { return classes ? run.test.accuracy : run.test.loss; };
  const auto goodness = [&](const MethodRecord& m) {
    const double v = mean(column(runs_of(m), score));
    return classes ? v : -v;
  };
  for (const auto& m : results.methods)
    if (const double v = goodness(m); v > best) best = v;
  for (const auto& m : results.methods) {
    const auto runs = runs_of(m);
    const auto values = column(runs, score);
    const auto average = [&](double RunRecord::*member) {
      return mean(column(runs, [member](const RunRecord& run) { return run.*member; }));
    };
    std::vector<Cell> row = {m.spec.label};
    row.emplace_back(values.empty() ? "–" : report::mean_sd(mean(values), deviation(values)),
                     goodness(m) == best ? Tone::strong : Tone::plain);
    row.emplace_back(plain(average(&RunRecord::cosine)));
    row.emplace_back(plain(average(&RunRecord::variance)));
    for (const auto member :
         {&RunRecord::samples, &RunRecord::forward_passes, &RunRecord::backward_passes, &RunRecord::flops})
      row.emplace_back(count(average(member)));
    row.emplace_back(time(average(&RunRecord::seconds)));
    row.push_back(crashed_cell(runs));
    table.row(std::move(row));
  }
  return table.text(style);
}

std::string problems_table(const ComparisonResults& results, const report::TableStyle& style) {
  std::vector<std::string> kinds;  // those that some run took, in the order of AnswerKind
  for (std::size_t k = 0; k < answer_kinds; ++k) {
    const std::string kind(name(static_cast<AnswerKind>(k)));
    bool taken = false;
    for (const auto& m : results.methods)
      for (const auto& run : m.runs)
        for (const auto& [taken_kind, n] : run.evaluations) taken = taken || taken_kind == kind;
    if (taken) kinds.push_back(kind);
  }
  // Above the optimum, where that is known of every problem; else the value itself.
  const bool known =
      std::ranges::all_of(results.problems, [&](const auto& p) { return results.optimum.contains(p); });
  const bool several = results.comparison.seeds.size() > 1;
  report::Table table;
  table.column("problem").column("method");
  table.column(std::string(several ? "median " : "") + (known ? "f − f*" : "f"), Align::right);
  table.column("iterations", Align::right);
  for (const auto& kind : kinds) table.column(short_name(kind), Align::right);
  table.column("time", Align::right).column("status");
  bool first = true;
  for (const auto& problem : results.problems) {
    if (!first) table.rule();
    first = false;
    bool named = false;
    for (const auto& m : results.methods) {
      const auto runs = runs_of(m, problem);
      if (runs.empty()) continue;
      const double least = known ? results.optimum.at(problem) : 0.0;
      const double f = median(column(runs, [&](const RunRecord& run) { return run.judged_f() - least; }));
      std::vector<Cell> row = {named ? "" : problem, m.spec.label, plain(f)};
      named = true;
      row.emplace_back(count(median(column(runs, [](const RunRecord& run) { return run.iterations; }))));
      for (const auto& kind : kinds) {
        const double n = median(column(runs, [&](const RunRecord& run) {
          for (const auto& [taken, value] : run.evaluations)
            if (taken == kind) return value;
          return 0.0;
        }));
        row.emplace_back(n == 0.0 ? "–" : count(n));
      }
      row.emplace_back(time(median(column(runs, [](const RunRecord& run) { return run.seconds; }))));
      const auto crashed = std::ranges::count_if(runs, [](const RunRecord* run) { return run->crashed; });
      const bool same = std::ranges::all_of(runs, [&](const RunRecord* r) { return r->status == runs[0]->status; });
      if (crashed > 0)
        row.emplace_back(std::to_string(crashed) + "/" + std::to_string(runs.size()) + " crashed", Tone::bad);
      else
        row.emplace_back(same ? runs[0]->status : "various");
      table.row(std::move(row));
    }
  }
  return table.text(style);
}

// What was chosen, and what the choosing cost: apart from the runs.
std::string tuning_table(const ComparisonResults& results, const report::TableStyle& style) {
  report::Table table;
  table.column("tuned").column("chosen");
  for (const char* title : {"score", "grid", "runs", "FLOPs", "time"}) table.column(title, Align::right);
  table.column("score is");
  for (const auto& m : results.methods) {
    if (!m.tuning) continue;
    const TuningRecord& t = *m.tuning;
    double score = not_known;
    for (const auto& trial : t.table)
      if (trial.settings == m.tuned) score = trial.score;
    table.row(
        {m.spec.label,
         {settings_text(m.tuned) + (t.at_edge.empty() ? "" : " (edge)"), t.at_edge.empty() ? Tone::plain : Tone::bad},
         plain(score),
         std::to_string(t.table.size()),
         std::to_string(t.runs),
         t.flops > 0.0 ? count(t.flops) : "–",
         time(t.seconds),
         t.measure});
  }
  return table.rows() > 0 ? "\n" + table.text(style) : "";
}

}  // namespace

std::string to_table(const ComparisonResults& results, const report::TableStyle& style) {
  constexpr std::size_t most_problems = 12;  // one by one; of more, the profiles alone are read
  std::string text;
  if (results.comparison.training())
    text = training_table(results, style);
  else if (!results.profiles || results.problems.size() <= most_problems)
    text = problems_table(results, style);
  if (results.profiles) text += (text.empty() ? "" : "\n") + to_table(*results.profiles, style);
  text += tuning_table(results, style);
  if (!results.warnings.empty()) text += "\n";
  for (const auto& warning : results.warnings) text += "warning: " + report::printable(warning) + "\n";
  return text;
}

}  // namespace thalweg
