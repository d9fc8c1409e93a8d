#include "thalweg/first_order/scale.hpp"

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class ScaleRule final : public detail::OptionedRule<ScaleRule<S>, ElementWiseRule<S>, Scale> {
 public:
  using detail::OptionedRule<ScaleRule<S>, ElementWiseRule<S>, Scale>::OptionedRule;
  void update_part(std::size_t, std::span<S> u, std::span<const S>) override {
    for_each_element(u.size(), [g = u.data(), c = S(this->o.factor)](std::size_t i) { g[i] *= c; });
  }
  [[nodiscard]] bool scales() const override { return true; }
  [[nodiscard]] double factor(std::uint64_t) const override { return this->o.factor; }
  [[nodiscard]] double flops(std::size_t n) const override { return static_cast<double>(n); }
  THALWEG_CLONES(ScaleRule)
};

}  // namespace

Description<Scale> Scale::describe() {
  Description<Scale> d("scale", "A constant factor", "2.1");
  d.reference("elementary")
      .asks(AnswerKind::gradient)
      .cost("no state; 1 operation a parameter and step, none at the end of a chain")
      .notes("scale(factor=-1) put first in a chain maximises (PyTorch's maximize).")
      .example("scale(factor=-1) | adam(rate=0.01)");
  d.formula("u ← c u");
  d.option("factor", &Scale::factor, "c; negative reverses the direction")
      .at_least(std::numeric_limits<double>::lowest())
      .at_most(std::numeric_limits<double>::max());
  return d;
}
THALWEG_MAKES(Scale, ScaleRule)

}  // namespace thalweg
