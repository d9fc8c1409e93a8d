// BFGS: quasi-Newton with a dense inverse metric, for smooth f of up to some thousand variables, without constraints.
//
// Asks value and gradient. Memory n² + 11n; 8n² operations a step beside f.
// Broyden, Fletcher, Goldfarb, Shanno (1970), as Algorithm 6.1 of Nocedal & Wright, Numerical Optimization, 2nd ed.:
//   H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ, ρ = 1/yᵀs  (6.17); before the first update H = (yᵀs/yᵀy) I  (6.20).
// Kept as H = J Jᵀ, J changed by a matrix of rank one (the product form of Brodlie, Gourlay & Greenstadt, IMA J.
// Appl. Math. 11 (1973)): H stays positive definite where its condition is beyond 10¹⁶, as on Meyer's function.
// Departure, part of `scaled`: (6.20) sees the first step alone, mostly the steepest curvature there is, and BFGS
// lengthens H slowly where it is too short. So when sᵀs/sᵀy of a pair exceeds that of all before, H is first
// multiplied by the ratio (column scaling as of Powell, Math. Prog. 38 (1987), of all columns alike). A pair is
// learnt from if sᵀy > 2.2e-16·‖s‖‖y‖.
#pragma once

#include "thalweg/core/minimize.hpp"
#include "thalweg/first_order/line_descent.hpp"

namespace thalweg {

struct Bfgs {
  bool scaled = true;
  LineDescent::Search line = LineDescent::Search::strong_wolfe;
  double decrease = 1e-4;
  double curvature = 0.8;  // on the MGH set from 1, 10 and 100 times the start; 0.7 to 0.84 lose nothing either
  int max_trials = 40;
  double gradient_tolerance = default_gradient_tolerance;

  static Description<Bfgs> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
