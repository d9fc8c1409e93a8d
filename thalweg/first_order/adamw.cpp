#include "thalweg/first_order/adamw.hpp"

#include "thalweg/first_order/adam_family.hpp"
#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class AdamwRule final : public detail::AdamFamilyRule<AdamwRule<S>, S, Adamw> {
 public:
  using detail::AdamFamilyRule<AdamwRule<S>, S, Adamw>::AdamFamilyRule;
  THALWEG_CLONES(AdamwRule)
};

}  // namespace

Description<Adamw> Adamw::describe() {
  Description<Adamw> d("adamw", "AdamW", "2.1");
  d.reference("Loshchilov & Hutter (2019), ICLR, arXiv 1711.05101, Algorithm 2")
      .asks(AnswerKind::gradient)
      .cost("state 2n (3n with amsgrad); 15 operations a parameter and step, one pass")
      .notes("Equal to PyTorch's AdamW: the decay is multiplied by the rate, which the paper's is not.")
      .example("adamw(rate=1e-3, decay=0.05) | lr-warm-up(steps=100)");
  d.formula("as adam, then u ← u + ηλθ");
  detail::describe_adam_options(d);
  d.option("decay", &Adamw::decay, "decoupled weight decay λ (multiplied by the rate)").at_least(0.0);
  d.option("amsgrad", &Adamw::amsgrad, "divide by the largest second moment so far (rule amsgrad)");
  return d;
}
THALWEG_MAKES(Adamw, AdamwRule)

}  // namespace thalweg
