// Backpropagation: the exact gradient, by one forward and one backward pass.
//   δ_L = ∂ℓ/∂z_L,  δ_{l−1} = (δ_l W_lᵀ) ⊙ φ′(z_{l−1}),  ∂ℓ/∂W_l = h_{l−1}ᵀ δ_l
// Asks: the network's derivative. Memory: one pass (batch × units). Cost: about three forward passes.
// Reference: Rumelhart, Hinton & Williams, "Learning representations by back-propagating errors", Nature 323, 1986.
#pragma once

#include "thalweg/credit/credit_rule.hpp"

namespace thalweg {

struct Backprop {
  static Description<Backprop> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<CreditRule<S>> make() const;
};

}  // namespace thalweg
