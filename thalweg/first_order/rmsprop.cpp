#include "thalweg/first_order/rmsprop.hpp"

#include <cmath>

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class RmspropRule final : public detail::OptionedRule<RmspropRule<S>, ElementWiseRule<S>, Rmsprop> {
 public:
  using detail::OptionedRule<RmspropRule<S>, ElementWiseRule<S>, Rmsprop>::OptionedRule;
  void begin(std::size_t n, std::span<const ParameterBlock>) override {
    s_.assign(n, S(0));
    mean_.assign(this->o.centered ? n : 0, S(0));
    b_.assign(this->o.momentum > 0.0 ? n : 0, S(0));
  }
  void update_part(std::size_t first, std::span<S> u, std::span<const S>) override {
    S* const g = u.data();
    pass(first, u.size(), g, S(this->o.rate), [g](std::size_t i, S step) { g[i] = step; });
  }
  void apply_part(std::size_t first, std::span<S> theta, std::span<S> gradient, S scale) override {
    S* const x = theta.data();
    pass(first, theta.size(), gradient.data(), S(this->o.rate) * scale, [x](std::size_t i, S step) { x[i] -= step; });
  }
  [[nodiscard]] std::vector<RuleState<S>> state() override {
    std::vector<RuleState<S>> all{{"rmsprop.s", s_}};
    if (this->o.centered) all.push_back({"rmsprop.mean", mean_});
    if (this->o.momentum > 0.0) all.push_back({"rmsprop.b", b_});
    return all;
  }
  [[nodiscard]] double flops(std::size_t n) const override {
    return (8.0 + (this->o.centered ? 5.0 : 0.0) + (this->o.momentum > 0.0 ? 2.0 : 0.0)) * static_cast<double>(n);
  }
  THALWEG_CLONES(RmspropRule)

 private:
  template <class Take>
  void pass(std::size_t first, std::size_t n, const S* g, S rate, Take take) {
    const S momentum = S(this->o.momentum);
    S* const b = this->o.momentum > 0.0 ? b_.data() + first : nullptr;
    if (b == nullptr) return divided(first, n, g, [=](std::size_t i, S step) { take(i, rate * step); });
    divided(first, n, g, [=](std::size_t i, S step) {
      b[i] = momentum * b[i] + step;
      take(i, rate * b[i]);
    });
  }
  template <class Take>
  void divided(std::size_t first, std::size_t n, const S* g, Take take) {
    S* const s = s_.data() + first;
    const S keep = S(this->o.alpha), gain = S(1.0 - this->o.alpha), epsilon = S(this->o.epsilon);
    if (!this->o.centered) {
      for_each_element(n, [=](std::size_t i) {
        s[i] = keep * s[i] + gain * g[i] * g[i];
        const S root = std::sqrt(s[i]) + epsilon;
        take(i, root > S(0) ? g[i] / root : S(0));
      });
    } else {
      S* const mean = mean_.data() + first;
      for_each_element(n, [=](std::size_t i) {
        s[i] = keep * s[i] + gain * g[i] * g[i];
        mean[i] = keep * mean[i] + gain * g[i];
        // Rounding can leave a variance of a constant gradient just below 0.
        const S variance = s[i] - mean[i] * mean[i];
        const S root = (variance > S(0) ? std::sqrt(variance) : S(0)) + epsilon;
        take(i, root > S(0) ? g[i] / root : S(0));
      });
    }
  }
  std::vector<S> s_, mean_, b_;
};

}  // namespace

Description<Rmsprop> Rmsprop::describe() {
  Description<Rmsprop> d("rmsprop", "RMSprop", "2.1");
  d.reference(
       "Tieleman & Hinton (2012), Coursera lecture 6.5; centred: Graves (2013), arXiv 1308.0850, eq. (38)–(41)")
      .asks(AnswerKind::gradient)
      .cost("state n to 3n; 8 operations a parameter and step (centred 13, momentum 2 more)")
      .notes(
          "Equal to PyTorch's RMSprop: ε stands outside the root, where Graves and TensorFlow put it inside; "
          "momentum "
          "gathers the divided gradient. Unlike PyTorch, a centred variance that rounding made negative counts as 0 "
          "(theirs is NaN), and 0/0 is 0 where ε = 0.")
      .example("rmsprop(rate=1e-3, alpha=0.9)");
  d.formula("s ← αs + (1−α)g²;  u = η g/(√s + ε)  [centred: √(s − ḡ²); momentum: b ← μb + g/(√s+ε), u = ηb]");
  d.option("rate", &Rmsprop::rate, "step size η").above(0.0);
  d.option("alpha", &Rmsprop::alpha, "share of the mean square kept each step").at_least(0.0).below(1.0);
  d.option("epsilon", &Rmsprop::epsilon, "ε, added to the root").at_least(0.0);
  d.option("momentum", &Rmsprop::momentum, "momentum of the divided gradient").at_least(0.0).below(1.0);
  d.option("centered", &Rmsprop::centered, "divide by the deviation of g instead of its root mean square");
  return d;
}
THALWEG_MAKES(Rmsprop, RmspropRule)

}  // namespace thalweg
