// Philox words, Gaussian and Rademacher noise, for the instruction set this is compiled for. See noise.hpp.
//
// Each 64 bits hold a word of one counter, in the lower half: the products of a round then need no splitting, and
// what they leave in the upper half is never read. Two such vectors give four vectors of words, "a group"; the
// counters are laid out so that interleaving puts the words in their order. A row is filled from a copy of its
// stream, which the stores cannot change, so that the keys of the rounds stay in registers.
//
// Gaussian: the largest |error| of Φ⁻¹ is that of the fit, 4.6e-6 (gaussian_table.inl), plus rounding to float.
#include "thalweg/core/gaussian_table.inl"
#include "thalweg/core/noise_kernels.hpp"
#include "thalweg/core/simd.inl"

namespace thalweg::kernels {
namespace {

constexpr std::uint32_t philox_m0 = 0xD2511F53u, philox_m1 = 0xCD9E8D57u, philox_w0 = 0x9E3779B9u,
                        philox_w1 = 0xBB67AE85u;

#if defined(__AVX512F__)

constexpr std::size_t group = 64;
inline void words_of_group(const Stream& s, std::uint32_t first_block, std::uint32_t stride, __m512i out[4]) {
  const __m512i order = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
  const __m512i m0 = _mm512_set1_epi64(philox_m0), m1 = _mm512_set1_epi64(philox_m1);
  for (int half = 0; half < 2; ++half) {
    const __m512i block = _mm512_add_epi32(order, _mm512_set1_epi64(8 * half));
    __m512i c0 =
        _mm512_add_epi32(_mm512_mullo_epi32(block, _mm512_set1_epi64(stride)), _mm512_set1_epi64(first_block));
    __m512i c1 = _mm512_set1_epi64(s.direction);
    __m512i c2 = _mm512_set1_epi64(static_cast<std::uint32_t>(s.step));
    __m512i c3 = _mm512_set1_epi64(static_cast<std::uint32_t>(s.step >> 32));
    std::uint32_t k0 = s.key[0], k1 = s.key[1];
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
      const __m512i p0 = _mm512_mul_epu32(c0, m0), p1 = _mm512_mul_epu32(c2, m1);
      c0 = _mm512_ternarylogic_epi32(_mm512_shuffle_epi32(p1, _MM_PERM_DDBB), c1,
                                     _mm512_set1_epi32(static_cast<int>(k0)), 0x96);
      c1 = p1;
      c2 = _mm512_ternarylogic_epi32(_mm512_shuffle_epi32(p0, _MM_PERM_DDBB), c3,
                                     _mm512_set1_epi32(static_cast<int>(k1)), 0x96);
      c3 = p0;
      k0 += philox_w0;
      k1 += philox_w1;
    }
    const __m512i c01 = _mm512_mask_shuffle_epi32(c0, 0xAAAA, c1, _MM_PERM_CCAA);
    const __m512i c23 = _mm512_mask_shuffle_epi32(c2, 0xAAAA, c3, _MM_PERM_CCAA);
    out[2 * half] = _mm512_unpacklo_epi64(c01, c23);
    out[2 * half + 1] = _mm512_unpackhi_epi64(c01, c23);
  }
}
// group / 4 blocks.
inline void group_words(const Stream& s, std::uint32_t first, std::uint32_t stride, std::uint32_t* out) {
  __m512i w[4];
  words_of_group(s, first, stride, w);
  for (int i = 0; i < 4; ++i) _mm512_storeu_si512(out + 16 * i, w[i]);
}
inline void group_gaussian(const Stream& s, std::uint64_t index, float* out) {
  __m512i w[4];
  words_of_group(s, static_cast<std::uint32_t>(index * 16), 1, w);
  for (int i = 0; i < 4; ++i) {
    const __m512i r = _mm512_and_si512(w[i], _mm512_set1_epi32(0x7FFFFFFF));
    __m512 v = _mm512_add_ps(_mm512_cvtepi32_ps(r), _mm512_set1_ps(0.5f));
    v = _mm512_min_ps(v, _mm512_set1_ps(2147483520.0f));  // the largest float below 2³¹
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i octave = _mm512_sub_epi32(_mm512_srli_epi32(bits, 23), _mm512_set1_epi32(126));
    const __m512i one_to_two = _mm512_ternarylogic_epi32(bits, _mm512_set1_epi32(0x007FFFFF),
                                                         _mm512_set1_epi32(0x3F800000), 0xEA);  // (a & b) | c
    const __m512 t = _mm512_sub_ps(_mm512_castsi512_ps(one_to_two), _mm512_set1_ps(1.5f));
    const auto coefficient = [&](int d) {
      return _mm512_permutex2var_ps(_mm512_loadu_ps(gaussian_table[d]), octave,
                                    _mm512_loadu_ps(gaussian_table[d] + 16));
    };
    __m512 x = coefficient(5);
    for (int d = 4; d >= 0; --d) x = _mm512_fmadd_ps(x, t, coefficient(d));
    const __m512i sign = _mm512_andnot_si512(_mm512_set1_epi32(0x7FFFFFFF), w[i]);
    _mm512_storeu_ps(out + 16 * i, _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(x), sign)));
  }
}

