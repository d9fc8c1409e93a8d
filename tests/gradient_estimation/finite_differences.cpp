// Certificates of fd-forward and fd-central: bias h·H_ii/2 and h²f‴/6, and the scaling of the best h with the noise.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "test_objectives.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/gradient_estimation/estimators.hpp"

namespace thalweg {
namespace {

using testing_estimators::Mean;
using testing_estimators::Watched;

// f = Σ a_i x_i² + b x_1x_2 + c x_3³
double cubic(std::span<const double> x) {
  return 1.5 * x[0] * x[0] - 2.0 * x[1] * x[1] + 0.7 * x[0] * x[1] + 4.0 * x[2] * x[2] * x[2];
}

TEST(FiniteDifferences, BiasIsThatOfTaylor) {
  Watched<double> f(3, cubic);
  const std::vector<double> x = {0.5, -1.0, 2.0};
  const std::vector<double> g = {3.0 * 0.5 + 0.7 * -1.0, 4.0 + 0.7 * 0.5, 12.0 * 4.0}, h2 = {3.0, -4.0, 48.0},
                            h3 = {0.0, 0.0, 24.0};
  std::vector<double> estimate(3);
  for (const double h : {0.25, 0.0625, 0.015625}) {  // powers of two: θ + h is exact
    FdForward{.step = h}.make(f)->gradient(x, estimate);
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_NEAR(estimate[i] - g[i], 0.5 * h * h2[i] + h * h * h3[i] / 6.0, 1e-12 / h);
    FdCentral{.step = h}.make(f)->gradient(x, estimate);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(estimate[i] - g[i], h * h * h3[i] / 6.0, 1e-12 / h);
  }
}

TEST(FiniteDifferences, DefaultsAreNearTheBestOfRounding) {
  Watched<double> f(2, [](std::span<const double> x) { return std::exp(x[0]) * std::sin(3.0 * x[1]); });
  const std::vector<double> x = {0.4, 1.1};
  const std::vector<double> g = {std::exp(0.4) * std::sin(3.3), 3.0 * std::exp(0.4) * std::cos(3.3)};
  std::vector<double> estimate(2);
  FdForward{}.make(f)->gradient(x, estimate);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(estimate[i], g[i], 1e-6);
  FdCentral{}.make(f)->gradient(x, estimate);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(estimate[i], g[i], 2e-9);
}

// Root mean square error of the derivative of eˣ at 0 with noise of size ε in the values.
double error_of(bool central, double h, double noise) {
  Generator random(Stream(1, Purpose("test.noise")));
  Watched<double> f(1, [&](std::span<const double> x) { return std::exp(x[0]) + noise * random.uniform(-1.0, 1.0); });
  const std::unique_ptr<Adapter<double>> estimator =
      central ? FdCentral{.step = h}.make(f) : FdForward{.step = h}.make(f);
  const std::vector<double> x = {0.0};
  std::vector<double> g(1);
  Mean mean;
  for (int draw = 0; draw < 400; ++draw) estimator->gradient(x, g), mean.add((g[0] - 1.0) * (g[0] - 1.0));
  return std::sqrt(mean.value());
}

TEST(FiniteDifferences, BestStepScalesWithTheNoiseAsStated) {
  for (const double noise : {1e-4, 1e-7, 1e-10}) {
    const double forward = 2.0 * std::sqrt(noise),
                 central = std::cbrt(3.0 * noise);  // the formulas with |f″|, |f‴| = 1
    for (const double factor : {6.0, 1.0 / 6.0}) {
      EXPECT_LT(error_of(false, forward, noise), error_of(false, factor * forward, noise)) << noise;
      EXPECT_LT(error_of(true, central, noise), error_of(true, factor * central, noise)) << noise;
    }
    // And the option noise takes that step.
    Watched<double> f(1, [&](std::span<const double> x) {
      if (x[0] > 0.0) {
        EXPECT_NEAR(x[0], central, 1e-12);
      }
      return x[0];
    });
    std::vector<double> x = {0.0}, g(1);
    FdCentral{.noise = noise}.make(f)->gradient(x, g);
  }
}

TEST(FiniteDifferences, StepsFollowTheSizeOfACoordinateAndNeverVanish) {
  for (const double at : {0.0, 1.0, 1e8, -3e12, 1e300}) {
    Watched<double> f(1, [](std::span<const double> x) { return x[0] * 1e-300; });
    std::vector<double> x = {at}, g(1);
    FdCentral{}.make(f)->gradient(x, g);
    EXPECT_NEAR(g[0] * 1e300, 1.0, 1e-4) << at;
    FdForward{.step = 1e-12}.make(f)->gradient(x, g);  // below the spacing of doubles at 3e12
    EXPECT_TRUE(std::isfinite(g[0]));
    EXPECT_GT(g[0], 0.0);
  }
}

TEST(FiniteDifferences, InSinglePrecision) {
  Watched<float> f(2, [](std::span<const float> x) {
    return static_cast<double>(x[0]) * static_cast<double>(x[0]) + 3.0 * static_cast<double>(x[1]);
  });
  const std::vector<float> x = {2.0f, -1.0f};
  std::vector<float> g(2);
  FdCentral{}.make(f)->gradient(x, g);
  EXPECT_NEAR(g[0], 4.0f, 1e-4f);
  EXPECT_NEAR(g[1], 3.0f, 1e-4f);
}

}  // namespace
}  // namespace thalweg
