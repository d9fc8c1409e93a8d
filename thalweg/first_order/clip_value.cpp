#include "thalweg/first_order/clip_value.hpp"

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class ClipValueRule final : public detail::OptionedRule<ClipValueRule<S>, ElementWiseRule<S>, ClipValue> {
 public:
  using detail::OptionedRule<ClipValueRule<S>, ElementWiseRule<S>, ClipValue>::OptionedRule;
  void update_part(std::size_t, std::span<S> u, std::span<const S>) override {
    for_each_element(u.size(), [g = u.data(), c = S(this->o.value)](std::size_t i) {
      g[i] = g[i] > c ? c : g[i] < -c ? -c : g[i];
    });
  }
  [[nodiscard]] double flops(std::size_t n) const override { return 2.0 * static_cast<double>(n); }
  THALWEG_CLONES(ClipValueRule)
};

}  // namespace

Description<ClipValue> ClipValue::describe() {
  Description<ClipValue> d("clip-value", "Clipping by value", "2.1");
  d.reference("Mikolov (2012), Statistical language models based on neural networks, PhD thesis, Brno, section 3.2.2")
      .asks(AnswerKind::gradient)
      .cost("no state; 2 operations a parameter and step")
      .notes("Entry by entry, as PyTorch's clip_grad_value_; the direction changes where it clips.")
      .example("clip-value(value=0.5) | sgd(rate=0.1)");
  d.formula("u_i ← min(max(u_i, −c), c)");
  d.option("value", &ClipValue::value, "c: the largest magnitude of an entry").above(0.0);
  return d;
}
THALWEG_MAKES(ClipValue, ClipValueRule)

}  // namespace thalweg
