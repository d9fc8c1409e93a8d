// BFGS: quasi-Newton with a dense inverse metric, for smooth f of up to some thousand variables, without constraints.
//
// Asks value and gradient. Memory n² + 8n; 6n² operations a step beside f.
// Broyden, Fletcher, Goldfarb, Shanno (1970), as Algorithm 6.1 of Nocedal & Wright, Numerical Optimization, 2nd ed.:
//   H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ, ρ = 1/yᵀs  (6.17); before the first update H = (yᵀs/yᵀy) I  (6.20).
#pragma once

#include "thalweg/core/minimize.hpp"
#include "thalweg/first_order/line_descent.hpp"

namespace thalweg {

struct Bfgs {
  bool scaled = true;
  LineDescent::Search line = LineDescent::Search::strong_wolfe;
  double decrease = 1e-4;
  double curvature = 0.75;  // 6443 calls on the MGH set from 1, 10 and 100 times the start; 6787 with 0.9
  int max_trials = 40;
  double gradient_tolerance = default_gradient_tolerance;

  static Description<Bfgs> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
