// The kernels of low-rank perturbations, for the instruction set this is compiled for. See low_rank_kernels.hpp.
#include "thalweg/network/gemm_kernels.inl"
#include "thalweg/network/low_rank_kernels.hpp"

namespace thalweg::kernels {
namespace {

// A row of a group in vectors.
template <class S>
constexpr int row_vectors = static_cast<int>(group) / Simd<S>::lanes;
template <class S>
struct Row {
  typename Simd<S>::V v[row_vectors<S>];
};
template <class S>
inline Row<S> load_row(const S* p) {
  Row<S> r;
  for (int i = 0; i < row_vectors<S>; ++i) r.v[i] = load(p + i * Simd<S>::lanes);
  return r;
}
template <class S>
inline void store_row(S* p, const Row<S>& r) {
  for (int i = 0; i < row_vectors<S>; ++i) store(p + i * Simd<S>::lanes, r.v[i]);
}
template <class S>
inline bool any(const Row<S>& r) {
#if defined(__AVX512F__)
  unsigned bits = 0;
  for (int i = 0; i < row_vectors<S>; ++i)
    if constexpr (sizeof(S) == 4)
      bits |= _mm512_cmp_ps_mask(r.v[i], _mm512_setzero_ps(), _CMP_NEQ_UQ);
    else
      bits |= _mm512_cmp_pd_mask(r.v[i], _mm512_setzero_pd(), _CMP_NEQ_UQ);
  return bits != 0;
#elif defined(__AVX2__)
  int bits = 0;
  for (int i = 0; i < row_vectors<S>; ++i)
    if constexpr (sizeof(S) == 4)
      bits |= _mm256_movemask_ps(_mm256_cmp_ps(r.v[i], _mm256_setzero_ps(), _CMP_NEQ_UQ));
    else
      bits |= _mm256_movemask_pd(_mm256_cmp_pd(r.v[i], _mm256_setzero_pd(), _CMP_NEQ_UQ));
  return bits != 0;
#else
  bool found = false;
  for (int i = 0; i < row_vectors<S>; ++i)
    for (int j = 0; j < Simd<S>::lanes; ++j) found = found || r.v[i][j] != S{0};
  return found;
#endif
}

// As many outputs at once as accumulators stay in registers.
#if defined(__AVX512F__)
constexpr int accumulators = 16;
#else
constexpr int accumulators = 8;
#endif

template <class S>
void multiply_rows(const S* weights, const Rows<S>& rows, bool accumulate, S* z) {
  using V = typename Simd<S>::V;
  constexpr int vectors = row_vectors<S>;
  constexpr int outputs = accumulators / vectors;
  for (int i0 = 0; i0 < static_cast<int>(panel); i0 += outputs) {
    V sum[outputs][vectors];
#pragma GCC unroll 16
    for (int i = 0; i < outputs; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v)
        sum[i][v] = accumulate ? load(z + static_cast<std::size_t>(i0 + i) * group + v * Simd<S>::lanes) : V{};
    const S* value = rows.values;
    for (std::size_t k = 0; k < rows.count; ++k, value += group) {
      const S* w = weights + rows.units[k] * panel + i0;
      V right[vectors];
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) right[v] = load(value + v * Simd<S>::lanes);
#pragma GCC unroll 16
      for (int i = 0; i < outputs; ++i) {
        const V left = splat<S>(w[i]);
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) sum[i][v] += left * right[v];
      }
    }
#pragma GCC unroll 16
    for (int i = 0; i < outputs; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v)
        store(z + static_cast<std::size_t>(i0 + i) * group + v * Simd<S>::lanes, sum[i][v]);
  }
}

template <class S>
void project(const Rows<S>& rows, const S* a, std::size_t rank, S* out) {
  for (std::size_t l = 0; l < rank; ++l) {
    Row<S> sum{};
    for (std::size_t k = 0; k < rows.count; ++k) {
      const Row<S> value = load_row(rows.values + k * group), by = load_row(a + (rows.units[k] * rank + l) * group);
      for (int v = 0; v < row_vectors<S>; ++v) sum.v[v] += value.v[v] * by.v[v];
    }
    store_row(out + l * group, sum);
  }
}

// f(j, odd, even) for each unit, the layer's own noise added. `Inner`: changes come from below, `Even`: even ones
// too.
template <class S, bool Inner, bool Even, class F>
inline void each_change_of(const LowRankLayer<S>& p, F&& f) {
  constexpr int vectors = row_vectors<S>;
  const Row<S> first = load_row(p.u_odd), second = Even ? load_row(p.u_even) : Row<S>{};
  for (std::size_t j = 0; j < p.out; ++j) {
    const S* const factor = p.b + j * p.rank * group;
    Row<S> odd = load_row(p.epsilon + j * group), even{}, b = load_row(factor);
    if (Even) even = load_row(p.even + j * group);
    if (Inner) {
      const Row<S> base = load_row(p.odd + j * group);
      for (int v = 0; v < vectors; ++v) odd.v[v] += base.v[v];
    }
    for (int v = 0; v < vectors; ++v) {
      odd.v[v] += first.v[v] * b.v[v];
      if (Even) even.v[v] += second.v[v] * b.v[v];
    }
    for (std::size_t l = 1; l < p.rank; ++l) {
      b = load_row(factor + l * group);
      const Row<S> u = load_row(p.u_odd + l * group), w = Even ? load_row(p.u_even + l * group) : Row<S>{};
      for (int v = 0; v < vectors; ++v) {
        odd.v[v] += u.v[v] * b.v[v];
        if (Even) even.v[v] += w.v[v] * b.v[v];
      }
    }
    f(j, odd, even);
  }
}
template <class S, class F>
inline void each_change(const LowRankLayer<S>& p, F&& f) {
  if (p.even != nullptr) return each_change_of<S, true, true>(p, f);
  if (p.odd != nullptr) return each_change_of<S, true, false>(p, f);
  each_change_of<S, false, false>(p, f);
}

