// Any estimator of §3.3, used as a credit rule: the network on one minibatch is an objective that answers values at
// regenerated perturbations of its weights, and the estimator makes a gradient of them.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "thalweg/core/objective.hpp"
#include "thalweg/credit/credit_rule.hpp"
#include "thalweg/network/weight_matrices.hpp"

namespace thalweg {

// A network's mean loss on one minibatch, as an objective: value, gradient (backprop), directional derivative.
template <class S>
class MinibatchObjective final : public Objective<S>, public Shaped {
 public:
  explicit MinibatchObjective(Plan<S>& plan);
  void use(const Batch<S>& batch) { batch_ = batch; }  // of the questions that follow; its storage is the caller's
  [[nodiscard]] std::size_t dimension() const override;
  [[nodiscard]] Offers offers() const override;
  void answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) override;
  [[nodiscard]] bool regenerates_noise() const override { return true; }
  [[nodiscard]] bool parallel_inside() const override { return true; }
  [[nodiscard]] std::vector<MatrixShape> matrices() const override { return weight_matrices(plan_->network()); }
  [[nodiscard]] const CreditWork& work() const { return work_; }
  [[nodiscard]] double mean_value() const { return mean_value_; }  // of the last batch of values, or the last loss

 private:
  void answer_one(const Question<S>& question, Answer<S>& answer);
  Plan<S>* plan_;
  Pass<S> pass_;
  Batch<S> batch_{};
  CreditWork work_;
  double mean_value_ = 0.0;
  std::vector<Perturbation> copies_;
  std::vector<double> losses_;
};

template <class S>
using AdapterFactory = std::function<std::unique_ptr<Adapter<S>>(Objective<S>&)>;

Credit estimator_credit(std::string id, AdapterFactory<double> make_double, AdapterFactory<float> make_float);

extern template class MinibatchObjective<float>;
extern template class MinibatchObjective<double>;

}  // namespace thalweg
