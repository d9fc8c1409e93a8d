#include "thalweg/credit/backprop.hpp"

#include <cmath>
#include <optional>

namespace thalweg {

namespace {
template <class S>
class Rule final : public CreditRule<S> {
 public:
  void begin(Plan<S>& plan, std::uint64_t seed) override {
    plan_ = &plan;
    pass_.emplace(plan.pass());
    targets_ = Stream(seed, Purpose("backprop.model-targets"));
  }
  double gradient(std::span<const S> theta, const Batch<S>& batch, std::uint64_t, std::span<S> gradient,
                  CreditWork& work) override {
    const double loss = plan_->forward(theta, batch, *pass_);
    plan_->backward(theta, batch, *pass_, gradient);
    work.flops += plan_->flops_forward(batch.size) + plan_->flops_backward(batch.size);
    work.forward_passes += 1;
    work.backward_passes += 1;
    return loss;
  }
  double step(std::span<S> theta, const Batch<S>& batch, std::uint64_t step, std::span<S> gradient,
              UpdateRule<S>& rule, CreditWork& work) override {
    if (!rule.element_wise()) return CreditRule<S>::step(theta, batch, step, gradient, rule, work);
    const double loss = plan_->forward(theta, batch, *pass_);
    work.flops += plan_->flops_forward(batch.size);
    work.forward_passes += 1;
    if (!std::isfinite(loss)) return loss;
    rule.prepare(step);
    plan_->backward(theta, batch, *pass_, [&rule, &theta](std::size_t first, std::span<S> part) {
      rule.apply_part(first, theta.subspan(first, part.size()), part, S(1));
    });
    work.flops += plan_->flops_backward(batch.size);
    work.backward_passes += 1;
    return loss;
  }
  [[nodiscard]] Quality quality() const override { return Quality::exact; }
  [[nodiscard]] bool tells(LayerDetail) const override { return true; }
  void layers(std::span<const S> theta, const Batch<S>& batch, std::uint64_t step, LayerDetail detail,
              std::vector<LayerStatistics<S>>& layers, CreditWork& work) override {
    if (detail == LayerDetail::model_gradients) {
      plan_->model_deltas(theta, *pass_, targets_.at(step));
      work.flops += plan_->flops_model_deltas(batch.size);
      work.backward_passes += 1;
    }
    plan_->layers(*pass_, detail, layers);
  }

 private:
  Plan<S>* plan_ = nullptr;
  std::optional<Pass<S>> pass_;
  Stream targets_;
};
}  // namespace

Description<Backprop> Backprop::describe() {
  Description<Backprop> d("backprop", "backpropagation", "4.1");
  d.reference("Rumelhart, Hinton & Williams, Nature 323 (1986) 533")
      .asks(AnswerKind::gradient)
      .formula("δ_{l−1} = (δ_l W_lᵀ) ⊙ φ′(z_{l−1}),  ∂ℓ/∂W_l = h_{l−1}ᵀ δ_l")
      .cost("one forward and one backward pass; memory of one pass")
      .example("thalweg train --data digits --model 64-32-10 --credit backprop --rule 'adam(rate=1e-3)'");
  return d;
}

template <class S>
std::unique_ptr<CreditRule<S>> Backprop::make() const {
  return std::make_unique<Rule<S>>();
}
template std::unique_ptr<CreditRule<float>> Backprop::make<float>() const;
template std::unique_ptr<CreditRule<double>> Backprop::make<double>() const;

}  // namespace thalweg
