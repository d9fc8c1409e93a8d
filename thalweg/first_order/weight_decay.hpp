// Weight decay: u ← u + λθ.
//
// Before a rule it adds the gradient of the penalty ½λ‖θ‖² (L2, as PyTorch's weight_decay options of every rule but
// AdamW). After a rule it shrinks the parameters by λ a step whatever the gradient (decoupled decay, Loshchilov &
// Hutter 2019, "Decoupled weight decay regularization", Algorithm 2, with λ here standing for their ηλ).
// No state; one pass over u and θ.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct WeightDecay {
  double decay = 1e-4;  // λ ≥ 0

  static Description<WeightDecay> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule weight_decay(WeightDecay options = {}) { return {options}; }

}  // namespace thalweg
