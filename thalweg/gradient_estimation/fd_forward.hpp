// Forward finite differences: one value a coordinate and one at the point.
//
// Asks n+1 values a gradient, in batches of at most 2²³ stored coordinates (64 MiB in double); memory n² up to that.
//     ĝ_i = (f(θ+h_ie_i) − f(θ))/h_i
// Deterministic for a deterministic f, so that line searches and quasi-Newton methods take it. Biased by h_iH_ii/2;
// with noise of size ε_f in f the error is least at h = 2√(ε_f/|f″|) (Gill, Murray, Saunders & Wright 1983,
// "Computing forward-difference intervals for numerical optimization", SIAM J. Sci. Stat. Comput. 4; Moré & Wild
// 2012, "Estimating derivatives of noisy simulations", ACM TOMS 38, has 8^{1/4}√(ε_f/|f″|) for random noise). step =
// 0 takes that h with ε_f = noise and |f″| = curvature, times max(1, |θ_i|). The step is rounded so that θ_i+h_i is
// exact.
#pragma once

#include <cstddef>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

struct FdForward {
  double step = 0.0;       // h ≥ 0 for every coordinate; 0: from the noise
  double noise = 0.0;      // ε_f ≥ 0: size of the error in a value; 0: the scalar's machine epsilon
  double curvature = 1.0;  // |f″|, typical second derivative along a coordinate, > 0

  static Description<FdForward> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
