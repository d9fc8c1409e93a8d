#include "thalweg/report/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::report {
namespace {
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();
}  // namespace

Moments moments(std::span<const double> values) {
  double sum = 0.0;
  std::size_t n = 0;
  for (const double v : values)
    if (std::isfinite(v)) sum += v, ++n;
  if (n == 0) return {nan, nan, 0};
  const double mean = sum / static_cast<double>(n);
  double squares = 0.0;
  for (const double v : values)
    if (std::isfinite(v)) squares += (v - mean) * (v - mean);
  return {mean, n > 1 ? std::sqrt(squares / static_cast<double>(n - 1)) : nan, n};
}

double quantile(std::span<const double> values, double p, bool larger_is_better) {
  if (values.empty()) return nan;
  std::vector<double> sorted(values.begin(), values.end());
  for (double& v : sorted)
    if (std::isnan(v)) v = larger_is_better ? -infinity : infinity;
  std::sort(sorted.begin(), sorted.end());
  const double place = std::clamp(p, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double share = place - static_cast<double>(below);
  if (share == 0.0 || sorted[below] == sorted[below + 1]) return sorted[below];
  return sorted[below] * (1.0 - share) + sorted[below + 1] * share;
}

std::vector<std::size_t> thinned(std::span<const double> y, std::size_t most) {
  const std::size_t n = y.size();
  std::vector<std::size_t> keep;
  if (n <= most) {
    for (std::size_t i = 0; i < n; ++i) keep.push_back(i);
    return keep;
  }
  const std::size_t buckets = (most - 2) / 2, inner = n - 2;
  keep.push_back(0);
  for (std::size_t b = 0; b < buckets; ++b) {
    const std::size_t from = 1 + b * inner / buckets, to = 1 + (b + 1) * inner / buckets;
    std::size_t low = n, high = n;
    for (std::size_t i = from; i < to; ++i) {
      if (!std::isfinite(y[i])) continue;
      if (low == n || y[i] < y[low]) low = i;
      if (high == n || y[i] > y[high]) high = i;
    }
    if (low == n) continue;
    keep.push_back(std::min(low, high));
    if (low != high) keep.push_back(std::max(low, high));
  }
  keep.push_back(n - 1);
  return keep;
}

double curve_at(std::span<const double> xs, std::span<const double> ys, double x, bool steps) {
  if (xs.empty() || x < xs.front() || std::isnan(x)) return nan;
  const auto after = static_cast<std::size_t>(std::upper_bound(xs.begin(), xs.end(), x) - xs.begin());
  if (after == xs.size() || steps || xs[after - 1] == x) return ys[after - 1];
  const double share = (x - xs[after - 1]) / (xs[after] - xs[after - 1]);
  return ys[after - 1] + share * (ys[after] - ys[after - 1]);
}

std::vector<double> shared_grid(const std::vector<std::span<const double>>& xs, std::span<const double> kept,
                                std::size_t most) {
  std::vector<double> all;
  for (const auto& x : xs)
    for (const double v : x)
      if (std::isfinite(v)) all.push_back(v);
  all.insert(all.end(), kept.begin(), kept.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.size() <= most) return all;
  const double low = all.front(), high = all.back();
  const auto above_zero = std::upper_bound(all.begin(), all.end(), 0.0);
  const std::size_t half = most / 2;
  std::vector<double> grid;
  for (std::size_t i = 0; i < half; ++i)
    grid.push_back(low + (high - low) * static_cast<double>(i) / static_cast<double>(half - 1));
  for (std::size_t i = 0; i + 1 < most - half && above_zero != all.end(); ++i)
    grid.push_back(*above_zero *
                   std::pow(high / *above_zero, static_cast<double>(i) / static_cast<double>(most - half - 1)));
  grid.insert(grid.end(), kept.begin(), kept.end());
  std::sort(grid.begin(), grid.end());
  grid.erase(std::unique(grid.begin(), grid.end()), grid.end());
  return grid;
}

Band band(const std::vector<Line>& runs, std::span<const double> grid, bool steps, bool larger_is_better) {
  Band out;
  double begin = -infinity, end = -infinity;
  for (const auto& r : runs)
    if (!r.x.empty()) begin = std::max(begin, r.x.front()), end = std::max(end, r.x.back());
  while (out.first < grid.size() && grid[out.first] < begin) ++out.first;
  std::vector<double> at;
  for (std::size_t i = out.first; i < grid.size() && grid[i] <= end; ++i) {
    at.clear();
    for (const auto& r : runs)
      if (!r.x.empty()) at.push_back(r.lost && grid[i] > r.x.back() ? nan : curve_at(r.x, r.y, grid[i], steps));
    out.low.push_back(quantile(at, 0.1, larger_is_better));
    out.middle.push_back(quantile(at, 0.5, larger_is_better));
    out.high.push_back(quantile(at, 0.9, larger_is_better));
  }
  return out;
}

}  // namespace thalweg::report
