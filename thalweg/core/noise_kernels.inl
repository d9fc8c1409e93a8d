// Philox words, Gaussian and Rademacher noise, for the instruction set this is compiled for. See noise.hpp.
//
// Each 64 bits hold a word of one counter, in the lower half: the products of a round then need no splitting, and
// what they leave in the upper half is never read. Words come in groups, laid out so that interleaving puts them in
// their order; a group may begin at any block. With AVX-512 `at_once` of them are made side by side where that many
// are wanted, since a round's product takes longer than it keeps its unit busy.
//
// Gaussian: the largest |error| of Φ⁻¹ is that of the fit, 4.6e-6 (gaussian_table.inl), plus rounding to float.
#include "thalweg/core/gaussian_table.inl"
#include "thalweg/core/noise_kernels.hpp"
#include "thalweg/core/simd.inl"

namespace thalweg::kernels {
namespace {

constexpr std::uint32_t philox_m0 = 0xD2511F53u, philox_m1 = 0xCD9E8D57u, philox_w0 = 0x9E3779B9u,
                        philox_w1 = 0xBB67AE85u;
template <int n>
struct Groups {
  static constexpr int value = n;
};

#if defined(__AVX512F__)

constexpr std::size_t group = 32;
constexpr int at_once = 4;
// A stream's constants: the keys of the rounds, and what is the same in the first three rounds of all its blocks, of
// which only the first word of the counter differs.
struct Rounds {
  alignas(64) std::uint64_t key0[16], key1[16];
  std::uint64_t xor2_first, xor0_second, xor2_second, xor2_third;

