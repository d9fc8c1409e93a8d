// The profiles of a comparison, as charts and tables.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "thalweg/report/html.hpp"
#include "thalweg/report/sections.hpp"
#include "thalweg/report/statistics.hpp"
#include "thalweg/report/table.hpp"

namespace thalweg::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_points = 300;  // places of a chart of steps
constexpr std::size_t most_rows = 3000;   // of the table of running times

// "10⁻³"
std::string power_of_ten(double v) {
  static constexpr const char* digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string out = "10";
  const std::string exponent = std::to_string(std::lround(std::log10(v)));
  for (const char c : exponent) out += c == '-' ? "⁻" : digits[c - '0'];
  return out;
}

double at(const Steps& steps, double x) {
  const auto after = std::upper_bound(steps.x.begin(), steps.x.end(), x);
  return after == steps.x.begin() ? 0.0 : steps.y[static_cast<std::size_t>(after - steps.x.begin()) - 1];
}

// The steps of every method at shared places from the first step to `end`.
Json step_data(const std::vector<Steps>& curves, double end) {
  std::vector<std::span<const double>> places;
  double begin = end;
  for (const auto& c : curves) {
    if (c.x.empty()) continue;
    places.emplace_back(c.x);
    begin = std::min(begin, c.x.front());
    end = std::max(end, c.x.back());
  }
  const std::vector<double> kept = {begin, end};
  const auto grid = places.empty() ? kept : shared_grid(places, kept, most_points);
  Json out = {{"grid", Json::array()}, {"lines", Json::array()}};
  for (const double x : grid) out["grid"].push_back(for_screen(x));
  for (const auto& c : curves) {
    Json middle = Json::array();
    for (const double x : grid) middle.push_back(for_screen(at(c, x)));
    out["lines"].push_back({{"first", 0}, {"runs", 1}, {"middle", std::move(middle)}});
  }
  return out;
}

// A chart of steps: the y are the levels, each with its data.
struct StepChart {
  const char *x_key, *x_name;
  std::string title;  // of the y axis, before the level
  bool log_x;
  const char* note;
};
std::string step_chart(const StepChart& chart,
                       const std::vector<std::pair<std::string, const std::vector<Steps>*>>& levels, double end,
                       const Results& results, const std::vector<Look>& looks, const std::string& id) {
  Json problem = {{"title", chart.title},
                  {"x", Json::array({{{"key", chart.x_key}, {"name", chart.x_name}}})},
                  {"y", Json::array()},
                  {"data", Json::object()},
                  {"present", std::vector<bool>(results.methods.size(), true)},
                  {"steps", true},
                  {"preferLogX", chart.log_x},
                  {"told", chart.note}};
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const std::string key = "share:" + std::to_string(k);
    problem["y"].push_back({{"key", key},
                            {"name", levels[k].first},
                            {"title", chart.title + (levels[k].first.empty() ? "" : ", " + levels[k].first)}});
    problem["data"][std::string(chart.x_key) + "/" + key] = step_data(*levels[k].second, end);
  }
  return chart_figure(Json::array({problem}).dump(), results, looks, id, true);
}

