// Signs only: u ← sign(u), zero stays zero, NaN stays NaN. `sign | sgd` is signSGD (Bernstein et al. 2018,
// "signSGD: compressed optimisation for non-convex problems", Algorithm 1): a step does not change when f is scaled.
// No state; one pass over u.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Sign {
  static Description<Sign> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule sign(Sign options = {}) { return {options}; }

}  // namespace thalweg
