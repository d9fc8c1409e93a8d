#include "thalweg/gradient_estimation/spsa_hessian.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

SpsaHessian::SpsaHessian(std::size_t n, double diagonal, bool feedback, double floor)
    : n_(n), feedback_(feedback), floor_(floor), mean_(n * n, 0.0), sum_(n * n, 0.0), rotated_(n), eigen_(n) {
  for (std::size_t i = 0; i < n; ++i) mean_[i * n + i] = diagonal;
}

void SpsaHessian::draw(double d, std::span<const double> signs, std::span<const double> other) {
  double predicted = 0.0;  // Δ̃ᵀH̄Δ
  if (feedback_)
    for (std::size_t i = 0; i < n_; ++i)
      predicted += other[i] * blas::dot(std::span<const double>(mean_).subspan(i * n_, n_), signs);
  const double half = 0.5 * (d - predicted);
  for (std::size_t i = 0; i < n_; ++i)
    for (std::size_t j = 0; j < n_; ++j) {
      double& h = sum_[i * n_ + j];
      h += half * (other[i] * signs[j] + signs[i] * other[j]);
      if (feedback_) h += mean_[i * n_ + j];
    }
  draws_ += 1.0;
}

void SpsaHessian::average(double weight) {
  if (draws_ == 0.0) return;
  for (std::size_t i = 0; i < mean_.size(); ++i) mean_[i] += weight * (sum_[i] / draws_ - mean_[i]);
  std::ranges::fill(sum_, 0.0);
  draws_ = 0.0;
}

bool SpsaHessian::divide(std::span<double> g) {
  if (!eigen_.compute(mean_)) return false;
  double largest = 0.0;
  for (const double value : eigen_.values()) largest = std::max(largest, std::abs(value));
  if (!(largest > 0.0)) return false;
  eigen_.to_eigenbasis(g, rotated_);
  for (std::size_t j = 0; j < n_; ++j) rotated_[j] /= std::max(std::abs(eigen_.values()[j]), floor_ * largest);
  eigen_.from_eigenbasis(rotated_, g);
  return true;
}

}  // namespace thalweg
