// Clipping by norm: u ← u·min(1, c/‖u‖₂), over all parameters together.
//
// No state; one pass for the norm, a second only when it clips. Pascanu, Mikolov & Bengio (2013), "On the difficulty
// of training recurrent neural networks", Algorithm 1. Promises: ‖u‖ ≤ c(1 + 4 ulp), the direction is kept, and a
// vector within the bound leaves bit-unchanged. A vector with NaN or ±Inf is left alone for the descent loop to
// report. Departure of PyTorch's clip_grad_norm_, not followed: it divides by ‖u‖ + 1e-6, so that ‖u‖ stays below c.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Clip {
  double norm = 1.0;  // c > 0

  static Description<Clip> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};

inline Rule clip(Clip options = {}) { return {options}; }
inline Rule clip(double norm) { return {Clip{.norm = norm}}; }

}  // namespace thalweg
