// Philox against the published known answers, and the generator's laws.
#include "thalweg/core/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thalweg {
namespace {

TEST(Random, PhiloxKnownAnswers) {  // kat_vectors of Random123 1.14, philox4x32 10 rounds
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, UniformAndNormalHaveTheirMoments) {  // 4 standard errors
  Generator random(Stream(1, Purpose("test")));
  const int n = 200000;
  double u = 0, z = 0, zz = 0, z4 = 0;
  for (int i = 0; i < n; ++i) {
    const double a = random.uniform(), b = random.normal();
    EXPECT_TRUE(a > 0 && a < 1);
    u += a, z += b, zz += b * b, z4 += b * b * b * b;
  }
  EXPECT_NEAR(u / n, 0.5, 4 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(z / n, 0.0, 4 * std::sqrt(1.0 / n));
  EXPECT_NEAR(zz / n, 1.0, 4 * std::sqrt(2.0 / n));
  EXPECT_NEAR(z4 / n, 3.0, 4 * std::sqrt(96.0 / n));
}

TEST(Random, IndexIsUniformAndPermutationsAreFair) {
  Generator random(Stream(2, Purpose("test")));
  std::vector<double> counts(7);
  const int n = 70000;
  for (int i = 0; i < n; ++i) ++counts[random.index(7)];
  double chi2 = 0;
  for (double c : counts) chi2 += (c - n / 7.0) * (c - n / 7.0) / (n / 7.0);
  EXPECT_LT(chi2, 22.5);  // 99.9 % of χ²(6)
  std::vector<int> at(6);
  for (std::uint64_t s = 0; s < 6000; ++s) {
    const auto p = permutation(Stream(s, Purpose("p")), 3);
    ++at[p[0] * 2 + (p[1] > p[2] ? 1 : 0)];
  }
  chi2 = 0;
  for (int c : at) chi2 += (c - 1000.0) * (c - 1000.0) / 1000.0;
  EXPECT_LT(chi2, 20.5);  // 99.9 % of χ²(5)
}

TEST(Random, PurposesStepsAndDirectionsAreDistinctStreams) {
  const Stream a(1, Purpose("a"));
  EXPECT_EQ(a.block(3), Stream(1, Purpose("a")).block(3));
  EXPECT_NE(a.block(0), Stream(1, Purpose("b")).block(0));
  EXPECT_NE(a.block(0), Stream(2, Purpose("a")).block(0));
  EXPECT_NE(a.block(0), a.at(1).block(0));
  EXPECT_NE(a.block(0), a.at(0, 1).block(0));
}

}  // namespace
}  // namespace thalweg
