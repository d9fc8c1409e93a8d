// When a gradient method stops, and what it says. Shared by first_order, second_order and higher_order.
//
// Converged means, at the point returned, ‖∇f‖∞ ≤ tolerance: the user's (Tolerances::gradient) or the method's option
// gradient_tolerance, 1e-8 by default, both absolute. Without a tolerance of the user's it may also mean that the
// method can go no further because what its quadratic model still promises, the decrement ½ ∇fᵀH⁻¹∇f (Boyd &
// Vandenberghe, Convex Optimization, §9.5), is below the rounding of f, 1e-14·|f|: near a minimum f sees steps only
// down to √ε, and a gradient of 1e-8 may lie below that. The message says which. Everything else that cannot go on is
// `stalled`.
#pragma once

#include <span>
#include <string>

#include "thalweg/core/search.hpp"

namespace thalweg {

inline constexpr double default_gradient_tolerance = 1e-8;
inline constexpr double value_rounding = 1e-14;  // relative; some tens of units in the last place

class Stopping {
 public:
  Stopping(const Search& search, double gradient_tolerance);  // the method's option
  [[nodiscard]] double gradient_tolerance() const { return gradient_tolerance_; }
  [[nodiscard]] bool gradient_met(double gradient_max) const { return gradient_max <= gradient_tolerance_; }
  // The decrement promises nothing that f could show.
  [[nodiscard]] bool decrement_met(double decrement, double f) const;
  [[nodiscard]] bool watches_change() const { return f_ || x_; }
  // The user's tolerances of f and x, between two iterates. Empty when neither is met or set.
  [[nodiscard]] std::string small_change(double f_before, double f_after, double step_max) const;

 private:
  double gradient_tolerance_;
  bool users_gradient_;
  std::optional<double> f_, x_;
};

// Finishes as converged if ∇f also passes at the best point seen, which is what the run returns: asks ∇f there when
// that is not x (a rejected trial may have been lower by rounding). Otherwise leaves the best point in x, its value
// in f and its gradient in g, and returns false.
bool finish_if_converged(Objective<double>& f, Search& search, const Stopping& stopping, std::span<double> x,
                         double& value, std::span<double> gradient);

// No step from x goes down: converged if the decrement says so (negative: unknown), else stalled because of `why`.
void finish_without_progress(Search& search, const Stopping& stopping, std::span<const double> x, double value,
                             std::span<const double> gradient, double decrement, const std::string& why);
// f(x₀) or ∇f(x₀) is not finite.
void finish_bad_start(Search& search);

}  // namespace thalweg
