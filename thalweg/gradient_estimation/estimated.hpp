// estimated(f, Spsa{}): an objective that answers values (or directional derivatives) made to answer gradients.
//
//   auto r = minimize(estimated(noisy, Spsa{}), x0, descent(adam({.rate = 1e-2})), {.max_evaluations = 10000});
//
// f is an Objective<S> (referred to, so it must outlive the estimate) or a plain function double f(std::span<const
// double>), whose dimension minimize() takes from x0.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "thalweg/core/minimize.hpp"
#include "thalweg/core/objective.hpp"
#include "thalweg/first_order/rule.hpp"

namespace thalweg {

// A plain struct of options that describes itself and makes an adapter over an objective.
template <class E>
concept EstimatorOptions = requires(const E& options, Objective<double>& f, Objective<float>& g) {
  { E::describe() } -> std::convertible_to<Entry>;
  { options.make(f) } -> std::convertible_to<std::unique_ptr<Adapter<double>>>;
  { options.make(g) } -> std::convertible_to<std::unique_ptr<Adapter<float>>>;
};

// An adapter by value: holds the one that the options make.
template <class S>
class Estimated final : public Adapter<S> {
 public:
  explicit Estimated(std::unique_ptr<Adapter<S>> estimator)
      : Adapter<S>(std::shared_ptr<Objective<S>>(std::move(estimator))) {}
  [[nodiscard]] Offers offers() const override { return this->base().offers(); }
  void answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) override {
    this->base().answer(questions, answers);
  }
};

// Throws InvalidArgument for an option out of range, MissingAnswer if f lacks what the estimator asks.
template <class S, EstimatorOptions E>
Estimated<S> estimated(Objective<S>& f, E options) {
  static_cast<void>(shorthand(options));  // checks the ranges
  return Estimated<S>(options.make(f));
}
template <std::derived_from<Objective<double>> F, EstimatorOptions E>
Estimated<double> estimated(F& f, E options) {
  return estimated<double>(static_cast<Objective<double>&>(f), std::move(options));
}
template <std::derived_from<Objective<float>> F, EstimatorOptions E>
Estimated<float> estimated(F& f, E options) {
  return estimated<float>(static_cast<Objective<float>&>(f), std::move(options));
}

// A plain function with its estimator; becomes an objective when minimize() knows the dimension.
template <class F, class E>
struct EstimatedFunction {
  F f;
  E options;
};
template <class F, EstimatorOptions E>
requires std::invocable<F&, std::span<const double>> EstimatedFunction<std::decay_t<F>, E> estimated(F&& f,
                                                                                                     E options) {
  static_cast<void>(shorthand(options));
  return {std::forward<F>(f), std::move(options)};
}

// Inline use, where core/minimize.hpp has it for doubles alone.
template <class M>
requires MethodOf<M, float> BasicResult<float> minimize(Estimated<float>&& f, const std::vector<float>& x0,
                                                        const M& m, const BasicLimits<float>& limits = {}) {
  return run<float>(f, x0, m, limits);
}
template <class F, class E, class M>
requires MethodOf<M, double> Result minimize(EstimatedFunction<F, E> f, const std::vector<double>& x0, const M& m,
                                             const Limits& limits = {}) {
  FunctionObjective objective(x0.size(), FunctionObjective::Value(std::ref(f.f)));
  auto adapter = estimated(static_cast<Objective<double>&>(objective), f.options);
  return run<double>(adapter, x0, m, limits);
}

}  // namespace thalweg
