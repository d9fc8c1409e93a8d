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
constexpr std::size_t level_count = 14, most_steps = 400, most_shown = 4;

// Round numbers that divide [low, high] into about `count` parts.
std::vector<double> ticks(double low, double high, int count) {
  const double raw = (high - low) / count, scale = std::pow(10.0, std::floor(std::log10(raw)));
  const double step = scale * (raw / scale < 1.5 ? 1 : raw / scale < 3.5 ? 2 : raw / scale < 7.5 ? 5 : 10);
  std::vector<double> out;
  for (double t = std::ceil(low / step - 1e-9) * step; t <= high + 1e-9 * step; t += step)
    out.push_back(std::abs(t) < 1e-9 * step ? 0.0 : t);
  return out;
}

// From the problem's plane to the picture, which shows a part of it.
struct Frame {
  Point lower, upper;
  double inner_width = width - left - right, inner_height = 0;
  Frame(const Point& lower_, const Point& upper_) : lower(lower_), upper(upper_) {
    const double ratio = (upper[1] - lower[1]) / (upper[0] - lower[0]);
    inner_height = inner_width * std::clamp(ratio, 0.6, 1.0);
  }
  [[nodiscard]] double x(double v) const { return left + inner_width * (v - lower[0]) / (upper[0] - lower[0]); }
  [[nodiscard]] double y(double v) const { return top + inner_height * (upper[1] - v) / (upper[1] - lower[1]); }
  [[nodiscard]] Point place(const Point& p) const {  // far outside: kept near, the clip hides it
    return {std::clamp(x(p[0]), -4 * width, 5 * width), std::clamp(y(p[1]), -4 * width, 5 * width)};
  }
};

// One method's way over the landscape.
struct Route {
  std::size_t method = 0;
  const Run* run = nullptr;
  double steps = 0;
  int order = 0;  // the highest derivative that was asked for
  bool shown = true;
};

int order_of(const Run& run) {
  int order = 0;
  for (const auto& [kind, count] : run.evaluations) {
    if (!(count > 0)) continue;
    if (kind.find("third") != std::string::npos)
      order = std::max(order, 3);
    else if (kind.find("hessian") != std::string::npos)
      order = std::max(order, 2);
    else if (kind != "value")
      order = std::max(order, 1);
  }
  return order;
}

std::vector<Route> routes_on(const Results& results, const std::string& problem) {
  std::vector<Route> routes;
  for (std::size_t i = 0; i < results.methods.size(); ++i)
    for (const auto& r : results.methods[i].runs)
      if (r.problem == problem && !r.path.empty()) {
        const double steps = std::isfinite(r.iterations) ? r.iterations : static_cast<double>(r.path.size() - 1);
        routes.push_back({i, &r, steps, order_of(r), true});
        break;
      }
  std::stable_sort(routes.begin(), routes.end(), [](const Route& a, const Route& b) { return a.order < b.order; });
  // Many paths hide each other: at first one of each order is shown, that which arrived in the fewest steps.
  if (routes.size() <= most_shown) return routes;
  const auto better = [](const Route& a, const Route& b) {
    const bool there = a.run->status == "converged" || a.run->status == "target_reached";
    const bool other = b.run->status == "converged" || b.run->status == "target_reached";
    return there != other ? there : there ? a.steps < b.steps : a.run->f < b.run->f;
  };
  for (auto& r : routes)
    r.shown = std::none_of(routes.begin(), routes.end(),
                           [&](const Route& other) { return other.order == r.order && better(other, r); });
  return routes;
}

// The part of the plane that holds the shown paths and the minimisers, with a margin.
Frame frame_of(const Landscape& l, const std::vector<Route>& routes) {
  Point low = {1e300, 1e300}, high = {-1e300, -1e300};
  const auto include = [&](const Point& p) {
    if (!(p[0] >= l.lower[0] && p[0] <= l.upper[0] && p[1] >= l.lower[1] && p[1] <= l.upper[1])) return;
    for (std::size_t k = 0; k < 2; ++k) low[k] = std::min(low[k], p[k]), high[k] = std::max(high[k], p[k]);
  };
  for (const auto& p : l.minimisers) include(p);
  for (const auto& r : routes)
    if (r.shown) std::for_each(r.run->path.begin(), r.run->path.end(), include);
  const double size = std::max(high[0] - low[0], high[1] - low[1]);
  if (!(size > 0.0)) return {l.lower, l.upper};
  for (std::size_t k = 0; k < 2; ++k) {
    const double middle = (low[k] + high[k]) / 2, half = std::max(high[k] - low[k], 0.6 * size) / 2 + 0.16 * size;
    low[k] = std::max(middle - half, l.lower[k]), high[k] = std::min(middle + half, l.upper[k]);
  }
  return {low, high};
}

std::string path_data(const std::vector<Point>& points, bool closed) {
  std::string d;
  for (std::size_t i = 0; i < points.size(); ++i)
    d += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", points[i][0], points[i][1]);
  return closed ? d + "Z" : d;
}

