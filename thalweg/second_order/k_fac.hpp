// K-FAC: natural gradient with the Fisher matrix taken as block-diagonal, one Kronecker product a layer.
//
// For the layers of a network: asks the gradient, each layer's inputs a (with a 1 for the bias) and output gradients
// g.
//     A ← E[a aᵀ],  G ← E[g gᵀ]                    running means; g for targets drawn from the model (the true
//     Fisher) u = η (A + π√λ I)⁻¹ ∇W (G + √λ/π I)⁻¹        which is (A ⊗ G)⁻¹ ∇, damped π = √((tr A/dim A)/(tr G/dim
//     G))
// Martens & Grosse, "Optimizing neural networks with Kronecker-factored approximate curvature", ICML 2015 (arXiv
// 1503.05671): sections 3 and 4.2 (block-diagonal), 5 (running means, weight min(1 − 1/k, decay)), 6.3 (damping, π).
// State: A, G and their inverses, 2((in+1)² + out²) a layer, and n under momentum. A step costs
// 2(in+1)out(in+1+out) operations a layer; every `statistics_period` steps a backward pass for drawn targets and
// 2·batch·(in² + out²); every `inverse_period` steps 7/3·((in+1)³ + out³).
// Departures: rate, momentum and a limit on the step take the place of the paper's adaptive λ, γ and rescaling by the
// exact quadratic model (sections 6.4 to 7), as in Ba, Grosse & Martens (ICLR 2017); no block-tridiagonal variant.
// For the squared error the drawn targets are y ± 1: the covariance of the model's N(y, I), with less variance.
// Inverses are also taken after 1, 2, 4, 8 … observations, as the first statistics are of one batch only.
#pragma once

#include <cstdint>
#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

// Whose targets the output gradients g are for.
enum class Fisher : std::uint8_t {
  model,     // drawn from the network's own prediction: the Fisher matrix (an extra backward pass)
  empirical  // the data's: the second moment of the gradients, which is not curvature far from the optimum
};

struct KFac {
  double rate = 0.2;                     // η > 0
  double damping = 0.01;                 // λ > 0
  double momentum = 0.0;                 // in [0, 1)
  double kl_clip = 0.01;                 // κ ≥ 0: η is at most √(κ/uᵀ(F+λ)u), u for η = 1; 0: no limit
  double decay = 0.95;                   // of the running means, in [0, 1)
  std::uint64_t statistics_period = 10;  // steps between observations, ≥ 1
  std::uint64_t inverse_period = 100;    // steps between inversions, ≥ 1
  Fisher fisher = Fisher::model;

  static Description<KFac> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule k_fac(KFac options = {}) { return {options}; }

}  // namespace thalweg
