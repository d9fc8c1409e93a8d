// ZO-signSGD: of the estimated gradient only the signs are used.
//
// Minimises an f that answers values; K+1 values a step (2K two-sided). Liu, Chen, Chen & Hong (2019), "signSGD via
// zeroth-order oracle", ICLR, Algorithm 1:
//     θ ← θ − δ sign(ĝ),   ĝ = (1/K) Σ_k (f(θ+σu_k) − f(θ))/σ · u_k
// The sign is taken of each coordinate after the average, so that every coordinate moves by δ, or stays where ĝ_i =
// 0; a step does not change when f is multiplied by a positive number. (Their variant D, sign(f(θ+σu) − f(θ)) · u, is
// another method: it moves by δ|u_i|.) It is `sign | sgd` over sphere-smoothing: --estimator sphere-smoothing --rule
// 'sign | sgd(rate=…)', and in training --credit sphere-smoothing --rule 'sign | sgd(rate=…)'. Within bounds the step
// is cut at the box.
#pragma once

#include <cstddef>

#include "thalweg/core/minimize.hpp"
#include "thalweg/gradient_estimation/zo_law.hpp"

namespace thalweg {

struct ZoSignsgd {
  double rate = 0.01;  // δ > 0: what each coordinate moves, in the units of θ
  double decay = 0.0;  // the step t is δ/t^decay, ≥ 0; theirs is 1/√(n·steps), fixed
  ZoLaw law = ZoLaw::sphere;
  double sigma = 1e-3;         // σ > 0, in the units of θ
  std::size_t directions = 1;  // K ≥ 1
  Sides sides = Sides::one;

  static Description<ZoSignsgd> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
