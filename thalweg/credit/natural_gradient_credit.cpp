#include "thalweg/credit/natural_gradient_credit.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/vectorized.hpp"

namespace thalweg {

namespace {
template <class S>
class Rule final : public CreditRule<S> {
 public:
  explicit Rule(const NaturalGradientCredit& options) : options_(options) {}

  void begin(Plan<S>& plan, std::uint64_t) override {
    plan_ = &plan;
    pass_.emplace(plan.pass());
    const std::size_t n = plan.network().parameters();
    for (auto* v : {&residual_, &direction_, &product_}) v->assign(n, S(0));
  }

  double gradient(std::span<const S> theta, const Batch<S>& batch, std::uint64_t, std::span<S> gradient,
                  CreditWork& work) override {
    const double loss = plan_->forward(theta, batch, *pass_);
    plan_->backward(theta, batch, *pass_, gradient);
    const auto n = static_cast<double>(gradient.size());
    work.flops += plan_->flops_forward(batch.size) + plan_->flops_backward(batch.size);
    work.forward_passes += 1, work.backward_passes += 1;
    if (!std::isfinite(loss)) return loss;

    // Conjugate gradients on (F + λI)d = g from d = 0; `gradient` becomes d.
    std::copy(gradient.begin(), gradient.end(), residual_.begin());
    std::copy(gradient.begin(), gradient.end(), direction_.begin());
    std::fill(gradient.begin(), gradient.end(), S(0));
    double rr = dot(residual_, residual_);
    const double enough = std::numeric_limits<S>::epsilon() * std::sqrt(rr);
    for (int k = 0; k < options_.products && std::sqrt(rr) > enough; ++k) {
      plan_->fisher_vector(theta, batch, *pass_, direction_, product_);
      add(product_, S(options_.damping), direction_);
      work.flops += plan_->flops_fisher_vector(batch.size) + 12.0 * n;
      work.forward_passes += 1, work.backward_passes += 1;
      const double alpha = rr / dot(direction_, product_);
      if (!std::isfinite(alpha) || !(alpha > 0.0)) break;
      add(gradient, S(alpha), direction_);
      add(residual_, S(-alpha), product_);
      const double next = dot(residual_, residual_);
      for_each_element(direction_.size(), [d = direction_.data(), r = residual_.data(),
                                           beta = S(next / rr)](std::size_t i) { d[i] = r[i] + beta * d[i]; });
      rr = next;
    }
    return loss;
  }
  // Not an estimate of the gradient: its direction of descent in another metric.
  [[nodiscard]] Quality quality() const override { return Quality::heuristic; }

 private:
  static double dot(std::span<const S> a, std::span<const S> b) {
    return blas::sum_of<double>(a.size(), [x = a.data(), y = b.data()](std::size_t i) {
      return static_cast<double>(x[i]) * static_cast<double>(y[i]);
    });
  }
  static void add(std::span<S> to, S scale, std::span<const S> from) {
    for_each_element(to.size(), [x = to.data(), y = from.data(), scale](std::size_t i) { x[i] += scale * y[i]; });
  }

  NaturalGradientCredit options_;
  Plan<S>* plan_ = nullptr;
  std::optional<Pass<S>> pass_;
  std::vector<S> residual_, direction_, product_;
};
}  // namespace

Description<NaturalGradientCredit> NaturalGradientCredit::describe() {
  Description<NaturalGradientCredit> d("natural-gradient", "natural gradient (Fisher metric, conjugate gradients)",
                                       "2.2");
  d.reference("Amari, Neural Computation 10 (1998) 251; Martens, ICML 2010; Martens, JMLR 21:146 (2020)")
      .asks({AnswerKind::gradient, AnswerKind::fisher_vector})
      .formula("d ≈ (F + λI)⁻¹ g by conjugate gradients, F = (1/B) Σ_b J_bᵀ (∂²ℓ_b/∂y²) J_b")
      .cost("a forward and a backward pass, and a tangent and a backward pass for each product; memory 3n more")
      .notes("the diagnostics' cosine is that between d and g")
      .example(
          "thalweg train --data digits --model 64-32-10 --credit natural-gradient --rule 'sgd(rate=0.3)' "
          "--max-epochs 5");
  d.option("damping", &NaturalGradientCredit::damping, "λ, added to F's diagonal").above(0.0);
  d.option("products", &NaturalGradientCredit::products, "Fisher-vector products of one step").at_least(1);
  return d;
}

template <class S>
std::unique_ptr<CreditRule<S>> NaturalGradientCredit::make() const {
  return std::make_unique<Rule<S>>(*this);
}
template std::unique_ptr<CreditRule<float>> NaturalGradientCredit::make<float>() const;
template std::unique_ptr<CreditRule<double>> NaturalGradientCredit::make<double>() const;

}  // namespace thalweg
