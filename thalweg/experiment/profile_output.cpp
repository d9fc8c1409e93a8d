// Profiles as tables for a terminal, and as CSV.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "thalweg/experiment/profile_results.hpp"
#include "thalweg/experiment/results.hpp"

namespace thalweg {
namespace {

using report::Align;
using report::Cell;
using report::Tone;

// The steps from 1 to `high` on a logarithmic axis, as blocks from nothing to all.
std::string drawn(const profiles::Steps& steps, double high) {
  constexpr int width = 24;
  static constexpr const char* blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string out;
  for (int k = 0; k < width; ++k) {
    const double share = steps.at(std::pow(high, static_cast<double>(k + 1) / width));
    out += blocks[share > 0.0 ? std::clamp(static_cast<int>(std::floor(share * 8.0)), 1, 8) : 0];
  }
  return out;
}

std::string share(double v) { return fmt::format("{:.0f} %", 100.0 * v); }

std::string power(double v) { return fmt::format("1e{:+d}", static_cast<int>(std::lround(std::log10(v)))); }

// Whole multiples of the unit within the budget, and the budget.
std::vector<double> places(std::vector<double> all, double budget) {
  std::erase_if(all, [budget](double v) { return v >= budget; });
  all.push_back(budget);
  return all;
}

// Rows of one group: a label, the share at each place, the area where it is asked for, the curve; the best share of
// the group is strong.
void rows(report::Table& table, const std::string& head, const std::vector<std::string>& labels,
          const std::vector<profiles::Steps>& curves, const std::vector<double>& at, bool area) {
  std::vector<double> best(at.size(), 0.0);
  for (const auto& curve : curves)
    for (std::size_t k = 0; k < at.size(); ++k) best[k] = std::max(best[k], curve.at(at[k]));
  for (std::size_t m = 0; m < curves.size(); ++m) {
    std::vector<Cell> row = {m == 0 ? head : "", labels[m]};
    for (std::size_t k = 0; k < at.size(); ++k) {
      const double v = curves[m].at(at[k]);
      row.emplace_back(share(v), v == best[k] && v > 0.0 ? Tone::strong : Tone::plain);
    }
    const double end = std::max(at.back(), 2.0);
    if (area) row.emplace_back(share(profiles::log_area(curves[m], 1.0, end)));
    row.emplace_back(drawn(curves[m], end), Tone::faint);
    table.row(std::move(row));
  }
}

std::string problems(std::size_t count) { return fmt::format("{} problem{}", count, count == 1 ? "" : "s"); }

std::string data_table(const Profiles& p, const report::TableStyle& style) {
  const auto at = places({10.0, 50.0, 100.0}, p.budget);
  report::Table table;
  table.column("τ").column("method");
  for (const double v : at) table.column("≤ " + report::counted(std::round(v)), Align::right);
  table.column("1 … " + report::counted(std::round(p.budget)) + ", log");
  for (std::size_t l = 0; l < p.levels.size(); ++l) {
    if (l > 0) table.rule();
    rows(table, power(p.levels[l].tau), p.methods, p.levels[l].data, at, false);
  }
  return fmt::format(
             "Data profiles: the share of {} solved to τ within so many simplex gradients (n + 1 "
             "evaluations);\nf_L is {}.\n",
             problems(p.problems), p.low) +
         table.text(style);
}

std::string run_time_table(const Profiles& p, const report::TableStyle& style) {
  const auto at = places({10.0, 100.0, 1000.0, 1e4}, p.horizon);
  report::Table table;
  table.column("targets").column("method");
  for (const double v : at) table.column("≤ " + report::counted(std::round(v)), Align::right);
  table.column("area", Align::right).column("1 … " + report::counted(std::round(p.horizon)) + ", log");
  rows(table, "1e+2 … 1e-8", p.methods, p.run_times, at, true);
  return fmt::format(
             "Run times: the share of COCO's 51 targets above the optimum reached within so many evaluations by n, "
             "on {};\narea: its mean over the logarithmic axis.\n",
             problems(p.problems_with_optimum)) +
         table.text(style);
}

std::string running_time_table(const Profiles& p, const report::TableStyle& style) {
  report::Table table;
  table.column("function").column("n", Align::right).column("method");
  for (const double precision : p.precisions) table.column(power(precision), Align::right);
  std::string before;
  for (const auto& cell : p.cells) {
    const std::string group = cell.function + " " + std::to_string(cell.n);
    if (!before.empty() && group != before) table.rule();
    std::vector<Cell> row = {group == before ? "" : cell.function, group == before ? "" : std::to_string(cell.n),
                             p.methods[cell.method]};
    before = group;
    for (const auto& t : cell.times) {
      if (t.trials == 0)
        row.emplace_back("–");
      else if (t.successes == 0)
        row.emplace_back(fmt::format("∞ 0/{}", t.trials), Tone::faint);
      else
        row.emplace_back(report::counted(std::round(t.expected)) +
                         (t.successes < t.trials ? fmt::format(" {}/{}", t.successes, t.trials) : ""));
    }
    table.row(std::move(row));
  }
  return "Expected running times: evaluations of all trials by the successes, to a precision above the optimum; "
         "successes/trials where some failed.\n" +
         table.text(style);
}

}  // namespace

std::string to_table(const Profiles& p, const report::TableStyle& style) {
  constexpr std::size_t most_cells = 60;  // rows that one still reads; the report and profiles.csv have all
  std::string out = data_table(p, style);
  if (!p.run_times.empty()) out += "\n" + run_time_table(p, style);
  if (!p.cells.empty() && p.cells.size() <= most_cells) out += "\n" + running_time_table(p, style);
  return out;
}

std::string to_csv(const Profiles& p) {
  constexpr std::size_t most_steps = 400;
  std::string out = "profile,level,function,n,method,x,y,successes,trials\n";
  const auto steps = [&](const char* kind, double level, std::size_t m, const profiles::Steps& curve) {
    const auto few = profiles::thinned(curve, most_steps);
    for (std::size_t i = 0; i < few.x.size(); ++i)
      out += fmt::format("{},{},,,{},{},{},,\n", kind, std::isnan(level) ? "" : detail::format(level),
                         csv_cell(p.methods[m]), detail::format(few.x[i]), detail::format(few.y[i]));
  };
  for (const auto& level : p.levels)
    for (std::size_t m = 0; m < p.methods.size(); ++m) {
      steps("data", level.tau, m, level.data[m]);
      steps("performance", level.tau, m, level.performance[m]);
    }
  for (std::size_t m = 0; m < p.run_times.size(); ++m) {
    steps("run_time", not_known, m, p.run_times[m]);
    const double end = std::max(p.horizon, 2.0), area = profiles::log_area(p.run_times[m], 1.0, end);
    out += fmt::format("run_time_area,,,,{},{},{},,\n", csv_cell(p.methods[m]), detail::format(end),
                       detail::format(area));
  }
  for (const auto& cell : p.cells)
    for (std::size_t k = 0; k < cell.times.size(); ++k) {
      const auto& t = cell.times[k];
      if (t.trials == 0) continue;
      out += fmt::format("expected_running_time,{},{},{},{},{},{},{},{}\n", detail::format(p.precisions[k]),
                         csv_cell(cell.function), cell.n, csv_cell(p.methods[cell.method]), cell.n,
                         t.successes > 0 ? detail::format(t.expected) : "inf", t.successes, t.trials);
    }
  return out;
}

}  // namespace thalweg
