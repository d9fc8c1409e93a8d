#include "thalweg/first_order/momentum.hpp"

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class MomentumRule final : public detail::OptionedRule<MomentumRule<S>, ElementWiseRule<S>, Momentum> {
 public:
  using detail::OptionedRule<MomentumRule<S>, ElementWiseRule<S>, Momentum>::OptionedRule;
  void begin(std::size_t n, std::span<const ParameterBlock>) override { v_.assign(n, S(0)); }
  void prepare(std::uint64_t t) override { gain_ = t == 1 ? S(1) : S(1.0 - this->o.dampening); }
  void update_part(std::size_t first, std::span<S> u, std::span<const S>) override {
    S* const g = u.data();
    pass(first, u.size(), g, S(this->o.rate), [g](std::size_t i, S step) { g[i] = step; });
  }
  void apply_part(std::size_t first, std::span<S> theta, std::span<S> gradient, S scale) override {
    S* const x = theta.data();
    pass(first, theta.size(), gradient.data(), S(this->o.rate) * scale, [x](std::size_t i, S step) { x[i] -= step; });
  }
  [[nodiscard]] std::vector<RuleState<S>> state() override { return {{"momentum.v", v_}}; }
  [[nodiscard]] double flops(std::size_t n) const override {
    return (this->o.nesterov ? 7.0 : 5.0) * static_cast<double>(n);
  }
  THALWEG_CLONES(MomentumRule)

 private:
  template <class Take>
  void pass(std::size_t first, std::size_t n, const S* g, S rate, Take take) {
    S* const v = v_.data() + first;
    const S beta = S(this->o.beta), gain = gain_;
    if (this->o.nesterov) {
      for_each_element(n, [=](std::size_t i) {
        v[i] = beta * v[i] + gain * g[i];
        take(i, rate * (g[i] + beta * v[i]));
      });
    } else {
      for_each_element(n, [=](std::size_t i) {
        v[i] = beta * v[i] + gain * g[i];
        take(i, rate * v[i]);
      });
    }
  }
  std::vector<S> v_;
  S gain_ = S(1);
};

}  // namespace

Description<Momentum> Momentum::describe() {
  Description<Momentum> d("momentum", "Heavy-ball momentum", "2.1");
  d.reference("Polyak (1964), USSR Computational Mathematics and Mathematical Physics 4(5):1, eq. (9)")
      .asks(AnswerKind::gradient)
      .cost("state n; 5 operations a parameter and step (7 with nesterov)")
      .notes(
          "Written as PyTorch's SGD, v ← βv + (1−δ)g with v₁ = g₁ and u = ηv: at a constant rate this is Polyak's "
          "two-term recursion; under a schedule the rate scales the whole of v. nesterov=true is the constant-β "
          "look-ahead form of Sutskever et al. (2013) as PyTorch writes it, u = η(g + βv); the rule nesterov has the "
          "t_k form with its guarantee.")
      .example("momentum(rate=0.05, beta=0.9)");
  d.formula("v ← βv + (1−δ)g;  u = ηv  [nesterov: u = η(g + βv)]");
  d.option("rate", &Momentum::rate, "step size η").above(0.0);
  d.option("beta", &Momentum::beta, "momentum β: the share of v kept each step").at_least(0.0).below(1.0);
  d.option("dampening", &Momentum::dampening, "δ: the gradient enters v with weight 1−δ after the first step")
      .at_least(0.0)
      .at_most(1.0);
  d.option("nesterov", &Momentum::nesterov, "step along g + βv instead of v");
  return d;
}
THALWEG_MAKES(Momentum, MomentumRule)

}  // namespace thalweg
