// AdaGrad, diagonal: s ← s + g², u = η_t g/(√s + ε), η_t = η/(1 + (t−1)d).
//
// Asks g, one a step; state s (n); one pass over θ, g, s. Duchi, Hazan & Singer (2011), "Adaptive subgradient methods
// for online learning and stochastic optimization", JMLR 12, Fig. 1 with the diagonal matrix (δ there inside the
// matrix, as ε here). The decay d of the rate and the start value of s are PyTorch's.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Adagrad {
  double rate = 0.01;       // η > 0
  double rate_decay = 0.0;  // d ≥ 0, a step
  double initial = 0.0;     // s before the first step, ≥ 0
  double epsilon = 1e-10;   // ε ≥ 0

  static Description<Adagrad> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule adagrad(Adagrad options = {}) { return {options}; }

}  // namespace thalweg