// Expected running time by n against n, of the functions that have two or more n.
std::string scaling_chart(const Results& results, const std::vector<Look>& looks, const std::string& id) {
  const ProfileData& p = *results.profiles;
  std::vector<std::string> functions;
  for (const auto& c : p.expected)
    if (std::find(functions.begin(), functions.end(), c.function) == functions.end()) functions.push_back(c.function);
  Json problems = Json::array();
  for (const auto& function : functions) {
    std::vector<double> sizes;
    for (const auto& c : p.expected)
      if (c.function == function && (sizes.empty() || sizes.back() != c.n)) sizes.push_back(c.n);
    if (sizes.size() < 2) continue;
    Json problem = {{"title", function},
                    {"x", Json::array({{{"key", "n"}, {"name", "n"}}})},
                    {"y", Json::array()},
                    {"data", Json::object()},
                    {"present", std::vector<bool>(results.methods.size(), true)},
                    {"points", true},
                    {"preferLogX", true},
                    {"preferLogY", true},
                    {"told", "A level line grows with n as n does; a gap is a target that no run reached. "}};
    for (std::size_t k = 0; k < p.precisions.size(); ++k) {
      Json data = {{"grid", sizes}, {"lines", Json::array()}};
      std::size_t any = 0;
      for (std::size_t m = 0; m < results.methods.size(); ++m) {
        Json middle = Json::array();
        for (const double n : sizes) {
          double value = missing;
          for (const auto& c : p.expected)
            if (c.function == function && c.n == n && c.method == m) value = c.evaluations[k] / n;
          middle.push_back(std::isfinite(value) ? Json(for_screen(value)) : Json(nullptr));
          any += std::isfinite(value) ? 1 : 0;
        }
        data["lines"].push_back({{"first", 0}, {"runs", 1}, {"middle", std::move(middle)}});
      }
      if (any < 2) continue;
      const std::string key = "ert:" + std::to_string(k);
      problem["y"].push_back({{"key", key},
                              {"name", power_of_ten(p.precisions[k])},
                              {"title", "Expected evaluations by n, to " + power_of_ten(p.precisions[k])}});
      problem["data"]["n/" + key] = std::move(data);
    }
    if (!problem["y"].empty()) problems.push_back(std::move(problem));
  }
  if (problems.empty()) return "";
  return chart_figure(problems.dump(-1, ' ', false, Json::error_handler_t::replace), results, looks, id, true);
}

HtmlCell label_of(const Results& results, const std::vector<Look>& looks, std::size_t m) {
  const std::string file = std::filesystem::path(results.methods[m].origin).filename().string();
  return {key_line(looks[m]) + "<span class=\"name\">" + escaped(results.methods[m].label) +
          (file.empty() ? "" : "<small>from " + escaped(file) + "</small>") + "</span>"};
}

HtmlCell share_cell(double v, bool best) {
  HtmlCell cell{html_percent(v, missing, 0) + "&nbsp;%", v};
  if (best) cell.style = "main";
  return cell;
}

// Shares solved at the end of the budget, and by COCO's targets.
std::string share_table(const Results& results, const std::vector<Look>& looks, const std::string& id) {
  const ProfileData& p = *results.profiles;
  const std::size_t methods = results.methods.size();
  const double half = p.simplex_gradients / 10;
  HtmlTable table(id, fmt::format("Solved within {} simplex gradients (and within {}), of {} problems; f<sub>L</sub> "
                                  "is {}.",
                                  html_count(std::round(p.simplex_gradients)), html_count(std::round(half)),
                                  html_count(p.problems), escaped(p.low)));
  table.column({"Method", "", false});
  for (const auto& level : p.levels)
    for (const bool early : {true, false})
      table.column({fmt::format("τ&nbsp;=&nbsp;{}{}", power_of_ten(level.tau), early ? "<br>early" : ""),
                    early ? "within a tenth of the budget" : "within the budget", true, true});
  if (!p.run_times.empty()) table.column({"Targets", "share of COCO's 51 targets reached", true, true});
  const auto best = [&](const std::vector<Steps>& curves, double x) {
    double most = 0.0;
    for (const auto& c : curves) most = std::max(most, at(c, x));
    return most;
  };
  std::vector<std::size_t> order(methods);
  for (std::size_t m = 0; m < methods; ++m) order[m] = m;
  const std::size_t middle = p.levels.size() > 1 ? 1 : 0;
  if (!p.levels.empty())
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return at(p.levels[middle].data[a], p.simplex_gradients) > at(p.levels[middle].data[b], p.simplex_gradients);
    });
  table.sorted_by(2 + 2 * middle, true);
  for (const std::size_t m : order) {
    std::vector<HtmlCell> row = {label_of(results, looks, m)};
    for (const auto& level : p.levels)
      for (const double x : {half, p.simplex_gradients}) {
        const double v = at(level.data[m], x);
        row.push_back(share_cell(v, v > 0.0 && v == best(level.data, x)));
      }
    if (!p.run_times.empty()) {
      const double v = at(p.run_times[m], p.evaluations_per_dimension);
      row.push_back(share_cell(v, v > 0.0 && v == best(p.run_times, p.evaluations_per_dimension)));
    }
    table.row(std::move(row));
  }
  return table.html();
}

