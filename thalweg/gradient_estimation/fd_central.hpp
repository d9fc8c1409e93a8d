// Central finite differences: one pair of values a coordinate.
//
// Asks 2n values a gradient, in batches of at most 2²³ stored coordinates (64 MiB in double); memory 2n² up to that.
//     ĝ_i = (f(θ+h_ie_i) − f(θ−h_ie_i))/(2h_i)
// Deterministic for a deterministic f, so that line searches and quasi-Newton methods take it. Biased by
// h_i²f‴_i/6; with noise of size ε_f in f the error is least at h = (3ε_f/|f‴|)^{1/3} (Gill, Murray, Saunders &
// Wright 1983, "Computing forward-difference intervals for numerical optimization", SIAM J. Sci. Stat. Comput. 4;
// Nocedal & Wright 2006, eq. (8.7)–(8.8)), be ε_f a bound or a standard deviation.
// step = 0 takes that h: with ε_f = noise and |f‴| = third, times max(1, |θ_i|) (steps = typical); or with both
// measured, ε_f by ECnoise and |f‴| of each coordinate by Moré & Wild's test on third differences (steps = measured;
// coordinate_differences_measured.cpp): 7 to 42 values for the noise, 4n+1 to 8n+2 for the derivatives, at the first
// gradient and again after every `every`. The step is rounded so that θ_i+h_i is exact; beside a bound the difference
// is shortened, or taken to one side with second order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

struct FdCentral {
  enum class Steps { typical, measured };
  double step = 0.0;  // h ≥ 0 for every coordinate; 0: by `steps`
  Steps steps = Steps::typical;
  double noise = 0.0;       // ε_f ≥ 0: size of the error in a value; 0: the scalar's machine epsilon, or measured
  double third = 1.0;       // |f‴|, typical third derivative along a coordinate, > 0
  std::uint64_t every = 0;  // measured: again after so many gradients; 0: at the first alone
  bool frozen = false;      // one sample key at every call

  static Description<FdCentral> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
