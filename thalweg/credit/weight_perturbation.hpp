// Weight perturbation: noise ε on all weights at once, the change of the loss times the noise as the gradient.
//   ĝ = (1/K) Σ_k (ℓ(θ + σε_k) − ℓ(θ))/σ · ε_k              one-sided: 1 + K forward passes
//   ĝ = (1/K) Σ_k (ℓ(θ + σε_k) − ℓ(θ − σε_k))/2σ · ε_k      antithetic: 2K forward passes
// (The review prints the first without its factor ε/σ.) Biased by O(σ²) (one-sided: O(σ) in single draws, O(σ²) in
// the mean); relative variance (n−1)/K for Rademacher, (n+1)/K for Gaussian noise, n the number of weights. Asks:
// values only. Memory: that of inference, as ε is regenerated, never stored (MeZO's replay). All 2K copies are
// evaluated together.
// References: Jabri & Flower, IEEE Trans. Neural Networks 3, 1992; Cauwenberghs, NIPS 1993; Spall 1992 for
// the simultaneous form; Malladi et al., arXiv 2305.17333, 2023 (algorithm 1) for the replay.
#pragma once

#include "thalweg/credit/credit_rule.hpp"

namespace thalweg {

struct WeightPerturbation {
  int directions = 1;
  double sigma = 1e-3;
  bool antithetic = true;
  Noise noise = Noise::rademacher;
  static Description<WeightPerturbation> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<CreditRule<S>> make() const;
};

}  // namespace thalweg