#elif defined(__AVX2__)

constexpr std::size_t group = 32;
inline void words_of_group(const Stream& s, std::uint32_t first_block, std::uint32_t stride, __m256i out[4]) {
  const __m256i order = _mm256_setr_epi64x(0, 2, 1, 3);
  const __m256i m0 = _mm256_set1_epi64x(philox_m0), m1 = _mm256_set1_epi64x(philox_m1);
  for (int half = 0; half < 2; ++half) {
    const __m256i block = _mm256_add_epi32(order, _mm256_set1_epi64x(4 * half));
    __m256i c0 =
        _mm256_add_epi32(_mm256_mullo_epi32(block, _mm256_set1_epi64x(stride)), _mm256_set1_epi64x(first_block));
    __m256i c1 = _mm256_set1_epi64x(s.direction);
    __m256i c2 = _mm256_set1_epi64x(static_cast<std::uint32_t>(s.step));
    __m256i c3 = _mm256_set1_epi64x(static_cast<std::uint32_t>(s.step >> 32));
    std::uint32_t k0 = s.key[0], k1 = s.key[1];
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
      const __m256i p0 = _mm256_mul_epu32(c0, m0), p1 = _mm256_mul_epu32(c2, m1);
      c0 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p1, 32), c1), _mm256_set1_epi32(static_cast<int>(k0)));
      c1 = p1;
      c2 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p0, 32), c3), _mm256_set1_epi32(static_cast<int>(k1)));
      c3 = p0;
      k0 += philox_w0;
      k1 += philox_w1;
    }
    const __m256i c01 = _mm256_blend_epi32(c0, _mm256_slli_epi64(c1, 32), 0xAA);
    const __m256i c23 = _mm256_blend_epi32(c2, _mm256_slli_epi64(c3, 32), 0xAA);
    out[2 * half] = _mm256_unpacklo_epi64(c01, c23);
    out[2 * half + 1] = _mm256_unpackhi_epi64(c01, c23);
  }
}
// group / 4 blocks.
inline void group_words(const Stream& s, std::uint32_t first, std::uint32_t stride, std::uint32_t* out) {
  __m256i w[4];
  words_of_group(s, first, stride, w);
  for (int i = 0; i < 4; ++i) _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 8 * i), w[i]);
}
inline void group_gaussian(const Stream& s, std::uint64_t index, float* out) {
  __m256i w[4];
  words_of_group(s, static_cast<std::uint32_t>(index * 8), 1, w);
  for (int i = 0; i < 4; ++i) {
    const __m256i r = _mm256_and_si256(w[i], _mm256_set1_epi32(0x7FFFFFFF));
    __m256 v = _mm256_add_ps(_mm256_cvtepi32_ps(r), _mm256_set1_ps(0.5f));
    v = _mm256_min_ps(v, _mm256_set1_ps(2147483520.0f));
    const __m256i bits = _mm256_castps_si256(v);
    const __m256i octave = _mm256_sub_epi32(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(126));
    const __m256i one_to_two =
        _mm256_or_si256(_mm256_and_si256(bits, _mm256_set1_epi32(0x007FFFFF)), _mm256_set1_epi32(0x3F800000));
    const __m256 t = _mm256_sub_ps(_mm256_castsi256_ps(one_to_two), _mm256_set1_ps(1.5f));
    __m256 x = _mm256_i32gather_ps(gaussian_table[5], octave, 4);
    for (int d = 4; d >= 0; --d) x = _mm256_fmadd_ps(x, t, _mm256_i32gather_ps(gaussian_table[d], octave, 4));
    const __m256i sign = _mm256_andnot_si256(_mm256_set1_epi32(0x7FFFFFFF), w[i]);
    _mm256_storeu_ps(out + 8 * i, _mm256_castsi256_ps(_mm256_xor_si256(_mm256_castps_si256(x), sign)));
  }
}

