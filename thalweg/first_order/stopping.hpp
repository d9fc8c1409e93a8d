// When a gradient method stops, and what it says. Shared by first_order, second_order and higher_order.
//
// Converged means ‖∇f‖∞ ≤ tolerance at the point returned. The tolerance is the user's (Tolerances::gradient,
// absolute) or, by default, gradient_tolerance·max(1, 1e-8·‖∇f(x₀)‖∞): 1e-8, unless that lies below the rounding of
// the start's own gradient. Where the rounding of f, ∇f or x stops a method above it (Meyer's function: the exact
// gradient at its minimiser rounded to double is 2e-4) the status is `stalled`, and the message says how far it came.
#pragma once

#include <span>
#include <string>

#include "thalweg/core/search.hpp"

namespace thalweg {

inline constexpr double default_gradient_tolerance = 1e-8;
inline constexpr double start_gradient_rounding = 1e-8;  // see above; 1e-16 in all

class Stopping {
 public:
  // `gradient_tolerance` is the method's option, `first` is ∇f at the start.
  Stopping(const Search& search, double gradient_tolerance, std::span<const double> first);
  [[nodiscard]] double gradient_tolerance() const { return gradient_tolerance_; }
  [[nodiscard]] bool gradient_met(double gradient_max) const { return gradient_max <= gradient_tolerance_; }
  // The user's tolerances of f and x, between two iterates. Empty when neither is met or set.
  [[nodiscard]] std::string small_change(double f_before, double f_after, double step_max) const;

 private:
  double gradient_tolerance_;
  std::optional<double> f_, x_;
};

// Finishes as converged if ∇f also passes at the best point seen, which is what the run returns: asks ∇f there when
// that is not x (a rejected trial may have been lower by rounding). Otherwise leaves the best point in x, its value
// in f and its gradient in g, and returns false.
bool finish_if_converged(Objective<double>& f, Search& search, const Stopping& stopping, std::span<double> x,
                         double& value, std::span<double> gradient);

std::string stalled_message(const std::string& why, double gradient_max, double tolerance);
// f(x₀) or ∇f(x₀) is not finite.
void finish_bad_start(Search& search);

}  // namespace thalweg
