// Internal: products of row-major matrices on the network engine's kernels, for rules that multiply each layer's
// gradient by matrices of its sides. Not for callers.
#pragma once

#include <cstddef>

#include "thalweg/core/cpu.hpp"
#include "thalweg/network/gemm.hpp"

namespace thalweg::detail {

// Matrix products of the network's kernels, on one thread. All matrices are row-major and contiguous; c overlaps
// nothing. No call allocates once reserve() has seen its size.
template <class S>
class Products {
 public:
  Products() : gemm_(best_isa(), 1) {}
  Products(const Products& other) : Products() { scratch_.reserve(other.scratch_.size()); }
  Products& operator=(const Products&) = delete;
  // For all products whose three sizes are at most these, in any order.
  void reserve(std::size_t a, std::size_t b, std::size_t c);
  // c (m×n) = a (m×k)·b (k×n), plus `bias` (n) in every row unless it is null.
  void multiply(std::size_t m, std::size_t k, std::size_t n, const S* a, const S* b, S* c, const S* bias = nullptr);
  // c (m×n) = aᵀ·b, a k×m, b k×n
  void multiply_left_transposed(std::size_t m, std::size_t k, std::size_t n, const S* a, const S* b, S* c);
  // c (m×n) = a·bᵀ, a m×k, b n×k
  void multiply_right_transposed(std::size_t m, std::size_t k, std::size_t n, const S* a, const S* b, S* c);

 private:
  Gemm<S> gemm_;
  Tasks tasks_{nullptr};
  Buffer<S> scratch_;
};

inline double product_flops(std::size_t m, std::size_t k, std::size_t n) {
  return 2.0 * static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(n);
}

extern template class Products<float>;
extern template class Products<double>;

}  // namespace thalweg::detail
