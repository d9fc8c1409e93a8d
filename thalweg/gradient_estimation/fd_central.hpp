// Central finite differences: one pair of values a coordinate.
//
// Asks 2n values a gradient, in batches of at most 2²³ stored coordinates (64 MiB in double); memory 2n² up to that.
//     ĝ_i = (f(θ+h_ie_i) − f(θ−h_ie_i))/(2h_i)
// Deterministic for a deterministic f, so that line searches and quasi-Newton methods take it. Biased by
// h_i²f‴_i/6; with noise of size ε_f in f the error is least at h = (3ε_f/|f‴|)^{1/3} (Gill, Murray, Saunders &
// Wright 1983, "Computing forward-difference intervals for numerical optimization", SIAM J. Sci. Stat. Comput. 4;
// Nocedal & Wright 2006, eq. (8.7)–(8.8)).
// step = 0 takes that h with ε_f = noise and |f‴| = third, times max(1, |θ_i|). The step is rounded so that θ_i+h_i
// is exact.
#pragma once

#include <cstddef>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

struct FdCentral {
  double step = 0.0;   // h ≥ 0 for every coordinate; 0: from the noise
  double noise = 0.0;  // ε_f ≥ 0: size of the error in a value; 0: the scalar's machine epsilon
  double third = 1.0;  // |f‴|, typical third derivative along a coordinate, > 0

  static Description<FdCentral> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
