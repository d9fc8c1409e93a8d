// Node perturbation: noise ξ at the pre-activations, the change of the loss times the noise as the error of the node.
//   z̃_l = z_l + σ ξ_l,   δ_l = (ℓ̃ − ℓ)/σ · ξ_l   (sample by sample),   ΔW_l ∝ h_{l−1}ᵀ δ_l
// with h of the clean pass. E[δ_l] = ∂ℓ/∂z_l + O(σ²) for one-sided, O(σ²) smaller still for antithetic noise.
// Asks: the loss of each sample and access to the nodes; no derivative. Memory: two passes and one
// pass's noise. Cost: 1 + K forward passes (antithetic: 1 + 2K), of which those with noise take the first product
// from the one without, and one weight gradient. Its noise has the dimension of the units, not of the weights, and a
// batch gives as many independent probes as it has samples. References: Werfel, Xie & Seung, "Learning curves for
// stochastic gradient descent in linear feedforward networks", Neural Computation 17, 2005 (node perturbation; here
// all layers at once); Flower & Jabri, "Summed weight neuron perturbation", NIPS 1992.
#pragma once

#include "thalweg/credit/credit_rule.hpp"

namespace thalweg {

struct NodePerturbation {
  int directions = 1;
  double sigma = 1e-2;
  bool antithetic = false;
  Noise noise = Noise::gaussian;
  static Description<NodePerturbation> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<CreditRule<S>> make() const;
};

}  // namespace thalweg
