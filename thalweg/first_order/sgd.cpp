#include "thalweg/first_order/sgd.hpp"

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class SgdRule final : public detail::OptionedRule<SgdRule<S>, ElementWiseRule<S>, Sgd> {
 public:
  using detail::OptionedRule<SgdRule<S>, ElementWiseRule<S>, Sgd>::OptionedRule;
  void update_part(std::size_t, std::span<S> u, std::span<const S>) override {
    for_each_element(u.size(), [u_ = u.data(), rate = S(this->o.rate)](std::size_t i) { u_[i] *= rate; });
  }
  void apply_part(std::size_t, std::span<S> theta, std::span<S> gradient, S scale) override {
    for_each_element(theta.size(), [x = theta.data(), g = gradient.data(),
                                    rate = S(this->o.rate) * scale](std::size_t i) { x[i] -= rate * g[i]; });
  }
  [[nodiscard]] double flops(std::size_t n) const override { return 2.0 * static_cast<double>(n); }
  THALWEG_CLONES(SgdRule)
};

}  // namespace

Description<Sgd> Sgd::describe() {
  Description<Sgd> d("sgd", "Stochastic gradient descent", "2.1");
  d.reference("Robbins & Monro (1951), Annals of Mathematical Statistics 22:400, section 2")
      .asks(AnswerKind::gradient)
      .cost("no state; 2 operations a parameter and step")
      .notes(
          "Equal to PyTorch's SGD with momentum 0; its weight_decay is the rule weight-decay put before this one, "
          "its maximize is scale(factor=-1) put first. A decreasing rate is a schedule chained after it.")
      .example("sgd(rate=0.1) | lr-cosine(steps=1000)");
  d.formula("u = η g");
  d.option("rate", &Sgd::rate, "step size η").above(0.0);
  return d;
}
THALWEG_MAKES(Sgd, SgdRule)

}  // namespace thalweg
