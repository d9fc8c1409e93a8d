#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "thalweg/report/contour.hpp"
#include "thalweg/report/html.hpp"
#include "thalweg/report/sections.hpp"
#include "thalweg/report/statistics.hpp"
#include "thalweg/report/table.hpp"

namespace thalweg::report {
namespace {

constexpr double width = 520, left = 46, right = 12, top = 10, bottom = 40;
constexpr std::size_t level_count = 14, most_steps = 400;

// Round numbers that divide [low, high] into about `count` parts.
std::vector<double> ticks(double low, double high, int count) {
  const double raw = (high - low) / count, scale = std::pow(10.0, std::floor(std::log10(raw)));
  const double step = scale * (raw / scale < 1.5 ? 1 : raw / scale < 3.5 ? 2 : raw / scale < 7.5 ? 5 : 10);
  std::vector<double> out;
  for (double t = std::ceil(low / step - 1e-9) * step; t <= high + 1e-9 * step; t += step)
    out.push_back(std::abs(t) < 1e-9 * step ? 0.0 : t);
  return out;
}

// From the problem's plane to the picture.
struct Frame {
  const Landscape& plane;
  double inner_width = width - left - right, inner_height = 0;
  explicit Frame(const Landscape& l) : plane(l) {
    const double ratio = (l.upper[1] - l.lower[1]) / (l.upper[0] - l.lower[0]);
    inner_height = inner_width * std::clamp(ratio, 0.6, 1.0);
  }
  [[nodiscard]] double x(double v) const {
    return left + inner_width * (v - plane.lower[0]) / (plane.upper[0] - plane.lower[0]);
  }
  [[nodiscard]] double y(double v) const {
    return top + inner_height * (plane.upper[1] - v) / (plane.upper[1] - plane.lower[1]);
  }
  [[nodiscard]] Point place(const Point& p) const {  // far outside: kept near, the clip hides it
    return {std::clamp(x(p[0]), -4 * width, 5 * width), std::clamp(y(p[1]), -4 * width, 5 * width)};
  }
};

std::string path_data(const std::vector<Point>& points, bool closed) {
  std::string d;
  for (std::size_t i = 0; i < points.size(); ++i)
    d += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", points[i][0], points[i][1]);
  return closed ? d + "Z" : d;
}

// Terraces: every level's region is painted over the one below it.
std::string terraces(const Landscape& l, const Frame& frame) {
  std::string out;
  for (const double level : valley_levels(l.values, level_count)) {
    std::string d;
    for (const auto& ring : contour(l.values, l.columns, l.rows, level)) {
      std::vector<Point> points;
      for (const auto& p : ring)
        points.push_back({left + frame.inner_width * p[0] / static_cast<double>(l.columns - 1),
                          top + frame.inner_height * (1.0 - p[1] / static_cast<double>(l.rows - 1))});
      const auto line = simplified(points, 0.12);
      if (line.size() > 2) d += path_data(line, true);
    }
    if (!d.empty()) out += fmt::format("<path d=\"{}\"><title>f = {}</title></path>\n", d, number(level, 3));
  }
  return out;
}

std::string axes(const Landscape& l, const Frame& frame) {
  std::string out;
  const double base = top + frame.inner_height;
  for (const double t : ticks(l.lower[0], l.upper[0], 5))
    out += fmt::format("<path d=\"M{0:.1f} {1:.1f}v4\"/><text x=\"{0:.1f}\" y=\"{2:.1f}\" class=\"x\">{3}</text>",
                       frame.x(t), base, base + 17, html_number(t, 3));
  for (const double t : ticks(l.lower[1], l.upper[1], 5))
    out += fmt::format("<path d=\"M{0} {1:.1f}h-4\"/><text x=\"{2}\" y=\"{3:.1f}\" class=\"y\">{4}</text>", left,
                       frame.y(t), left - 8, frame.y(t) + 4, html_number(t, 3));
  out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"x name\">x₁</text>", left + frame.inner_width / 2,
                     base + 33);
  out += fmt::format("<text x=\"10\" y=\"{:.1f}\" class=\"x name\">x₂</text>", top + frame.inner_height / 2 + 4);
  return out;
}

const Run* run_with_path(const MethodResult& method, const std::string& problem) {
  for (const auto& r : method.runs)
    if (r.problem == problem && !r.path.empty()) return &r;
  return nullptr;
}

// The iterates as a line with a dot each; a ring where it starts, a disc where it ends.
std::string route(const Run& run, const Look& look, const Frame& frame) {
  std::vector<Point> points;
  for (const auto& p : run.path)
    if (std::isfinite(p[0]) && std::isfinite(p[1])) points.push_back(frame.place(p));
  if (points.empty()) return "";
  if (points.size() > most_steps) points = simplified(points, 0.3);  // what the eye can't see goes first
  while (points.size() > most_steps) {
    std::vector<Point> fewer;
    for (std::size_t i = 0; i < points.size(); ++i)
      if (i % 2 == 0 || i + 1 == points.size()) fewer.push_back(points[i]);
    points = std::move(fewer);
  }
  const std::string d = path_data(points, false), &dash = dash_patterns()[look.dash];
  std::string dots;
  if (points.size() <= 120)
    for (const auto& p : points) dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.3\"/>", p[0], p[1]);
  return fmt::format(
      "<path class=\"halo\" d=\"{0}\"/><path class=\"line\" d=\"{0}\"{1}/>{2}"
      "<circle class=\"start\" cx=\"{3:.1f}\" cy=\"{4:.1f}\" r=\"5\"/>"
      "<circle class=\"end\" cx=\"{5:.1f}\" cy=\"{6:.1f}\" r=\"4.4\"/>",
      d, dash.empty() ? "" : fmt::format(" stroke-dasharray=\"{}\"", dash), dots, points.front()[0],
      points.front()[1], points.back()[0], points.back()[1]);
}

}  // namespace

