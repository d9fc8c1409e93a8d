// Gradient descent with a rate: u = η g.
//
// Asks g, one a step; no state; one pass over θ and g. With an unbiased g it is the stochastic approximation of
// Robbins & Monro (1951), "A stochastic approximation method", Ann. Math. Stat. 22, section 2; on a quadratic of
// curvature λ with gradient noise of variance s² its stationary variance is ηs²/(λ(2−ηλ)).
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Sgd {
  double rate = 0.01;  // η > 0; stable on a quadratic below 2/λ_max

  static Description<Sgd> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule sgd(Sgd options = {}) { return {options}; }

}  // namespace thalweg
