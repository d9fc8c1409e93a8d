// The small statistics of a report: means, quantiles, curves brought to a shared grid, and fewer points.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace thalweg::report {

// Mean and sample standard deviation (n − 1) of the finite values; NaN where there are none (sd: fewer than two).
struct Moments {
  double mean, sd;
  std::size_t count;
};
Moments moments(std::span<const double> values);

// The p-quantile, p in [0, 1], by linear interpolation of the order statistics (R's type 7, Hyndman & Fan 1996).
// NaN counts as the worst value: +inf, or −inf when `larger_is_better`. An empty list gives NaN.
double quantile(std::span<const double> values, double p, bool larger_is_better = false);

// Indices of at most `most` points (≥ 4) that keep the first, the last and the extremes: the range of indices is cut
// into equal buckets and each keeps its lowest and its highest y. Not finite y are kept only at the ends.
std::vector<std::size_t> thinned(std::span<const double> y, std::size_t most);

// A curve at x: linear between its points, or held from the point before (`steps`); NaN before the first point, the
// last value after the last. xs rises weakly; the last of equal xs counts.
double curve_at(std::span<const double> xs, std::span<const double> ys, double x, bool steps);

// Increasing places that serve many curves, drawn against a linear or a logarithmic axis: all the places of the
// curves when they are at most `most`, else half of `most` evenly spaced and half evenly in the logarithm; and all of
// `kept` (where curves begin and end, finite).
std::vector<double> shared_grid(const std::vector<std::span<const double>>& xs, std::span<const double> kept,
                                std::size_t most);

// The 10 %, 50 % and 90 % quantiles over several runs at each place of the grid, from place `first` on: the first
// where every run has begun, to the last where any still runs (a run that ended keeps its last value).
struct Band {
  std::size_t first = 0;
  std::vector<double> low, middle, high;
};
struct Line {
  std::span<const double> x, y;
  bool lost = false;  // the run broke down: after its end it counts as the worst
};
Band band(const std::vector<Line>& runs, std::span<const double> grid, bool steps, bool larger_is_better);

}  // namespace thalweg::report
