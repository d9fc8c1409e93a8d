// The matrix kernels, for the instruction set this is compiled for. See gemm_kernels.hpp.
//
// Tile: mr×nr accumulators stay in registers over k. AVX-512: 8×2 vectors (16 accumulators, 2 of B, broadcasts of A);
// 8 rows divide the usual batches. AVX2 and portable: 6×2 in 16 registers.
#include "thalweg/core/simd.inl"
#include "thalweg/network/gemm_kernels.hpp"

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

// eˣ of floats: Cephes' expf (Moshier), relative error about 2e-7; below −87.3 the smallest normal, not 0.
inline Simd<float>::V exponential(Simd<float>::V x) {
  using V = Simd<float>::V;
  typedef std::int32_t J __attribute__((vector_size(vector_bytes)));
  x = x > 88.37f ? V{} + 88.37f : x;
  x = x < -87.33f ? V{} - 87.33f : x;
  V n = x * 1.44269504f + 12582912.0f;  // 1.5·2²³: rounds to the nearest integer
  n = n - 12582912.0f;
  V r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  V y = 1.9875691500e-4f * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * (r * r) + r + 1.0f;
  const J power = (__builtin_convertvector(n, J) + 127) << 23;
  return y * reinterpret_cast<V>(power);
}
inline Simd<double>::V exponential(Simd<double>::V x) {
  for (int i = 0; i < Simd<double>::lanes; ++i) x[i] = __builtin_exp(x[i]);
  return x;
}
inline Simd<float>::V magnitude(Simd<float>::V x) { return x < 0.0f ? -x : x; }
inline Simd<float>::V hyperbolic_tangent(Simd<float>::V x) {
  using V = Simd<float>::V;
  const V size = magnitude(x);
  const V e = exponential(2.0f * size);
  V large = 1.0f - 2.0f / (e + 1.0f);
  large = x < 0.0f ? -large : large;
  const V q = x * x;  // Cephes' tanhf, |x| < 0.625
  V small = -5.70498872745e-3f * q + 2.06390887954e-2f;
  small = small * q - 5.37397155531e-2f;
  small = small * q + 1.33314422036e-1f;
  small = small * q - 3.33332819422e-1f;
  small = small * q * x + x;
  return size < 0.625f ? small : large;
}
inline Simd<double>::V hyperbolic_tangent(Simd<double>::V x) {
  for (int i = 0; i < Simd<double>::lanes; ++i) x[i] = __builtin_tanh(x[i]);
  return x;
}
// Φ(z). Float: Abramowitz & Stegun 7.1.26, absolute error 1.5e-7.
inline Simd<float>::V normal_cdf(Simd<float>::V z) {
  using V = Simd<float>::V;
  const V x = magnitude(z) * 0.70710678f;
  const V t = 1.0f / (1.0f + 0.3275911f * x);
  V p = 1.061405429f * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const V half_tail = 0.5f * p * t * exponential(-x * x);
  return z < 0.0f ? half_tail : 1.0f - half_tail;
}
inline Simd<double>::V normal_cdf(Simd<double>::V z) {
  for (int i = 0; i < Simd<double>::lanes; ++i) z[i] = 0.5 * __builtin_erfc(-0.70710678118654752440 * z[i]);
  return z;
}
template <class V>
inline V normal_density(V z) {
  return exponential(z * z * decltype(z[0] + 0)(-0.5)) * decltype(z[0] + 0)(0.39894228040143267794);
}

