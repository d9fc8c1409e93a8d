// Certificates of clip, clip-value and normalize: norm ≤ c(1 + 4 ulp), direction kept, within c bit-unchanged.
#include "thalweg/first_order/clip.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/first_order/clip_value.hpp"
#include "thalweg/first_order/gradient_norm.hpp"
#include "thalweg/first_order/normalize.hpp"

namespace thalweg {
namespace {

template <class S>
std::vector<S> vector_of(std::size_t n, double size, std::uint64_t step) {
  Generator random(Stream(3, Purpose("test.clip"), step));
  std::vector<S> v(n);
  for (S& e : v) e = static_cast<S>(size * random.normal());
  return v;
}

template <class S>
long double exact_norm(const std::vector<S>& v) {
  long double sum = 0.0L;
  for (const S e : v) sum += static_cast<long double>(e) * static_cast<long double>(e);
  return std::sqrt(sum);
}

template <class S>
class Clipping : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(Clipping, Scalars);

TYPED_TEST(Clipping, NormWithin4UlpAndDirectionKept) {
  using S = TypeParam;
  const auto ulp = static_cast<long double>(std::numeric_limits<S>::epsilon());
  for (const std::size_t n : {1u, 2u, 3u, 17u, 128u, 1000u, 100003u})
    for (const double c : {1.0, 0.3, 7.7e-6, 1e10})
      for (const double size : {2.0, 1e3, 1e12}) {
        const auto rule = clip(c).template make<S>();
        rule->begin(n);
        const auto before = vector_of<S>(n, size * c, n);
        if (exact_norm(before) <= static_cast<long double>(c)) continue;
        auto after = before;
        rule->update(after, before, 1);
        EXPECT_LE(exact_norm(after), static_cast<long double>(c) * (1.0L + 4.0L * ulp)) << n << " " << c;
        EXPECT_GE(exact_norm(after), static_cast<long double>(c) * (1.0L - 4.0L * ulp)) << n << " " << c;
        const long double ratio = static_cast<long double>(c) / exact_norm(before);
        for (std::size_t i = 0; i < n; ++i)
          EXPECT_NEAR(
              static_cast<double>(static_cast<long double>(after[i]) / (static_cast<long double>(before[i]) * ratio)),
              1.0, static_cast<double>(4.0L * ulp));
      }
}

TYPED_TEST(Clipping, WithinTheBoundNothingChanges) {
  using S = TypeParam;
  for (const std::size_t n : {1u, 5u, 1000u}) {
    const auto before = vector_of<S>(n, 1.0, n);
    const double above = static_cast<double>(exact_norm(before)) * (1.0 + 1e-12);
    for (const double c : {above, 2.0 * above, 1e300}) {
      auto after = before;
      const auto rule = clip(c).template make<S>();
      rule->begin(n);
      rule->update(after, before, 1);
      EXPECT_EQ(after, before);
    }
  }
}

TYPED_TEST(Clipping, HugeTinyZeroAndNotFinite) {
  using S = TypeParam;
  const auto rule = clip(1.0).template make<S>();
  rule->begin(3);
  std::vector<S> u(3, std::numeric_limits<S>::max() / 2);
  rule->update(u, u, 1);
  for (const S e : u) EXPECT_NEAR(static_cast<double>(e), 1.0 / std::sqrt(3.0), 1e-6);
  u = {S(0), S(0), S(0)};
  rule->update(u, u, 1);
  EXPECT_EQ(u, std::vector<S>(3, S(0)));
  u = {S(1), std::numeric_limits<S>::infinity(), S(2)};
  auto same = u;
  rule->update(u, u, 1);
  EXPECT_EQ(u, same);
  u = {S(1), std::numeric_limits<S>::quiet_NaN(), S(2)};
  rule->update(u, u, 1);
  EXPECT_EQ(u[0], S(1));
  EXPECT_TRUE(std::isnan(u[1]));
}

TEST(GradientNorm, OfExtremes) {
  using detail::gradient_norm;
  const auto norm = [](std::vector<double> v) { return gradient_norm(std::span<const double>(v)); };
  EXPECT_DOUBLE_EQ(norm({3e300, 4e300}), 5e300);
  EXPECT_DOUBLE_EQ(norm({3e-300, 4e-300}), 5e-300);
  EXPECT_EQ(norm({5e-324}), 5e-324);
  EXPECT_EQ(norm({}), 0.0);
  EXPECT_EQ(norm({1.0, -std::numeric_limits<double>::infinity()}), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(norm({1.0, std::numeric_limits<double>::quiet_NaN()})));
}

TEST(ClipValue, BringsEveryEntryInside) {
  const auto rule = clip_value({.value = 0.5}).make<double>();
  rule->begin(5);
  std::vector<double> u = {0.4, -0.5, 0.6, -7.0, std::numeric_limits<double>::quiet_NaN()};
  rule->update(u, u, 1);
  EXPECT_EQ(u[0], 0.4);
  EXPECT_EQ(u[1], -0.5);
  EXPECT_EQ(u[2], 0.5);
  EXPECT_EQ(u[3], -0.5);
  EXPECT_TRUE(std::isnan(u[4]));
}

TEST(Normalize, LengthOneOverAllOrBlocks) {
  const std::vector<ParameterBlock> blocks = {{"w", 0, 2, 2}, {"b", 4, 2, 1}};
  for (const auto over : {Normalize::Over::all, Normalize::Over::block}) {
    const auto rule = normalize({.over = over}).make<double>();
    rule->begin(6, blocks);
    std::vector<double> u = {1.0, 2.0, 3.0, 4.0, 3.0, -4.0};
    rule->update(u, u, 1);
    const double first = u[0] * u[0] + u[1] * u[1] + u[2] * u[2] + u[3] * u[3], second = u[4] * u[4] + u[5] * u[5];
    EXPECT_NEAR(first + second, over == Normalize::Over::all ? 1.0 : 2.0, 1e-15);
    if (over == Normalize::Over::block) {
      EXPECT_NEAR(second, 1.0, 1e-15);
    }
    EXPECT_NEAR(u[5] / u[4], -4.0 / 3.0, 1e-15);
  }
  const auto rule = normalize().make<double>();
  rule->begin(2);
  std::vector<double> zero = {0.0, 0.0};
  rule->update(zero, zero, 1);
  EXPECT_EQ(zero, (std::vector<double>{0.0, 0.0}));
}

TEST(Clip, RefusesABoundThatIsNotPositive) {
  EXPECT_THROW(clip(0.0), InvalidArgument);
  EXPECT_THROW(clip(-1.0), InvalidArgument);
  EXPECT_THROW(clip_value({.value = 0.0}), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
