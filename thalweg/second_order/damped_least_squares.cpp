#include "thalweg/second_order/damped_least_squares.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

void DampedLeastSquares::run(Objective<double>& f, Search& search, DampedModel& model) const {
  constexpr int patience = 10;  // steps in a row that may leave f as it is (its rounding floor)
  const std::size_t n = f.dimension(), m = f.offers().residuals;
  const Bounds& bounds = search.bounds();
  std::vector<double> x(search.start().begin(), search.start().end()), g(n), s(n), x_trial(n);
  std::vector<double> r(m), r_trial(m);
  const auto ask = [&f](std::span<const double> point, std::span<double> residual) {
    const Question<double> question{.asks = {AnswerKind::value, AnswerKind::residual}, .point = point};
    Answer<double> answer;
    answer.residual = residual;
    f.answer(std::span(&question, 1), std::span(&answer, 1));
    return std::isfinite(blas::max_abs(residual)) ? answer.value : HUGE_VAL;
  };

  double value = ask(x, r);
  if (!std::isfinite(value)) return finish_bad_start(search);
  const Stopping stopping(search, gradient_tolerance);
  double mu = damping, nu = 2.0;
  int level_steps = 0;
  bool moved = true;
  while (true) {
    if (moved) {
      if (!model.move_to(x, r, g)) {
        search.recommend(x, value);
        return search.finish(Status::numerical_failure,
                             fmt::format("the Jacobian is not finite at a point where f = {:.17g}", value));
      }
      const double largest = stopping.size(x, g);
      if (stopping.gradient_met(largest) && !(search.best_f() < value)) {
        search.recommend(x, value);
        return search.finish(Status::converged,
                             fmt::format("‖{}‖∞ = {:.3g} ≤ {:.3g}", bounds.empty() ? "Jᵀr" : "x − P(x − Jᵀr)",
                                         largest, stopping.gradient_tolerance()));
      }
    }
    const double promise = model.step(mu, x, r, g, s);
    blas::step(x, 1.0, s, x_trial);
    bounds.clamp(std::span<double>(x_trial));
    const double trial = promise >= 0.0 ? ask(x_trial, r_trial) : HUGE_VAL;
    const bool below_rounding = promise >= 0.0 && promise <= value_rounding * value;
    const double ratio = below_rounding ? (trial <= value ? 1.0 : -1.0) : (value - trial) / promise;
    moved = std::isfinite(trial) && trial <= value && ratio >= accept;
    level_steps = moved && trial == value ? level_steps + 1 : 0;
    const bool no_room = blas::norm(s) <= 1e-16 * blas::norm(x) || !std::isfinite(mu);
    if ((!moved && (below_rounding || no_room)) || level_steps > patience)
      return finish_without_progress(
          search, stopping, x, value, g, below_rounding ? promise : -1.0,
          fmt::format("no step lowers f = {:.17g}: the model promises {:.3g} (damping {:.3g})", value, promise, mu));
    const double before = value;
    if (moved) {
      mu *= std::max(1.0 / 3.0, 1.0 - std::pow(2.0 * std::min(ratio, 1.0) - 1.0, 3));
      mu = std::max(mu, 1e-30);
      nu = 2.0;
      value = trial;
      std::swap(x, x_trial);
      std::swap(r, r_trial);
    } else {
      mu *= nu;
      nu *= 2.0;
    }
    search.iteration(x, value);
    if (!moved || !stopping.watches_change()) continue;
    if (const std::string why = stopping.small_change(before, value, blas::max_abs(s)); !why.empty()) {
      search.recommend(x, value);
      return search.finish(Status::converged, why);
    }
  }
}

}  // namespace thalweg