template <class S>
void activate(Activation activation, const S* z, S* h, std::size_t count) {
  using V = typename Simd<S>::V;
  const auto each = [&](auto f) {
    by_vectors<S>(count, [&](std::size_t i, int n) { store_n(h + i, V(f(V(load_n(z + i, n)))), n); });
  };
  switch (activation) {
    case Activation::linear:
      return each([](V x) { return x; });
    case Activation::relu:
      return each([](V x) {
        return x < S{0} ? V{} : x; /* a NaN stays */
      });
    case Activation::tanh:
      return each([](V x) { return hyperbolic_tangent(x); });
    case Activation::sigmoid:
      return each([](V x) { return S{1} / (S{1} + exponential(-x)); });
    case Activation::gelu:
      return each([](V x) { return x * normal_cdf(x); });
  }
}
template <class S>
void times_derivative(Activation activation, const S* z, const S* h, S* d, std::size_t count) {
  using V = typename Simd<S>::V;
  const auto each = [&](const S* from, auto f) {
    by_vectors<S>(count, [&](std::size_t i, int n) {
      store_n(d + i, V(V(load_n(d + i, n)) * V(f(V(load_n(from + i, n))))), n);
    });
  };
  switch (activation) {
    case Activation::linear:
      return;
    case Activation::relu:
      return each(z, [](V x) { return x > S{0} ? V{} + S{1} : V{}; });
    case Activation::tanh:
      return each(h, [](V y) { return S{1} - y * y; });
    case Activation::sigmoid:
      return each(h, [](V y) { return y * (S{1} - y); });
    case Activation::gelu:
      return each(z, [](V x) { return normal_cdf(x) + x * normal_density(x); });
  }
}
template <class S>
void second_derivative(Activation activation, const S* z, const S* h, S* out, std::size_t count) {
  using V = typename Simd<S>::V;
  const auto each = [&](const S* from, auto f) {
    by_vectors<S>(count, [&](std::size_t i, int n) { store_n(out + i, V(f(V(load_n(from + i, n)))), n); });
  };
  switch (activation) {
    case Activation::linear:
    case Activation::relu:
      return each(z, [](V) { return V{}; });
    case Activation::tanh:
      return each(h, [](V y) { return S{-2} * y * (S{1} - y * y); });
    case Activation::sigmoid:
      return each(h, [](V y) { return y * (S{1} - y) * (S{1} - S{2} * y); });
    case Activation::gelu:
      return each(z, [](V x) { return normal_density(x) * (S{2} - x * x); });
  }
}

