#include "thalweg/direct_search/mads_model.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

namespace {
constexpr double ridge = 1e-12;  // on A's diagonal, relative to its mean: points that all but coincide are averaged
constexpr int newton_steps = 50;
constexpr int halvings = 30;
}  // namespace

LocalQuadratic::LocalQuadratic(std::size_t n, std::size_t most_points)
    : n_(n), most_(most_points), lu_(most_points + n + 1) {
  const std::size_t order = most_ + n + 1;
  u_.resize(most_ * n), f_.resize(most_), system_.resize(order * order), right_.resize(order);
  gradient_.resize(n), hessian_.resize(n * n);
}

void LocalQuadratic::add(std::span<const double> u, double f) {
  std::copy(u.begin(), u.end(), u_.begin() + static_cast<std::ptrdiff_t>(count_ * n_));
  f_[count_++] = f;
}

bool LocalQuadratic::fit() {
  fitted_ = false;
  const std::size_t p = count_, order = most_ + n_ + 1;
  if (p < n_ + 1) return false;
  const auto [lowest, highest] = std::minmax_element(f_.begin(), f_.begin() + static_cast<std::ptrdiff_t>(p));
  shift_ = *lowest, scale_ = *highest - *lowest;
  if (!(scale_ > 0.0) || !std::isfinite(scale_)) return false;
  // The order is fixed: rows beyond p are those of the identity.
  std::fill(system_.begin(), system_.end(), 0.0);
  std::fill(right_.begin(), right_.end(), 0.0);
  const auto row = [&](std::size_t j) { return std::span<const double>(u_).subspan(j * n_, n_); };
  double trace = 0.0;
  for (std::size_t j = 0; j < p; ++j) {
    for (std::size_t k = 0; k <= j; ++k) {
      const double product = blas::dot(row(j), row(k));
      system_[j * order + k] = system_[k * order + j] = 0.5 * product * product;
    }
    trace += system_[j * order + j];
    system_[j * order + most_] = system_[most_ * order + j] = 1.0;
    for (std::size_t i = 0; i < n_; ++i)
      system_[j * order + most_ + 1 + i] = system_[(most_ + 1 + i) * order + j] = row(j)[i];
    right_[j] = (f_[j] - shift_) / scale_;
  }
  for (std::size_t j = 0; j < p; ++j) system_[j * order + j] += ridge * trace / static_cast<double>(p);
  for (std::size_t j = p; j < most_; ++j) system_[j * order + j] = 1.0;
  if (!lu_.factor(system_)) return false;
  lu_.solve(right_);
  constant_ = right_[most_];
  std::copy_n(right_.begin() + static_cast<std::ptrdiff_t>(most_ + 1), n_, gradient_.begin());
  std::fill(hessian_.begin(), hessian_.end(), 0.0);
  for (std::size_t j = 0; j < p; ++j)
    for (std::size_t i = 0; i < n_; ++i)
      blas::axpy(right_[j] * row(j)[i], row(j), std::span<double>(hessian_).subspan(i * n_, n_));
  return fitted_ = true;
}

double LocalQuadratic::operator()(std::span<const double> u) const {
  double sum = constant_;
  for (std::size_t i = 0; i < n_; ++i)
    sum += u[i] * (gradient_[i] + 0.5 * blas::dot(std::span<const double>(hessian_).subspan(i * n_, n_), u));
  return shift_ + scale_ * sum;
}

BoxQuadratic::BoxQuadratic(std::size_t n)
    : n_(n), slope_(n), step_(n), trial_(n), reduced_(n * n), free_(n), cholesky_(n) {}

void BoxQuadratic::minimise(std::span<const double> g, std::span<const double> h, std::span<const double> low,
                            std::span<const double> high, std::span<double> u) {
  double largest = 0.0;
  for (std::size_t i = 0; i < n_ * n_; ++i) largest = std::max(largest, std::abs(h[i]));
  for (std::size_t i = 0; i < n_; ++i) largest = std::max(largest, std::abs(g[i]));
  if (largest == 0.0) return;
  const auto value = [&](std::span<const double> x) {
    double sum = 0.0;
    for (std::size_t i = 0; i < n_; ++i) sum += x[i] * (g[i] + 0.5 * blas::dot(h.subspan(i * n_, n_), x));
    return sum;
  };
  for (std::size_t i = 0; i < n_; ++i) u[i] = std::clamp(u[i], low[i], high[i]);
  double now = value(u);
  for (int k = 0; k < newton_steps; ++k) {
    for (std::size_t i = 0; i < n_; ++i) {
      slope_[i] = g[i] + blas::dot(h.subspan(i * n_, n_), u);
      free_[i] = slope_[i] > 0.0 ? u[i] > low[i] : slope_[i] < 0.0 && u[i] < high[i];
    }
    for (std::size_t i = 0; i < n_; ++i) {
      step_[i] = free_[i] ? -slope_[i] : 0.0;
      for (std::size_t j = 0; j < n_; ++j)
        reduced_[i * n_ + j] = free_[i] && free_[j] ? h[i * n_ + j] : i == j ? 1.0 : 0.0;
    }
    double shift = 0.0;
    while (!cholesky_.factor(reduced_, shift)) {
      shift = std::max(1e-6 * largest, 4.0 * shift);
      if (!(shift <= 1e6 * largest)) return;
    }
    cholesky_.solve(step_);
    // A negative curvature makes the shifted step short: lengthen first, then halve until it descends.
    bool moved = false;
    double t = shift > 0.0 ? 16.0 : 1.0;
    for (int half = 0; half < halvings && !moved; ++half, t *= 0.5) {
      for (std::size_t i = 0; i < n_; ++i) trial_[i] = std::clamp(u[i] + t * step_[i], low[i], high[i]);
      const double next = value(trial_);
      if (next < now - 1e-14 * std::abs(now)) {
        std::copy(trial_.begin(), trial_.end(), u.begin());
        now = next, moved = true;
      }
    }
    if (!moved) return;
  }
}

}  // namespace thalweg
