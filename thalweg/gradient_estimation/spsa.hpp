// SPSA: simultaneous perturbation stochastic approximation.
//
// Asks 2K values a gradient (K+1 one-sided); memory 2Kn for points, or nothing where the objective regenerates noise.
// Spall (1992), "Multivariate stochastic approximation using a simultaneous perturbation gradient approximation",
// IEEE Trans. Automatic Control 37, eq. (2.1)–(2.2), with symmetric Bernoulli perturbations, for which 1/Δ_i = Δ_i:
//     ĝ = (1/K) Σ_k (f(θ+c_kΔ_k) − f(θ−c_kΔ_k))/(2c_k) Δ_k,   c_k = c/k^γ at the k-th gradient.
// Biased by O(c²) only (one-sided: O(c)); relative variance E‖ĝ−g‖²/‖g‖² = (n−1)/K as c → 0.
// The gains a_k = a/(A+k)^α are the rule's part: sgd(rate=a) | lr-power(exponent=0.602, offset=A).
// Spall's choice c = standard deviation of the noise of f, γ = 0.101, α = 0.602.
#pragma once

#include <cstddef>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/gradient_estimation/sides.hpp"

namespace thalweg {

struct Spsa {
  double c = 0.01;             // first perturbation, > 0, in the units of θ
  double gamma = 0.101;        // its decay, ≥ 0; 0 keeps it
  std::size_t directions = 1;  // K ≥ 1, averaged
  Sides sides = Sides::two;

  static Description<Spsa> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
