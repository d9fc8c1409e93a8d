// Directional derivatives of random directions (forward gradient of any differentiable objective).
//
// Asks K directional derivatives a gradient, exact ones; memory Kn for the directions. Baydin et al. (2022),
// "Gradients without backpropagation", Theorem 1:
//     ĝ = (1/K) Σ_k (∇f(θ)·v_k) v_k,   v_k ~ N(0, I) or random signs.
// Unbiased; relative variance (n+1)/K (Gaussian), (n−1)/K (signs): the limit of smoothing at σ → 0.
#pragma once

#include <cstddef>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

struct DirectionalDerivative {
  enum class Law { gaussian, rademacher };
  std::size_t directions = 1;  // K ≥ 1, averaged
  Law law = Law::gaussian;
  bool frozen = false;  // the same directions and one sample key at every call

  static Description<DirectionalDerivative> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
