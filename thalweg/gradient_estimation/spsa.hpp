// SPSA: simultaneous perturbation stochastic approximation.
//
// Asks 2K values a gradient (K+1 one-sided, K single); memory 2Kn for points, or nothing where the objective
// regenerates noise.
// Spall (1992), "Multivariate stochastic approximation using a simultaneous perturbation gradient approximation",
// IEEE Trans. Automatic Control 37, eq. (2.1)–(2.2), with symmetric Bernoulli perturbations, for which 1/Δ_i = Δ_i:
//     ĝ = (1/K) Σ_k (f(θ+c_kΔ_k) − f(θ−c_kΔ_k))/(2c_k) Δ_k,   c_k = c/k^γ at the k-th gradient.
// Biased by O(c²) only (one-sided: O(c) in a single draw, O(c²) in the mean); relative variance E‖ĝ−g‖²/‖g‖² =
// (n−1)/K as c → 0. With a single value, ĝ = f(θ+cΔ)/c · Δ (Spall 1997, "A one-measurement form of simultaneous
// perturbation stochastic approximation", Automatica 33, eq. (2)), n f(θ)²/(Kc²‖g‖²) is added to it.
// The gains a_k = a/(A+k)^α are the rule's part: sgd(rate=a) | lr-power(exponent=0.602, offset=A). Spall's choice is
// c = standard deviation of the noise of f, γ = 0.101, α = 0.602; the method `spsa` (spsa_descent.hpp) makes it.
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
  bool frozen = false;  // the same directions and one sample key at every call

  static Description<Spsa> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