// Lane i: from[min(i, count − 1)·stride].
template <class S>
inline typename Simd<S>::V gather(const S* from, std::size_t stride, std::size_t count) {
  typename Simd<S>::V v;
  for (std::size_t i = 0; i < Simd<S>::lanes; ++i) v[i] = from[(i < count ? i : count - 1) * stride];
  return v;
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
// Lanes from n on replaced.
template <class S>
inline typename Simd<S>::V only(typename Simd<S>::V v, int n, S rest) {
  using V = typename Simd<S>::V;
  using I = typename Simd<S>::I;
  I lane{};
  for (int i = 0; i < Simd<S>::lanes; ++i) lane[i] = static_cast<decltype(lane[0] + 0)>(i);
  return lane < static_cast<decltype(lane[0] + 0)>(n) ? v : V{} + rest;
}
// Largest of the lanes (a NaN may be passed over), and their sum.
template <class S>
inline S largest(typename Simd<S>::V v) {
#if defined(__AVX512F__)
  if constexpr (sizeof(S) == 4)
    return _mm512_reduce_max_ps(v);
  else
    return _mm512_reduce_max_pd(v);
#else
  S top = v[0];
  for (int i = 1; i < Simd<S>::lanes; ++i) top = v[i] > top ? v[i] : top;
  return top;
#endif
}
template <class S>
inline S sum_of(typename Simd<S>::V v) {
#if defined(__AVX512F__)
  if constexpr (sizeof(S) == 4)
    return _mm512_reduce_add_ps(v);
  else
    return _mm512_reduce_add_pd(v);
#else
  S sum = v[0];
  for (int i = 1; i < Simd<S>::lanes; ++i) sum += v[i];
  return sum;
#endif
}
// log x of positive finite x, to the last bit or two: x = 2ᵉm with m in [√½, √2), log m = 2 artanh((m − 1)/(m + 1))
// by its series. A NaN stays.
inline Simd<double>::V logarithm(Simd<double>::V x) {
  using V = Simd<double>::V;
  using I = Simd<double>::I;
  typedef std::int64_t J __attribute__((vector_size(vector_bytes)));
  constexpr std::uint64_t root_half = 0x3FE6A09E667F3BCDu, mantissa = 0xFFFFFFFFFFFFFu;
  const I bits = reinterpret_cast<I>(x) - root_half;
  const V e = __builtin_convertvector(reinterpret_cast<J>(bits) >> 52, V);
  const V m = reinterpret_cast<V>((bits & mantissa) + root_half);
  const V s = (m - 1.0) / (m + 1.0), q = s * s;
  V sum = V{} + 1.0 / 21;
#pragma GCC unroll 10
  for (int k = 19; k > 0; k -= 2) sum = sum * q + 1.0 / k;
  const V log = 2.0 * s * sum + e * 0.69314718055994530942;
  return x == x ? log : x;
}

// log_sums[b] = tops[b] + log sums[b]
template <class S>
inline void add_logarithms(const S* tops, const S* sums, std::size_t count, double* log_sums) {
  by_vectors<double>(count, [&](std::size_t i, int n) {
    alignas(64) double top[Simd<double>::lanes] = {}, sum[Simd<double>::lanes] = {};
    for (int b = 0; b < n; ++b) top[b] = static_cast<double>(tops[i + static_cast<std::size_t>(b)]);
    for (int b = 0; b < n; ++b) sum[b] = static_cast<double>(sums[i + static_cast<std::size_t>(b)]);
    store_n(log_sums + i, load(top) + logarithm(load(sum)), n);
  });
}
constexpr std::size_t narrow = 32;
// Few columns: a row a lane.
template <class S>
void softmax_of_narrow(const S* y, std::size_t rows, std::size_t columns, S* p, double* log_sums) {
  using V = typename Simd<S>::V;
  constexpr std::size_t lanes = Simd<S>::lanes;
  for (std::size_t b0 = 0; b0 < rows; b0 += lanes, y += lanes * columns) {
    const std::size_t count = rows - b0 < lanes ? rows - b0 : lanes;
    V e[narrow], top = splat(-static_cast<S>(__builtin_inf())), sum{};
    for (std::size_t j = 0; j < columns; ++j) {
      e[j] = gather(y + j, columns, count);
      top = e[j] > top ? e[j] : top;
    }
    for (std::size_t j = 0; j < columns; ++j) sum += e[j] = exponential(V(e[j] - top));  // a NaN in y is one here
    alignas(64) S tops[lanes], sums[lanes], column[lanes];
    store(tops, top), store(sums, sum);
    add_logarithms(tops, sums, count, log_sums + b0);
    if (p == nullptr) continue;
    const V scale = S{1} / sum;
    for (std::size_t j = 0; j < columns; ++j) {
      store(column, V(e[j] * scale));
      for (std::size_t b = 0; b < count; ++b) p[(b0 + b) * columns + j] = column[b];
    }
  }
}
template <class S>
void softmax(const S* y, std::size_t rows, std::size_t columns, S* p, double* log_sums) {
  using V = typename Simd<S>::V;
  if (columns <= narrow) return softmax_of_narrow(y, rows, columns, p, log_sums);
  const S lowest = -static_cast<S>(__builtin_inf());
  for (std::size_t b = 0; b < rows; ++b, y += columns) {
    V tops = splat(lowest);
    by_vectors<S>(columns, [&](std::size_t i, int n) {
      const V v = only<S>(load_n(y + i, n), n, lowest);
      tops = v > tops ? v : tops;
    });
    const S top = largest<S>(tops);
    V sums{};
    by_vectors<S>(columns, [&](std::size_t i, int n) {
      const V e = only<S>(exponential(V(load_n(y + i, n) - splat(top))), n, S{0});
      if (p != nullptr) store_n(p + i, e, n);
      sums += e;
    });
    const S sum = sum_of<S>(sums);
    add_logarithms(&top, &sum, 1, log_sums + b);
    if (p == nullptr) continue;
    const V scale = splat(S{1} / sum);
    by_vectors<S>(columns, [&](std::size_t i, int n) { store_n(p + i, V(V(load_n(p + i, n)) * scale), n); });
    p += columns;
  }
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
