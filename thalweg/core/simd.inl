// Vectors for the kernels, by the compiler's vector extension. Included by sources that are compiled once for each
// instruction set with its own flags (thalweg/CMakeLists.txt); everything is in an unnamed namespace and nothing
// inline of the standard library is used, so that no function compiled for a wide machine is linked into a narrow
// one.
#include <cstddef>
#include <cstdint>
#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

namespace {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif

template <class S>
struct Simd;
template <>
struct Simd<float> {
  static constexpr int lanes = vector_bytes / 4;
  typedef float V __attribute__((vector_size(vector_bytes)));
  typedef float U __attribute__((vector_size(vector_bytes), aligned(4), may_alias));
  typedef std::uint32_t I __attribute__((vector_size(vector_bytes)));
};
template <>
struct Simd<double> {
  static constexpr int lanes = vector_bytes / 8;
  typedef double V __attribute__((vector_size(vector_bytes)));
  typedef double U __attribute__((vector_size(vector_bytes), aligned(8), may_alias));
  typedef std::uint64_t I __attribute__((vector_size(vector_bytes)));
};

template <class S>
inline typename Simd<S>::V load(const S* p) {
  return *reinterpret_cast<const typename Simd<S>::U*>(p);
}
template <class S>
inline void store(S* p, typename Simd<S>::V v) {
  *reinterpret_cast<typename Simd<S>::U*>(p) = v;
}
// x in all lanes. (V{} + x adds: 0 + x is not x when x is −0.)
template <class S>
inline typename Simd<S>::V splat(S x) {
#if defined(__AVX512F__)
  if constexpr (sizeof(S) == 4)
    return _mm512_set1_ps(x);
  else
    return _mm512_set1_pd(x);
#elif defined(__AVX2__)
  if constexpr (sizeof(S) == 4)
    return _mm256_set1_ps(x);
  else
    return _mm256_set1_pd(x);
#else
  typename Simd<S>::V v;
  for (int i = 0; i < Simd<S>::lanes; ++i) v[i] = x;
  return v;
#endif
}
template <class S>
inline typename Simd<S>::V load_part(const S* p, int n) {  // lanes from n on are 0
#if defined(__AVX512F__)
  if constexpr (sizeof(S) == 4)
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1u), p);
  else
    return _mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << n) - 1u), p);
#else
  typename Simd<S>::V v{};
  for (int i = 0; i < n; ++i) v[i] = p[i];
  return v;
#endif
}
template <class S>
inline void store_part(S* p, typename Simd<S>::V v, int n) {
#if defined(__AVX512F__)
  if constexpr (sizeof(S) == 4)
    _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1u), v);
  else
    _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1u << n) - 1u), v);
#else
  for (int i = 0; i < n; ++i) p[i] = v[i];
#endif
}

// f(i, n): i steps by the lanes over [0, count), n lanes are valid.
template <class S, class F>
inline void by_vectors(std::size_t count, F&& f) {
  constexpr std::size_t lanes = Simd<S>::lanes;
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) f(i, static_cast<int>(lanes));
  if (i < count) f(i, static_cast<int>(count - i));
}
template <class S>
inline typename Simd<S>::V load_n(const S* p, int n) {
  return n == Simd<S>::lanes ? load(p) : load_part(p, n);
}
template <class S>
inline void store_n(S* p, typename Simd<S>::V v, int n) {
  if (n == Simd<S>::lanes)
    store(p, v);
  else
    store_part(p, v, n);
}

// 1, 2, 4, … in the lanes.
template <class S>
inline typename Simd<S>::I lane_bits() {
  typename Simd<S>::I bits{};
  for (int i = 0; i < Simd<S>::lanes; ++i) bits[i] = decltype(bits[0] + 0){1} << i;
  return bits;
}

// Signs of Rademacher components: lane i is −scale where bit (position + i) of the words is set, else +scale.
template <class S>
inline typename Simd<S>::V signs(const std::uint32_t* words, std::size_t position, typename Simd<S>::V scale,
                                 typename Simd<S>::I lane_bit) {
  const std::uint32_t* w = words + position / 32;
  const std::uint64_t window = (static_cast<std::uint64_t>(w[1]) << 32 | w[0]) >> (position % 32);
#if defined(__AVX512F__)
  static_cast<void>(lane_bit);
  if constexpr (sizeof(S) == 4)
    return _mm512_mask_sub_ps(scale, static_cast<__mmask16>(window), _mm512_setzero_ps(), scale);
  else
    return _mm512_mask_sub_pd(scale, static_cast<__mmask8>(window), _mm512_setzero_pd(), scale);
#else
  using I = typename Simd<S>::I;
  const I all = I{} + static_cast<decltype(lane_bit[0] + 0)>(window);
  return (all & lane_bit) != 0 ? -scale : scale;
#endif
}

}  // namespace
