// ZO-SGD: stochastic gradient descent on differences of f along random directions.
//
// Minimises an f that answers values, noisy ones too (each step asks its own sample); 2K values a step (K+1
// one-sided); memory of the estimator and 2n. Ghadimi & Lan (2013), "Stochastic first- and zeroth-order methods for
// nonconvex stochastic programming", SIAM J. Optim. 23, the RSGF method:
//     θ ← θ − η (1/K) Σ_k (f(θ+σu_k) − f(θ))/σ · u_k
// It is the rule `sgd` over gaussian-smoothing (sphere-smoothing, spsa): --estimator gaussian-smoothing --rule
// 'sgd(rate=…)', and in training --credit gaussian-smoothing --rule 'sgd(rate=…)'. Departures: the last iterate is
// returned, not one drawn at random; within bounds the step is projected on the box (their later RSPGF: Ghadimi, Lan
// & Zhang 2016, Math. Program. 155).
#pragma once

#include <cstddef>

#include "thalweg/core/minimize.hpp"
#include "thalweg/gradient_estimation/zo_law.hpp"

namespace thalweg {

struct ZoSgd {
  double rate = 0.01;  // η > 0; theirs is at most 1/(4L(n+4)), L the Lipschitz constant of ∇f
  ZoLaw law = ZoLaw::gaussian;
  double sigma = 1e-3;         // σ > 0, in the units of θ
  std::size_t directions = 1;  // K ≥ 1
  Sides sides = Sides::one;

  static Description<ZoSgd> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