#else

constexpr std::size_t group = 4;
// group / 4 blocks.
inline void group_words(const Stream& s, std::uint32_t first, std::uint32_t stride, std::uint32_t* out) {
  static_cast<void>(stride);
  const PhiloxBlock block = s.block(first);
  for (std::size_t i = 0; i < 4; ++i) out[i] = block[i];
}
inline void group_gaussian(const Stream& s, std::uint64_t index, float* out) {
  const PhiloxBlock block = s.block(static_cast<std::uint32_t>(index));
  for (std::size_t i = 0; i < 4; ++i) {
    float v = static_cast<float>(static_cast<std::int32_t>(block[i] & 0x7FFFFFFFu)) + 0.5f;
    if (v > 2147483520.0f) v = 2147483520.0f;
    std::uint32_t bits;
    __builtin_memcpy(&bits, &v, 4);
    const std::uint32_t octave = (bits >> 23) - 126;
    const std::uint32_t one_to_two = (bits & 0x007FFFFFu) | 0x3F800000u;
    float t;
    __builtin_memcpy(&t, &one_to_two, 4);
    t -= 1.5f;
    float x = gaussian_table[5][octave];
    for (int d = 4; d >= 0; --d) x = x * t + gaussian_table[d][octave];
    out[i] = (block[i] >> 31) != 0 ? -x : x;
  }
}

#endif

// [offset, offset + count) of an endless row that comes in groups.
template <class T, class Make>
inline void fill(T* out, std::size_t count, std::uint64_t offset, Make make) {
  alignas(64) T part[group];
  std::uint64_t index = offset / group;
  if (const std::size_t skip = offset % group; skip != 0 && count != 0) {
    make(index++, part);
    const std::size_t n = group - skip < count ? group - skip : count;
    for (std::size_t i = 0; i < n; ++i) out[i] = part[skip + i];
    out += n, count -= n;
  }
  for (; count >= group; out += group, count -= group) make(index++, out);
  if (count != 0) {
    make(index, part);
    for (std::size_t i = 0; i < count; ++i) out[i] = part[i];
  }
}

void words(std::uint32_t* out, std::size_t count, const Stream& stream, std::uint64_t offset) {
  fill(out, count, offset, [s = stream](std::uint64_t g, std::uint32_t* to) {
    group_words(s, static_cast<std::uint32_t>(g * (group / 4)), 1, to);
  });
}
void blocks(std::uint32_t* out, std::size_t count, const Stream& stream, std::uint64_t first, std::uint64_t stride) {
  fill(out, 4 * count, 0, [first, stride, s = stream](std::uint64_t g, std::uint32_t* to) {
    group_words(s, static_cast<std::uint32_t>(first + g * (group / 4) * stride), static_cast<std::uint32_t>(stride),
                to);
  });
}
void gaussian(float* out, std::size_t count, const Stream& stream, std::uint64_t offset) {
  fill(out, count, offset, [s = stream](std::uint64_t g, float* to) { group_gaussian(s, g, to); });
}
void gaussian_double(double* out, std::size_t count, const Stream& stream, std::uint64_t offset) {
  fill(out, count, offset, [s = stream](std::uint64_t g, double* to) {
    alignas(64) float narrow[group];
    group_gaussian(s, g, narrow);
    for (std::size_t i = 0; i < group; ++i) to[i] = static_cast<double>(narrow[i]);
  });
}

