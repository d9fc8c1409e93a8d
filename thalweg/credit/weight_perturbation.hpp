// Weight perturbation: noise ε on all weights at once, the change of the loss times the noise as the gradient.
//   ĝ = (1/K) Σ_k (ℓ(θ + σε_k) − ℓ(θ))/σ · ε_k              one-sided: 1 + K forward passes
//   ĝ = (1/K) Σ_k (ℓ(θ + σε_k) − ℓ(θ − σε_k))/2σ · ε_k      antithetic: 2K forward passes
// (The review prints the first without its factor ε/σ.) Biased by O(σ²) (one-sided: O(σ) in single draws, O(σ²) in
// the mean); relative variance (n−1)/K for Rademacher, (n+1)/K for Gaussian noise, n the number of weights. Asks:
// values only. Memory: that of inference, as ε is regenerated, never stored (MeZO's replay), but for Gaussian noise
// of at most 65536 numbers in all, Kn, which is made once a step. All 2K copies are evaluated together.
// With a rank r ≥ 1 the noise of each layer's weights (m×n) is ABᵀ/√r, that of the biases as before: r(m+n) numbers,
// and a forward pass is made of what the noise changes alone (network/plan_low_rank.cpp, which says what memory that
// takes). E‖ĝ‖²/‖g‖² of one matrix is mn + 2 + (2m + 2n + 2)/r for Gaussian A and B, and mn + 2 − 2/r for signs.
// References: Jabri & Flower, IEEE Trans. Neural Networks 3, 1992; Cauwenberghs, NIPS 1993; Spall 1992 for
// the simultaneous form; Malladi et al., arXiv 2305.17333, 2023 (algorithm 1) for the replay; Sarkar et al., arXiv
// 2511.16652, 2025, for low rank.
#pragma once

#include "thalweg/credit/credit_rule.hpp"

namespace thalweg {

struct WeightPerturbation {
  int directions = 1;
  double sigma = 1e-3;
  bool antithetic = true;
  Noise noise = Noise::rademacher;
  int rank = 0;  // 0: independent noise on every weight
  static Description<WeightPerturbation> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<CreditRule<S>> make() const;
};

}  // namespace thalweg
