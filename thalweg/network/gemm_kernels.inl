// The matrix kernels, for the instruction set this is compiled for. See gemm_kernels.hpp.
//
// Tile: mr×nr accumulators stay in registers over k. AVX-512: 8×2 vectors (16 accumulators, 2 of B, broadcasts of A);
// 8 rows divide the usual batches. AVX2 and portable: 6×2 in 16 registers.
#include "thalweg/core/simd.inl"
#include "thalweg/network/gemm_kernels.hpp"
// After these:
#include "thalweg/network/activation_kernels.inl"
#include "thalweg/network/softmax_kernels.inl"

namespace thalweg::kernels {
namespace {

#if defined(__AVX512F__)
constexpr int tile_rows = 8;
#else
constexpr int tile_rows = 6;
#endif
constexpr int tile_vectors = 2;
template <class S>
constexpr std::size_t panel_columns = static_cast<std::size_t>(tile_vectors* Simd<S>::lanes);

constexpr std::size_t up(std::size_t x, std::size_t to) { return (x + to - 1) / to * to; }

template <class S>
void pack_lines(const S* a, std::size_t lda, std::size_t m, std::size_t k, S* out) {
  constexpr std::size_t mr = tile_rows;
  for (std::size_t i0 = 0; i0 < m; i0 += mr) {
    const std::size_t rows = m - i0 < mr ? m - i0 : mr;
    for (std::size_t k0 = 0; k0 < k; k0 += line, out += mr * line) {
      const std::size_t steps = k - k0 < line ? k - k0 : line;
      for (std::size_t i = 0; i < rows; ++i) {
        const S* from = a + (i0 + i) * lda + k0;
        S* to = out + i * line;
        if (steps == line)
          for (std::size_t j = 0; j < line; j += Simd<S>::lanes) store(to + j, load(from + j));
        else
          for (std::size_t j = 0; j < steps; ++j) to[j] = from[j];
      }
    }
  }
}

template <class S>
void pack_columns(const S* a, std::size_t lda, std::size_t m, std::size_t k, S* out) {
  constexpr std::size_t mr = tile_rows;
  const std::size_t tile = mr * up(k, line);
  std::size_t i0 = 0;
  for (; i0 + mr <= m; i0 += mr, out += tile)
    for (std::size_t j = 0; j < k; ++j) __builtin_memcpy(out + j * mr, a + j * lda + i0, mr * sizeof(S));
  if (i0 < m)
    for (std::size_t j = 0; j < k; ++j)
      for (std::size_t i = 0; i < m - i0; ++i) out[j * mr + i] = a[j * lda + i0 + i];
}

template <class S>
void pack_rows(const S* w, std::size_t ldw, std::size_t rows, std::size_t n, const PackNoise<S>& noise, S* plus,
               S* minus, std::size_t panel_stride) {
  using V = typename Simd<S>::V;
  constexpr std::size_t nr = panel_columns<S>;
  constexpr std::size_t lanes = Simd<S>::lanes;
  const auto bits = lane_bits<S>();
  const V scale = splat(noise.scale);
  const S* const epsilon = noise.epsilon;
  const std::uint32_t* const words = noise.words;
  const auto panel = [&](std::size_t j, auto get) __attribute__((always_inline)) {
    S *to = plus, *to_minus = minus;
    std::size_t at = j + noise.position;
    for (std::size_t r = 0; r < rows; ++r, at += noise.stride, to += nr) {
#pragma GCC unroll 4
      for (std::size_t i = 0; i < nr; i += lanes) {
        V base{}, change{};
        if (w != nullptr) base = get(w + r * ldw + j, i);
        if (words != nullptr)
          change = signs<S>(words, at + i, scale, bits);
        else if (epsilon != nullptr)
          change = scale * get(epsilon + at, i);
        store(to + i, base + change);
        if (to_minus != nullptr) store(to_minus + i, base - change);
      }
      if (to_minus != nullptr) to_minus += nr;
    }
    plus += panel_stride;
    if (minus != nullptr) minus += panel_stride;
  };
  std::size_t j = 0;
  for (; j + nr <= n; j += nr) panel(j, [](const S* from, std::size_t i) { return V(load(from + i)); });
  if (j < n)
    panel(j, [left = n - j](const S* from, std::size_t i) {
      const std::size_t part = i >= left ? 0 : (left - i < lanes ? left - i : lanes);
      return part == 0 ? V{} : V(load_n(from + i, static_cast<int>(part)));
    });
}

template <class S>
void pack_b(const S* b, std::size_t ldb, std::size_t k, std::size_t n, S* out) {
  constexpr std::size_t nr = panel_columns<S>;
  constexpr std::size_t lanes = Simd<S>::lanes;
  const std::size_t stride = nr * k;
  for (std::size_t r = 0; r < k; ++r) {
    const S* from = b + r * ldb;
    S* to = out + r * nr;
    std::size_t j = 0;
    for (; j + nr <= n; j += nr, to += stride)
      for (std::size_t i = 0; i < nr; i += lanes) store(to + i, load(from + j + i));
    if (j < n)
      for (std::size_t i = 0; i < nr; i += lanes) {
        const int part = j + i >= n ? 0 : (n - j - i < lanes ? static_cast<int>(n - j - i) : static_cast<int>(lanes));
        store(to + i, part == 0 ? typename Simd<S>::V{} : load_n(from + j + i, part));
      }
  }
}

template <class S>
void pack_b_transposed(const S* b, std::size_t ldb, std::size_t k, std::size_t n, S* out) {
  constexpr std::size_t nr = panel_columns<S>;
  for (std::size_t j0 = 0; j0 < n; j0 += nr, out += nr * k) {
    const std::size_t columns = n - j0 < nr ? n - j0 : nr;
    for (std::size_t j = 0; j < columns; ++j) {
      const S* from = b + (j0 + j) * ldb;
      for (std::size_t r = 0; r < k; ++r) out[r * nr + j] = from[r];
    }
    for (std::size_t j = columns; j < nr; ++j)
      for (std::size_t r = 0; r < k; ++r) out[r * nr + j] = S{0};
  }
}

template <class S, int M, int N, bool Lines>
inline void tile(const Product<S>& p, const S* a, S* c) {
  using V = typename Simd<S>::V;
  constexpr std::size_t nr = panel_columns<S>;
  constexpr std::size_t lanes = Simd<S>::lanes;
  V sum[M][N];
#pragma GCC unroll 8
  for (int i = 0; i < M; ++i)
#pragma GCC unroll 4
    for (int j = 0; j < N; ++j) sum[i][j] = V{};
  const S* b = p.b;
  const auto step = [&](const S* at) __attribute__((always_inline)) {
    V right[N];
#pragma GCC unroll 4
    for (int j = 0; j < N; ++j) right[j] = load(b + static_cast<std::size_t>(j) * lanes);
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i) {
      const V left = splat<S>(at[Lines ? i * static_cast<int>(line) : i]);
#pragma GCC unroll 4
      for (int j = 0; j < N; ++j) sum[i][j] += left * right[j];
    }
    b += nr;
  };
  if constexpr (Lines) {
    std::size_t k = p.k;
    for (; k >= line; k -= line, a += tile_rows * line)
#pragma GCC unroll 4
      for (std::size_t s = 0; s < line; ++s) step(a + s);
    for (std::size_t s = 0; s < k; ++s) step(a + s);
  } else {
#pragma GCC unroll 4
    for (std::size_t s = 0; s < p.k; ++s) step(a + s * tile_rows);
  }
  const std::size_t ldc = p.ldc, columns = p.n;
  const bool accumulate = p.accumulate;
  const S* const bias = p.bias;
  const auto write = [&](auto get, auto put) __attribute__((always_inline)) {
    if (bias != nullptr)
#pragma GCC unroll 4
      for (int j = 0; j < N; ++j) {
        const V add = get(bias + static_cast<std::size_t>(j) * lanes, j);
#pragma GCC unroll 8
        for (int i = 0; i < M; ++i) sum[i][j] += add;
      }
#pragma GCC unroll 8
    for (int i = 0; i < M; ++i, c += ldc)
#pragma GCC unroll 4
      for (int j = 0; j < N; ++j) {
        S* const to = c + static_cast<std::size_t>(j) * lanes;
        put(to, accumulate ? V(sum[i][j] + get(to, j)) : sum[i][j], j);
      }
  };
  if (columns == N * lanes)
    write([](const S* from, int) { return V(load(from)); }, [](S* to, V v, int) { store(to, v); });
  else {  // all but the last vector are whole
    const int part = static_cast<int>(columns - (N - 1) * lanes);
    write([part](const S* from, int j) { return V(j == N - 1 ? load_part(from, part) : load(from)); },
          [part](S* to, V v, int j) { j == N - 1 ? store_part(to, v, part) : store(to, v); });
  }
}

template <class S, int N, bool Lines>
void product(const Product<S>& p) {
  const std::size_t stride = tile_rows * up(p.k, line);
  const S* a = p.a;
  const char* ahead = p.ahead.at;
  std::size_t rows_ahead = p.ahead.rows;
  const std::size_t tiles = (p.m + tile_rows - 1) / tile_rows, share = (rows_ahead + tiles - 1) / tiles;
  for (std::size_t i = 0; i < p.m; i += tile_rows, a += stride) {
    for (std::size_t r = 0; r < share && rows_ahead > 0; ++r, --rows_ahead, ahead += p.ahead.stride)
      for (std::size_t byte = 0; byte < p.ahead.bytes; byte += 64) __builtin_prefetch(ahead + byte, 0, 2);
    S* const c = p.c + i * p.ldc;
    switch (p.m - i) {
      case 1:
        tile<S, 1, N, Lines>(p, a, c);
        break;
      case 2:
        tile<S, 2, N, Lines>(p, a, c);
        break;
      case 3:
        tile<S, 3, N, Lines>(p, a, c);
        break;
      case 4:
        tile<S, 4, N, Lines>(p, a, c);
        break;
      case 5:
        tile<S, 5, N, Lines>(p, a, c);
        break;
#if defined(__AVX512F__)
      case 6:
        tile<S, 6, N, Lines>(p, a, c);
        break;
      case 7:
        tile<S, 7, N, Lines>(p, a, c);
        break;
#endif
      default:
        tile<S, tile_rows, N, Lines>(p, a, c);
    }
  }
}
template <class S>
void multiply(const Product<S>& p) {
  if (p.n <= static_cast<std::size_t>(Simd<S>::lanes))
    p.lines ? product<S, 1, true>(p) : product<S, 1, false>(p);
  else
    p.lines ? product<S, 2, true>(p) : product<S, 2, false>(p);
}

template <class S>
void transpose(const S* a, std::size_t m, std::size_t n, S* c, std::size_t ldc, bool accumulate) {
  constexpr std::size_t lanes = Simd<S>::lanes;
  for (std::size_t i = 0; i < m; i += lanes) {
    const std::size_t rows = m - i < lanes ? m - i : lanes;
    for (std::size_t j = 0; j < n; ++j) {
      const auto v = gather(a + i * n + j, n, rows);
      S* const to = c + j * ldc + i;
      store_n(to, accumulate ? v + load_n(to, static_cast<int>(rows)) : v, static_cast<int>(rows));
    }
  }
}
template <class S>
void axpy(const S* a, S scale, const S* b, S* out, std::size_t count) {
  using V = typename Simd<S>::V;
  by_vectors<S>(
      count, [&](std::size_t i, int n) { store_n(out + i, V(load_n(a + i, n) + scale * V(load_n(b + i, n))), n); });
}
template <class S>
void sum_rows(const S* d, std::size_t rows, std::size_t columns, S* out) {
  using V = typename Simd<S>::V;
  by_vectors<S>(columns, [&](std::size_t j, int n) {
    V sum{};
    for (std::size_t b = 0; b < rows; ++b) sum += load_n(d + b * columns + j, n);
    store_n(out + j, sum, n);
  });
}

template <class S>
constexpr GemmKernels<S> table = {tile_rows,
                                  panel_columns<S>,
                                  pack_lines<S>,
                                  pack_columns<S>,
                                  pack_b<S>,
                                  pack_b_transposed<S>,
                                  pack_rows<S>,
                                  multiply<S>,
                                  activate<S>,
                                  times_derivative<S>,
                                  second_derivative<S>,
                                  transpose<S>,
                                  axpy<S>,
                                  sum_rows<S>,
                                  softmax<S>};

}  // namespace
}  // namespace thalweg::kernels
