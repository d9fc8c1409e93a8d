// Frozen random features: only the last layer learns (exactly); the hidden layers stay as they were drawn.
// Not a method but the baseline: a credit rule that does no better has taught the hidden layers nothing.
// Asks: the output error. Memory: one pass. Cost: one forward pass and the last layer's weight gradient.
// Reference: Rahimi & Recht, "Random features for large-scale kernel machines", NIPS 2007.
#pragma once

#include "thalweg/credit/credit_rule.hpp"

namespace thalweg {

struct FrozenFeatures {
  static Description<FrozenFeatures> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<CreditRule<S>> make() const;
};

}  // namespace thalweg
