// Directions of low rank over variables that hold matrices: ε = ABᵀ/√r on each m×n matrix, A m×r and B n×r.
//
// All is made from one stream of noise again and again, never stored beyond the factors: component i of the stream is
// variable i where the noise is plain (vectors, and what is left between matrices); from component n on follow, for
// one matrix after the other, A (m×r) and Bᵀ (r×n), row-major. E ε εᵀ = I for signs as for normal factors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/core/shaped.hpp"
#include "thalweg/network/gemm.hpp"

namespace thalweg {

// A matrix of one row or column has no factors: its noise is plain.
inline bool has_factors(const MatrixShape& m) { return m.rows > 1 && m.cols > 1; }

template <class S>
class LowRank {
 public:
  // n variables, in which `matrices` lie in order and apart; rank ≥ 1. Throws InvalidArgument for matrices beyond n.
  LowRank(std::size_t n, std::vector<MatrixShape> matrices, std::size_t rank);

  [[nodiscard]] const std::vector<MatrixShape>& matrices() const { return matrices_; }  // those with factors
  // point += scale·ε. Allocates nothing.
  void add(std::span<S> point, S scale, Noise noise, const Stream& stream);
  // sum += Σ_k coefficients[k]·ε_k, ε_k of first.at(first.step, k): one thin product a matrix for many directions.
  void add_all(std::span<S> sum, std::span<const S> coefficients, Noise noise, const Stream& first);
  // The same, sum = …
  void set_all(std::span<S> sum, std::span<const S> coefficients, Noise noise, const Stream& first);
  // Operations to make a direction and add it.
  [[nodiscard]] double flops(Noise noise) const;

 private:
  void sum_up(std::span<S> sum, std::span<const S> coefficients, Noise noise, const Stream& first, bool overwrite);
  // f(first, count) of each stretch of plain noise.
  template <class F>
  void plain(F&& f) const;

  std::size_t n_, rank_;
  S shrink_;  // 1/√r
  std::vector<MatrixShape> matrices_;
  Gemm<S> gemm_;
  Tasks tasks_{nullptr};
  std::size_t at_once_ = 1;  // directions in one product
  Buffer<S> a_, b_, left_, packed_;
};

extern template class LowRank<float>;
extern template class LowRank<double>;

}  // namespace thalweg
