#include "thalweg/credit/node_perturbation.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace thalweg {

namespace {
template <class S>
class Rule final : public CreditRule<S> {
 public:
  explicit Rule(const NodePerturbation& options) : options_(options) {}

  void begin(Plan<S>& plan, std::uint64_t seed) override {
    plan_ = &plan;
    clean_.emplace(plan.pass());
    noisy_.emplace(plan.pass());
    stream_ = Stream(seed, Purpose("node-perturbation.noise"));
    noise_.resize(plan.maximum_batch() * plan.network().units());
    change_.resize(plan.maximum_batch());
  }

  double gradient(std::span<const S> theta, const Batch<S>& batch, std::uint64_t step, std::span<S> gradient,
                  CreditWork& work) override {
    const double loss = errors(theta, batch, step, work);
    for (std::size_t l = 0; l < plan_->network().layers().size(); ++l)
      plan_->weight_gradient(*clean_, l, clean_->deltas(l), gradient);
    return loss;
  }
  double step(std::span<S> theta, const Batch<S>& batch, std::uint64_t step, std::span<S> gradient,
              UpdateRule<S>& rule, CreditWork& work) override {
    if (!rule.element_wise()) return CreditRule<S>::step(theta, batch, step, gradient, rule, work);
    const double loss = errors(theta, batch, step, work);
    if (!std::isfinite(loss)) return loss;
    rule.prepare(step);
    for (std::size_t l = 0; l < plan_->network().layers().size(); ++l)
      plan_->weight_gradient(*clean_, l, clean_->deltas(l), [&rule, &theta](std::size_t first, std::span<S> part) {
        rule.apply_part(first, theta.subspan(first, part.size()), part, S(1));
      });
    return loss;
  }
  [[nodiscard]] Quality quality() const override { return Quality::biased; }
  // Its errors are noise with the gradient inside: their covariance says nothing of curvature.
  [[nodiscard]] bool tells(LayerDetail detail) const override { return detail <= LayerDetail::inputs; }
  void layers(std::span<const S>, const Batch<S>&, std::uint64_t, LayerDetail detail,
              std::vector<LayerStatistics<S>>& layers, CreditWork&) override {
    plan_->layers(*clean_, detail, layers);
  }

 private:
  // The clean pass and its loss; δ of all layers, and the work of all but these, the weights' gradient counted.
  double errors(std::span<const S> theta, const Batch<S>& batch, std::uint64_t step, CreditWork& work) {
    const double loss = plan_->forward(theta, batch, *clean_);
    const std::size_t units = batch.size * plan_->network().units();
    const std::span<S> xi = std::span<S>(noise_).first(units);
    for (int k = 0; k < options_.directions; ++k) {
      NodeNoise noise{options_.noise, options_.sigma, stream_.at(step, static_cast<std::uint32_t>(k))};
      plan_->node_noise(noise, batch.size, xi);
      plan_->forward(theta, batch, *clean_, *noisy_, noise, xi);
      for (std::size_t b = 0; b < batch.size; ++b) change_[b] = noisy_->losses()[b] - clean_->losses()[b];
      if (options_.antithetic) {
        noise.scale = -options_.sigma;
        plan_->forward(theta, batch, *clean_, *noisy_, noise, xi);
        for (std::size_t b = 0; b < batch.size; ++b)
          change_[b] = 0.5 * (change_[b] - (noisy_->losses()[b] - clean_->losses()[b]));
      }
      add_errors(xi, batch.size, k == 0);
      const double passes = options_.antithetic ? 2.0 : 1.0;  // the noise is made for the first, and taken once more
      work.flops += passes * plan_->flops_forward_beside(batch.size) + plan_->flops_node_noise(batch.size, noise) +
                    passes * 2.0 * static_cast<double>(units);
      work.forward_passes += options_.antithetic ? 2 : 1;
    }
    const auto n = static_cast<double>(plan_->network().parameters());
    work.flops += plan_->flops_forward(batch.size) + 2.0 * static_cast<double>(batch.size) * n;
    work.forward_passes += 1;
    return loss;
  }
  // δ_l += (ℓ̃ − ℓ)/(σ K B) · ξ_l, sample by sample; the mean over the batch is in the 1/B.
  void add_errors(std::span<const S> xi, std::size_t size, bool first) {
    const double scale = 1.0 / (options_.sigma * options_.directions * static_cast<double>(size));
    const auto& layers = plan_->network().layers();
    for (std::size_t l = 0; l < layers.size(); ++l) {
      S* delta = clean_->deltas(l).data();
      const S* from = xi.data() + layers[l].units;
      for (std::size_t b = 0; b < size; ++b, delta += layers[l].out, from += plan_->network().units()) {
        const S factor = static_cast<S>(scale * change_[b]);
        if (first)
          for (std::size_t j = 0; j < layers[l].out; ++j) delta[j] = factor * from[j];
        else
          for (std::size_t j = 0; j < layers[l].out; ++j) delta[j] += factor * from[j];
      }
    }
  }

  NodePerturbation options_;
  Plan<S>* plan_ = nullptr;
  std::optional<Pass<S>> clean_, noisy_;
  Stream stream_;
  std::vector<S> noise_;
  std::vector<double> change_;
};
}  // namespace

Description<NodePerturbation> NodePerturbation::describe() {
  Description<NodePerturbation> d("node-perturbation", "node perturbation", "4.2.2");
  d.reference("Werfel, Xie & Seung, Neural Computation 17 (2005) 2699; Flower & Jabri, NIPS 1992")
      .asks(AnswerKind::value)
      .formula("z̃_l = z_l + σ ξ_l,  δ_l = (ℓ̃ − ℓ)/σ · ξ_l,  ΔW_l ∝ h_{l−1}ᵀ δ_l")
      .cost(
          "1 + K forward passes (antithetic: 1 + 2K), the noisy ones without the first product, and one weight "
          "gradient; "
          "memory of two passes and the noise")
      .notes("every sample of the batch has noise of its own; inputs h of the clean pass are used")
      .example("thalweg train --data digits --model 64-32-10 --credit node-perturbation --rule 'adam(rate=1e-3)'");
  d.option("directions", &NodePerturbation::directions, "noisy passes averaged in one step").at_least(1);
  d.option("sigma", &NodePerturbation::sigma, "standard deviation of the noise at the pre-activations").above(0.0);
  d.option("antithetic", &NodePerturbation::antithetic, "measure +ξ and −ξ: no bias of odd order, twice the passes");
  d.option("noise", &NodePerturbation::noise, {"none", "rademacher", "gaussian"}, "distribution of ξ");
  return d;
}

template <class S>
std::unique_ptr<CreditRule<S>> NodePerturbation::make() const {
  if (noise == Noise::none)
    throw InvalidArgument("option `noise` of node-perturbation is none; it is rademacher or gaussian");
  return std::make_unique<Rule<S>>(*this);
}
template std::unique_ptr<CreditRule<float>> NodePerturbation::make<float>() const;
template std::unique_ptr<CreditRule<double>> NodePerturbation::make<double>() const;

}  // namespace thalweg
