#include "thalweg/gradient_estimation/zo_adamm.hpp"

#include <cmath>

#include "thalweg/core/vectorized.hpp"
#include "thalweg/first_order/descent.hpp"
#include "thalweg/gradient_estimation/noisy_steps.hpp"

namespace thalweg {
namespace {

template <class S>
class AdammRule final : public ElementWiseRule<S> {
 public:
  explicit AdammRule(const ZoAdamm& options) : o(options) {}
  void begin(std::size_t n, std::span<const ParameterBlock>) override {
    m_.assign(n, S(0)), v_.assign(n, S(0)), max_.assign(n, S(0));
  }
  void update_part(std::size_t first, std::span<S> u, std::span<const S>) override {
    const S b1 = S(o.beta1), a1 = S(1.0 - o.beta1), b2 = S(o.beta2), a2 = S(1.0 - o.beta2);
    const S rate = S(o.rate), epsilon = S(o.epsilon);
    for_each_element(u.size(), [=, g = u.data(), m = m_.data() + first, v = v_.data() + first,
                                top = max_.data() + first](std::size_t i) {
      m[i] = b1 * m[i] + a1 * g[i];
      v[i] = b2 * v[i] + a2 * g[i] * g[i];
      top[i] = v[i] > top[i] ? v[i] : top[i];
      g[i] = rate * m[i] / (std::sqrt(top[i]) + epsilon);
    });
  }
  [[nodiscard]] std::vector<RuleState<S>> state() override {
    return {{"zo-adamm.m", m_}, {"zo-adamm.v", v_}, {"zo-adamm.max", max_}};
  }
  [[nodiscard]] double flops(std::size_t n) const override { return 13.0 * static_cast<double>(n); }
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> clone() const override { return std::make_unique<AdammRule>(*this); }
  [[nodiscard]] std::string text() const override { return "zo-adamm"; }

 private:
  ZoAdamm o;
  std::vector<S> m_, v_, max_;
};

}  // namespace

Description<ZoAdamm> ZoAdamm::describe() {
  Description<ZoAdamm> d("zo-adamm", "Zeroth-order adaptive momentum", "3.3");
  d.reference("Chen, Liu, Xu, Li, Lin, Hong & Cox (2019), ZO-AdaMM, NeurIPS, arXiv 1910.06513, Algorithm 1")
      .asks(AnswerKind::value)
      .supports_bounds()
      .cost("K+1 values a step (2K two-sided); 13n operations, 6nK and more for the noise")
      .formula("m ← β₁m + (1−β₁)ĝ;  v ← β₂v + (1−β₂)ĝ²;  v̂ ← max(v̂, v);  θ ← Π_{X,√v̂}(θ − η m/√v̂)")
      .notes(
          "On a box the projection in the Mahalanobis distance of the diagonal √v̂ is the Euclidean one, coordinate "
          "by coordinate. Moments are not corrected for their start; the rule amsgrad, over any estimator, is "
          "PyTorch's and does.")
      .example("thalweg minimize --problem sphere:n=10 --method zo-adamm --set directions=10");
  d.option("rate", &ZoAdamm::rate, "step size η").above(0.0);
  d.option("beta1", &ZoAdamm::beta1, "β₁: decay of the mean").at_least(0.0).below(1.0);
  d.option("beta2", &ZoAdamm::beta2, "β₂: decay of the squares").at_least(0.0).below(1.0);
  d.option("epsilon", &ZoAdamm::epsilon, "ε: added to √v̂").above(0.0);
  detail::describe_zo_law(d);
  return d;
}

void ZoAdamm::run(Objective<double>& f, Search& search) const {
  const auto estimate = detail::zo_estimator(f, search, law, sigma, directions, sides);
  const Rule rule(
      "zo-adamm", [o = *this] { return std::make_unique<AdammRule<double>>(o); },
      [o = *this] { return std::make_unique<AdammRule<float>>(o); });
  Descent{.rule = rule}.run(static_cast<Objective<double>&>(*estimate), search);
  detail::poll_with_the_rest(f, search, sides == Sides::two ? 2 * directions : directions + 1, sigma);
}

}  // namespace thalweg
