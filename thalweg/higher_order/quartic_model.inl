// The definitions of QuarticModelOf<S>.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/blas1.hpp"
#include "thalweg/higher_order/quartic_model.hpp"
#include "thalweg/second_order/secular.inl"

namespace thalweg {

template <class S>
QuarticModelOf<S>::QuarticModelOf(std::size_t n)
    : n_(n),
      g_(n),
      h_(n * n),
      t_(n * n * n),
      trial_(n),
      step_(n),
      gradient_(n),
      hessian_(n * n),
      ts_(n * n),
      solver_(n) {}

// ts_ = T[s, ·, ·]; then m(s).
template <class S>
S QuarticModelOf<S>::value(const S& sigma, std::span<const S> s, Found& parts) {
  blas::multiply_transposed_of<S>(t_, s, ts_);  // T as an n × n² matrix
  parts.slope = blas::dot_of<S>(g_, s);
  parts.quadratic = parts.cubic = 0.0;
  for (std::size_t i = 0; i < n_; ++i) {
    parts.quadratic += s[i] * blas::dot_of<S>(std::span<const S>(h_.data() + i * n_, n_), s);
    parts.cubic += s[i] * blas::dot_of<S>(std::span<const S>(ts_.data() + i * n_, n_), s);
  }
  const S ss = blas::dot_of<S>(s, s);
  return parts.slope + parts.quadratic / 2.0 + parts.cubic / 6.0 + 0.25 * sigma * ss * ss;
}

// ∇m = g + Hs + ½T[s, s] + σ‖s‖² s and ∇²m = H + T[s] + σ(‖s‖² I + 2ssᵀ), at the s of the last value().
template <class S>
void QuarticModelOf<S>::derivatives(const S& sigma, std::span<const S> s) {
  const S ss = blas::dot_of<S>(s, s);
  for (std::size_t i = 0; i < n_; ++i) {
    const std::span<const S> h_row(h_.data() + i * n_, n_), t_row(ts_.data() + i * n_, n_);
    gradient_[i] = g_[i] + blas::dot_of<S>(h_row, s) + 0.5 * blas::dot_of<S>(t_row, s) + sigma * ss * s[i];
    for (std::size_t j = 0; j < n_; ++j) hessian_[i * n_ + j] = h_row[j] + t_row[j] + 2.0 * sigma * s[i] * s[j];
    hessian_[i * n_ + i] += sigma * ss;
  }
}

// s ← the minimiser without T; false, and s = 0, where m is not below zero there.
template <class S>
bool QuarticModelOf<S>::start(const S& sigma, std::span<S> s, Found& parts, S& value_now) {
  if (!solver_.set_matrix(h_)) return false;
  solver_.set_gradient(g_);
  solver_.quartic(sigma, s);
  value_now = value(sigma, s, parts);
  if (value_now < 0.0) return true;
  std::fill(s.begin(), s.end(), S(0.0));
  value_now = value(sigma, s, parts);
  return true;
}

template <class S>
typename QuarticModelOf<S>::Found QuarticModelOf<S>::minimise(S sigma, S theta, int max_steps, std::span<S> s) {
  using std::abs;
  const S rounding = std::numeric_limits<S>::epsilon();
  // The inner σ₂ starts next to nothing (a Newton step where m is convex); η₁ = 0.01, η₂ = 0.95.
  S inner = 1e-8, value_now = 0.0;
  Found parts, trial_parts;
  const S first = blas::norm_of<S>(g_);
  if (!start(sigma, s, parts, value_now)) return parts;
  derivatives(sigma, s);
  for (int k = 0; k < max_steps; ++k) {
    if (!solver_.set_matrix(hessian_)) return parts;
    solver_.set_gradient(gradient_);
    const S norm = blas::norm_of<S>(s), gradient = blas::norm_of<S>(gradient_);
    const bool stationary = gradient <= std::max<S>(theta * norm * norm * norm, 4.5 * rounding * first);
    if (k > 0 && stationary && value_now < 0.0 &&
        solver_.smallest_eigenvalue() >= -1e-8 * abs(solver_.largest_eigenvalue())) {
      parts.converged = true;
      return parts;
    }
    bool taken = false;
    for (int tries = 0; tries < 60 && !taken; ++tries) {
      const S promise = solver_.cubic(inner, step_).decrease;
      for (std::size_t i = 0; i < n_; ++i) trial_[i] = s[i] + step_[i];
      const S trial = value(sigma, trial_, trial_parts);
      if (promise <= 450.0 * rounding * abs(value_now)) {  // less than m can show: ∇m, which can, must halve
        derivatives(sigma, trial_);
        if (blas::norm_of<S>(gradient_) <= 0.5 * gradient) {
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
      const S ratio = (value_now - trial) / promise;
      if (ratio >= 0.01) {
        std::copy(trial_.begin(), trial_.end(), s.begin());
        value_now = trial;
        parts = trial_parts;
        taken = true;
      }
      inner = ratio >= 0.95 ? std::max<S>(1e-8, 0.1 * inner) : ratio >= 0.01 ? inner : S(10.0 * inner);
    }
    if (!taken) return parts;
    derivatives(sigma, s);
  }
  return parts;
}

}  // namespace thalweg
