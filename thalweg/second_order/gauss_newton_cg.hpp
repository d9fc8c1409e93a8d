// Truncated Gauss–Newton: Levenberg–Marquardt for many variables, by products with J and Jᵀ alone, so that sparsity
// is the objective's to use. f(x) = ½‖r(x)‖², without constraints.
//
// Asks value and residuals at each trial point, and products J v and Jᵀu. A step solves
//   min ‖J s + r‖² + μ‖s‖²
// by conjugate gradients on the normal equations (CGLS: Björck, Numerical Methods for Least Squares Problems (1996),
// §7.4) until ‖Jᵀ(J s + r) + μ s‖ ≤ min(0.1, √(‖g‖/‖g₀‖))·‖g‖ (Dembo, Eisenstat & Steihaug, SIAM J. Numer. Anal. 19
// (1982): superlinear where the residual vanishes) or max_products products with each. μ by damped_least_squares.hpp,
// relative to the curvature ‖J g‖²/‖g‖², g = Jᵀr, at x₀. Memory 5m + 10n; 6(m + n) operations a product beside f's.
#pragma once

#include "thalweg/core/minimize.hpp"
#include "thalweg/first_order/stopping.hpp"

namespace thalweg {

struct GaussNewtonCg {
  int max_products = 0;  // of one step; 0: max(2n, 20), at most 1000
  double damping = 1e-3;
  double accept = 1e-4;
  double gradient_tolerance = default_gradient_tolerance;

  static Description<GaussNewtonCg> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
