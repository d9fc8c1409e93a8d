// Bulk noise: Philox against Random123, the distributions, and that a component depends on its index alone.
#include "thalweg/core/noise.hpp"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using thalweg::Isa;
using thalweg::Noise;
using thalweg::Purpose;
using thalweg::Stream;

std::vector<Isa> isas() {
  std::vector<Isa> all;
  for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512})
    if (thalweg::supported(isa)) all.push_back(isa);
  return all;
}
const Stream stream(0x0123456789abcdefULL, Purpose("test.noise"), 0xfedcba9876543210ULL, 77);

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

TEST(Noise, WordsAreRandom123sPhiloxOnEveryPath) {
  for (Isa isa : isas()) {
    std::vector<std::uint32_t> words(4 * 1000);
    thalweg::fill_words_on(isa, words, stream);
    r123::Philox4x32 philox;
    for (std::uint32_t block = 0; block < 1000; ++block) {
      const r123::Philox4x32::ctr_type counter = {{block, stream.direction, static_cast<std::uint32_t>(stream.step),
                                                   static_cast<std::uint32_t>(stream.step >> 32)}};
      const auto expected = philox(counter, {{stream.key[0], stream.key[1]}});
      for (std::size_t i = 0; i < 4; ++i) ASSERT_EQ(words[4 * block + i], expected[i]) << name(isa) << " " << block;
    }
  }
}

