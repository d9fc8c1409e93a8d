// Forward gradient: one forward-mode pass gives ∇ℓ·v exactly; (∇ℓ·v) v is an unbiased gradient.
//   ĝ = (1/K) Σ_k (∇ℓ(θ)·v_k) v_k,   E[v vᵀ] = I
// Variance: E‖ĝ − g‖²/‖g‖² = (n+1)/K for Gaussian v, (n−1)/K for Rademacher, n the number of weights.
// Asks: a directional derivative (forward mode); no backward pass, no stored activations. Memory: one pass. Cost: K
// forward-mode passes (about two forward passes each); v is regenerated, never stored.
// Reference: Baydin, Pearlmutter, Syme, Wood & Torr, "Gradients without backpropagation", arXiv 2202.08587, 2022
// (Definition 1, algorithm 1).
#pragma once

#include "thalweg/credit/credit_rule.hpp"

namespace thalweg {

struct ForwardGradient {
  int directions = 1;
  Noise noise = Noise::rademacher;
  static Description<ForwardGradient> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<CreditRule<S>> make() const;
};

}  // namespace thalweg
