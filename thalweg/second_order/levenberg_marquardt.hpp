// Levenberg–Marquardt for nonlinear least squares, f(x) = ½‖r(x)‖², without constraints.
//
// Asks value and residuals at each trial point, the Jacobian J at each point taken. A step solves
//   min ‖J s + r‖² + μ‖D s‖²   by QR of J on √μ D (Moré, LNM 630 (1978), §3: no squaring of the condition),
// D_i the largest norm column i of J has had (ibid., (6.3): the path does not depend on the variables' units).
// μ by the gain ratio ρ: μ ← μ max(1/3, 1 − (2ρ − 1)³) on success, else μ ← νμ, ν ← 2ν
// (Nielsen, IMM-REP-1999-05, (2.4)–(2.5)), instead of Moré's trust region.
// Memory (2m + n)n + 3m + 8n; 2n²(m + n) operations a step.
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