std::string running_time_table(const Results& results, const std::vector<Look>& looks, const std::string& id) {
  const ProfileData& p = *results.profiles;
  if (p.expected.empty()) return "";
  if (p.expected.size() > most_rows)
    return "<p>There are too many to show here; profiles.csv beside the report has them.</p>\n";
  HtmlTable table(id,
                  "Evaluations of all trials by the number of successes, to a precision above the optimum; a small "
                  "number is how many of the trials succeeded, where not all did.");
  table.column({"Method", "", false}).column({"Function", "", false}).column({"n", ""});
  for (const double precision : p.precisions)
    table.column({power_of_ten(precision), "expected evaluations to this precision"});
  for (const auto& c : p.expected) {
    if (*std::max_element(c.trials.begin(), c.trials.end()) == 0.0) continue;
    std::vector<HtmlCell> row = {label_of(results, looks, c.method), {escaped(c.function)}, count_cell(c.n)};
    for (std::size_t k = 0; k < p.precisions.size(); ++k) {
      HtmlCell cell = c.trials[k] == 0.0 ? number_cell(missing) : count_cell(std::round(c.evaluations[k]));
      if (c.trials[k] > 0.0 && c.successes[k] < c.trials[k])
        cell.html += fmt::format(" <small>{}/{}</small>", c.successes[k], c.trials[k]);
      row.push_back(std::move(cell));
    }
    table.row(std::move(row));
  }
  return table.html();
}

}  // namespace

std::string profile_figures(const Results& results, const std::vector<Look>& looks, const std::string& id,
                            const std::string& level) {
  if (!results.profiles || results.methods.empty()) return "";
  const ProfileData& p = *results.profiles;
  std::string out = share_table(results, looks, id + "-shares");
  const auto part = [&](const std::string& title, const std::string& html) {
    if (!html.empty()) out += fmt::format("<{0}>{1}</{0}>\n{2}", level, title, html);
  };
  std::vector<std::pair<std::string, const std::vector<Steps>*>> data, performance;
  double widest = 2.0;
  for (const auto& l : p.levels) {
    data.emplace_back("τ = " + power_of_ten(l.tau), &l.data);
    performance.emplace_back("τ = " + power_of_ten(l.tau), &l.performance);
    for (const auto& c : l.performance)
      if (!c.x.empty()) widest = std::max(widest, c.x.back());
  }
  part("Data profiles",
       step_chart({"simplex_gradients", "Simplex gradients: evaluations / (n + 1)", "Problems solved", false,
                   "A problem is solved once f ≤ f_L + τ (f(x₀) − f_L) (Moré & Wild 2009). "},
                  data, p.simplex_gradients, results, looks, id + "-data"));
  if (!p.run_times.empty())
    part("Run times",
         step_chart({"evaluations_per_dimension", "Evaluations / n", "Problems and targets reached", true,
                     "Targets are the 51 precisions from 10² to 10⁻⁸ above the optimum, five a decade (COCO). "},
                    {{"", &p.run_times}}, p.evaluations_per_dimension, results, looks, id + "-times"));
  part("Performance profiles",
       step_chart({"ratio", "Evaluations by the fewest of any method", "Problems solved", true,
                   "At 1: how often the method was the first; far right: how often it solved at all (Dolan & Moré "
                   "2002). "},
                  performance, widest, results, looks, id + "-performance"));
  part("Scaling with the number of variables", scaling_chart(results, looks, id + "-scaling"));
  const std::string times = running_time_table(results, looks, id + "-ert");
  if (!times.empty())
    out += "<details class=\"more\"><summary>Expected running times</summary>" + times + "</details>\n";
  return out;
}

}  // namespace thalweg::report
