// Internal: products of row-major matrices on the network engine's kernels, on one thread. For rules
// that multiply each layer's gradient by matrices of its sides.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "thalweg/core/cpu.hpp"
#include "thalweg/network/gemm.hpp"

namespace thalweg::detail {

template <class S>
class Products {
 public:
  Products() : gemm_(best_isa(), 1), tasks_(nullptr) {}
  // Storage for matrices of up to this many rows and columns.
  void reserve(std::size_t side) {
    packed_.reserve(std::max(gemm_.packed_left(side, side), gemm_.packed_right(side, side)));
  }
  // c (m×n) = a (m×k) · b (k×n)
  void times(const S* a, std::size_t m, std::size_t k, const S* b, std::size_t n, S* c) {
    gemm_.pack_left(tasks_, a, m, k, packed_.data());
    const Left<S> left{packed_.data(), c};
    gemm_.multiply(tasks_, {&left, 1}, true, m, Right<S>{b, k, n});
  }
  // c (m×n) = aᵀ (a is k×m) · b (k×n)
  void transposed_times(const S* a, std::size_t m, std::size_t k, const S* b, std::size_t n, S* c) {
    gemm_.pack_left_transposed(tasks_, a, m, k, packed_.data());
    const Left<S> left{packed_.data(), c};
    gemm_.multiply(tasks_, {&left, 1}, false, m, Right<S>{b, k, n});
  }
  // c (m×n) = a (m×k) · bᵀ (b is n×k)
  void times_transposed(const S* a, std::size_t m, std::size_t k, const S* b, std::size_t n, S* c) {
    gemm_.multiply_transposed(tasks_, a, m, k, b, n, c, false, packed_.data());
  }

 private:
  Gemm<S> gemm_;
  Tasks tasks_;
  Buffer<S> packed_;
};

// Operations of such a product.
inline double product_flops(std::size_t m, std::size_t k, std::size_t n) {
  return 2.0 * static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(n);
}

}  // namespace thalweg::detail
