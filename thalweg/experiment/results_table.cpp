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
Cell crashed_cell(const std::vector<const RunRecord*>& runs) {
  const auto n = std::ranges::count_if(runs, [](const RunRecord* run) { return run->crashed; });
  return {std::to_string(n) + "/" + std::to_string(runs.size()), n > 0 ? Tone::bad : Tone::plain};
}

std::string training_table(const ComparisonResults& results, const report::TableStyle& style) {
  bool classes = false, tuned = false;
  for (const auto& m : results.methods) {
    tuned = tuned || m.tuning.has_value();
    for (const auto& run : m.runs) classes = classes || !std::isnan(run.test.accuracy);
  }
  report::Table table;
  table.column("method").column(classes ? "test accuracy" : "test loss", Align::right);
  for (const char* title : {"cosine", "variance", "samples", "forward", "backward", "FLOPs", "time", "crashed"})
    table.column(title, Align::right);
  if (tuned)
    table.column("tuned")
        .column("tuning: runs", Align::right)
        .column("FLOPs", Align::right)
        .column("time", Align::right);
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
    if (m.tuning) {
      row.emplace_back(settings_text(m.tuned) + (m.tuning->at_edge.empty() ? "" : " (edge)"),
                       m.tuning->at_edge.empty() ? Tone::plain : Tone::bad);
      row.emplace_back(std::to_string(m.tuning->runs));
      row.emplace_back(count(m.tuning->flops));
      row.emplace_back(time(m.tuning->seconds));
    }
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
  bool tuned = false, known = false;
  for (const auto& m : results.methods) tuned = tuned || m.tuning.has_value();
  for (const auto& p : results.problems) known = known || results.optimum.contains(p);
  const bool several = results.comparison.seeds.size() > 1;
  report::Table table;
  table.column("problem").column("method").column(several ? "median f" : "f", Align::right);
  if (known) table.column("f − f*", Align::right);
  table.column("iterations", Align::right);
  for (const auto& kind : kinds) table.column(kind, Align::right);
  table.column("time", Align::right).column("crashed", Align::right).column("status");
  if (tuned) table.column("tuned").column("tuning: runs", Align::right);
  bool first = true;
  for (const auto& problem : results.problems) {
    if (!first) table.rule();
    first = false;
    bool named = false;
    for (const auto& m : results.methods) {
      const auto runs = runs_of(m, problem);
      if (runs.empty()) continue;
      const double f = median(column(runs, [](const RunRecord& run) { return run.f; }));
      std::vector<Cell> row = {named ? "" : problem, m.spec.label, plain(f)};
      named = true;
      if (known) {
        const auto optimum = results.optimum.find(problem);
        row.emplace_back(optimum == results.optimum.end() ? "–" : plain(f - optimum->second));
      }
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
      row.push_back(crashed_cell(runs));
      const bool same = std::ranges::all_of(runs, [&](const RunRecord* r) { return r->status == runs[0]->status; });
      row.emplace_back(same ? runs[0]->status : "various");
      if (m.tuning) {
        row.emplace_back(settings_text(m.tuned) + (m.tuning->at_edge.empty() ? "" : " (edge)"),
                         m.tuning->at_edge.empty() ? Tone::plain : Tone::bad);
        row.emplace_back(std::to_string(m.tuning->runs));
      }
      table.row(std::move(row));
    }
  }
  return table.text(style);
}

}  // namespace

std::string to_table(const ComparisonResults& results, const report::TableStyle& style) {
  std::string text = results.comparison.training() ? training_table(results, style) : problems_table(results, style);
  for (const auto& warning : results.warnings) text += "warning: " + report::printable(warning) + "\n";
  return text;
}

}  // namespace thalweg
