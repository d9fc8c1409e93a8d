#include "thalweg/first_order/adam.hpp"

#include "thalweg/first_order/adam_family.hpp"
#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class AdamRule final : public detail::AdamFamilyRule<AdamRule<S>, S, Adam> {
 public:
  using detail::AdamFamilyRule<AdamRule<S>, S, Adam>::AdamFamilyRule;
  THALWEG_CLONES(AdamRule)
};

}  // namespace

Description<Adam> Adam::describe() {
  Description<Adam> d("adam", "Adam", "2.1");
  d.reference("Kingma & Ba (2015), ICLR, arXiv 1412.6980, Algorithm 1")
      .asks(AnswerKind::gradient)
      .cost("state 2n; 13 operations a parameter and step, one pass")
      .notes(
          "The paper's Algorithm 1, equal to PyTorch's Adam; its weight_decay is the rule weight-decay put before "
          "this "
          "one, its amsgrad the rule amsgrad.")
      .example("clip(norm=1) | adam(rate=1e-3) | lr-cosine(steps=1000)");
  d.formula("m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  u = η m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε)");
  detail::describe_adam_options(d);
  return d;
}
THALWEG_MAKES(Adam, AdamRule)

}  // namespace thalweg
