#include "thalweg/first_order/nesterov.hpp"

#include <cmath>

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class NesterovRule final : public detail::OptionedRule<NesterovRule<S>, ElementWiseRule<S>, Nesterov> {
 public:
  explicit NesterovRule(Nesterov options)
      : detail::OptionedRule<NesterovRule<S>, ElementWiseRule<S>, Nesterov>(options),
        rate_(options.lipschitz > 0.0 ? 1.0 / options.lipschitz : options.rate) {}

  void begin(std::size_t n, std::span<const ParameterBlock>) override {
    v_.assign(n, S(0));
    x_.assign(n, S(0));
    momenta_ = {0.0, 0.0};
    last_t_ = 0;
    t_k_ = 1.0;
    stepped_ = false;
  }
  // momenta_ = {β of the step before, β of this one}
  void prepare(std::uint64_t t) override {
    stepped_ = true;
    if (t <= last_t_) last_t_ = 0, t_k_ = 1.0, momenta_ = {0.0, 0.0};  // a checkpoint's time: run the sequence again
    for (; last_t_ < t; ++last_t_) {
      momenta_[0] = momenta_[1];
      if (this->o.sequence == Nesterov::Sequence::constant) {
        momenta_[1] = this->o.beta;
      } else {
        const double next = 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * t_k_ * t_k_));  // Beck & Teboulle eq. (4.2)
        momenta_[1] = (t_k_ - 1.0) / next;
        t_k_ = next;
      }
    }
  }
  void update_part(std::size_t first, std::span<S> u, std::span<const S>) override {
    S* const g = u.data();
    pass(first, u.size(), g, S(rate_), [g](std::size_t i, S step) { g[i] = step; });
    if (first == 0) look_back_ = S(rate_ * momenta_[1]);
  }
  void apply_part(std::size_t first, std::span<S> theta, std::span<S> gradient, S scale) override {
    S* const y = theta.data();
    pass(first, theta.size(), gradient.data(), S(rate_) * scale, [y](std::size_t i, S step) { y[i] -= step; });
    if (first == 0) look_back_ = S(rate_ * momenta_[1]) * scale;
  }
  // x = y − β(x − x_before) = y + ηβv
  [[nodiscard]] std::span<const S> recommended(std::span<const S> theta) const override {
    if (!stepped_) return theta;
    for_each_element(theta.size(), [x = x_.data(), y = theta.data(), v = v_.data(), c = look_back_](std::size_t i) {
      x[i] = y[i] + c * v[i];
    });
    return x_;
  }
  [[nodiscard]] std::vector<RuleState<S>> state() override { return {{"nesterov.v", v_}}; }
  [[nodiscard]] double flops(std::size_t n) const override { return 6.0 * static_cast<double>(n); }
  THALWEG_CLONES(NesterovRule)

 private:
  template <class Take>
  void pass(std::size_t first, std::size_t n, const S* g, S rate, Take take) {
    for_each_element(n, [=, v = v_.data() + first, before = S(momenta_[0]), beta = S(momenta_[1])](std::size_t i) {
      v[i] = before * v[i] + g[i];
      take(i, rate * (g[i] + beta * v[i]));
    });
  }
  double rate_;
  std::vector<S> v_;
  mutable std::vector<S> x_;  // written by recommended()
  std::array<double, 2> momenta_{};
  std::uint64_t last_t_ = 0;
  double t_k_ = 1.0;
  S look_back_ = S(0);
  bool stepped_ = false;
};

}  // namespace

Description<Nesterov> Nesterov::describe() {
  Description<Nesterov> d("nesterov", "Nesterov's accelerated gradient", "2.1");
  d.reference(
       "Nesterov (1983), Soviet Mathematics Doklady 27:372; Beck & Teboulle (2009), SIAM J. Imaging Sciences 2:183, "
       "eq. (4.1)–(4.3) and Theorem 4.4")
      .asks(AnswerKind::gradient)
      .cost("state 2n; 6 operations a parameter and step")
      .notes(
          "The parameters hold the look-ahead point y, where the gradient is asked; the recommended point is x, for "
          "which the bound f(x_k) − f* ≤ 2L‖x₀−x*‖²/(k+1)² holds with rate 1/L on a convex f. PyTorch's "
          "SGD(nesterov=True) is the constant sequence.")
      .example("nesterov(lipschitz=4)");
  d.formula(
      "x_{k+1} = y_k − η g(y_k);  y_{k+1} = x_{k+1} + β_{k+1}(x_{k+1} − x_k);  "
      "tk: t₁ = 1, t_{k+1} = (1+√(1+4t_k²))/2, β = (t_k−1)/t_{k+1}");
  d.option("rate", &Nesterov::rate, "step size η").above(0.0);
  d.option("lipschitz", &Nesterov::lipschitz, "Lipschitz constant L of the gradient; above 0 the rate is 1/L")
      .at_least(0.0);
  d.option("sequence", &Nesterov::sequence, {"tk", "constant"}, "how the momentum β grows with the steps");
  d.option("beta", &Nesterov::beta, "momentum of the constant sequence").at_least(0.0).below(1.0);
  return d;
}
THALWEG_MAKES(Nesterov, NesterovRule)

}  // namespace thalweg
