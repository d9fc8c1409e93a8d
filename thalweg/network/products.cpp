#include "thalweg/network/products.hpp"

#include <algorithm>

namespace thalweg::detail {

template <class S>
void Products<S>::reserve(std::size_t a, std::size_t b, std::size_t c) {
  for (const std::size_t m : {a, b, c})
    for (const std::size_t k : {a, b, c})
      scratch_.reserve(std::max(gemm_.packed_left(m, k), gemm_.packed_right(k, m)));
  gemm_.make_rows(std::max({a, b, c}));
}

template <class S>
void Products<S>::multiply(std::size_t m, std::size_t k, std::size_t n, const S* a, const S* b, S* c, const S* bias) {
  scratch_.reserve(gemm_.packed_left(m, k));
  gemm_.pack_left(tasks_, a, m, k, scratch_.data());
  const Left<S> left{scratch_.data(), c, bias};
  gemm_.multiply(tasks_, {&left, 1}, true, m, Right<S>{b, k, n});
}

template <class S>
void Products<S>::multiply_left_transposed(std::size_t m, std::size_t k, std::size_t n, const S* a, const S* b,
                                           S* c) {
  scratch_.reserve(gemm_.packed_left(m, k));
  gemm_.pack_left_transposed(tasks_, a, m, k, scratch_.data());
  const Left<S> left{scratch_.data(), c};
  gemm_.multiply(tasks_, {&left, 1}, false, m, Right<S>{b, k, n});
}

template <class S>
void Products<S>::multiply_right_transposed(std::size_t m, std::size_t k, std::size_t n, const S* a, const S* b,
                                            S* c) {
  scratch_.reserve(std::max(gemm_.packed_left(m, k), gemm_.packed_right(k, m)));
  gemm_.make_rows(m);
  gemm_.multiply_transposed(tasks_, a, m, k, b, n, c, false, scratch_.data());
}

template class Products<float>;
template class Products<double>;

}  // namespace thalweg::detail
