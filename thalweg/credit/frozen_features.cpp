#include "thalweg/credit/frozen_features.hpp"

#include <algorithm>
#include <optional>

namespace thalweg {

namespace {
template <class S>
class Rule final : public CreditRule<S> {
 public:
  void begin(Plan<S>& plan, std::uint64_t) override {
    plan_ = &plan;
    pass_.emplace(plan.pass());
  }
  double gradient(std::span<const S> theta, const Batch<S>& batch, std::uint64_t, std::span<S> gradient,
                  CreditWork& work) override {
    const double loss = plan_->forward(theta, batch, *pass_);
    const std::size_t last = plan_->network().layers().size() - 1;
    const LayerView& layer = plan_->network().layers()[last];
    std::fill(gradient.begin(), gradient.end(), S(0));
    const std::span<S> delta = pass_->deltas(last);
    plan_->loss_gradient(*pass_, batch, delta);
    plan_->weight_gradient(*pass_, last, delta, gradient);
    work.flops += plan_->flops_forward(batch.size) +
                  2.0 * static_cast<double>(batch.size) * static_cast<double>(layer.parameters());
    work.forward_passes += 1;
    return loss;
  }
  [[nodiscard]] Quality quality() const override { return Quality::heuristic; }
  [[nodiscard]] bool tells(LayerDetail detail) const override { return detail <= LayerDetail::inputs; }
  void layers(std::span<const S>, const Batch<S>&, std::uint64_t, LayerDetail detail,
              std::vector<LayerStatistics<S>>& layers, CreditWork&) override {
    plan_->layers(*pass_, detail, layers);
  }

 private:
  Plan<S>* plan_ = nullptr;
  std::optional<Pass<S>> pass_;
};
}  // namespace

Description<FrozenFeatures> FrozenFeatures::describe() {
  Description<FrozenFeatures> d("frozen-features", "frozen random features (baseline)", "4.2.2");
  d.reference("Rahimi & Recht, NIPS 2007")
      .asks(AnswerKind::gradient)
      .formula("∂ℓ/∂W_L = h_{L−1}ᵀ δ_L for the last layer; 0 for every other")
      .cost("one forward pass and the last layer's weight gradient")
      .example("thalweg train --data digits --model 64-32-10 --credit frozen-features --rule 'adam(rate=1e-3)'");
  return d;
}

template <class S>
std::unique_ptr<CreditRule<S>> FrozenFeatures::make() const {
  return std::make_unique<Rule<S>>();
}
template std::unique_ptr<CreditRule<float>> FrozenFeatures::make<float>() const;
template std::unique_ptr<CreditRule<double>> FrozenFeatures::make<double>() const;

}  // namespace thalweg
