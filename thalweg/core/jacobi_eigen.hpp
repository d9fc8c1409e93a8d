// Eigenvalues and eigenvectors of a symmetric matrix of numbers wider than double (linalg::SymmetricEigen is for
// double), by the cyclic Jacobi method: Golub & Van Loan, Matrix Computations, 4th ed. (2013), §8.5.5. About 6
// sweeps of 6n³ operations; memory 2n² + n.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace thalweg::linalg {

template <class S>
class JacobiEigen {
 public:
  explicit JacobiEigen(std::size_t n) : n_(n), a_(n * n), v_(n * n), values_(n), order_(n) {}
  // A: n×n, lower triangle read. False when A has a number that is not finite or 60 sweeps do not suffice.
  [[nodiscard]] bool compute(std::span<const S> a);
  [[nodiscard]] std::size_t size() const { return n_; }
  [[nodiscard]] std::span<const S> values() const { return values_; }  // n, ascending
  void to_eigenbasis(std::span<const S> x, std::span<S> out) const {   // out_j = v_jᵀx; no overlap
    for (std::size_t j = 0; j < n_; ++j) {
      out[j] = 0.0;
      for (std::size_t i = 0; i < n_; ++i) out[j] += v_[i * n_ + order_[j]] * x[i];
    }
  }
  void from_eigenbasis(std::span<const S> x, std::span<S> out) const {  // out = Σ_j x_j v_j; no overlap
    for (std::size_t i = 0; i < n_; ++i) {
      out[i] = 0.0;
      for (std::size_t j = 0; j < n_; ++j) out[i] += v_[i * n_ + order_[j]] * x[j];
    }
  }

 private:
  // The rotation in the plane p, q that makes a_pq zero (ibid., Algorithm 8.5.1).
  void rotate(std::size_t p, std::size_t q);
  std::size_t n_;
  std::vector<S> a_, v_, values_;  // columns of v_: eigenvectors, in the order that order_ gives
  std::vector<std::size_t> order_;
};

template <class S>
void JacobiEigen<S>::rotate(std::size_t p, std::size_t q) {
  using std::abs, std::sqrt;
  const S apq = a_[p * n_ + q];
  if (apq == 0.0) return;
  const S tau = (a_[q * n_ + q] - a_[p * n_ + p]) / (2.0 * apq);
  const S t = (tau >= 0.0 ? S(1.0) : S(-1.0)) / (abs(tau) + sqrt(1.0 + tau * tau));
  const S c = 1.0 / sqrt(1.0 + t * t), s = t * c;
  for (std::size_t k = 0; k < n_; ++k) {
    const S x = a_[k * n_ + p], y = a_[k * n_ + q];
    a_[k * n_ + p] = c * x - s * y;
    a_[k * n_ + q] = s * x + c * y;
    const S u = v_[k * n_ + p], w = v_[k * n_ + q];
    v_[k * n_ + p] = c * u - s * w;
    v_[k * n_ + q] = s * u + c * w;
  }
  for (std::size_t k = 0; k < n_; ++k) {
    const S x = a_[p * n_ + k], y = a_[q * n_ + k];
    a_[p * n_ + k] = c * x - s * y;
    a_[q * n_ + k] = s * x + c * y;
  }
  a_[p * n_ + q] = a_[q * n_ + p] = 0.0;
}

template <class S>
bool JacobiEigen<S>::compute(std::span<const S> a) {
  using std::abs, std::isfinite;
  S largest = 0.0;
  for (std::size_t i = 0; i < n_; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const S& v = a[i * n_ + j];
      if (!isfinite(v)) return false;
      largest = std::max<S>(largest, abs(v));
      a_[i * n_ + j] = a_[j * n_ + i] = v;
      v_[i * n_ + j] = v_[j * n_ + i] = i == j ? 1.0 : 0.0;
    }
  const S negligible = std::numeric_limits<S>::epsilon() * largest;
  bool done = false;
  for (int sweep = 0; sweep < 60 && !done; ++sweep) {
    S off = 0.0;
    for (std::size_t p = 0; p < n_; ++p)
      for (std::size_t q = p + 1; q < n_; ++q) {
        off = std::max<S>(off, abs(a_[p * n_ + q]));
        rotate(p, q);
      }
    done = off <= negligible;
  }
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::sort(order_.begin(), order_.end(),
            [this](std::size_t i, std::size_t j) { return a_[i * n_ + i] < a_[j * n_ + j]; });
  for (std::size_t j = 0; j < n_; ++j) values_[j] = a_[order_[j] * n_ + order_[j]];
  return done;
}

}  // namespace thalweg::linalg
