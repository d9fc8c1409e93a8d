// Certificate of the rank-shaped ES gradient: bit-invariant under increasing transforms of f.
#include "thalweg/gradient_estimation/es_gradient.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "test_objectives.hpp"

namespace thalweg {
namespace {

using testing_estimators::Watched;

double bowl(std::span<const double> y) {
  double sum = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) sum += (1.0 + static_cast<double>(i)) * (y[i] - 0.2) * (y[i] - 0.2);
  return sum;
}

std::vector<double> ranked(const std::function<double(double)>& transform, std::size_t directions) {
  Watched<double> f(5, [&](std::span<const double> y) { return transform(bowl(y)); });
  const auto es = EsGradient{.sigma = 0.1, .directions = directions}.make(f);
  es->begin(9);
  std::vector<double> all, g(5);
  const std::vector<double> x = {1.0, -1.0, 0.5, 2.0, 0.0};
  for (int call = 0; call < 20; ++call) {
    es->gradient(x, g);
    all.insert(all.end(), g.begin(), g.end());
  }
  return all;
}

TEST(EsGradient, RanksAreBitInvariantUnderIncreasingTransforms) {
  for (const std::size_t directions : {1u, 2u, 16u}) {
    const auto plain = ranked([](double v) { return v; }, directions);
    EXPECT_EQ(plain, ranked([](double v) { return std::exp(v) - 7.0; }, directions));
    EXPECT_EQ(plain, ranked([](double v) { return 1e-200 * v; }, directions));
    EXPECT_EQ(plain, ranked([](double v) { return std::atan(v); }, directions));
    EXPECT_NE(plain, ranked([](double v) { return -v; }, directions));
  }
}

TEST(EsGradient, RanksPointUphillAndScaleIsThatOfTheFormula) {
  Watched<double> f(1, [](std::span<const double> y) { return y[0]; });
  const auto es = EsGradient{.sigma = 0.5, .directions = 1}.make(f);
  es->begin(1);
  std::vector<double> g(1), x = {0.0};
  es->gradient(x, g);
  // One pair: ranks ±½, so ĝ = |ε|/(2σ).
  std::vector<double> e(1);
  fill_noise(std::span<double>(e), Noise::gaussian, Stream(1, Purpose("es-gradient.direction"), 1));
  EXPECT_DOUBLE_EQ(g[0], std::abs(e[0]) / (2.0 * 0.5));
}

TEST(EsGradient, TiesShareTheirMeanRank) {
  // Values +1, −0, +2, −1 of two pairs: ranks 1.5, 0, 3, 1.5 of 0 … 3, so both pairs weigh 1.5/3/(4σ).
  const std::vector<double> values = {1.0, 0.0, 2.0, 1.0};
  std::size_t next = 0;
  Watched<double> f(3, [&](std::span<const double>) { return values[next++ % 4]; });
  const auto es = EsGradient{.sigma = 0.5, .directions = 2}.make(f);
  es->begin(1);
  std::vector<double> g(3), expected(3, 0.0), x(3, 0.0);
  es->gradient(x, g);
  const std::vector<double> weights(2, 0.5 / (4.0 * 0.5));
  add_noises(std::span<double>(expected), std::span<const double>(weights), Noise::gaussian,
             Stream(1, Purpose("es-gradient.direction"), 1));
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(g[i], expected[i], 1e-15);
}

TEST(EsGradient, AllTiedIsFlatAndNotFiniteIsWorst) {
  Watched<double> flat(3, [](std::span<const double>) { return 1.0; });
  const auto es = EsGradient{}.make(flat);
  es->begin(1);
  std::vector<double> g(3, 1.0), x(3, 0.0);
  es->gradient(x, g);
  EXPECT_EQ(g, (std::vector<double>{0.0, 0.0, 0.0}));

  const auto half = [](double wall) {
    Watched<double> f(1, [wall](std::span<const double> y) { return y[0] > 0.0 ? wall : y[0]; });
    const auto walled = EsGradient{}.make(f);
    walled->begin(4);
    std::vector<double> gradient(1), at = {0.0};
    walled->gradient(at, gradient);
    return gradient[0];
  };
  EXPECT_GT(half(std::numeric_limits<double>::infinity()), 0.0);
  EXPECT_EQ(half(std::numeric_limits<double>::quiet_NaN()), half(std::numeric_limits<double>::infinity()));
}

}  // namespace
}  // namespace thalweg
