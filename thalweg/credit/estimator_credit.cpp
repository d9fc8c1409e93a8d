#include "thalweg/credit/estimator_credit.hpp"

#include <cmath>
#include <optional>
#include <utility>

namespace thalweg {

template <class S>
MinibatchObjective<S>::MinibatchObjective(Plan<S>& plan) : plan_(&plan), pass_(plan.pass()) {}

template <class S>
std::size_t MinibatchObjective<S>::dimension() const {
  return plan_->network().parameters();
}

template <class S>
Offers MinibatchObjective<S>::offers() const {
  return Offers{}.add(AnswerKind::gradient).add(AnswerKind::directional);
}

// A batch of values around one point is one call: the plan evaluates all perturbed copies together.
template <class S>
void MinibatchObjective<S>::answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) {
  for (std::size_t i = 0; i < questions.size();) {
    const Question<S>& first = questions[i];
    copies_.clear();
    while (i + copies_.size() < questions.size()) {
      const Question<S>& q = questions[i + copies_.size()];
      if (!(q.asks == Kinds(AnswerKind::value)) || q.point.data() != first.point.data()) break;
      copies_.push_back(q.perturbation);
    }
    if (copies_.empty()) {
      answer_one(first, answers[i++]);
      continue;
    }
    losses_.resize(copies_.size());
    const double flops = plan_->perturbed_losses(first.point, batch_, copies_, losses_);
    mean_value_ = 0.0;
    for (std::size_t k = 0; k < copies_.size(); ++k) {
      answers[i + k].value = losses_[k];
      mean_value_ += losses_[k] / static_cast<double>(copies_.size());
      answers[i + k].flops = flops / static_cast<double>(copies_.size());
    }
    work_.flops += flops;
    work_.forward_passes += copies_.size();
    i += copies_.size();
  }
}

template <class S>
void MinibatchObjective<S>::answer_one(const Question<S>& q, Answer<S>& a) {
  double flops = 0.0;
  if (q.asks.has(AnswerKind::directional)) {
    Tangent<S> tangent;
    tangent.weights = q.direction;
    a.directional = plan_->jvp(q.point, batch_, pass_, tangent);
    flops += plan_->flops_jvp(batch_.size);
    work_.forward_passes += 1;
    mean_value_ = 0.0;  // of the primal pass beside it
    for (std::size_t b = 0; b < batch_.size; ++b) mean_value_ += pass_.losses()[b] / static_cast<double>(batch_.size);
  }
  if (q.asks.has(AnswerKind::gradient) || q.asks.has(AnswerKind::value)) {
    a.value = mean_value_ = plan_->forward(q.point, batch_, pass_);
    flops += plan_->flops_forward(batch_.size);
    work_.forward_passes += 1;
  }
  if (q.asks.has(AnswerKind::gradient)) {
    plan_->backward(q.point, batch_, pass_, a.gradient);
    flops += plan_->flops_backward(batch_.size);
    work_.backward_passes += 1;
  }
  a.flops = flops;
  work_.flops += flops;
}

template class MinibatchObjective<float>;
template class MinibatchObjective<double>;

namespace {
template <class S>
class Rule final : public CreditRule<S> {
 public:
  explicit Rule(AdapterFactory<S> make) : make_(std::move(make)) {}

  void begin(Plan<S>& plan, std::uint64_t seed) override {
    objective_.emplace(plan);
    adapter_ = make_(*objective_);
    adapter_->begin(seed);
  }
  double gradient(std::span<const S> theta, const Batch<S>& batch, std::uint64_t step, std::span<S> gradient,
                  CreditWork& work) override {
    const CreditWork before = objective_->work();
    objective_->use(batch);
    adapter_->seek(step);
    const Question<S> question{.asks = AnswerKind::gradient, .point = theta, .direction = {}, .sample = {step}};
    Answer<S> answer;
    answer.gradient = gradient;
    adapter_->answer(std::span(&question, 1), std::span(&answer, 1));
    work.flops += answer.flops;  // the estimator's own and its base's
    work.forward_passes += objective_->work().forward_passes - before.forward_passes;
    work.backward_passes += objective_->work().backward_passes - before.backward_passes;
    return objective_->mean_value();
  }
  [[nodiscard]] Quality quality() const override { return adapter_->offers().of(AnswerKind::gradient); }

 private:
  AdapterFactory<S> make_;
  std::optional<MinibatchObjective<S>> objective_;
  std::unique_ptr<Adapter<S>> adapter_;
};
}  // namespace

Credit estimator_credit(std::string id, AdapterFactory<double> make_double, AdapterFactory<float> make_float) {
  return {std::move(id), [make = std::move(make_double)] { return std::make_unique<Rule<double>>(make); },
          [make = std::move(make_float)] { return std::make_unique<Rule<float>>(make); }};
}

}  // namespace thalweg
