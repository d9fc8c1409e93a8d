#include "thalweg/first_order/adagrad.hpp"

#include <cmath>

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class AdagradRule final : public detail::OptionedRule<AdagradRule<S>, ElementWiseRule<S>, Adagrad> {
 public:
  using detail::OptionedRule<AdagradRule<S>, ElementWiseRule<S>, Adagrad>::OptionedRule;
  void begin(std::size_t n, std::span<const ParameterBlock>) override { s_.assign(n, S(this->o.initial)); }
  void prepare(std::uint64_t t) override {
    rate_ = S(this->o.rate / (1.0 + static_cast<double>(t - 1) * this->o.rate_decay));
  }
  void update_part(std::size_t first, std::span<S> u, std::span<const S>) override {
    S* const g = u.data();
    pass(first, u.size(), g, rate_, [g](std::size_t i, S step) { g[i] = step; });
  }
  void apply_part(std::size_t first, std::span<S> theta, std::span<S> gradient, S scale) override {
    S* const x = theta.data();
    pass(first, theta.size(), gradient.data(), rate_ * scale, [x](std::size_t i, S step) { x[i] -= step; });
  }
  [[nodiscard]] std::vector<RuleState<S>> state() override { return {{"adagrad.s", s_}}; }
  [[nodiscard]] double flops(std::size_t n) const override { return 7.0 * static_cast<double>(n); }
  THALWEG_CLONES(AdagradRule)

 private:
  template <class Take>
  void pass(std::size_t first, std::size_t n, const S* g, S rate, Take take) {
    for_each_element(n, [=, s = s_.data() + first, epsilon = S(this->o.epsilon)](std::size_t i) {
      s[i] += g[i] * g[i];
      const S root = std::sqrt(s[i]) + epsilon;
      take(i, root > S(0) ? rate * g[i] / root : S(0));
    });
  }
  std::vector<S> s_;
  S rate_ = S(0);
};

}  // namespace

Description<Adagrad> Adagrad::describe() {
  Description<Adagrad> d("adagrad", "AdaGrad (diagonal)", "2.1");
  d.reference("Duchi, Hazan & Singer (2011), Journal of Machine Learning Research 12:2121, Fig. 1")
      .asks(AnswerKind::gradient)
      .cost("state n; 7 operations a parameter and step")
      .notes(
          "Equal to PyTorch's Adagrad (its lr_decay is rate_decay, initial_accumulator_value is initial). Unlike "
          "PyTorch, 0/0 is 0 where ε = 0. In float an epsilon below 1e-38 counts as 0.")
      .example("adagrad(rate=0.1)");
  d.formula("s ← s + g²;  u = η/(1+(t−1)d) · g/(√s + ε)");
  d.option("rate", &Adagrad::rate, "step size η").above(0.0);
  d.option("rate_decay", &Adagrad::rate_decay, "d: the rate falls as 1/(1+(t−1)d)").at_least(0.0).unit("1/step");
  d.option("initial", &Adagrad::initial, "the sum of squares before the first step").at_least(0.0);
  d.option("epsilon", &Adagrad::epsilon, "ε, added to the root").at_least(0.0);
  return d;
}
THALWEG_MAKES(Adagrad, AdagradRule)

}  // namespace thalweg