  explicit Rounds(const Stream& s) {
    alignas(64) static constexpr std::uint32_t times[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    const std::uint32_t keys[2] = {s.key[0], s.key[1]};
    for (std::size_t i = 0; i < 16; i += 8) {
      const __m512i n = _mm512_cvtepu32_epi64(_mm256_load_si256(reinterpret_cast<const __m256i*>(times + i)));
      const auto at = [&](std::uint32_t key, std::uint32_t weyl) {
        return _mm512_add_epi64(_mm512_mul_epu32(n, _mm512_set1_epi64(weyl)), _mm512_set1_epi64(key));
      };
      _mm512_store_si512(key0 + i, at(keys[0], philox_w0));
      _mm512_store_si512(key1 + i, at(keys[1], philox_w1));
    }
    const std::uint32_t c1 = s.direction, c2 = static_cast<std::uint32_t>(s.step),
                        c3 = static_cast<std::uint32_t>(s.step >> 32);
    xor2_first = c3 ^ keys[1];
    const std::uint64_t p1 = std::uint64_t{philox_m1} * c2;
    const std::uint64_t p0 = std::uint64_t{philox_m0} * static_cast<std::uint32_t>(p1 >> 32 ^ c1 ^ keys[0]);
    xor0_second = p1 ^ key0[1];
    xor2_second = p0 >> 32 ^ key1[1];
    xor2_third = p0 ^ key1[2];
  }
};
// Two vectors are the words of a group. A block has 64 bits to a word, of which the lower half is the word and the
// upper anything: a product needs no blends then, and its lower half no move.
template <int n>
inline void words_of_groups(const Rounds& r, std::uint32_t first_block, std::uint32_t stride, __m512i out[2 * n]) {
  const auto all = [](std::uint64_t x) { return _mm512_set1_epi64(static_cast<long long>(x)); };
  const auto upper = [](__m512i x) { return _mm512_shuffle_epi32(x, _MM_PERM_DDBB); };
  const __m512i m0 = all(philox_m0), m1 = all(philox_m1), order = _mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7);
  __m512i c0[n], c1[n], c2[n], c3[n];
  for (int g = 0; g < n; ++g) {
    const __m512i counter = _mm512_add_epi64(_mm512_mul_epu32(order, all(stride)),
                                             all(first_block + 8u * static_cast<std::uint32_t>(g) * stride));
    c3[g] = _mm512_mul_epu32(counter, m0);
    c1[g] = _mm512_mul_epu32(_mm512_xor_si512(upper(c3[g]), all(r.xor2_first)), m1);
    c0[g] = _mm512_xor_si512(upper(c1[g]), all(r.xor0_second));
    c2[g] = _mm512_xor_si512(c3[g], all(r.xor2_second));
  }
#pragma GCC unroll 8
  for (int round = 2; round < 10; ++round)
#pragma GCC unroll 4
    for (int g = 0; g < n; ++g) {
      const __m512i p0 = _mm512_mul_epu32(c0[g], m0), p1 = _mm512_mul_epu32(c2[g], m1);
      c0[g] = _mm512_ternarylogic_epi64(upper(p1), c1[g], all(r.key0[round]), 0x96);
      c2[g] = round == 2 ? _mm512_xor_si512(upper(p0), all(r.xor2_third))
                         : _mm512_ternarylogic_epi64(upper(p0), c3[g], all(r.key1[round]), 0x96);
      c1[g] = p1, c3[g] = p0;
    }
  const auto joined = [](__m512i even, __m512i odd) {
    return _mm512_mask_shuffle_epi32(even, 0xAAAA, odd, _MM_PERM_CDAB);
  };
  for (int g = 0; g < n; ++g) {
    const __m512i c01 = joined(c0[g], c1[g]), c23 = joined(c2[g], c3[g]);
    out[2 * g] = _mm512_unpacklo_epi64(c01, c23);
    out[2 * g + 1] = _mm512_unpackhi_epi64(c01, c23);
  }
}
template <int n>
inline void make_words(const Rounds& r, std::uint32_t first_block, std::uint32_t stride, std::uint32_t* out) {
  __m512i w[2 * n];
  words_of_groups<n>(r, first_block, stride, w);
  for (int i = 0; i < 2 * n; ++i) _mm512_storeu_si512(out + 16 * i, w[i]);
}
// to(i, x): components i, i + 1, … of the groups, as many as the lanes
template <int n, class To>
inline void each_gaussian(const Rounds& r, std::uint32_t first_block, To&& to) {
  __m512i w[2 * n];
  words_of_groups<n>(r, first_block, 1, w);
#pragma GCC unroll 8
  for (int i = 0; i < 2 * n; ++i) {
    const __m512i lower = _mm512_and_si512(w[i], _mm512_set1_epi32(0x7FFFFFFF));
    // 4 (r + ½), below 2³³: its exponent's lower five bits, of which the permutation looks at no more, are the
    // octave.
    __m512 v = _mm512_fmadd_ps(_mm512_cvtepi32_ps(lower), _mm512_set1_ps(4.0f), _mm512_set1_ps(2.0f));
    v = _mm512_min_ps(v, _mm512_set1_ps(4 * 2147483520.0f));
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i octave = _mm512_srli_epi32(bits, 23);
    const __m512i one_to_two = _mm512_ternarylogic_epi32(bits, _mm512_set1_epi32(0x007FFFFF),
                                                         _mm512_set1_epi32(0x3F800000), 0xEA);  // (a & b) | c
    const __m512 t = _mm512_sub_ps(_mm512_castsi512_ps(one_to_two), _mm512_set1_ps(1.5f));
    const auto coefficient = [&](int d) {
      return _mm512_permutex2var_ps(_mm512_loadu_ps(gaussian_table[d]), octave,
                                    _mm512_loadu_ps(gaussian_table[d] + 16));
    };
    __m512 x = coefficient(5);
    for (int d = 4; d >= 0; --d) x = _mm512_fmadd_ps(x, t, coefficient(d));
    const __m512i signed_x =
        _mm512_ternarylogic_epi32(_mm512_castps_si512(x), w[i], _mm512_set1_epi32(0x7FFFFFFF), 0xB4);  // a ^ (b & ~c)
    to(16 * i, _mm512_castsi512_ps(signed_x));
  }
}

#elif defined(__AVX2__)

constexpr std::size_t group = 32;
constexpr int at_once = 1;
using Rounds = Stream;
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
template <int>
inline void make_words(const Stream& s, std::uint32_t first, std::uint32_t stride, std::uint32_t* out) {
  __m256i w[4];
  words_of_group(s, first, stride, w);
  for (int i = 0; i < 4; ++i) _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 8 * i), w[i]);
}
template <int, class To>
inline void each_gaussian(const Stream& s, std::uint32_t first_block, To&& to) {
  __m256i w[4];
  words_of_group(s, first_block, 1, w);
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
    to(8 * i, _mm256_castsi256_ps(_mm256_xor_si256(_mm256_castps_si256(x), sign)));
  }
}

