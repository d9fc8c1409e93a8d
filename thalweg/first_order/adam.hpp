// Adam: a step of the mean gradient over the root of the mean squared gradient, both corrected for their start at 0.
//
// Asks g, one a step; state m, v (n each); one fused pass over θ, g, m, v. Kingma & Ba (2015), "Adam: a method for
// stochastic optimization", Algorithm 1:
//     m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  u = η m̂/(√v̂ + ε),  m̂ = m/(1−β₁ᵗ),  v̂ = v/(1−β₂ᵗ).
// No departure. (The paper's faster form before Section 2.1, with ε̂ = ε√(1−β₂ᵗ), is not used.)
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Adam {
  double rate = 1e-3;     // η > 0
  double beta1 = 0.9;     // β₁ in [0, 1)
  double beta2 = 0.999;   // β₂ in [0, 1)
  double epsilon = 1e-8;  // ε > 0

  [[nodiscard]] static constexpr bool keeps_maximum() { return false; }
  [[nodiscard]] static constexpr double decoupled_decay() { return 0.0; }

  static Description<Adam> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule adam(Adam options = {}) { return {options}; }

}  // namespace thalweg
