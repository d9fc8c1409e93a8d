#include "thalweg/report/contour.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "thalweg/report/statistics.hpp"

namespace thalweg::report {
namespace {

// The grid with a frame of low values laid around it at no distance, so that every level line closes.
class Padded {
 public:
  Padded(std::span<const double> values, std::size_t columns, std::size_t rows, double level)
      : values_(values), columns_(columns), rows_(rows), level_(level) {}
  [[nodiscard]] std::size_t columns() const { return columns_ + 2; }
  [[nodiscard]] std::size_t rows() const { return rows_ + 2; }
  // height above the level: inside the region where ≥ 0
  [[nodiscard]] double height(std::size_t c, std::size_t r) const {
    if (c == 0 || r == 0 || c > columns_ || r > rows_) return -1.0;
    const double v = values_[(r - 1) * columns_ + (c - 1)];
    return std::isfinite(v) ? v - level_ : 1e300;
  }
  [[nodiscard]] Point place(std::size_t c, std::size_t r) const {
    const auto inside = [](std::size_t i, std::size_t n) {
      return static_cast<double>(std::clamp<std::size_t>(i, 1, n) - 1);
    };
    return {inside(c, columns_), inside(r, rows_)};
  }

 private:
  std::span<const double> values_;
  std::size_t columns_, rows_;
  double level_;
};

}  // namespace

std::vector<Ring> contour(std::span<const double> values, std::size_t columns, std::size_t rows, double level) {
  const Padded grid(values, columns, rows, level);
  // An edge between two neighbouring vertices: the vertex with the smaller index, and whether it runs down.
  const auto edge = [&](std::size_t c, std::size_t r, bool down) -> std::uint64_t {
    return 2 * (static_cast<std::uint64_t>(r) * grid.columns() + c) + (down ? 1 : 0);
  };
  const auto crossing = [&](std::uint64_t e) -> Point {
    const auto at = static_cast<std::size_t>(e / 2);
    const std::size_t c = at % grid.columns(), r = at / grid.columns();
    const std::size_t c2 = c + (e % 2 == 0 ? 1 : 0), r2 = r + (e % 2 == 1 ? 1 : 0);
    const double a = grid.height(c, r), b = grid.height(c2, r2);
    const double t = a / (a - b);  // of opposite sign, so the divisor is not zero
    const Point p = grid.place(c, r), q = grid.place(c2, r2);
    return {p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])};
  };

  // Each cell joins the crossings of its edges by segments that keep the region on one side; a segment leads from
  // the edge it enters by to the next, so the rings follow by walking.
  std::unordered_map<std::uint64_t, std::uint64_t> next;
  for (std::size_t r = 0; r + 1 < grid.rows(); ++r)
    for (std::size_t c = 0; c + 1 < grid.columns(); ++c) {
      const double h0 = grid.height(c, r), h1 = grid.height(c + 1, r);
      const double h2 = grid.height(c + 1, r + 1), h3 = grid.height(c, r + 1);
      const unsigned inside = (h0 >= 0 ? 1u : 0u) | (h1 >= 0 ? 2u : 0u) | (h2 >= 0 ? 4u : 0u) | (h3 >= 0 ? 8u : 0u);
      if (inside == 0 || inside == 15) continue;
      const std::uint64_t top = edge(c, r, false), right = edge(c + 1, r, true);
      const std::uint64_t bottom = edge(c, r + 1, false), left = edge(c, r, true);
      const bool joined = h0 / 4 + h1 / 4 + h2 / 4 + h3 / 4 >= 0;  // a saddle: is its middle inside?
      switch (inside) {
        case 1:
          next[top] = left;
          break;
        case 2:
          next[right] = top;
          break;
        case 3:
          next[right] = left;
          break;
        case 4:
          next[bottom] = right;
          break;
        case 5:
          joined ? (next[top] = right, next[bottom] = left) : (next[top] = left, next[bottom] = right);
          break;
        case 6:
          next[bottom] = top;
          break;
        case 7:
          next[bottom] = left;
          break;
        case 8:
          next[left] = bottom;
          break;
        case 9:
          next[top] = bottom;
          break;
        case 10:
          joined ? (next[right] = bottom, next[left] = top) : (next[right] = top, next[left] = bottom);
          break;
        case 11:
          next[right] = bottom;
          break;
        case 12:
          next[left] = right;
          break;
        case 13:
          next[top] = right;
          break;
        default:
          next[left] = top;
          break;  // 14
      }
    }

  std::vector<std::uint64_t> starts;
  starts.reserve(next.size());
  for (const auto& [from, to] : next) starts.push_back(from);
  std::sort(starts.begin(), starts.end());
  std::vector<Ring> rings;
  for (const std::uint64_t start : starts) {
    Ring ring;
    std::uint64_t at = start;
    for (auto step = next.find(at); step != next.end(); step = next.find(at)) {  // each segment once
      const Point p = crossing(at);
      if (ring.empty() || ring.back() != p) ring.push_back(p);
      at = step->second;
      next.erase(step);
    }
    while (ring.size() > 1 && ring.front() == ring.back()) ring.pop_back();
    if (ring.size() > 2) rings.push_back(std::move(ring));
  }
  return rings;
}

std::vector<double> valley_levels(std::span<const double> values, std::size_t count) {
  std::vector<double> heights;
  for (const double v : values)
    if (std::isfinite(v)) heights.push_back(v);
  if (heights.empty() || count == 0) return {};
  const double lowest = *std::min_element(heights.begin(), heights.end());
  for (double& h : heights) h -= lowest;
  const double top = *std::max_element(heights.begin(), heights.end());
  if (!(top > 0.0) || !std::isfinite(top)) return {};
  const double from = std::max(quantile(heights, 0.02), 1e-6 * top);
  const double to = std::max(quantile(heights, 0.97), 2.0 * from);
  std::vector<double> levels;
  for (std::size_t k = 0; k < count; ++k) {
    const double share = count > 1 ? static_cast<double>(k) / static_cast<double>(count - 1) : 0.0;
    levels.push_back(lowest + from * std::pow(to / from, share));
  }
  return levels;
}

std::vector<Point> simplified(const std::vector<Point>& line, double tolerance) {
  if (line.size() < 3) return line;
  std::vector<bool> keep(line.size(), false);
  keep.front() = keep.back() = true;
  std::vector<std::pair<std::size_t, std::size_t>> open = {{0, line.size() - 1}};
  while (!open.empty()) {
    const auto [from, to] = open.back();
    open.pop_back();
    const double dx = line[to][0] - line[from][0], dy = line[to][1] - line[from][1];
    const double length = std::hypot(dx, dy);
    double farthest = 0.0;
    std::size_t at = from;
    for (std::size_t i = from + 1; i < to; ++i) {
      const double px = line[i][0] - line[from][0], py = line[i][1] - line[from][1];
      const double along = length > 0 ? std::clamp((px * dx + py * dy) / (length * length), 0.0, 1.0) : 0.0;
      const double distance = std::hypot(px - along * dx, py - along * dy);
      if (distance > farthest) farthest = distance, at = i;
    }
    if (farthest <= tolerance) continue;
    keep[at] = true;
    open.emplace_back(from, at);
    open.emplace_back(at, to);
  }
  std::vector<Point> out;
  for (std::size_t i = 0; i < line.size(); ++i)
    if (keep[i]) out.push_back(line[i]);
  return out;
}

}  // namespace thalweg::report
