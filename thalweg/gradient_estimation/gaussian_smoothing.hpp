// Gaussian smoothing: the gradient of f averaged over Gaussian steps.
//
// Asks 2K values a gradient (K+1 one-sided); memory 2Kn for points, or nothing where the objective regenerates noise.
// Nesterov & Spokoiny (2017), "Random gradient-free minimization of convex functions", Found. Comput. Math. 17,
// its random gradient-free oracles, forward and central:
//     ĝ = (1/K) Σ_k (f(θ+σε_k) − f(θ))/σ ε_k,  ε_k ~ N(0, I)     [two-sided: (f(θ+σε_k) − f(θ−σε_k))/(2σ)]
// Unbiased for the gradient of f_σ(θ) = E f(θ+σε), so biased for ∇f by O(σ²) where f is smooth; relative variance
// E‖ĝ−g‖²/‖g‖² = (n+1)/K as σ → 0.
#pragma once

#include <cstddef>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/gradient_estimation/sides.hpp"

namespace thalweg {

struct GaussianSmoothing {
  double sigma = 1e-3;         // σ > 0, in the units of θ
  std::size_t directions = 1;  // K ≥ 1, averaged
  Sides sides = Sides::two;
  bool frozen = false;  // the same directions and one sample key at every call

  static Description<GaussianSmoothing> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
