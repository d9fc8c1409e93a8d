#include "thalweg/first_order/swa.hpp"

#include <cmath>

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

constexpr double word = 1048576.0;  // 2²⁰: a float holds whole numbers below 2²⁴ exactly

template <class S>
class SwaRule final : public detail::OptionedRule<SwaRule<S>, ElementWiseRule<S>, Swa> {
 public:
  using detail::OptionedRule<SwaRule<S>, ElementWiseRule<S>, Swa>::OptionedRule;
  void begin(std::size_t n, std::span<const ParameterBlock>) override {
    mean_.assign(n, S(0)), bet_.assign(n, S(0)), time_.assign(2, S(0));
  }
  // The iterate at hand is that after t−1 steps.
  void prepare(std::uint64_t t) override {
    time_[0] = static_cast<S>(std::floor(static_cast<double>(t) / word));
    time_[1] = static_cast<S>(std::fmod(static_cast<double>(t), word));
    share_ = share(t - 1);
    factor_ = S(1);
    if (this->o.low < 1.0 && t > this->o.start) {
      const auto inside = static_cast<double>((t - this->o.start - 1) % this->o.period + 1);
      factor_ = S(1.0 - inside / static_cast<double>(this->o.period) * (1.0 - this->o.low));
    }
  }
  void update_part(std::size_t first, std::span<S> u, std::span<const S> theta) override {
    if (share_ > S(0))
      for_each_element(u.size(), [mean = mean_.data() + first, x = theta.data(), share = share_](std::size_t i) {
        mean[i] += share * (x[i] - mean[i]);
      });
    if (factor_ != S(1)) for_each_element(u.size(), [g = u.data(), f = factor_](std::size_t i) { g[i] *= f; });
  }
  [[nodiscard]] std::span<const S> recommended(std::span<const S> theta) const override {
    const auto steps =
        static_cast<std::uint64_t>(static_cast<double>(time_[0]) * word) + static_cast<std::uint64_t>(time_[1]);
    if (steps < this->o.start || theta.size() != mean_.size()) return theta;
    const S last = share(steps);
    if (last == S(0)) return mean_;
    for (std::size_t i = 0; i < theta.size(); ++i) bet_[i] = mean_[i] + last * (theta[i] - mean_[i]);
    return bet_;
  }
  [[nodiscard]] std::vector<RuleState<S>> state() override { return {{"swa.mean", mean_}, {"swa.time", time_}}; }
  [[nodiscard]] double flops(std::size_t n) const override {
    return (3.0 / static_cast<double>(this->o.period) + (this->o.low < 1.0 ? 1.0 : 0.0)) * static_cast<double>(n);
  }
  THALWEG_CLONES(SwaRule)

 private:
  // What the iterate after so many steps weighs in the average that ends with it; 0: it is not in it.
  [[nodiscard]] S share(std::uint64_t steps) const {
    if (steps < this->o.start || (steps - this->o.start) % this->o.period != 0) return S(0);
    const std::uint64_t before = (steps - this->o.start) / this->o.period;
    return static_cast<S>(1.0 / static_cast<double>(before + 1));
  }
  std::vector<S> mean_, time_;
  mutable std::vector<S> bet_;
  S share_ = S(0), factor_ = S(1);
};

}  // namespace

Description<Swa> Swa::describe() {
  Description<Swa> d("swa", "Stochastic weight averaging", "2.1");
  d.reference("Izmailov, Podoprikhin, Garipov, Vetrov & Wilson (2018), UAI, Algorithm 1; Polyak & Juditsky (1992)")
      .asks(AnswerKind::gradient)
      .formula("θ̄ ← (kθ̄ + θ_s)/(k + 1) at s = start + kc;  cyclic: u ← (1 − τ(1 − low))u, τ = (mod(i−1, c) + 1)/c")
      .cost("state n (2n with the copy that is handed out); 3/c operations a parameter and step")
      .notes(
          "A link that leaves the step as it is (low = 1) and recommends the average; train scores and returns that. "
          "The paper starts at three quarters of the run and averages once an epoch; start = 0, period = 1 averages "
          "all iterates.")
      .example("sgd(rate=0.1) | swa(start=750, period=50)");
  d.option("start", &Swa::start, "steps before the average begins").at_least(0).unit("step");
  d.option("period", &Swa::period, "c: steps between two iterates that are averaged").at_least(1).unit("step");
  d.option("low", &Swa::low, "factor of the rate at the end of each cycle; 1: constant").above(0.0).at_most(1.0);
  return d;
}
THALWEG_MAKES(Swa, SwaRule)

}  // namespace thalweg
