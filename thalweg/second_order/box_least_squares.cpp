#include "thalweg/second_order/box_least_squares.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

BoxLeastSquares::BoxLeastSquares(std::size_t m, std::size_t n)
    : n_(n),
      k_(std::min(m, n)),
      reduce_(m, n),
      stacked_(k_ + n, n),
      r_(m),
      matrix_((k_ + n) * n),
      right_(k_ + n),
      z_(n),
      g_(n),
      image_(k_),
      place_(n) {}

bool BoxLeastSquares::set(std::span<const double> a, std::span<const double> r) {
  if (!std::isfinite(blas::max_abs(r)) || !reduce_.factor(a)) return false;
  blas::copy(r, r_);
  reduce_.apply_transposed(r_);  // its first k entries are what A can reach
  return true;
}

// z ← the minimiser over the free variables, the others held at s.
bool BoxLeastSquares::solve_free(std::span<const double> d, std::span<const double> s, std::span<double> z) {
  const auto reduced = reduce_.upper();
  std::copy(reduced.begin(), reduced.end(), matrix_.begin());
  std::fill(matrix_.begin() + static_cast<std::ptrdiff_t>(k_ * n_), matrix_.end(), 0.0);
  std::fill(right_.begin(), right_.end(), 0.0);
  for (std::size_t i = 0; i < k_; ++i) right_[i] = -r_[i];
  for (std::size_t j = 0; j < n_; ++j) {
    if (place_[j] == Place::free) {
      matrix_[(k_ + j) * n_ + j] = d[j];
      continue;
    }
    for (std::size_t i = 0; i < k_; ++i) {
      right_[i] -= matrix_[i * n_ + j] * s[j];
      matrix_[i * n_ + j] = 0.0;
    }
    matrix_[(k_ + j) * n_ + j] = 1.0;
    right_[k_ + j] = s[j];
  }
  if (!stacked_.factor(matrix_)) return false;
  stacked_.solve(right_, z);
  return true;
}

void BoxLeastSquares::gradient(std::span<const double> d, std::span<const double> s, std::span<double> g) {
  blas::multiply(reduce_.upper(), s, image_);
  for (std::size_t i = 0; i < k_; ++i) image_[i] += r_[i];
  blas::multiply_transposed(reduce_.upper(), image_, g);
  for (std::size_t j = 0; j < n_; ++j) g[j] += d[j] * d[j] * s[j];
}

double BoxLeastSquares::solve(std::span<const double> d, std::span<const double> lower, std::span<const double> upper,
                              std::span<double> s) {
  std::fill(place_.begin(), place_.end(), Place::free);
  std::fill(s.begin(), s.end(), 0.0);
  if (lower.empty()) {
    if (!solve_free(d, s, z_)) return -1.0;
    blas::copy(z_, s);
  } else {
    gradient(d, s, g_);
    for (std::size_t j = 0; j < n_; ++j) {
      if (lower[j] == 0.0 && (g_[j] >= 0.0 || upper[j] == 0.0)) place_[j] = Place::low;
      if (upper[j] == 0.0 && g_[j] < 0.0) place_[j] = Place::high;
    }
    // Each round frees a variable or holds one more; cycles do not occur but by rounding, which the count ends.
    for (std::size_t round = 0; round < 10 * n_ + 10; ++round) {
      if (!solve_free(d, s, z_)) return -1.0;
      const auto reach_of = [&](std::size_t j) {  // the part of the way from s to z that stays inside; 1 or more: all
        if (place_[j] != Place::free) return 1.0;
        if (z_[j] < lower[j]) return (lower[j] - s[j]) / (z_[j] - s[j]);
        if (z_[j] > upper[j]) return (upper[j] - s[j]) / (z_[j] - s[j]);
        return 1.0;
      };
      double reach = 1.0;
      for (std::size_t j = 0; j < n_; ++j) reach = std::min(reach, reach_of(j));
      bool held = false;
      for (std::size_t j = 0; j < n_; ++j) {
        if (place_[j] != Place::free) continue;
        if (reach < 1.0 && reach_of(j) <= reach) {
          place_[j] = z_[j] < lower[j] ? Place::low : Place::high;
          s[j] = place_[j] == Place::low ? lower[j] : upper[j];
          held = true;
        } else {
          s[j] = reach == 1.0 ? z_[j] : std::clamp(s[j] + reach * (z_[j] - s[j]), lower[j], upper[j]);
        }
      }
      if (held) continue;
      gradient(d, s, g_);
      std::size_t free = n_;
      for (std::size_t j = 0; j < n_; ++j) {
        const bool inward = (place_[j] == Place::low && g_[j] < 0.0) || (place_[j] == Place::high && g_[j] > 0.0);
        if (inward && upper[j] > lower[j] && (free == n_ || std::abs(g_[j]) > std::abs(g_[free]))) free = j;
      }
      if (free == n_) break;
      place_[free] = Place::free;
    }
  }
  double gain = 0.0;  // ½‖r‖² − ½‖A s + r‖² = −(A s)ᵀ(r + ½ A s)
  blas::multiply(reduce_.upper(), s, image_);
  for (std::size_t i = 0; i < k_; ++i) gain -= image_[i] * (r_[i] + 0.5 * image_[i]);
  return std::max(gain, 0.0);
}

}  // namespace thalweg
