#include "thalweg/first_order/lion.hpp"

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class LionRule final : public detail::OptionedRule<LionRule<S>, ElementWiseRule<S>, Lion> {
 public:
  using detail::OptionedRule<LionRule<S>, ElementWiseRule<S>, Lion>::OptionedRule;
  void begin(std::size_t n, std::span<const ParameterBlock>) override { m_.assign(n, S(0)); }
  void update_part(std::size_t first, std::span<S> u, std::span<const S> theta) override {
    S* const g = u.data();
    pass(first, u.size(), g, theta.data(), S(this->o.rate), [g](std::size_t i, S step) { g[i] = step; });
  }
  void apply_part(std::size_t first, std::span<S> theta, std::span<S> gradient, S scale) override {
    S* const x = theta.data();
    pass(first, theta.size(), gradient.data(), x, S(this->o.rate) * scale,
         [x](std::size_t i, S step) { x[i] -= step; });
  }
  [[nodiscard]] std::vector<RuleState<S>> state() override { return {{"lion.m", m_}}; }
  [[nodiscard]] double flops(std::size_t n) const override { return 11.0 * static_cast<double>(n); }
  THALWEG_CLONES(LionRule)

 private:
  template <class Take>
  void pass(std::size_t first, std::size_t n, const S* g, const S* x, S rate, Take take) {
    for_each_element(
        n, [=, m = m_.data() + first, b1 = S(this->o.beta1), a1 = S(1.0 - this->o.beta1), b2 = S(this->o.beta2),
            a2 = S(1.0 - this->o.beta2), decay = S(this->o.decay)](std::size_t i) {
          const S c = b1 * m[i] + a1 * g[i];
          const S direction = c > S(0) ? S(1) : c < S(0) ? S(-1) : c;
          m[i] = b2 * m[i] + a2 * g[i];
          take(i, rate * (direction + decay * x[i]));
        });
  }
  std::vector<S> m_;
};

}  // namespace

Description<Lion> Lion::describe() {
  Description<Lion> d("lion", "Lion (evolved sign momentum)", "2.1");
  d.reference("Chen et al. (2023), Symbolic discovery of optimization algorithms, NeurIPS, Algorithm 2")
      .asks(AnswerKind::gradient)
      .cost("state n; 11 operations a parameter and step")
      .notes("As the paper's Algorithm 2; sign(0) = 0.")
      .example("lion(rate=1e-4, decay=0.1)");
  d.formula("c = β₁m + (1−β₁)g;  u = η(sign(c) + λθ);  m ← β₂m + (1−β₂)g");
  d.option("rate", &Lion::rate, "step size η: every parameter moves by it").above(0.0);
  d.option("beta1", &Lion::beta1, "share of the memory in the step's direction").at_least(0.0).below(1.0);
  d.option("beta2", &Lion::beta2, "share of the memory kept").at_least(0.0).below(1.0);
  d.option("decay", &Lion::decay, "decoupled weight decay λ (multiplied by the rate)").at_least(0.0);
  return d;
}
THALWEG_MAKES(Lion, LionRule)

}  // namespace thalweg