// kat_vectors of Random123, "philox4x32 10".
TEST(Noise, PhiloxKnownAnswers) {
  using B = thalweg::PhiloxBlock;
  EXPECT_EQ(thalweg::philox(B{0, 0, 0, 0}, {0, 0}), (B{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(thalweg::philox(B{~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), (B{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(thalweg::philox(B{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (B{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

template <class S>
void chunkings_agree(Isa isa, Noise noise) {
  constexpr std::size_t n = 5000;
  std::vector<S> whole(n), part(n), sum(n, S{0.25}), sum_part(n, S{0.25});
  thalweg::fill_noise_on<S>(isa, whole, noise, stream);
  const std::vector<S> coefficients = {S(0.5), S(-1.25), S(2)};
  thalweg::add_noises_on<S>(isa, sum, coefficients, noise, stream, 5);
  thalweg::Generator random{Stream(3, Purpose("cuts"))};
  for (std::size_t i = 0; i < n;) {
    const std::size_t m = std::min(n - i, 1 + random.index(random.index(2) ? 7 : 700));
    thalweg::fill_noise_on<S>(isa, std::span(part).subspan(i, m), noise, stream, i);
    thalweg::add_noises_on<S>(isa, std::span(sum_part).subspan(i, m), coefficients, noise, stream, 5, i);
    i += m;
  }
  EXPECT_EQ(whole, part) << name(isa) << " " << thalweg::name(noise);
  EXPECT_EQ(sum, sum_part) << name(isa) << " " << thalweg::name(noise);
  // add_noises is the sum of fills
  std::vector<S> epsilon(n), expected(n, S{0.25});
  for (std::uint32_t d = 0; d < 3; ++d) {
    thalweg::fill_noise_on<S>(isa, epsilon, noise, stream.at(stream.step, 5 + d));
    for (std::size_t i = 0; i < n; ++i) expected[i] += coefficients[d] * epsilon[i];
  }
  for (std::size_t i = 0; i < n; ++i) ASSERT_NEAR(sum[i], expected[i], 4e-6) << name(isa) << " " << i;
}
TEST(Noise, EveryChunkingGivesTheSameBits) {
  for (Isa isa : isas())
    for (Noise noise : {Noise::rademacher, Noise::gaussian})
      chunkings_agree<float>(isa, noise), chunkings_agree<double>(isa, noise);
}

TEST(Noise, InstructionSetsAgree) {
  constexpr std::size_t n = 4099;
  for (Noise noise : {Noise::rademacher, Noise::gaussian}) {
    std::vector<float> first(n), other(n);
    std::vector<double> wide(n);
    thalweg::fill_noise_on<float>(Isa::portable, first, noise, stream, 13);
    for (Isa isa : isas()) {
      thalweg::fill_noise_on<float>(isa, other, noise, stream, 13);
      thalweg::fill_noise_on<double>(isa, wide, noise, stream, 13);
      for (std::size_t i = 0; i < n; ++i) {
        ASSERT_NEAR(first[i], other[i], noise == Noise::gaussian ? thalweg::gaussian_isa_tolerance : 0.0)
            << name(isa);
        ASSERT_EQ(static_cast<double>(other[i]), wide[i]) << name(isa);
      }
    }
  }
}

TEST(Noise, RademacherIsItsBit) {
  std::vector<std::uint32_t> words(64);
  std::vector<float> signs(64 * 32);
  thalweg::fill_words(words, stream);
  thalweg::fill_noise<float>(signs, Noise::rademacher, stream);
  for (std::size_t i = 0; i < signs.size(); ++i)
    ASSERT_EQ(signs[i], (words[i / 32] >> (i % 32) & 1u) != 0 ? -1.f : 1.f);
  double sum = 0;
  std::vector<float> many(1 << 20);
  thalweg::fill_noise<float>(many, Noise::rademacher, stream);
  for (float s : many) sum += static_cast<double>(s);
  EXPECT_LT(std::abs(sum), 4.0 * 1024.0);  // 4 σ of √2²⁰
}

// Each Gaussian is Φ⁻¹ of its word's tail probability: checked through Φ, tails included.
TEST(Noise, GaussianIsTheInverseDistributionFunctionOfItsWord) {
  constexpr std::size_t n = 1 << 16;
  std::vector<std::uint32_t> words(n);
  std::vector<float> x(n);
  thalweg::fill_words(words, stream);
  thalweg::fill_noise<float>(x, Noise::gaussian, stream);
  for (std::size_t i = 0; i < n; ++i) {
    const double tail = (static_cast<double>(words[i] & 0x7FFFFFFFu) + 0.5) * 0x1p-32;
    const double size = std::abs(static_cast<double>(x[i]));
    const double density = std::exp(-0.5 * size * size) / std::sqrt(2.0 * M_PI);
    ASSERT_NEAR(normal_cdf(-size) / density, tail / density, 1e-5) << i;  // error of x, to first order
    ASSERT_EQ(std::signbit(x[i]), words[i] >> 31 != 0);
  }
}

TEST(Noise, GaussianMomentsAndKolmogorovSmirnov) {
  constexpr std::size_t n = 1 << 19;
  std::vector<float> x(n);
  thalweg::fill_noise<float>(x, Noise::gaussian, Stream(1, Purpose("moments")));
  double m1 = 0, m2 = 0, m3 = 0, m4 = 0, lag = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double v = static_cast<double>(x[i]);
    m1 += v, m2 += v * v, m3 += v * v * v, m4 += v * v * v * v;
    if (i > 0) lag += v * static_cast<double>(x[i - 1]);
  }
  const double root = std::sqrt(static_cast<double>(n)), count = static_cast<double>(n);
  EXPECT_LT(std::abs(m1 / count) * root, 4.0);
  EXPECT_LT(std::abs(m2 / count - 1.0) * root / std::sqrt(2.0), 4.0);
  EXPECT_LT(std::abs(m3 / count) * root / std::sqrt(15.0), 4.0);
  EXPECT_LT(std::abs(m4 / count - 3.0) * root / std::sqrt(96.0), 4.0);
  EXPECT_LT(std::abs(lag / count) * root, 4.0);
  std::sort(x.begin(), x.end());
  double distance = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double cdf = normal_cdf(static_cast<double>(x[i]));
    distance = std::max({distance, cdf - static_cast<double>(i) / count, static_cast<double>(i + 1) / count - cdf});
  }
  EXPECT_LT(distance * root, 1.95);  // P(K > 1.95) = 0.001
  EXPECT_GT(static_cast<double>(x.back()), 4.2);
}

}  // namespace
