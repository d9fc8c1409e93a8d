// Forward finite differences: one value a coordinate, and one at the point.
//
// Asks n+1 values a gradient, in batches of at most 2²³ stored coordinates (64 MiB in double); memory n² up to that.
//     ĝ_i = (f(θ+h_ie_i) − f(θ))/h_i
// Deterministic for a deterministic f, so that line searches and quasi-Newton methods take it. Biased by
// h_i·∂²f/∂θ_i²/2; with noise of size ε_f in f the error is least at h = 2√(ε_f/|f″|) (Gill, Murray, Saunders &
// Wright 1983, "Computing forward-difference intervals for numerical optimization", SIAM J. Sci. Stat. Comput. 4;
// Nocedal & Wright 2006, eq. (8.4)–(8.6)). step = 0 takes that h: with ε_f = noise and |f″| = curvature, times max(1,
// |θ_i|) (steps = typical); or with both measured, ε_f by ECnoise and |f″| of each coordinate by Moré & Wild's test,
// when h = 8^{1/4}√(ε_f/|f″|) (steps = measured; coordinate_differences_measured.cpp): 7 to 42 values for the noise,
// 2n+1 to 4n+2 for the curvatures, at the first gradient and again after every `every`. The step is rounded so that
// θ_i+h_i is exact, and turned inwards at a bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

struct FdForward {
  enum class Steps { typical, measured };
  double step = 0.0;  // h ≥ 0 for every coordinate; 0: by `steps`
  Steps steps = Steps::typical;
  double noise = 0.0;       // ε_f ≥ 0: size of the error in a value; 0: the scalar's machine epsilon, or measured
  double curvature = 1.0;   // |f″|, typical second derivative along a coordinate, > 0
  std::uint64_t every = 0;  // measured: again after so many gradients; 0: at the first alone
  bool frozen = false;      // one sample key at every call

  static Description<FdForward> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
