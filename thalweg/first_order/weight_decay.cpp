#include "thalweg/first_order/weight_decay.hpp"

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class WeightDecayRule final : public detail::OptionedRule<WeightDecayRule<S>, ElementWiseRule<S>, WeightDecay> {
 public:
  using detail::OptionedRule<WeightDecayRule<S>, ElementWiseRule<S>, WeightDecay>::OptionedRule;
  void update_part(std::size_t, std::span<S> u, std::span<const S> theta) override {
    for_each_element(u.size(), [g = u.data(), x = theta.data(), decay = S(this->o.decay)](std::size_t i) {
      g[i] += decay * x[i];
    });
  }
  [[nodiscard]] double flops(std::size_t n) const override { return 2.0 * static_cast<double>(n); }
  THALWEG_CLONES(WeightDecayRule)
};

}  // namespace

Description<WeightDecay> WeightDecay::describe() {
  Description<WeightDecay> d("weight-decay", "Weight decay", "4.1");
  d.reference("Krogh & Hertz (1991), NIPS 4:950; decoupled: Loshchilov & Hutter (2019), ICLR, Algorithm 2")
      .asks(AnswerKind::gradient)
      .cost("no state; 2 operations a parameter and step")
      .notes(
          "Put before a rule it is the L2 penalty (PyTorch's weight_decay in SGD, Adam, RMSprop, Adagrad, NAdam); "
          "put "
          "after a rule it is decoupled decay, the decay then being the rule's rate times AdamW's weight_decay.")
      .example("weight-decay(decay=1e-4) | momentum(rate=0.1)");
  d.formula("u ← u + λθ");
  d.option("decay", &WeightDecay::decay, "λ").at_least(0.0);
  return d;
}
THALWEG_MAKES(WeightDecay, WeightDecayRule)

}  // namespace thalweg