// Terraces: every level's region is painted over the one below it.
std::string terraces(const Landscape& l, const Frame& frame) {
  const auto at = [&](std::size_t k, double cell, std::size_t count) {
    return l.lower[k] + (l.upper[k] - l.lower[k]) * cell / static_cast<double>(count - 1);
  };
  std::vector<double> seen;
  for (std::size_t i = 0; i < l.values.size(); ++i) {
    const double x = at(0, static_cast<double>(i % l.columns), l.columns);
    const double y = at(1, static_cast<double>(i / l.columns), l.rows);
    if (x >= frame.lower[0] && x <= frame.upper[0] && y >= frame.lower[1] && y <= frame.upper[1])
      seen.push_back(l.values[i]);
  }
  std::string out;
  for (const double level : valley_levels(seen, level_count)) {
    std::string d;
    for (const auto& ring : contour(l.values, l.columns, l.rows, level)) {
      std::vector<Point> points;
      for (const auto& p : ring) points.push_back({frame.x(at(0, p[0], l.columns)), frame.y(at(1, p[1], l.rows))});
      const auto line = simplified(points, 0.12);
      if (line.size() > 2) d += path_data(line, true);
    }
    if (!d.empty()) out += fmt::format("<path d=\"{}\"><title>f = {}</title></path>\n", d, number(level, 3));
  }
  return out;
}

std::string tick_text(double v) {
  const std::string text = fmt::format("{:g}", v);
  return text[0] == '-' ? "−" + text.substr(1) : text;
}

std::string axes(const Frame& frame) {
  std::string out;
  const double base = top + frame.inner_height;
  for (const double t : ticks(frame.lower[0], frame.upper[0], 5))
    out += fmt::format("<path d=\"M{0:.1f} {1:.1f}v4\"/><text x=\"{0:.1f}\" y=\"{2:.1f}\" class=\"x\">{3}</text>",
                       frame.x(t), base, base + 17, tick_text(t));
  for (const double t : ticks(frame.lower[1], frame.upper[1], 5))
    out += fmt::format("<path d=\"M{0} {1:.1f}h-4\"/><text x=\"{2}\" y=\"{3:.1f}\" class=\"y\">{4}</text>", left,
                       frame.y(t), left - 8, frame.y(t) + 4, tick_text(t));
  out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"x name\">x₁</text>", left + frame.inner_width / 2,
                     base + 33);
  out += fmt::format("<text x=\"10\" y=\"{:.1f}\" class=\"x name\">x₂</text>", top + frame.inner_height / 2 + 4);
  return out;
}

// The iterates as a line with a dot each; a ring where it starts, a disc where it ends.
std::string drawn(const Run& run, const Look& look, const Frame& frame) {
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
  auto routes = routes_on(results, l.problem);
  const Frame frame = frame_of(l, routes);
  const double height = top + frame.inner_height + bottom;
  const std::array<const char*, 4> orders = {"Order 0: values", "Order 1: gradients", "Order 2: curvature",
                                             "Order 3: third derivatives"};
  std::string legend;
  bool hidden = false;
  int order = -1;
  for (const auto& r : routes) {
    hidden = hidden || !r.shown;
    if (r.order != order)
      legend += fmt::format("<li class=\"head\"><span>{}</span><span>{}</span></li>\n",
                            orders[static_cast<std::size_t>(order = r.order)], legend.empty() ? "Steps" : "");
    legend += fmt::format(
        "<li><label><input type=\"checkbox\"{} data-route=\"{}-route-{}\">{}<span class=\"name\">{}</span><b>{}</b>"
        "</label></li>\n",
        r.shown ? " checked" : "", id, r.method, key_line(looks[r.method]), escaped(results.methods[r.method].label),
        html_count(r.steps));
  }
  // the shortest on top
  std::stable_sort(routes.begin(), routes.end(), [](const Route& a, const Route& b) { return a.steps > b.steps; });
  std::string paths;
  for (const auto& r : routes)
    paths += fmt::format(
        "<g class=\"route\" id=\"{}-route-{}\" style=\"--c:var(--c{}){}\"><title>{}: {:.0f} steps</title>{}</g>\n",
        id, r.method, looks[r.method].color, r.shown ? "" : ";display:none", escaped(results.methods[r.method].label),
        r.steps, drawn(*r.run, looks[r.method], frame));
  std::string targets;
  for (const auto& p : l.minimisers)
    targets += fmt::format("<path d=\"M{:.1f} {:.1f}m-9 0h18m-9 -9v18\"/>", frame.x(p[0]), frame.y(p[1]));
  return fmt::format(
             "<figure class=\"landscape\" id=\"{0}\">\n<svg viewBox=\"0 0 {1:.0f} {2:.0f}\" role=\"img\" "
             "aria-label=\"Level lines of {3}, with the path of each method\">\n"
             "<clipPath id=\"{0}-clip\"><rect x=\"{4}\" y=\"{5}\" width=\"{6:.1f}\" height=\"{7:.1f}\"/></clipPath>\n"
             "<rect class=\"floor\" x=\"{4}\" y=\"{5}\" width=\"{6:.1f}\" height=\"{7:.1f}\"/>\n"
             "<g clip-path=\"url(#{0}-clip)\">\n<g class=\"terraces\" fill-rule=\"evenodd\">{8}</g>\n"
             "<g class=\"targets\">{9}</g>\n{10}</g>\n"
             "<rect class=\"frame\" x=\"{4}\" y=\"{5}\" width=\"{6:.1f}\" height=\"{7:.1f}\"/>\n"
             "<g class=\"axes\">{11}</g></svg>\n",
             id, width, height, escaped(l.problem), left, top, frame.inner_width, frame.inner_height,
             terraces(l, frame), targets, paths, axes(frame)) +
         fmt::format(
             "<figcaption><h3>{}</h3>{}<p>Level lines are spaced evenly in the logarithm of f above its lowest value "
             "here. ○ start, ● end, + minimiser.{}</p></figcaption></figure>\n",
             escaped(l.problem), legend.empty() ? "" : "<ul class=\"routes\">" + legend + "</ul>",
             hidden ? " At first one path of each order is shown, that which arrived in the fewest steps." : "");
}

}  // namespace thalweg::report
