// The size of the noise in a function, from its values at equally spaced points of a line.
//
// ECnoise of Moré & Wild (2011), "Estimating computational noise", SIAM J. Sci. Comput. 33:1292: the k-th
// differences of a smooth function fall as hᵏ while those of noise do not, so with
//     σ_k² = γ_k mean_i (Δᵏf_i)²,  γ_k = (k!)²/(2k)!
// the noise is the first σ_k that agrees with σ_{k+1} and σ_{k+2} within a factor of 4 and whose differences change
// sign. Seven values are what they recommend; it needs four at least.
#pragma once

#include <span>

namespace thalweg {

struct NoiseLevel {
  enum class Verdict {
    found,
    spacing_too_small,  // half of the neighbours have the same value: they say ×100
    spacing_too_large,  // values differ by more than 10 %, or no difference settles: they say ÷100
  };
  double noise = 0.0;  // standard deviation of the noise, where found
  Verdict verdict = Verdict::spacing_too_large;
};

// At least four values, at most 16; the values are workspace. One that is not finite: spacing_too_large.
NoiseLevel noise_level(std::span<double> values);

}  // namespace thalweg