#else

constexpr std::size_t group = 4;
constexpr int at_once = 1;
using Rounds = Stream;
template <int>
inline void make_words(const Stream& s, std::uint32_t first, std::uint32_t stride, std::uint32_t* out) {
  static_cast<void>(stride);
  const PhiloxBlock block = s.block(first);
  for (std::size_t i = 0; i < 4; ++i) out[i] = block[i];
}
template <int, class To>
inline void each_gaussian(const Stream& s, std::uint32_t first_block, To&& to) {
  const PhiloxBlock block = s.block(first_block);
  Simd<float>::V out;
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
  to(0, out);
}

#endif

// [offset, offset + count) of an endless row that comes in groups: take(groups, first block, k, skip, n) has to make
// groups.value of them, of which n components are wanted, the first `skip` being left out; they are k, k + 1, … of
// those asked. Fewer than all are wanted of one group only.
template <class Take>
inline void by_groups(std::size_t count, std::uint64_t offset, Take&& take) {
  constexpr std::size_t block = 4, many = at_once * group;
  const auto at = [&](std::size_t k) { return static_cast<std::uint32_t>((offset + k) / block); };
  std::size_t k = 0;
  if (const std::size_t skip = offset % block; skip != 0 && count != 0) {
    const std::size_t n = group - skip < count ? group - skip : count;
    take(Groups<1>(), at(0), k, skip, n);
    k = n;
  }
  for (; count - k >= many; k += many) take(Groups<at_once>(), at(k), k, std::size_t{0}, many);
  for (; k < count; k += group) {
    const std::size_t n = count - k < group ? count - k : group;
    take(Groups<1>(), at(k), k, std::size_t{0}, n);
  }
}
// The same, made by make(groups, first block, to).
template <class T, class Make>
inline void fill(T* out, std::size_t count, std::uint64_t offset, Make make) {
  by_groups(count, offset, [&](auto groups, std::uint32_t first, std::size_t k, std::size_t skip, std::size_t n) {
    if (n == groups.value * group) return make(groups, first, out + k);
    alignas(64) T part[groups.value * group];
    make(groups, first, part);
    for (std::size_t i = 0; i < n; ++i) out[k + i] = part[skip + i];
  });
}

void words_of(const Rounds& rounds, std::uint32_t* out, std::size_t count, std::uint64_t offset) {
  fill(out, count, offset,
       [&](auto groups, std::uint32_t first, std::uint32_t* to) { make_words<groups.value>(rounds, first, 1, to); });
}
void words(std::uint32_t* out, std::size_t count, const Stream& stream, std::uint64_t offset) {
  words_of(Rounds(stream), out, count, offset);
}
void blocks(std::uint32_t* out, std::size_t count, const Stream& stream, std::uint64_t first, std::uint64_t stride) {
  const Rounds rounds(stream);
  fill(out, 4 * count, 0, [&](auto groups, std::uint32_t at, std::uint32_t* to) {
    make_words<groups.value>(rounds, static_cast<std::uint32_t>(first + at * stride),
                             static_cast<std::uint32_t>(stride), to);
  });
}
template <int n>
inline void make_gaussian(const Rounds& rounds, std::uint32_t first, float* to) {
  each_gaussian<n>(rounds, first, [&](int i, Simd<float>::V x) { store(to + i, x); });
}
template <int n>
inline void make_gaussian(const Rounds& rounds, std::uint32_t first, double* to) {
  alignas(64) float narrow[n * group];
  make_gaussian<n>(rounds, first, narrow);
  for (std::size_t i = 0; i < n * group; ++i) to[i] = static_cast<double>(narrow[i]);
}
template <class S>
void gaussian_of(S* out, std::size_t rows, std::size_t count, const Stream& stream, std::uint64_t offset,
                 std::uint64_t stride) {
  const Rounds rounds(stream);
  for (std::size_t r = 0; r < rows; ++r, out += count, offset += stride)
    fill(out, count, offset,
         [&](auto groups, std::uint32_t first, S* to) { make_gaussian<groups.value>(rounds, first, to); });
}

