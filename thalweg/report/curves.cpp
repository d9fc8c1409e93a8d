#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "thalweg/report/html.hpp"
#include "thalweg/report/sections.hpp"
#include "thalweg/report/statistics.hpp"

namespace thalweg::report {
namespace {

using Json = nlohmann::ordered_json;

struct Axis {
  const char* key;   // the column of the curve
  const char* name;  // its title
};
constexpr std::array<Axis, 4> training_x = {
    {{"flops", "FLOPs"}, {"samples", "Samples"}, {"seconds", "Seconds"}, {"evaluations", "Evaluations"}}};
constexpr std::array<Axis, 4> minimization_x = {
    {{"evaluations", "Evaluations"}, {"seconds", "Seconds"}, {"flops", "FLOPs"}, {"samples", "Samples"}}};
constexpr std::array<Axis, 2> training_y = {{{"accuracy", "Validation accuracy"}, {"loss", "Validation loss"}}};
constexpr std::array<Axis, 1> minimization_y = {{{"f", "Lowest f"}}};

constexpr std::size_t most_points = 400;

// Not finite: null.
Json rounded(double v) {
  if (!std::isfinite(v)) return nullptr;
  return for_screen(v);
}

Json rounded(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double v : values) out.push_back(rounded(v));
  return out;
}

// The runs of a method that have both columns, each thinned.
struct Lines {
  std::vector<std::vector<double>> x, y;
  std::vector<bool> lost;
};

Lines lines_of(const MethodResult& method, const std::string& problem, const char* x_key, const char* y_key) {
  Lines out;
  for (const auto& r : method.runs) {
    if (r.problem != problem) continue;
    const auto *x = r.curve.find(x_key), *y = r.curve.find(y_key);
    if (x == nullptr || y == nullptr) continue;
    std::vector<double> xs, ys;
    for (const std::size_t i : thinned(*y, most_points))
      if (std::isfinite((*x)[i]) && (xs.empty() || (*x)[i] >= xs.back()))
        xs.push_back((*x)[i]), ys.push_back((*y)[i]);
    if (xs.empty()) continue;
    out.x.push_back(std::move(xs)), out.y.push_back(std::move(ys)), out.lost.push_back(r.crashed);
  }
  return out;
}

// {"grid": […], "lines": [null | {"first", "middle", "low", "high"}, one a method]}; null when no method has both.
Json chart_data(const Results& results, const std::string& problem, const char* x_key, const char* y_key,
                std::size_t points) {
  std::vector<Lines> all;
  std::vector<std::span<const double>> places;
  for (const auto& m : results.methods) all.push_back(lines_of(m, problem, x_key, y_key));
  std::vector<double> ends;
  for (const auto& lines : all) {
    if (lines.x.empty()) continue;
    double begin = lines.x[0].front(), end = lines.x[0].back();
    for (const auto& x : lines.x) {
      begin = std::max(begin, x.front()), end = std::max(end, x.back());
      places.emplace_back(x);
    }
    ends.push_back(begin), ends.push_back(end);
  }
  if (places.empty()) return nullptr;
  const auto grid = shared_grid(places, ends, points - std::min(points / 2, ends.size()));
  if (grid.size() < 2) return nullptr;
  Json out = {{"grid", rounded(grid)}, {"lines", Json::array()}};
  for (const auto& lines : all) {
    std::vector<Line> runs;
    for (std::size_t i = 0; i < lines.x.size(); ++i) runs.push_back({lines.x[i], lines.y[i], lines.lost[i]});
    const Band b = band(runs, grid, !results.training, std::string_view(y_key) == "accuracy");
    if (b.middle.empty()) {
      out["lines"].push_back(nullptr);
      continue;
    }
    Json line = {{"first", b.first}, {"runs", runs.size()}, {"middle", rounded(b.middle)}};
    if (runs.size() > 1) line["low"] = rounded(b.low), line["high"] = rounded(b.high);
    out["lines"].push_back(std::move(line));
  }
  return out;
}

// The pairs of axes of one problem, and which methods have lines; null without curves.
Json problem_data(const Results& results, const std::string& problem, std::size_t points) {
  const std::span<const Axis> xs = results.training ? std::span<const Axis>(training_x) : minimization_x;
  const std::span<const Axis> ys = results.training ? std::span<const Axis>(training_y) : minimization_y;
  Json out = {{"title", problem}, {"x", Json::array()}, {"y", Json::array()}, {"data", Json::object()}};
  std::vector<bool> present(results.methods.size(), false), y_used(ys.size(), false);
  for (const auto& x : xs) {
    bool used = false;
    for (std::size_t k = 0; k < ys.size(); ++k) {
      Json data = chart_data(results, problem, x.key, ys[k].key, points);
      if (data.is_null()) continue;
      used = y_used[k] = true;
      for (std::size_t i = 0; i < present.size(); ++i) present[i] = present[i] || !data["lines"][i].is_null();
      out["data"][std::string(x.key) + "/" + ys[k].key] = std::move(data);
    }
    if (used) out["x"].push_back({{"key", x.key}, {"name", x.name}});
  }
  for (std::size_t k = 0; k < ys.size(); ++k)
    if (y_used[k]) out["y"].push_back({{"key", ys[k].key}, {"name", ys[k].name}});
  out["present"] = present;
  return out["x"].empty() ? Json(nullptr) : out;
}

}  // namespace

double for_screen(double value) { return std::stod(fmt::format("{:.4e}", value)); }

std::string chart_figure(const std::string& problems_json, const Results& results, const std::vector<Look>& looks,
                         const std::string& id, bool all_shown) {
  Json series = Json::array();
  for (std::size_t i = 0; i < results.methods.size(); ++i)
    series.push_back({{"label", results.methods[i].label},
                      {"group", looks[i].group},
                      {"color", looks[i].color},
                      {"dash", dash_patterns()[looks[i].dash]},
                      {"shown", looks[i].shown || all_shown}});
  const std::string chart = "{\"problems\":" + problems_json +
                            ",\"series\":" + series.dump(-1, ' ', false, Json::error_handler_t::replace) + "}";
  return fmt::format(
      "<figure class=\"curves\" id=\"{0}\"><noscript><p>The curves need JavaScript, which is inside this "
      "file.</p></noscript>\n<script type=\"application/json\">{1}</script></figure>\n",
      id, script_safe(chart));
}

std::string curve_chart(const Results& results, const std::vector<Look>& looks, const std::string& id) {
  // A suite's many charts share about as many points as a few problems' have.
  const std::size_t lines = results.problems.size() * results.methods.size();
  const std::size_t points = std::clamp<std::size_t>(200000 / std::max<std::size_t>(lines, 1), 40, most_points);
  Json problems = Json::array();
  for (const auto& p : results.problems)
    if (Json data = problem_data(results, p, points); !data.is_null()) problems.push_back(std::move(data));
  if (problems.empty()) return "";
  return chart_figure(problems.dump(-1, ' ', false, Json::error_handler_t::replace), results, looks, id, false);
}

}  // namespace thalweg::report
