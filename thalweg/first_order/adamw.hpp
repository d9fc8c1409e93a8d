// AdamW: Adam with decoupled weight decay.
//
// Asks g, one a step; state m, v (n each; max with amsgrad); one fused pass. Loshchilov & Hutter (2019), "Decoupled
// weight decay regularization", Algorithm 2: θ ← θ − s_t(η m̂/(√v̂+ε) + λθ).
// Departure, after PyTorch: the decay is ηλθ, so that λ is multiplied by the rate too; a schedule chained after it
// plays the paper's s_t.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Adamw {
  double rate = 1e-3;     // η > 0
  double beta1 = 0.9;     // β₁ in [0, 1)
  double beta2 = 0.999;   // β₂ in [0, 1)
  double epsilon = 1e-8;  // ε > 0
  double decay = 0.01;    // λ ≥ 0
  bool amsgrad = false;   // divide by the largest second moment so far
  [[nodiscard]] bool keeps_maximum() const { return amsgrad; }
  [[nodiscard]] double decoupled_decay() const { return decay; }

  static Description<Adamw> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule adamw(Adamw options = {}) { return {options}; }

}  // namespace thalweg
