// NAdam: Adam with Nesterov's look-ahead in its first moment.
//
// Asks g, one a step; state m, v (n each); one pass over θ, g, m, v. Dozat (2016), "Incorporating Nesterov momentum
// into Adam", Algorithm 2 with the momentum schedule of its appendix, μ_t = β₁(1 − ½·0.96^{tψ}):
//     m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,
//     u = η [ (1−μ_t)/(1−∏_{i≤t}μ_i) g + μ_{t+1}/(1−∏_{i≤t+1}μ_i) m ] / (√(v/(1−β₂ᵗ)) + ε).
// Departures: as PyTorch, m decays by β₁ rather than by μ_t. PyTorch 1.13's one-tensor path multiplies μ_t twice into
// the product up to t+1 and keeps the products in single precision; this follows the paper (and its foreach path).
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Nadam {
  double rate = 2e-3;            // η > 0
  double beta1 = 0.9;            // β₁ in [0, 1)
  double beta2 = 0.999;          // β₂ in [0, 1)
  double epsilon = 1e-8;         // ε > 0
  double momentum_decay = 4e-3;  // ψ ≥ 0

  static Description<Nadam> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule nadam(Nadam options = {}) { return {options}; }

}  // namespace thalweg
