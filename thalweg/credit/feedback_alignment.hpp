// Feedback alignment: the backward pass carries errors through fixed random matrices B_l in place of W_l.
//   δ_{l−1} = (δ_l B_lᵀ) ⊙ φ′(z_{l−1})
// The forward weights come to align with the feedback, so that the angle to the true gradient falls below 90°.
// Asks: the slopes φ′ and the output error, but no weight transport. Memory: one pass and one more set of weights.
// Reference: Lillicrap, Cownden, Tweed & Akerman, "Random synaptic feedback weights support error backpropagation for
// deep learning", Nature Communications 7, 2016, 13276. There B is uniform; here it is drawn as the weights
// themselves are at the start, times `scale`, so that one setting fits every width.
#pragma once

#include "thalweg/credit/credit_rule.hpp"

namespace thalweg {

struct FeedbackAlignment {
  double scale = 1.0;
  bool transpose = false;  // B_l = W_l at every step: backprop, for comparison and tests
  static Description<FeedbackAlignment> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<CreditRule<S>> make() const;
};

}  // namespace thalweg
