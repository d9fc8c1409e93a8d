// with_fisher(f, F): f, the negative log-likelihood of a model whose Fisher information is known, that also answers
// fisher_vector. For natural-gradient on models written by hand:
//
//   auto nll = differentiable([](auto const& x) { … }, 2);               // of a normal of mean x₀ and deviation x₁
//   auto model = with_fisher(nll, [](std::span<const double> x, std::span<double> F) {
//     F[0] = 1 / (x[1] * x[1]), F[3] = 2 / (x[1] * x[1]);                // n×n, zero when handed over
//   });
//   auto result = minimize(model, {0.0, 1.0}, NaturalGradient{});
//
// F must be the metric of the f that is given: of the mean over N observations where f is a mean, N times that where
// f is a sum. Everything else is answered by f, which must outlive this unless it is handed over as shared_ptr.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "thalweg/core/objective.hpp"

namespace thalweg {

class StatisticalModel final : public Objective<double> {
 public:
  using Fisher = std::function<void(std::span<const double> x, std::span<double> fisher)>;
  StatisticalModel(std::shared_ptr<Objective<double>> f, Fisher fisher)
      : f_(std::move(f)), fisher_(std::move(fisher)) {}
  [[nodiscard]] std::size_t dimension() const override { return f_->dimension(); }
  [[nodiscard]] Offers offers() const override { return f_->offers().add(AnswerKind::fisher_vector); }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override;
  [[nodiscard]] bool parallel_inside() const override { return f_->parallel_inside(); }

 private:
  std::shared_ptr<Objective<double>> f_;
  Fisher fisher_;
};

inline StatisticalModel with_fisher(std::shared_ptr<Objective<double>> f, StatisticalModel::Fisher fisher) {
  return {std::move(f), std::move(fisher)};
}
inline StatisticalModel with_fisher(Objective<double>& f, StatisticalModel::Fisher fisher) {
  return {std::shared_ptr<Objective<double>>(std::shared_ptr<void>{}, &f), std::move(fisher)};
}

}  // namespace thalweg