// f(chunk start, chunk length, words, position of its first bit) over chunks of at most 4096 signs that end at
// multiples of 4096, so that each group of words is made once.
template <class F>
inline void by_signs(std::size_t count, std::uint64_t offset, const Rounds& rounds, F&& f) {
  constexpr std::size_t chunk = 4096;
  alignas(64) std::uint32_t buffer[chunk / 32 + 1];
  for (std::size_t i = 0; i < count;) {
    const std::uint64_t at = offset + i;
    const std::uint64_t room = chunk - at % chunk;
    const std::size_t n = count - i < room ? count - i : static_cast<std::size_t>(room);
    const std::size_t position = at % 32;
    const std::size_t needed = (position + n + 31) / 32;
    words_of(rounds, buffer, needed, at / 32);
    buffer[needed] = 0;
    f(i, n, buffer, position);
    i += n;
  }
}

template <class S>
void rademacher_of(S* out, std::size_t count, const Stream& stream, std::uint64_t offset) {
  const auto bits = lane_bits<S>();
  const auto one = typename Simd<S>::V{} + S{1};
  by_signs(
      count, offset, Rounds(stream), [&](std::size_t i, std::size_t n, const std::uint32_t* w, std::size_t position) {
        by_vectors<S>(
            n, [&](std::size_t j, int lanes) { store_n(out + i + j, signs<S>(w, position + j, one, bits), lanes); });
      });
}

// w += scale·ε
template <class S>
inline void add_gaussian(S* w, std::size_t count, S scale, const Rounds& rounds, std::uint64_t offset) {
  by_groups(count, offset, [&](auto groups, std::uint32_t first, std::size_t k, std::size_t skip, std::size_t n) {
    S* const to = w + k;
    if constexpr (sizeof(S) == 4)
      if (n == groups.value * group)
        return each_gaussian<groups.value>(
            rounds, first, [&, all = splat(scale)](int i, auto x) { store(to + i, load(to + i) + all * x); });
    alignas(64) S part[groups.value * group];
    make_gaussian<groups.value>(rounds, first, part);
    for (std::size_t i = 0; i < n; ++i) to[i] += scale * part[skip + i];
  });
}

template <class S>
void add_of(S* w, std::size_t count, const S* coefficients, std::size_t directions, Noise noise, const Stream& base,
            std::uint32_t first, std::uint64_t offset) {
  constexpr std::size_t chunk = 4096;  // of w, stays in the first cache while the directions pass
  const auto bits = lane_bits<S>();
  for (std::size_t i = 0; i < count;) {
    const std::uint64_t at = offset + i;
    const std::uint64_t room = chunk - at % chunk;
    const std::size_t n = count - i < room ? count - i : static_cast<std::size_t>(room);
    S* const part = w + i;
    for (std::size_t d = 0; d < directions; ++d) {
      Stream stream = base;
      stream.direction = first + static_cast<std::uint32_t>(d);
      const Rounds rounds(stream);
      if (noise == Noise::gaussian) {
        add_gaussian(part, n, coefficients[d], rounds, at);
        continue;
      }
      const auto scale = splat(coefficients[d]);
      by_signs(n, at, rounds, [&](std::size_t, std::size_t m, const std::uint32_t* words_, std::size_t position) {
        by_vectors<S>(m, [&](std::size_t j, int lanes) {
          store_n(part + j, load_n(part + j, lanes) + signs<S>(words_, position + j, scale, bits), lanes);
        });
      });
    }
    i += n;
  }
}

constexpr NoiseKernels table = {words,
                                blocks,
                                gaussian_of<float>,
                                gaussian_of<double>,
                                rademacher_of<float>,
                                rademacher_of<double>,
                                add_of<float>,
                                add_of<double>};

}  // namespace
}  // namespace thalweg::kernels
