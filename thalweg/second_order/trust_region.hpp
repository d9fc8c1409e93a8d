// The trust-region loop shared by newton and newton-cg: minimise f by steps s that minimise a quadratic model within
// ‖s‖ ≤ Δ (Conn, Gould & Toint, Trust-Region Methods (2000), Algorithm 6.1.1).
//
// With ρ = (f(x) − f(x + s))/(m(0) − m(s)): s is taken if ρ ≥ accept (and f does not rise); Δ becomes 2‖s‖ for ρ >
// 0.75 on the boundary, and for ρ < 0.25 shrinks to [1/16, 1/2]·‖s‖ at the minimiser of the parabola through f(x),
// gᵀs and f(x + s) (Dennis & Schnabel, Numerical Methods for Unconstrained Optimization (1983), §6.4.3, with 1/10 for
// 1/16). The first radius is infinite, so that a convex quadratic takes one step; where the
// first model is not convex it is max(1, ‖x₀‖).
#pragma once

#include <span>

#include "thalweg/core/search.hpp"
#include "thalweg/first_order/stopping.hpp"

namespace thalweg {

struct ModelStep {
  double decrease = 0.0;  // m(0) − m(s) ≥ 0
  double norm = 0.0;      // ‖s‖
  bool interior =
      true;  // not stopped by the radius: then `decrease` is the Newton decrement (or what CG reached of it)
};

// What a method adds to the loop.
class QuadraticModel {
 public:
  virtual ~QuadraticModel() = default;
  // Asks what is needed at x; false when the answer is not finite.
  virtual bool move_to(std::span<const double> x) = 0;
  // s within `radius`; where that is infinite and the model is not convex, within `fallback`.
  virtual ModelStep step(std::span<const double> gradient, double radius, double fallback, std::span<double> s) = 0;
  // Solves the model more exactly from now on; false when it cannot. Asked before the loop gives up.
  virtual bool refine() { return false; }
  // The model has the exact Hessian and is solved to rounding: its decrease can be believed.
  [[nodiscard]] virtual bool exact() const { return false; }
  // True when the model has a direction down although the gradient is zero.
  [[nodiscard]] virtual bool at_saddle() { return false; }
};

struct TrustRegion {
  double initial_radius = 0.0;  // 0: see above
  double accept = 1e-4;
  double gradient_tolerance = default_gradient_tolerance;

  void run(Objective<double>& f, Search& search, QuadraticModel& model) const;
};

}  // namespace thalweg
