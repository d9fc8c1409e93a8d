#include "thalweg/credit/feedback_alignment.hpp"

#include <optional>

namespace thalweg {

namespace {
template <class S>
class Rule final : public CreditRule<S> {
 public:
  explicit Rule(const FeedbackAlignment& options) : options_(options) {}

  void begin(Plan<S>& plan, std::uint64_t seed) override {
    plan_ = &plan;
    pass_.emplace(plan.pass());
    const Network& network = plan.network();
    // A network's worth of weights from another seed: B_l has the law of W_l at the start.
    const Stream stream(seed, Purpose("feedback-alignment.feedback"));
    const PhiloxBlock words = stream.block(0);
    feedback_weights_.resize(network.parameters());
    network.initialise(std::span<S>(feedback_weights_), std::uint64_t{words[0]} << 32 | words[1]);
    for (S& b : feedback_weights_) b *= static_cast<S>(options_.scale);
    feedback_.matrices.assign(network.layers().size(), {});
    targets_ = Stream(seed, Purpose("feedback-alignment.model-targets"));
  }

  double gradient(std::span<const S> theta, const Batch<S>& batch, std::uint64_t, std::span<S> gradient,
                  CreditWork& work) override {
    const auto& layers = plan_->network().layers();
    const std::span<const S> matrices = options_.transpose ? theta : std::span<const S>(feedback_weights_);
    for (std::size_t l = 1; l < layers.size(); ++l)
      feedback_.matrices[l] = matrices.subspan(layers[l].weights, layers[l].in * layers[l].out);
    const double loss = plan_->forward(theta, batch, *pass_);
    plan_->backward(theta, batch, *pass_, gradient, feedback_);
    work.flops += plan_->flops_forward(batch.size) + plan_->flops_backward(batch.size);
    work.forward_passes += 1;
    work.backward_passes += 1;
    return loss;
  }
  [[nodiscard]] Quality quality() const override { return Quality::heuristic; }
  [[nodiscard]] bool tells(LayerDetail) const override { return true; }  // of the errors as it feeds them back
  void layers(std::span<const S> theta, const Batch<S>& batch, std::uint64_t step, LayerDetail detail,
              std::vector<LayerStatistics<S>>& layers, CreditWork& work) override {
    if (detail == LayerDetail::model_gradients) {
      plan_->model_deltas(theta, *pass_, targets_.at(step), feedback_);
      work.flops += plan_->flops_model_deltas(batch.size);
      work.backward_passes += 1;
    }
    plan_->layers(*pass_, detail, layers);
  }
  [[nodiscard]] std::vector<RuleState<S>> state() override {
    return {{"feedback-alignment.feedback", std::span<S>(feedback_weights_)}};
  }

 private:
  FeedbackAlignment options_;
  Plan<S>* plan_ = nullptr;
  std::optional<Pass<S>> pass_;
  std::vector<S> feedback_weights_;
  Feedback<S> feedback_;
  Stream targets_;
};
}  // namespace

Description<FeedbackAlignment> FeedbackAlignment::describe() {
  Description<FeedbackAlignment> d("feedback-alignment", "feedback alignment", "5(a)");
  d.reference("Lillicrap, Cownden, Tweed & Akerman, Nature Communications 7 (2016) 13276")
      .asks(AnswerKind::gradient)
      .formula("δ_{l−1} = (δ_l B_lᵀ) ⊙ φ′(z_{l−1}), B_l fixed and random")
      .cost("one forward and one backward pass; memory of one pass and a second set of weights")
      .notes("B is drawn as the weights are at the start (the paper: uniform), times `scale`")
      .example("thalweg train --data digits --model 64-32-10 --credit feedback-alignment --rule 'adam(rate=1e-3)'");
  d.option("scale", &FeedbackAlignment::scale, "size of the feedback, in units of the weights' at the start")
      .above(0.0);
  d.option("transpose", &FeedbackAlignment::transpose, "feed back through Wᵀ itself, which is backprop");
  return d;
}

template <class S>
std::unique_ptr<CreditRule<S>> FeedbackAlignment::make() const {
  return std::make_unique<Rule<S>>(*this);
}
template std::unique_ptr<CreditRule<float>> FeedbackAlignment::make<float>() const;
template std::unique_ptr<CreditRule<double>> FeedbackAlignment::make<double>() const;

}  // namespace thalweg