std::string landscape_figure(const Results& results, const Landscape& l, const std::vector<Look>& looks,
                             const std::string& id) {
  const Frame frame(l);
  const double height = top + frame.inner_height + bottom;
  std::string routes, legend;
  for (std::size_t i = 0; i < results.methods.size(); ++i) {
    const auto& m = results.methods[i];
    const Run* run = run_with_path(m, l.problem);
    if (run == nullptr) continue;
    const std::size_t steps = run->path.size() - 1;
    routes += fmt::format(
        "<g class=\"route\" id=\"{}-route-{}\" style=\"--c:var(--c{})\"><title>{}: {} steps</title>{}</g>\n", id, i,
        looks[i].color, escaped(m.label), steps, route(*run, looks[i], frame));
    std::string answers;
    for (const auto& [kind, count] : run->evaluations) {
      std::string words = kind;
      std::replace(words.begin(), words.end(), '_', ' ');
      if (count > 0)
        answers += fmt::format("{}{} {}", answers.empty() ? "" : ", ", escaped(words), html_count(count));
    }
    legend += fmt::format(
        "<li><label><input type=\"checkbox\" checked data-route=\"{}-route-{}\">{}<span class=\"name\">{}"
        "<small>{}</small></span><b>{}</b></label></li>\n",
        id, i, key_line(looks[i]), escaped(m.label), answers, html_count(static_cast<double>(steps)));
  }
  std::string targets;
  for (const auto& p : l.minimisers)
    targets += fmt::format("<path d=\"M{:.1f} {:.1f}m-9 0h18m-9 -9v18\"/>", frame.x(p[0]), frame.y(p[1]));
  return fmt::format(
             "<figure class=\"landscape\" id=\"{0}\">\n<svg viewBox=\"0 0 {1:.0f} {2:.0f}\" role=\"img\" "
             "aria-label=\"Level lines of {3}, with the path of each method\">\n"
             "<clipPath id=\"{0}-clip\"><rect x=\"{4}\" y=\"{5}\" width=\"{6:.1f}\" height=\"{7:.1f}\"/></clipPath>\n"
             "<rect class=\"floor\" x=\"{4}\" y=\"{5}\" width=\"{6:.1f}\" height=\"{7:.1f}\"/>\n"
             "<g class=\"terraces\" fill-rule=\"evenodd\">{8}</g>\n"
             "<g class=\"targets\">{9}</g>\n<g clip-path=\"url(#{0}-clip)\">\n{10}</g>\n"
             "<rect class=\"frame\" x=\"{4}\" y=\"{5}\" width=\"{6:.1f}\" height=\"{7:.1f}\"/>\n"
             "<g class=\"axes\">{11}</g></svg>\n",
             id, width, height, escaped(l.problem), left, top, frame.inner_width, frame.inner_height,
             terraces(l, frame), targets, routes, axes(l, frame)) +
         fmt::format(
             "<figcaption><h3>{}</h3>{}<p>Level lines are spaced evenly in the logarithm of f above its lowest value "
             "here. ○ start, ● end, + minimiser.</p></figcaption></figure>\n",
             escaped(l.problem),
             legend.empty() ? ""
                            : "<ul class=\"routes\"><li class=\"head\"><span>Method</span><span>Steps</span></li>" +
                                  legend + "</ul>");
}

}  // namespace thalweg::report
