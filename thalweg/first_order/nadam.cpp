#include "thalweg/first_order/nadam.hpp"

#include <cmath>

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class NadamRule final : public detail::OptionedRule<NadamRule<S>, ElementWiseRule<S>, Nadam> {
 public:
  using detail::OptionedRule<NadamRule<S>, ElementWiseRule<S>, Nadam>::OptionedRule;
  void begin(std::size_t n, std::span<const ParameterBlock>) override {
    m_.assign(n, S(0));
    v_.assign(n, S(0));
    last_t_ = 0;
    product_ = 1.0;
  }
  void prepare(std::uint64_t t) override {
    if (t <= last_t_) last_t_ = 0, product_ = 1.0;  // a checkpoint's time: multiply again
    while (last_t_ < t) product_ *= mu(++last_t_);
    const double now = mu(t), next = mu(t + 1);
    of_gradient_ = S(this->o.rate * (1.0 - now) / (1.0 - product_));
    of_memory_ = S(this->o.rate * next / (1.0 - product_ * next));
    correction_ = S(1.0 / (1.0 - std::pow(this->o.beta2, static_cast<double>(t))));
  }
  void update_part(std::size_t first, std::span<S> u, std::span<const S>) override {
    S* const g = u.data();
    pass(first, u.size(), g, S(1), [g](std::size_t i, S step) { g[i] = step; });
  }
  void apply_part(std::size_t first, std::span<S> theta, std::span<S> gradient, S scale) override {
    S* const x = theta.data();
    pass(first, theta.size(), gradient.data(), scale, [x](std::size_t i, S step) { x[i] -= step; });
  }
  [[nodiscard]] std::vector<RuleState<S>> state() override { return {{"nadam.m", m_}, {"nadam.v", v_}}; }
  [[nodiscard]] double flops(std::size_t n) const override { return 15.0 * static_cast<double>(n); }
  THALWEG_CLONES(NadamRule)

 private:
  [[nodiscard]] double mu(std::uint64_t t) const {  // Dozat's appendix
    return this->o.beta1 * (1.0 - 0.5 * std::pow(0.96, static_cast<double>(t) * this->o.momentum_decay));
  }
  template <class Take>
  void pass(std::size_t first, std::size_t n, const S* g, S scale, Take take) {
    for_each_element(
        n, [=, m = m_.data() + first, v = v_.data() + first, b1 = S(this->o.beta1), a1 = S(1.0 - this->o.beta1),
            b2 = S(this->o.beta2), a2 = S(1.0 - this->o.beta2), epsilon = S(this->o.epsilon),
            correction = correction_, of_g = of_gradient_ * scale, of_m = of_memory_ * scale](std::size_t i) {
          m[i] = b1 * m[i] + a1 * g[i];
          v[i] = b2 * v[i] + a2 * g[i] * g[i];
          take(i, (of_g * g[i] + of_m * m[i]) / (std::sqrt(v[i] * correction) + epsilon));
        });
  }
  std::vector<S> m_, v_;
  std::uint64_t last_t_ = 0;
  double product_ = 1.0;  // ∏_{i≤t} μ_i
  S of_gradient_ = S(0), of_memory_ = S(0), correction_ = S(1);
};

}  // namespace

Description<Nadam> Nadam::describe() {
  Description<Nadam> d("nadam", "NAdam", "2.1");
  d.reference("Dozat (2016), Incorporating Nesterov momentum into Adam, ICLR workshop, Algorithm 2 and appendix")
      .asks(AnswerKind::gradient)
      .cost("state 2n; 15 operations a parameter and step")
      .notes(
          "As in PyTorch, m decays by β₁ rather than by μ_t. PyTorch 1.13's one-tensor path multiplies μ_t twice "
          "into "
          "the product up to t+1 and keeps products in single precision; this follows the paper and PyTorch's "
          "foreach "
          "path.")
      .example("nadam(rate=2e-3)");
  d.formula(
      "μ_t = β₁(1 − ½·0.96^{tψ});  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  "
      "u = η[(1−μ_t)g/(1−∏_{i≤t}μ_i) + μ_{t+1}m/(1−∏_{i≤t+1}μ_i)] / (√(v/(1−β₂ᵗ)) + ε)");
  d.option("rate", &Nadam::rate, "step size η").above(0.0);
  d.option("beta1", &Nadam::beta1, "decay of the first moment").at_least(0.0).below(1.0);
  d.option("beta2", &Nadam::beta2, "decay of the second moment").at_least(0.0).below(1.0);
  d.option("epsilon", &Nadam::epsilon, "ε, added to the root").above(0.0);
  d.option("momentum_decay", &Nadam::momentum_decay, "ψ: how fast the momentum warms up").at_least(0.0);
  return d;
}
THALWEG_MAKES(Nadam, NadamRule)

}  // namespace thalweg