// Vector v of what is clean at unit j.
template <class S>
inline typename Simd<S>::V clean(const LowRankLayer<S>& p, const S* values, std::size_t j, int v) {
  return p.by_lane ? load(values + j * group + static_cast<std::size_t>(v * Simd<S>::lanes)) : splat<S>(values[j]);
}

// φ(z + d) − φ(z) is change(j, v, d) of vector v at unit j.
template <class S, bool Pair, class Change>
inline void activate_sides(const LowRankLayer<S>& p, Rows<S>& odd, Rows<S>& even, Change&& change) {
  constexpr int vectors = row_vectors<S>;
  std::size_t odd_count = 0, even_count = 0;
  each_change(p, [&](std::size_t j, const Row<S>& o, const Row<S>& e) {
    Row<S> first, second;
    for (int v = 0; v < vectors; ++v) {
      if (Pair) {
        const auto plus = change(j, v, e.v[v] + o.v[v]), minus = change(j, v, e.v[v] - o.v[v]);
        first.v[v] = S(0.5) * (plus - minus), second.v[v] = S(0.5) * (plus + minus);
      } else {
        first.v[v] = change(j, v, o.v[v]);
      }
    }
    const auto keep = [j](const Rows<S>& rows, std::size_t& count, const Row<S>& row) {
      store_row(rows.values + count * group, row);
      rows.units[count] = static_cast<std::uint32_t>(j);
      count += any(row) ? 1 : 0;
    };
    keep(odd, odd_count, first);
    if (Pair) keep(even, even_count, second);
  });
  odd.count = odd_count;
  if (Pair) even.count = even_count;
}
template <class S, class Change>
inline void activate_by(const LowRankLayer<S>& p, Rows<S>& odd, Rows<S>& even, Change&& change) {
  p.pair ? activate_sides<S, true>(p, odd, even, change) : activate_sides<S, false>(p, odd, even, change);
}

template <class S>
void activate_change(const LowRankLayer<S>& p, Rows<S>& odd, Rows<S>& even) {
  using V = typename Simd<S>::V;
  const auto by = [&](auto f) {
    activate_by(p, odd, even,
                [&](std::size_t j, int v, V d) { return V(V(f(V(clean(p, p.z, j, v) + d))) - clean(p, p.h, j, v)); });
  };
  switch (p.activation) {
    case Activation::linear:
      return activate_by(p, odd, even, [](std::size_t, int, V d) { return d; });
    case Activation::relu:  // max(z + d, 0) − max(z, 0), exact where no sign changes; a NaN stays
      return activate_by(p, odd, even, [&](std::size_t j, int v, V d) {
        const V z = clean(p, p.z, j, v), least = -z;
        return V((d < least ? least : d) + (z < S{0} ? z : V{}));
      });
    case Activation::tanh:
      return by([](V x) { return hyperbolic_tangent(x); });
    case Activation::sigmoid:
      return by([](V x) { return S{1} / (S{1} + exponential(-x)); });
    case Activation::gelu:
      return by([](V x) { return x * normal_cdf(x); });
  }
}

template <class S>
void output_changes(const LowRankLayer<S>& p, S* plus, S* minus) {
  each_change(p, [&](std::size_t j, const Row<S>& o, const Row<S>& e) {
    Row<S> first, second;
    for (int v = 0; v < row_vectors<S>; ++v) {
      const auto z = clean(p, p.z, j, v);
      first.v[v] = z + (e.v[v] + o.v[v]);
      second.v[v] = z + (e.v[v] - o.v[v]);
    }
    store_row(plus + j * group, first);
    if (p.pair) store_row(minus + j * group, second);
  });
}

template <class S>
void exponentials(const S* y, std::size_t width, S* largest_, S* sum_) {
  Row<S> top = load_row(y), sum{};
  for (std::size_t j = 1; j < width; ++j) {
    const Row<S> row = load_row(y + j * group);
    for (int v = 0; v < row_vectors<S>; ++v) top.v[v] = row.v[v] > top.v[v] ? row.v[v] : top.v[v];
  }
  for (std::size_t j = 0; j < width; ++j) {
    const Row<S> row = load_row(y + j * group);
    for (int v = 0; v < row_vectors<S>; ++v) sum.v[v] += exponential(typename Simd<S>::V(row.v[v] - top.v[v]));
  }
  store_row(largest_, top);
  store_row(sum_, sum);
}

template <class S>
constexpr LowRankKernels<S> low_rank_table = {multiply_rows<S>, project<S>, activate_change<S>, output_changes<S>,
                                              exponentials<S>};

}  // namespace
}  // namespace thalweg::kernels
