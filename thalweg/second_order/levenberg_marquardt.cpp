#include "thalweg/second_order/levenberg_marquardt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/linalg.hpp"

namespace thalweg {

Description<LevenbergMarquardt> LevenbergMarquardt::describe() {
  Description<LevenbergMarquardt> d("levenberg-marquardt", "Levenberg–Marquardt", "2.2");
  d.reference(
       "Levenberg, Quart. Appl. Math. 2 (1944); Marquardt, SIAM J. Appl. Math. 11 (1963); Moré, LNM 630 (1978); "
       "damping: "
       "Nielsen, IMM-REP-1999-05")
      .formula("x ← x + s, s = argmin ‖J s + r‖² + μ‖D s‖²")
      .cost("memory (2m + n)n + 3m + 8n, 2n²(m + n) operations a step; one Jacobian a step taken, residuals a trial")
      .asks({AnswerKind::value, AnswerKind::residual, AnswerKind::jacobian})
      .needs_exact();
  d.option("damping", &LevenbergMarquardt::damping, "first μ, relative to the scaled JᵀJ").above(0.0);
  d.option("accept", &LevenbergMarquardt::accept,
           "a step is taken if it gains this fraction of what the model promised")
      .at_least(0.0)
      .below(0.25);
  d.option("gradient_tolerance", &LevenbergMarquardt::gradient_tolerance,
           "converged when ‖Jᵀr‖∞ ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  return d;
}

void LevenbergMarquardt::run(Objective<double>& f, Search& search) const {
  constexpr int patience = 10;  // steps in a row that may leave f as it is (its rounding floor)
  const std::size_t n = f.dimension(), m = f.offers().residuals;
  std::vector<double> x(search.start().begin(), search.start().end()), g(n), s(n), x_trial(n), scale(n);
  std::vector<double> r(m), r_trial(m), js(m), jacobian(m * n), stacked((m + n) * n), right(m + n);
  linalg::LeastSquares solver(m + n, n);
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
      f.jacobian(x, jacobian);
      if (!std::isfinite(blas::max_abs(jacobian))) {
        search.recommend(x, value);
        return search.finish(Status::numerical_failure,
                             fmt::format("the Jacobian is not finite at a point where f = {:.17g}", value));
      }
      blas::multiply_transposed(jacobian, r, g);
      for (std::size_t j = 0; j < n; ++j) {
        double column = 0.0;
        for (std::size_t i = 0; i < m; ++i) column = std::hypot(column, jacobian[i * n + j]);
        scale[j] = std::max(scale[j], column);
      }
      const double largest = blas::max_abs(g);
      if (stopping.gradient_met(largest) && !(search.best_f() < value)) {
        search.recommend(x, value);
        return search.finish(Status::converged,
                             fmt::format("‖Jᵀr‖∞ = {:.3g} ≤ {:.3g}", largest, stopping.gradient_tolerance()));
      }
    }
    std::copy(jacobian.begin(), jacobian.end(), stacked.begin());
    std::fill(stacked.begin() + static_cast<std::ptrdiff_t>(m * n), stacked.end(), 0.0);
    for (std::size_t j = 0; j < n; ++j) stacked[(m + j) * n + j] = std::sqrt(mu) * (scale[j] > 0.0 ? scale[j] : 1.0);
    for (std::size_t i = 0; i < m; ++i) right[i] = -r[i];
    const bool solved = solver.factor(stacked);
    if (solved) solver.solve(right, s);
    blas::multiply(jacobian, s, js);
    const double promise = solved ? -blas::dot(g, s) - 0.5 * blas::dot(js, js) : 0.0;
    blas::step(x, 1.0, s, x_trial);
    const double trial = ask(x_trial, r_trial);
    const bool below_rounding = promise <= value_rounding * value;
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
