// Lion: the sign of an interpolated momentum, with decoupled weight decay.
//
// Asks g, one a step; state m (n); one pass over θ, g, m. Chen et al. (2023), "Symbolic discovery of optimization
// algorithms", Algorithm 2:
//     c = β₁m + (1−β₁)g,   u = η(sign(c) + λθ),   m ← β₂m + (1−β₂)g.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Lion {
  double rate = 1e-4;   // η > 0; the paper advises a third to a tenth of AdamW's
  double beta1 = 0.9;   // of the step, in [0, 1)
  double beta2 = 0.99;  // of the memory, in [0, 1)
  double decay = 0.0;   // λ ≥ 0

  static Description<Lion> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule lion(Lion options = {}) { return {options}; }

}  // namespace thalweg
