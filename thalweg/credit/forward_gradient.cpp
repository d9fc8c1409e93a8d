#include "thalweg/credit/forward_gradient.hpp"

#include <algorithm>
#include <optional>

#include "thalweg/core/noise.hpp"

namespace thalweg {

namespace {
template <class S>
class Rule final : public CreditRule<S> {
 public:
  explicit Rule(const ForwardGradient& options) : options_(options) {}

  void begin(Plan<S>& plan, std::uint64_t seed) override {
    plan_ = &plan;
    pass_.emplace(plan.pass());
    stream_ = Stream(seed, Purpose("forward-gradient.direction"));
    slopes_.resize(static_cast<std::size_t>(options_.directions));
  }
  double gradient(std::span<const S> theta, const Batch<S>& batch, std::uint64_t step, std::span<S> gradient,
                  CreditWork& work) override {
    for (std::size_t k = 0; k < slopes_.size(); ++k) {
      const Tangent<S> tangent{.weights = {},
                               .noise = {options_.noise, 1.0, stream_.at(step, static_cast<std::uint32_t>(k))},
                               .nodes = {}};
      slopes_[k] = static_cast<S>(plan_->jvp(theta, batch, *pass_, tangent) / options_.directions);
    }
    std::ranges::fill(gradient, S(0));
    add_noises(gradient, std::span<const S>(slopes_), options_.noise, stream_.at(step));
    const double noise = static_cast<double>(theta.size()) * flops_per_noise(options_.noise);
    work.flops += options_.directions * (plan_->flops_jvp(batch.size) + 2.0 * noise);  // made twice
    work.forward_passes += static_cast<std::uint64_t>(options_.directions);
    double loss = 0.0;  // of the primal pass
    for (std::size_t b = 0; b < batch.size; ++b) loss += pass_->losses()[b];
    return loss / static_cast<double>(batch.size);
  }
  [[nodiscard]] Quality quality() const override { return Quality::unbiased; }

 private:
  ForwardGradient options_;
  Plan<S>* plan_ = nullptr;
  std::optional<Pass<S>> pass_;
  Stream stream_;
  std::vector<S> slopes_;
};
}  // namespace

Description<ForwardGradient> ForwardGradient::describe() {
  Description<ForwardGradient> d("forward-gradient", "forward gradient", "4.1");
  d.reference("Baydin, Pearlmutter, Syme, Wood & Torr, arXiv 2202.08587 (2022), algorithm 1")
      .asks(AnswerKind::directional)
      .formula("ĝ = (1/K) Σ (∇ℓ·v_k) v_k")
      .cost("K forward-mode passes; memory of one pass; relative variance (n−1)/K, Gaussian (n+1)/K")
      .notes("Rademacher directions by default, which have the lower variance (the paper: Gaussian)")
      .example("thalweg train --data digits --model 64-32-10 --credit forward-gradient --rule 'adam(rate=1e-3)'");
  d.option("directions", &ForwardGradient::directions, "directions averaged in one step").at_least(1);
  d.option("noise", &ForwardGradient::noise, {"none", "rademacher", "gaussian"}, "distribution of the directions");
  return d;
}

template <class S>
std::unique_ptr<CreditRule<S>> ForwardGradient::make() const {
  if (noise == Noise::none)
    throw InvalidArgument("option `noise` of forward-gradient is none; it is rademacher or gaussian");
  return std::make_unique<Rule<S>>(*this);
}
template std::unique_ptr<CreditRule<float>> ForwardGradient::make<float>() const;
template std::unique_ptr<CreditRule<double>> ForwardGradient::make<double>() const;

}  // namespace thalweg
