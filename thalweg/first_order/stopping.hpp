// When a gradient method stops, and what it says. Shared by first_order, second_order and higher_order.
//
// Converged means, at the point returned, ‖∇f‖∞ ≤ tolerance: the user's (Tolerances::gradient) or the method's option
// gradient_tolerance, 1e-8 by default, both absolute; within bounds ∇f is the projected gradient. Without a tolerance
// of the user's it may also mean that the method can go no further because what its quadratic model still promises,
// the decrement ½ ∇fᵀH⁻¹∇f (Boyd & Vandenberghe, Convex Optimization, §9.5), is below the rounding of f, 1e-14·|f|:
// near a minimum f sees steps only down to √ε, and a gradient of 1e-8 may lie below that. That is believed of an
// exact Hessian. A metric that was learnt, or conjugate gradients that were cut, may promise nothing far from any
// minimum (BFGS on Chebyquad from ten times the start: decrement 5e-18 at f = 1.1); there the scaled gradient max
// |∇f_i| max(|x_i|, 1e-3)/max(|f|, 1) (Dennis & Schnabel, Numerical Methods for Unconstrained Optimization (1983),
// (7.2.5)) must be at most 1e-6 too. The message says which. Everything else that cannot go on is `stalled`.
#pragma once

#include <span>
#include <string>

#include "thalweg/core/search.hpp"
#include "thalweg/first_order/box.hpp"

namespace thalweg {

inline constexpr double default_gradient_tolerance = 1e-8;
inline constexpr double value_rounding = 1e-14;  // relative; some tens of units in the last place
inline constexpr double scaled_gradient = 1e-6;  // of convergence at the rounding of f

class Stopping {
 public:
  Stopping(const Search& search, double gradient_tolerance);  // the method's option
  [[nodiscard]] double gradient_tolerance() const { return gradient_tolerance_; }
  [[nodiscard]] bool gradient_met(double gradient_max) const { return gradient_max <= gradient_tolerance_; }
  // ‖∇f‖∞; within bounds that of the projected gradient.
  [[nodiscard]] double size(std::span<const double> x, std::span<const double> gradient) const {
    return box_.stationarity(x, gradient);
  }
  [[nodiscard]] const Box& box() const { return box_; }
  // The decrement promises nothing that f could show.
  [[nodiscard]] bool decrement_met(double decrement, double f) const;
  // That, and the decrement is that of an exact Hessian or the scaled gradient is small: converged for all that f can
  // show.
  [[nodiscard]] bool at_floor(double decrement, std::span<const double> x, double f, std::span<const double> gradient,
                              bool exact) const;
  [[nodiscard]] bool watches_change() const { return f_ || x_; }
  // The user's tolerances of f and x, between two iterates. Empty when neither is met or set.
  [[nodiscard]] std::string small_change(double f_before, double f_after, double step_max) const;

 private:
  Box box_;
  double gradient_tolerance_;
  bool users_gradient_;
  std::optional<double> f_, x_;
};

// Finishes as converged if ∇f also passes at the best point seen, which is what the run returns: asks ∇f there when
// that is not x (a rejected trial may have been lower by rounding). Otherwise leaves the best point in x, its value
// in f and its gradient in g, and returns false.
bool finish_if_converged(Objective<double>& f, Search& search, const Stopping& stopping, std::span<double> x,
                         double& value, std::span<double> gradient);

// No step from x goes down: converged if the decrement says so (negative: unknown; exact: of a model with the exact
// Hessian), else stalled because of `why`.
void finish_without_progress(Search& search, const Stopping& stopping, std::span<const double> x, double value,
                             std::span<const double> gradient, double decrement, const std::string& why,
                             bool exact = true);
// f(x₀) or ∇f(x₀) is not finite.
void finish_bad_start(Search& search);

}  // namespace thalweg
