// AMSGrad: Adam with the largest second moment so far in the denominator.
//
// Asks g, one a step; state m, v, max (n each); one fused pass. Reddi, Kale & Kumar (2018), "On the convergence of
// Adam and beyond", Algorithm 2: v̂ ← max(v̂, v), u = η m/√v̂. Departures, after PyTorch: both moments are corrected for
// their start (η m/(1−β₁ᵗ) / (√(v̂/(1−β₂ᵗ)) + ε), the maximum taken before the correction) and ε is added; the paper
// has neither.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Amsgrad {
  double rate = 1e-3;     // η > 0
  double beta1 = 0.9;     // β₁ in [0, 1)
  double beta2 = 0.999;   // β₂ in [0, 1)
  double epsilon = 1e-8;  // ε > 0

  [[nodiscard]] static constexpr bool keeps_maximum() { return true; }
  [[nodiscard]] static constexpr double decoupled_decay() { return 0.0; }

  static Description<Amsgrad> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule amsgrad(Amsgrad options = {}) { return {options}; }

}  // namespace thalweg
