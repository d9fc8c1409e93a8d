// The yardsticks by which the field judges derivative-free methods, as pure functions of hitting times.
//
// Data profiles and their convergence test: Moré & Wild (2009), "Benchmarking derivative-free optimization
// algorithms", SIAM J. Optim. 20, §2. Performance profiles: Dolan & Moré (2002), Math. Program. 91.
// Run-time distributions over COCO's targets, and expected running times: Hansen, Auger, Ros, Mersmann, Tušar &
// Brockhoff (2021), "COCO: a platform for comparing continuous optimizers in a black-box setting", Optim. Methods
// Softw. 36; Hansen, Auger, Brockhoff, Tušar & Tušar (2016), "COCO: Performance assessment", arXiv:1605.03560.
//
// A time is a count of evaluations; +inf stands for a target that was not reached.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace thalweg::profiles {

inline constexpr std::array<double, 4> tolerances = {1e-1, 1e-3, 1e-5, 1e-7};  // τ, of Moré & Wild

// A distribution function in steps: y[i] from x[i] on, to the next; 0 before the first. x rises strictly.
struct Steps {
  std::vector<double> x, y;
  [[nodiscard]] double at(double place) const;
  friend bool operator==(const Steps&, const Steps&) = default;
};

// The share of the weight of `times` that is ≤ x, for every x: each finite time is a step, +inf none. Weights are
// ≥ 0, one a time; without them each time counts the same.
Steps distribution(std::span<const double> times, std::span<const double> weights = {});
// At most `most` steps (≥ 2) of it: first and last among them, the others evenly spread.
Steps thinned(const Steps& steps, std::size_t most);
// The mean of the steps over ln x from `low` to `high` > low > 0: 1 when everything is solved at once.
double log_area(const Steps& steps, double low, double high);

// Moré & Wild: solved once f ≤ this, f_L + τ(f(x0) − f_L).
inline double convergence_level(double f0, double low, double tau) { return low + tau * (f0 - low); }

// 10^2, 10^1.8, …, 10^−8: the 51 precisions above the optimum of COCO's run-time distributions.
std::vector<double> coco_precisions();
// Those of COCO's tables: 10, 1, 10^−1, 10^−2, 10^−3, 10^−5, 10^−7.
inline constexpr std::array<double, 7> table_precisions = {10.0, 1.0, 1e-1, 1e-2, 1e-3, 1e-5, 1e-7};

// The expected running time (ERT, aRT): the evaluations of all trials, a successful one up to its success, by the
// number of successes: the mean time of a method that is restarted until it succeeds. +inf without a success.
struct RunningTime {
  double expected = std::numeric_limits<double>::infinity();
  std::size_t successes = 0, trials = 0;
};
// times[i] of trial i, +inf where it failed after ends[i] evaluations.
RunningTime running_time(std::span<const double> times, std::span<const double> ends);

}  // namespace thalweg::profiles
