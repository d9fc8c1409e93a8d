// Four numbers at once by the compiler's vector extension, unaligned in memory: one register in the clones of
// THALWEG_WIDEST for AVX-512 and AVX2, two in the baseline's, with the same bits. A choice c ? a : b is then made
// without a branch, which cannot be relied on in a plain loop, nor with vectors wider than a clone's registers.
#pragma once

#include <cstdint>
#include <cstring>

#include "thalweg/core/blas1.hpp"

namespace thalweg::blas {

using Four [[gnu::vector_size(32)]] = double;
using FourWords [[gnu::vector_size(32)]] = std::int64_t;
inline constexpr std::size_t four = 4;
inline constexpr std::size_t padded_to_four(std::size_t n) { return (n + four - 1) / four * four; }

template <class V, class S>
inline __attribute__((always_inline)) void load(V& v, const S* p) {
  std::memcpy(&v, p, sizeof v);
}
template <class V, class S>
inline __attribute__((always_inline)) void store(const V& v, S* p) {
  std::memcpy(p, &v, sizeof v);
}

}  // namespace thalweg::blas
