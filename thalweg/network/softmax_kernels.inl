// Softmax and its log sums, for the instruction set this is compiled for. Part of gemm_kernels.inl.

namespace thalweg::kernels {
namespace {

// Lane i: from[min(i, count − 1)·stride].
template <class S>
inline typename Simd<S>::V gather(const S* from, std::size_t stride, std::size_t count) {
  typename Simd<S>::V v;
  for (std::size_t i = 0; i < Simd<S>::lanes; ++i) v[i] = from[(i < count ? i : count - 1) * stride];
  return v;
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

}  // namespace
}  // namespace thalweg::kernels
