#include "thalweg/higher_order/quartic_model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

QuarticModel::QuarticModel(std::size_t n)
    : n_(n),
      g_(n),
      h_(n * n),
      t_(n * n * n),
      trial_(n),
      step_(n),
      gradient_(n),
      hessian_(n * n),
      ts_(n * n),
      subproblem_(n) {}

// ts_ = T[s, ·, ·]; then m(s).
double QuarticModel::value(double sigma, std::span<const double> s, Found& parts) {
  blas::multiply_transposed(t_, s, ts_);  // T as an n × n² matrix
  parts.slope = blas::dot(g_, s);
  parts.quadratic = parts.cubic = 0.0;
  for (std::size_t i = 0; i < n_; ++i) {
    parts.quadratic += s[i] * blas::dot(std::span<const double>(h_.data() + i * n_, n_), s);
    parts.cubic += s[i] * blas::dot(std::span<const double>(ts_.data() + i * n_, n_), s);
  }
  const double ss = blas::dot(s, s);
  return parts.slope + parts.quadratic / 2.0 + parts.cubic / 6.0 + 0.25 * sigma * ss * ss;
}

// ∇m = g + Hs + ½T[s, s] + σ‖s‖² s and ∇²m = H + T[s] + σ(‖s‖² I + 2ssᵀ), at the s of the last value().
void QuarticModel::derivatives(double sigma, std::span<const double> s) {
  const double ss = blas::dot(s, s);
  for (std::size_t i = 0; i < n_; ++i) {
    const std::span<const double> h_row(h_.data() + i * n_, n_), t_row(ts_.data() + i * n_, n_);
    gradient_[i] = g_[i] + blas::dot(h_row, s) + 0.5 * blas::dot(t_row, s) + sigma * ss * s[i];
    for (std::size_t j = 0; j < n_; ++j) hessian_[i * n_ + j] = h_row[j] + t_row[j] + 2.0 * sigma * s[i] * s[j];
    hessian_[i * n_ + i] += sigma * ss;
  }
}

QuarticModel::Found QuarticModel::minimise(double sigma, double theta, int max_steps, std::span<double> s) {
  // The inner σ₂ starts next to nothing (a Newton step where m is convex); η, γ as in the outer loop.
  double inner = 1e-8;
  std::fill(s.begin(), s.end(), 0.0);
  Found parts, trial_parts;
  double value_now = value(sigma, s, parts);
  derivatives(sigma, s);
  const double first = blas::norm(gradient_);
  for (int k = 0; k < max_steps; ++k) {
    if (!subproblem_.set(gradient_, hessian_)) return parts;
    const double norm = blas::norm(s), gradient = blas::norm(gradient_);
    const bool stationary = gradient <= std::max(theta * norm * norm * norm, 1e-15 * first);
    if (k > 0 && stationary && value_now < 0.0 &&
        subproblem_.smallest_eigenvalue() >= -1e-8 * std::abs(subproblem_.largest_eigenvalue())) {
      parts.converged = true;
      return parts;
    }
    bool taken = false;
    for (int tries = 0; tries < 60 && !taken; ++tries) {
      const RegularisedStep step = subproblem_.minimise(inner, step_);
      blas::step(s, 1.0, step_, trial_);
      const double trial = value(sigma, trial_, trial_parts);
      const double promise = step.decrease;
      if (promise <= 1e-13 * std::abs(value_now)) {  // less than m can show: ∇m, which can, must halve
        derivatives(sigma, trial_);
        if (blas::norm(gradient_) <= 0.5 * gradient) {
          std::copy(trial_.begin(), trial_.end(), s.begin());
          value_now = trial;
          parts = trial_parts;
          taken = true;
          break;
        }
        value(sigma, s, parts);
        parts.converged = value_now < 0.0;
        return parts;
      }
      const double ratio = (value_now - trial) / promise;
      if (ratio >= 0.01) {
        std::copy(trial_.begin(), trial_.end(), s.begin());
        value_now = trial;
        parts = trial_parts;
        taken = true;
      }
      inner = ratio >= 0.95 ? std::max(1e-8, 0.1 * inner) : ratio >= 0.01 ? inner : 10.0 * inner;
    }
    if (!taken) return parts;
    derivatives(sigma, s);
  }
  return parts;
}

}  // namespace thalweg
