// Matrix kernels on one instruction set: packing, the tile product, activations. Internal; see gemm.hpp.
//
// C (m×n) = A (m×k) · B (k×n), row-major. A is packed in tiles of `mr` rows, B in panels of `nr` columns; k is cut in
// blocks (gemm.hpp), each block packed by itself. Two layouts of a tile of A, `steps` = k rounded up to 16:
//   lines     [k/16][mr][16]   copied by runs of 16 along k; for A whose rows are contiguous
//   columns   [k][mr]          copied by runs of mr along m; for A given transposed (k×m, row-major)
// A panel of B is [k][nr], anything beyond column n.
#pragma once

#include <cstddef>
#include <cstdint>

#include "thalweg/core/cpu.hpp"
#include "thalweg/network/network.hpp"

namespace thalweg::kernels {

inline constexpr std::size_t line = 16;

// Memory that will be read soon: `rows` runs of `bytes`, `stride` bytes apart. A product asks for its tile's share of
// them before each tile, so that they arrive while it computes.
struct Ahead {
  const char* at = nullptr;
  std::size_t rows = 0, bytes = 0, stride = 0;
};

template <class S>
struct Product {
  const S* a = nullptr;  // all tiles of one k-block
  bool lines = true;
  std::size_t m = 0, k = 0;
  const S* b = nullptr;  // one panel
  std::size_t n = 0;     // columns of the panel, ≤ nr
  S* c = nullptr;        // m×n
  std::size_t ldc = 0;
  bool accumulate = false;  // C += instead of C =
  const S* bias = nullptr;  // n, added to each row, or null
  Ahead ahead{};
};

// Noise for packing: w + scale·ε. Values (epsilon) or signs (words, from bit `position`), those of the next row
// `stride` values or bits farther; neither: no noise.
template <class S>
struct PackNoise {
  S scale = 0;
  const S* epsilon = nullptr;
  const std::uint32_t* words = nullptr;
  std::size_t position = 0, stride = 0;
};

template <class S>
struct GemmKernels {
  std::size_t mr = 0, nr = 0;
  void (*pack_lines)(const S* a, std::size_t lda, std::size_t m, std::size_t k, S* out);
  void (*pack_columns)(const S* a, std::size_t lda, std::size_t m, std::size_t k, S* out);
  void (*pack_b)(const S* b, std::size_t ldb, std::size_t k, std::size_t n, S* out);
  void (*pack_b_transposed)(const S* b, std::size_t ldb, std::size_t k, std::size_t n, S* out);  // b is n×k
  // Rows of n numbers, ldw apart, into the panels (panel_stride apart): plus = w + scale·ε, and minus = w − scale·ε
  // unless null. w may be null: the noise alone.
  void (*pack_rows)(const S* w, std::size_t ldw, std::size_t rows, std::size_t n, const PackNoise<S>& noise, S* plus,
                    S* minus, std::size_t panel_stride);
  void (*multiply)(const Product<S>& product);
  void (*activate)(Activation activation, const S* z, S* h, std::size_t count);
  // d[i] *= φ′(z[i]); h = φ(z) saves work.
  void (*times_derivative)(Activation activation, const S* z, const S* h, S* d, std::size_t count);
  // out[i] = φ″(z[i])
  void (*second_derivative)(Activation activation, const S* z, const S* h, S* out, std::size_t count);
  // c (n×m, rows ldc apart) = aᵀ, a m×n contiguous; c += instead if accumulate
  void (*transpose)(const S* a, std::size_t m, std::size_t n, S* c, std::size_t ldc, bool accumulate);
  // out[i] = a[i] + scale·b[i]
  void (*axpy)(const S* a, S scale, const S* b, S* out, std::size_t count);
  // out[j] = Σ_b d[b·columns + j], in order of b
  void (*sum_rows)(const S* d, std::size_t rows, std::size_t columns, S* out);
  // log_sums[b] = log Σ exp(y) of each of `rows` rows, and p = softmax(y) unless null.
  void (*softmax)(const S* y, std::size_t rows, std::size_t columns, S* p, double* log_sums);
};

template <class S>
const GemmKernels<S>& gemm_kernels(Isa isa);  // isa must be supported

#define THALWEG_DECLARE(isa)           \
  namespace isa {                      \
  const GemmKernels<float>& gemm32();  \
  const GemmKernels<double>& gemm64(); \
  }
THALWEG_DECLARE(portable)
THALWEG_DECLARE(avx2)
THALWEG_DECLARE(avx512)
#undef THALWEG_DECLARE

}  // namespace thalweg::kernels
