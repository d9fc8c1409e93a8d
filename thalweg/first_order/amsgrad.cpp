#include "thalweg/first_order/amsgrad.hpp"

#include "thalweg/first_order/adam_family.hpp"
#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class AmsgradRule final : public detail::AdamFamilyRule<AmsgradRule<S>, S, Amsgrad> {
 public:
  using detail::AdamFamilyRule<AmsgradRule<S>, S, Amsgrad>::AdamFamilyRule;
  THALWEG_CLONES(AmsgradRule)
};

}  // namespace

Description<Amsgrad> Amsgrad::describe() {
  Description<Amsgrad> d("amsgrad", "AMSGrad", "2.1");
  d.reference("Reddi, Kale & Kumar (2018), ICLR, arXiv 1904.09237, Algorithm 2")
      .asks(AnswerKind::gradient)
      .cost("state 3n; 14 operations a parameter and step, one pass")
      .notes(
          "Equal to PyTorch's Adam(amsgrad=True): unlike the paper it corrects both moments for their start at 0 "
          "(after the maximum was taken) and adds ε.")
      .example("amsgrad(rate=1e-3)");
  d.formula("m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  v̂ ← max(v̂, v);  u = η m/(1−β₁ᵗ) / (√(v̂/(1−β₂ᵗ)) + ε)");
  detail::describe_adam_options(d);
  return d;
}
THALWEG_MAKES(Amsgrad, AmsgradRule)

}  // namespace thalweg
