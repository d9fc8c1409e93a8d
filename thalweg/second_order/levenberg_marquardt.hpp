// Levenberg–Marquardt for nonlinear least squares, f(x) = ½‖r(x)‖², with or without bounds.
//
// Asks value and residuals at each trial point, the Jacobian J at each point taken. A step solves
//   min ‖J s + r‖² + μ‖D s‖²,  x + s within the bounds,
// by QR in the variables D s (Moré, LNM 630 (1978), §3: no squaring of the condition; box_least_squares.hpp), D_i the
// largest norm column i of J has had (ibid., (6.3): the path does not depend on the variables' units). The loop over
// μ (Nielsen, IMM-REP-1999-05, instead of Moré's trust region) is damped_least_squares.hpp's. Memory 2mn + 2n² + 4m +
// 20n; 2n²m operations a step taken and about 3n³ a trial. Robust losses: robust_loss.hpp; standard errors of a fit:
// fit.hpp; many variables: gauss_newton_cg.hpp.
#pragma once

#include "thalweg/core/minimize.hpp"
#include "thalweg/first_order/stopping.hpp"

namespace thalweg {

struct LevenbergMarquardt {
  double damping = 1e-3;
  double accept = 1e-4;
  double gradient_tolerance = default_gradient_tolerance;

  static Description<LevenbergMarquardt> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
