// ECnoise: the noise is found where there is some, at any level; the spacing is criticised where it is wrong.
#include "thalweg/gradient_estimation/noise_level.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

using enum NoiseLevel::Verdict;

std::array<double, 7> values_of(auto&& f, double at, double h) {
  std::array<double, 7> v{};
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = f(at + h * static_cast<double>(i));
  return v;
}

TEST(NoiseLevel, FindsTheNoiseOfASmoothFunctionWithNoise) {
  Generator random(Stream(5, Purpose("test.noise")));
  for (const double noise : {1e-3, 1e-6, 1e-9, 1e-12}) {
    int found_near = 0, found_any = 0;
    double sum = 0.0;
    constexpr int trials = 200;
    for (int trial = 0; trial < trials; ++trial) {
      auto v = values_of([&](double x) { return std::cos(x) + 1.0 + noise * random.normal(); }, 0.4, 1e-14 + noise);
      const NoiseLevel level = noise_level(v);
      if (level.verdict != found) continue;
      ++found_any;
      sum += level.noise * level.noise;
      found_near += level.noise > noise / 4.0 && level.noise < noise * 4.0 ? 1 : 0;
    }
    EXPECT_GE(found_any, trials * 8 / 10) << noise;
    EXPECT_GE(found_near, found_any * 95 / 100) << noise;
    // σ₁² and its peers are unbiased; taking the first that agrees with the next two moves it little.
    EXPECT_NEAR(std::sqrt(sum / found_any) / noise, 1.0, 0.15) << noise;
  }
}

TEST(NoiseLevel, OfRoundingIsThatOfTheValue) {
  auto v = values_of([](double x) { return std::exp(std::sin(30.0 * x) * x) * 1000.0; }, 0.7, 1e-9);
  const NoiseLevel level = noise_level(v);
  ASSERT_EQ(level.verdict, found);
  EXPECT_GT(level.noise, 1e-14);
  EXPECT_LT(level.noise, 1e-11);
}

TEST(NoiseLevel, CriticisesTheSpacing) {
  auto flat = values_of([](double) { return 3.0; }, 0.0, 1e-3);
  EXPECT_EQ(noise_level(flat).verdict, spacing_too_small);
  auto steps = values_of([](double x) { return 1.0 + 1e-6 * std::floor(x); }, 0.0, 0.3);
  EXPECT_EQ(noise_level(steps).verdict, spacing_too_small);
  auto far = values_of([](double x) { return 1.0 + x; }, 0.0, 0.5);
  EXPECT_EQ(noise_level(far).verdict, spacing_too_large);
  auto smooth = values_of([](double x) { return std::exp(x); }, 0.0, 1e-2);
  EXPECT_EQ(noise_level(smooth).verdict, spacing_too_large);
  auto broken = values_of([](double) { return std::numeric_limits<double>::quiet_NaN(); }, 0.0, 1.0);
  EXPECT_EQ(noise_level(broken).verdict, spacing_too_large);
  std::array<double, 3> few{1.0, 2.0, 3.0};
  EXPECT_THROW(noise_level(few), std::logic_error);
}

}  // namespace
}  // namespace thalweg
