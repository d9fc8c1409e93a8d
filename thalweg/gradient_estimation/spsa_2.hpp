// Second-order SPSA (2SPSA): a Hessian is averaged from four values a step, and the step is Newton's.
//
// Minimises an f that answers values, noisy ones too (all values of a step under one sample); 4K values a step, each
// pair of signs two of them for the gradient and two for the Hessian; memory 2n² + 6n; about 9n³ operations a step
// (an eigendecomposition). Spall (2000), "Adaptive stochastic approximation by the simultaneous perturbation method",
// IEEE Trans. Automatic Control 45; with Δ, Δ̃ independent random signs
//     ĝ = (f(θ+cΔ) − f(θ−cΔ))/(2c) Δ
//     d = (f(θ+cΔ+c̃Δ̃) − f(θ+cΔ) − f(θ−cΔ+c̃Δ̃) + f(θ−cΔ))/(2cc̃),  E d (Δ̃Δᵀ + ΔΔ̃ᵀ)/2 = H on a quadratic
//     H̄ ← H̄ + w_k (Ĥ − H̄);   θ ← θ − a_k |H̄|⁻¹ ĝ,   a_k = a/(A+k)^α
// feedback (Spall 2009, "Feedback and weighting mechanisms for improving Jacobian estimates in the adaptive
// simultaneous perturbation algorithm", IEEE Trans. Automatic Control 54) takes what the average already
// predicts out of the draw: Ĥ = H̄ + (d − Δ̃ᵀH̄Δ)(Δ̃Δᵀ + ΔΔ̃ᵀ)/2, which has the same mean and no variance left once H̄ = H.
// Without it Ĥ = d (Δ̃Δᵀ + ΔΔ̃ᵀ)/2 and w_k = 1/(k+1), as in the first paper. |H̄| has the absolute values of H̄'s
// eigenvalues, those below `floor` of the largest raised to it: a map onto positive definite matrices, which the
// paper asks for (theirs: (H̄H̄ + δI)^{1/2}, of which it is the limit but for the floor). H̄₀ = h₀I, h₀ such that a
// variable would move by first_step. Departures. With feedback and without noise, E‖H̄−H‖² is multiplied by 1 − 2w +
// w²n(n+1)/2 (from E(Δ̃ᵀEΔ)² = ‖E‖² and ‖(Δ̃Δᵀ+ΔΔ̃ᵀ)/2‖² = (n² + (Δ̃ᵀΔ)²)/2), which grows for w above 4/(n²+n), as
// 1/(k+1) at first is, and is least at w = 2/(n²+n): that is taken where f is deterministic, and 1/(k + (n²+n)/2)
// where it is stochastic. Likewise E‖ĝ‖²/‖g‖² = 1
// + (n−1)/K makes a_k no longer than a/(1 + (n−1)/K). A variable moves by `largest_step` at most (the paper rejects
// steps that go too far).
#pragma once

#include <cstddef>
#include <cstdint>

#include "thalweg/core/minimize.hpp"

namespace thalweg {

struct Spsa2 {
  double a = 1.0;              // > 0: 1 is Newton's step
  double A = 0.0;              // ≥ 0, steps; 0: a tenth of the steps expected
  double alpha = 0.602;        // α in (0, 1]; 1 is best as k → ∞
  double c = 0.0;              // ≥ 0, in the units of θ; 0: the noise of f, at least 1e-3·max(1, ‖θ₀‖∞)
  double gamma = 0.101;        // γ ≥ 0; 1/6 goes with α = 1
  std::uint64_t steps = 0;     // expected; 0: what the budget of evaluations buys, 1000 without one
  std::size_t directions = 1;  // K ≥ 1: gradients and Hessians averaged in a step
  bool feedback = true;        // Spall (2009)
  double first_step = 0.1;     // > 0: chooses H̄₀, in the units of θ
  double largest_step = 0.1;   // > 0: what a variable may move in one step, in the units of θ
  double floor = 1e-4;         // in (0, 1]: smallest eigenvalue of |H̄| over the largest

  static Description<Spsa2> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
