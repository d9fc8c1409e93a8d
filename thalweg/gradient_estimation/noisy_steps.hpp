// Internal to gradient_estimation: what the loops of stochastic approximation share beside their step. They keep one
// evaluation for the value of the last iterate, recommend it, skip a step whose estimate failed, and say why they
// end.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

namespace detail {

// What is left of the budget when it would not buy a step of `price` evaluations: a poll around the best point, of
// this step along the coordinates.
inline void poll_with_the_rest(Objective<double>& f, Search& search, std::uint64_t price, double step) {
  const auto left = search.evaluations_left();
  if (!left || *left == 0 || *left >= price) return;
  const std::span<const double> from = search.best_x().empty() ? search.start() : search.best_x();
  const std::vector<double> best(from.begin(), from.end());
  for (std::uint64_t j = 0; j < *left; ++j) {
    std::vector<double> point = best;
    point[(j / 2) % best.size()] += j % 2 == 0 ? step : -step;
    search.bounds().clamp(std::span(point));
    static_cast<void>(f.value(point));
  }
}

}  // namespace detail

class NoisySteps {
 public:
  NoisySteps(Objective<double>& f, Search& search)
      : f_(f),
        search_(search),
        stochastic_(f.offers().stochastic),
        x_(search.start().begin(), search.start().end()) {}

  [[nodiscard]] std::vector<double>& x() { return x_; }
  // The sample of step t: each its own where the objective is stochastic.
  [[nodiscard]] SampleKey sample(std::uint64_t t) const { return {stochastic_ ? t : std::uint64_t{0}}; }
  [[nodiscard]] bool stochastic() const { return stochastic_; }

  // Before a step that takes `price` evaluations: true when the budget would not pay for it and the final value too;
  // the run is then over.
  bool closes(std::uint64_t price, double step) {
    const auto left = search_.evaluations_left();
    if (!left || *left > price || search_.iterations() == 0) return false;
    if (*left > 0) search_.recommend(x_, f_.value(x_));
    search_.finish(Status::evaluation_budget,
                   "used the budget of evaluations, one at the end for the value of the final iterate");
    detail::poll_with_the_rest(f_, search_, price, step);
    return true;
  }
  // After a step; `failed`: it was skipped, for want of finite values. True when the run is over.
  bool ends(bool failed) {
    failures_ = failed ? failures_ + 1 : 0;
    if (failures_ >= most_failures) {
      search_.finish(Status::numerical_failure, "no estimate of the gradient was finite in " +
                                                    std::to_string(failures_) + " steps; start elsewhere");
      return true;
    }
    for (const double v : x_)
      if (!std::isfinite(v)) {
        search_.finish(Status::numerical_failure, "diverged: the iterate is not finite; lower the first step");
        return true;
      }
    search_.recommend(x_);
    search_.iteration(x_);
    return false;
  }

 private:
  static constexpr std::uint64_t most_failures = 100;  // in a row
  Objective<double>& f_;
  Search& search_;
  bool stochastic_;
  std::vector<double> x_;
  std::uint64_t failures_ = 0;
};

// ĝ at x under a sample key; false when the estimate failed.
inline bool ask_gradient(Objective<double>& estimate, std::span<const double> x, SampleKey sample,
                         std::span<double> gradient) {
  const Question<double> question{.asks = AnswerKind::gradient, .point = x, .sample = sample};
  Answer<double> answer;
  answer.gradient = gradient;
  estimate.answer(std::span(&question, 1), std::span(&answer, 1));
  return !answer.failed;
}

}  // namespace thalweg
