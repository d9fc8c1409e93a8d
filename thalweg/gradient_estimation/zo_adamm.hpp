// ZO-AdaMM: AMSGrad on differences of f along random directions, projected on the box.
//
// Minimises an f that answers values, within bounds where there are any; K+1 values a step (2K two-sided); memory of
// the estimator and 4n. Chen, Liu, Xu, Li, Lin, Hong & Cox (2019), "ZO-AdaMM: zeroth-order adaptive momentum method
// for black-box optimization", NeurIPS, Algorithm 1:
//     m ← β₁m + (1−β₁)ĝ,  v ← β₂v + (1−β₂)ĝ²,  v̂ ← max(v̂, v)
//     θ ← Π_{X,√v̂}(θ − η m/√v̂),   Π_{X,√v̂}(a) = argmin_{x∈X} ‖v̂^{1/4} (x − a)‖
// The projection is in the Mahalanobis distance of √v̂; the Euclidean one can keep the method from converging (their
// section 3). √v̂ is diagonal, so that on a box both are the same, coordinate by coordinate, which is what is done
// here; other sets are not offered. Departures: ε is added to √v̂; v̂ starts at 0 as m and v do, and neither is
// corrected for it (the rule amsgrad does: --rule amsgrad is PyTorch's).
#pragma once

#include <cstddef>

#include "thalweg/core/minimize.hpp"
#include "thalweg/gradient_estimation/zo_law.hpp"

namespace thalweg {

struct ZoAdamm {
  double rate = 0.01;      // η > 0
  double beta1 = 0.9;      // β₁ in [0, 1)
  double beta2 = 0.99;     // β₂ in [0, 1); the paper leaves it open
  double epsilon = 1e-12;  // ε > 0
  ZoLaw law = ZoLaw::sphere;
  double sigma = 1e-3;         // σ > 0, in the units of θ
  std::size_t directions = 1;  // K ≥ 1
  Sides sides = Sides::one;

  static Description<ZoAdamm> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