// f(chunk start, chunk length, words, position of its first bit) over chunks of at most 2048 signs that end at
// multiples of 2048, so that each group of words is made once.
template <class F>
inline void by_signs(std::size_t count, std::uint64_t offset, const Stream& stream, F&& f) {
  constexpr std::size_t chunk = 2048;
  alignas(64) std::uint32_t buffer[chunk / 32 + 1];
  for (std::size_t i = 0; i < count;) {
    const std::uint64_t at = offset + i;
    const std::uint64_t room = chunk - at % chunk;
    const std::size_t n = count - i < room ? count - i : static_cast<std::size_t>(room);
    const std::size_t position = at % 32;
    const std::size_t needed = (position + n + 31) / 32;
    words(buffer, needed, stream, at / 32);
    buffer[needed] = 0;
    f(i, n, buffer, position);
    i += n;
  }
}

template <class S>
void rademacher_of(S* out, std::size_t count, const Stream& stream, std::uint64_t offset) {
  const auto bits = lane_bits<S>();
  const auto one = typename Simd<S>::V{} + S{1};
  by_signs(count, offset, stream, [&](std::size_t i, std::size_t n, const std::uint32_t* w, std::size_t position) {
    by_vectors<S>(
        n, [&](std::size_t j, int lanes) { store_n(out + i + j, signs<S>(w, position + j, one, bits), lanes); });
  });
}

template <class S>
void add_of(S* w, std::size_t count, const S* coefficients, std::size_t directions, Noise noise, const Stream& base,
            std::uint32_t first, std::uint64_t offset) {
  using V = typename Simd<S>::V;
  constexpr std::size_t chunk = 2048;  // of w, stays in the first cache while the directions pass
  const auto bits = lane_bits<S>();
  for (std::size_t i = 0; i < count;) {
    const std::uint64_t at = offset + i;
    const std::uint64_t room = chunk - at % chunk;
    const std::size_t n = count - i < room ? count - i : static_cast<std::size_t>(room);
    S* const part = w + i;
    for (std::size_t d = 0; d < directions; ++d) {
      Stream stream = base;
      stream.direction = first + static_cast<std::uint32_t>(d);
      const V scale = V{} + coefficients[d];
      if (noise == Noise::rademacher) {
        by_signs(n, at, stream, [&](std::size_t, std::size_t m, const std::uint32_t* words_, std::size_t position) {
          by_vectors<S>(m, [&](std::size_t j, int lanes) {
            store_n(part + j, load_n(part + j, lanes) + signs<S>(words_, position + j, scale, bits), lanes);
          });
        });
      } else {
        alignas(64) S epsilon[256];
        for (std::size_t k = 0; k < n;) {
          const std::uint64_t place = at + k;
          const std::size_t space = 256 - static_cast<std::size_t>(place % 256);
          const std::size_t m = n - k < space ? n - k : space;
          if constexpr (sizeof(S) == 4)
            gaussian(epsilon, m, stream, place);
          else
            gaussian_double(epsilon, m, stream, place);
          by_vectors<S>(m, [&](std::size_t j, int lanes) {
            store_n(part + k + j, load_n(part + k + j, lanes) + scale * load_n(epsilon + j, lanes), lanes);
          });
          k += m;
        }
      }
    }
    i += n;
  }
}

constexpr NoiseKernels table = {
    words,         blocks,        gaussian, gaussian_double, rademacher_of<float>, rademacher_of<double>,
    add_of<float>, add_of<double>};

}  // namespace
}  // namespace thalweg::kernels
