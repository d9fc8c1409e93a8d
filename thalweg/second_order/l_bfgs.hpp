// L-BFGS: limited-memory quasi-Newton for smooth f of many variables, within bounds if any.
//
// Asks value and gradient. Memory (2m + 10) n + 2m²; 6mn + 8n + 2m² operations a step beside f, in five passes over m
// vectors.
// Liu & Nocedal, Math. Prog. 45 (1989); the two-loop recursion of Nocedal, Math. Comp. 35 (1980), as Algorithm 7.4 of
// Nocedal & Wright, Numerical Optimization, 2nd ed.; first metric γI with γ = sᵀy/yᵀy (ibid. (7.20)).
// A pair (s, y) enters the memory if sᵀy > 2.2e-16·‖s‖‖y‖ (tells_curvature). The first step tried is 1/‖∇f(x₀)‖ along
// −∇f, then 1. Within bounds (L-BFGS-B): l_bfgs_box.hpp. Variables may be fixed (lower = upper) and x₀ may lie on
// bounds.
#pragma once

#include "thalweg/core/minimize.hpp"
#include "thalweg/first_order/line_descent.hpp"

namespace thalweg {

struct LBfgs {
  int memory = 10;
  bool scaled = true;
  LineDescent::Search line = LineDescent::Search::strong_wolfe;
  double decrease = 1e-4;
  double curvature = 0.78;  // with extrapolation 7 the fewest calls on the MGH set from 1, 10 and 100 times the start
  double extrapolation = 7.0;  // (4607; SciPy's L-BFGS-B: 4730)
  int max_trials = 40;
  double gradient_tolerance = default_gradient_tolerance;

  static Description<LBfgs> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
