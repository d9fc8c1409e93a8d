// Certificates of the random-direction estimators: unbiasedness by z-test, and the constants of their variance,
// E‖ĝ − g‖²/‖g‖² = (n−1)/K for signs and spheres, (n+1)/K for Gaussians, on linear functions, where the spacing
// does not matter.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <vector>

#include "test_objectives.hpp"
#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/gradient_estimation/estimators.hpp"

namespace thalweg {
namespace {

using testing_estimators::Linear;
using testing_estimators::Mean;

constexpr double z_limit = 4.5;  // two-sided p = 7e-6 a comparison; about 500 comparisons below

struct Setting {
  std::size_t n, directions;
};
const std::vector<Setting> settings = {{1, 1}, {1, 4}, {2, 1}, {5, 3}, {12, 1}, {12, 8}, {30, 2}, {30, 30}};

template <class S>
using Make = std::function<std::unique_ptr<Adapter<S>>(Objective<S>&, std::size_t directions)>;

template <class S>
void expect_unbiased_with_variance(const Make<S>& make,
                                   const std::function<double(double, double)>& relative_variance, int draws) {
  for (const Setting c : settings) {
    SCOPED_TRACE("n = " + std::to_string(c.n) + ", K = " + std::to_string(c.directions));
    std::vector<double> g(c.n);
    double squared = 0.0;
    for (std::size_t i = 0; i < c.n; ++i) g[i] = 1.0 + 0.5 * static_cast<double>(i % 3), squared += g[i] * g[i];
    Linear<S> f(g);
    const auto estimator = make(f, c.directions);
    estimator->begin(2026);
    const std::vector<S> x(c.n, S(0.25));
    std::vector<S> estimate(c.n);
    std::vector<Mean> mean(c.n);
    Mean variance;
    for (int draw = 0; draw < draws; ++draw) {
      estimator->gradient(x, estimate);
      double error = 0.0;
      for (std::size_t i = 0; i < c.n; ++i) {
        const double e = static_cast<double>(estimate[i]);
        mean[i].add(e);
        error += (e - g[i]) * (e - g[i]);
      }
      variance.add(error / squared);
    }
    const double rounding = 100.0 * static_cast<double>(std::numeric_limits<S>::epsilon()) * 1e3;
    for (std::size_t i = 0; i < c.n; ++i) EXPECT_NEAR(mean[i].value(), g[i], z_limit * mean[i].error() + rounding);
    const double expected = relative_variance(static_cast<double>(c.n), static_cast<double>(c.directions));
    EXPECT_NEAR(variance.value(), expected, z_limit * variance.error() + rounding);
  }
}

const auto sign_law = [](double n, double k) { return (n - 1.0) / k; };
const auto gaussian_law = [](double n, double k) { return (n + 1.0) / k; };
constexpr int draws = 20000;

TEST(Variance, SpsaIsNMinus1OverK) {
  for (const Sides sides : {Sides::two, Sides::one})
    expect_unbiased_with_variance<double>(
        [sides](auto& f, std::size_t k) { return Spsa{.directions = k, .sides = sides}.make(f); }, sign_law, draws);
}
TEST(Variance, GaussianSmoothingIsNPlus1OverK) {
  for (const Sides sides : {Sides::two, Sides::one})
    expect_unbiased_with_variance<double>(
        [sides](auto& f, std::size_t k) { return GaussianSmoothing{.directions = k, .sides = sides}.make(f); },
        gaussian_law, draws);
}
TEST(Variance, SphereSmoothingIsNMinus1OverK) {
  for (const Sides sides : {Sides::two, Sides::one})
    expect_unbiased_with_variance<double>(
        [sides](auto& f, std::size_t k) { return SphereSmoothing{.directions = k, .sides = sides}.make(f); },
        sign_law, draws);
}
TEST(Variance, RawEsIsNPlus1OverK) {
  expect_unbiased_with_variance<double>(
      [](auto& f, std::size_t k) { return EsGradient{.directions = k, .shape = EsGradient::Shape::raw}.make(f); },
      gaussian_law, draws);
}
TEST(Variance, DirectionalDerivativeIsNPlus1OverKOrNMinus1ForSigns) {
  using Law = DirectionalDerivative::Law;
  expect_unbiased_with_variance<double>(
      [](auto& f, std::size_t k) { return DirectionalDerivative{.directions = k}.make(f); }, gaussian_law, draws);
  expect_unbiased_with_variance<double>(
      [](auto& f, std::size_t k) { return DirectionalDerivative{.directions = k, .law = Law::rademacher}.make(f); },
      sign_law, draws);
}
// On any differentiable objective it is the limit of the differences along its own directions: the gap to
// (f(x + σv) − f(x − σv))/(2σ) v is of order σ².
TEST(DirectionalDerivative, IsTheLimitOfDifferencesAlongItsDirections) {
  const auto smooth = [](auto const& x) {
    using namespace thalweg::math;
    return exp(0.3 * x[0]) * sin(x[1]) + sq(x[0] * x[2]) + log(1.0 + sq(x[1]));
  };
  auto f = differentiable(smooth, 3);
  const std::vector<double> x = {0.7, -0.4, 1.2};
  constexpr std::uint32_t count = 4;
  std::vector<double> estimate(3), v(3);
  const auto estimator = DirectionalDerivative{.directions = count}.make(f);
  estimator->begin(8);
  estimator->gradient(x, estimate);
  std::vector<double> gaps;
  for (const double sigma : {0.04, 0.02, 0.01}) {
    std::vector<double> differences(3, 0.0);
    for (std::uint32_t k = 0; k < count; ++k) {
      fill_noise(std::span<double>(v), Noise::gaussian,
                 Stream(8, Purpose("directional-derivative.direction"), 1).at(1, k));
      std::vector<double> plus = x, minus = x;
      for (std::size_t i = 0; i < 3; ++i) plus[i] += sigma * v[i], minus[i] -= sigma * v[i];
      for (std::size_t i = 0; i < 3; ++i)
        differences[i] += (f.value(plus) - f.value(minus)) / (2.0 * sigma) * v[i] / count;
    }
    double gap = 0.0;
    for (std::size_t i = 0; i < 3; ++i) gap += std::abs(differences[i] - estimate[i]);
    gaps.push_back(gap);
  }
  EXPECT_GT(gaps[2], 1e-9);
  for (std::size_t k = 1; k < gaps.size(); ++k) EXPECT_NEAR(gaps[k - 1] / gaps[k], 4.0, 0.2);
}
// K ≤ n orthogonal directions: relative variance n/K − 1, 0 at K = n.
TEST(Variance, OrthogonalDirectionsIsNOverKMinus1) {
  expect_unbiased_with_variance<double>(
      [](auto& f, std::size_t k) { return OrthogonalDirections{.directions = std::min(k, f.dimension())}.make(f); },
      [](double n, double k) { return n / std::fmin(n, k) - 1.0; }, draws / 4);
}
// Projection: mean squared error 1 − K/n, mean squared cosine K/n, never longer than g.
TEST(Projection, ErrorAndCosine) {
  for (const Setting c : std::vector<Setting>{{1, 1}, {2, 1}, {6, 2}, {6, 6}, {20, 5}}) {
    std::vector<double> g(c.n), estimate(c.n);
    const std::vector<double> x(c.n, 0.25);
    double squared = 0.0;
    for (std::size_t i = 0; i < c.n; ++i) g[i] = 1.0 + 0.5 * static_cast<double>(i % 3), squared += g[i] * g[i];
    Linear<double> f(g);
    const auto estimator = Projection{.directions = c.directions}.make(f);
    estimator->begin(1);
    Mean error, cosine;
    for (int draw = 0; draw < 5000; ++draw) {
      estimator->gradient(x, estimate);
      double e = 0.0, dot = 0.0, length = 0.0;
      for (std::size_t i = 0; i < c.n; ++i) {
        e += (estimate[i] - g[i]) * (estimate[i] - g[i]);
        dot += estimate[i] * g[i];
        length += estimate[i] * estimate[i];
      }
      EXPECT_LE(length, squared * (1.0 + 1e-9));
      error.add(e / squared);
      cosine.add(dot * dot / (squared * length));
    }
    const double share = static_cast<double>(c.directions) / static_cast<double>(c.n);
    EXPECT_NEAR(error.value(), 1.0 - share, z_limit * error.error() + 1e-9);
    EXPECT_NEAR(cosine.value(), share, z_limit * cosine.error() + 1e-9);
  }
}
TEST(OrthogonalDirections, NoMoreThanTheDimension) {
  Linear<double> f({1.0, 2.0});
  EXPECT_THROW(static_cast<void>(OrthogonalDirections{.directions = 3}.make(f)), InvalidArgument);
}
TEST(Variance, InSinglePrecisionToo) {
  expect_unbiased_with_variance<float>(
      [](auto& f, std::size_t k) { return Spsa{.c = 0.25, .gamma = 0.0, .directions = k}.make(f); }, sign_law, 5000);
  expect_unbiased_with_variance<float>(
      [](auto& f, std::size_t k) { return GaussianSmoothing{.sigma = 0.25, .directions = k}.make(f); }, gaussian_law,
      5000);
  expect_unbiased_with_variance<float>(
      [](auto& f, std::size_t k) { return DirectionalDerivative{.directions = k}.make(f); }, gaussian_law, 5000);
}

// A quadratic with a large spacing: antithetic differences are exact, so raw ES stays unbiased.
TEST(EsGradient, RawAntitheticIsUnbiasedOnQuadratics) {
  const std::size_t n = 4;
  const std::vector<double> x = {1.0, -2.0, 0.5, 3.0}, curvature = {0.5, 1.0, 2.0, 4.0};
  testing_estimators::Watched<double> f(n, [&](std::span<const double> y) {
    double sum = 0.3 * y[0] * y[3];
    for (std::size_t i = 0; i < n; ++i) sum += 0.5 * curvature[i] * y[i] * y[i];
    return sum;
  });
  std::vector<double> g(n), estimate(n);
  for (std::size_t i = 0; i < n; ++i) g[i] = curvature[i] * x[i];
  g[0] += 0.3 * x[3], g[3] += 0.3 * x[0];
  const auto es = EsGradient{.sigma = 5.0, .directions = 4, .shape = EsGradient::Shape::raw}.make(f);
  es->begin(3);
  std::vector<Mean> mean(n);
  for (int draw = 0; draw < draws; ++draw) {
    es->gradient(x, estimate);
    for (std::size_t i = 0; i < n; ++i) mean[i].add(estimate[i]);
  }
  for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(mean[i].value(), g[i], z_limit * mean[i].error());
}

// The estimate is unbiased for the gradient of the smoothed function: for f = x⁴, E f(x+σε) = x⁴ + 6x²σ² + 3σ⁴ under
// Gaussian steps; averaged over the ball (in one dimension the interval) of radius σ: (f(x+σ) − f(x−σ))/(2σ) exactly.
TEST(Smoothing, IsTheGradientOfTheSmoothedFunction) {
  testing_estimators::Watched<double> f(1, [](std::span<const double> y) { return y[0] * y[0] * y[0] * y[0]; });
  const double x = 1.5, sigma = 0.7;
  const std::vector<double> at = {x};
  std::vector<double> estimate(1);
  for (const Sides sides : {Sides::two, Sides::one}) {
    const auto gaussian = GaussianSmoothing{.sigma = sigma, .sides = sides}.make(f);
    gaussian->begin(1);
    Mean mean;
    for (int draw = 0; draw < 4 * draws; ++draw) gaussian->gradient(at, estimate), mean.add(estimate[0]);
    EXPECT_NEAR(mean.value(), 4.0 * x * x * x + 12.0 * x * sigma * sigma, z_limit * mean.error());
    EXPECT_GT(12.0 * x * sigma * sigma, 20.0 * mean.error());  // the test can tell it from the gradient of f

    const auto sphere = SphereSmoothing{.sigma = sigma, .sides = sides}.make(f);
    sphere->begin(1);
    Mean on_sphere;
    for (int draw = 0; draw < draws; ++draw) sphere->gradient(at, estimate), on_sphere.add(estimate[0]);
    EXPECT_NEAR(on_sphere.value(), 4.0 * x * x * x + 4.0 * x * sigma * sigma, z_limit * on_sphere.error() + 1e-10);
  }
}

// In n dimensions, f = Σ x_i⁴: averaged over the ball of radius σ√n, E u_i² = σ²n/(n+2), and the gradient is 4x³ +
// 12xσ²n/(n+2); averaged over the sphere, which is what the probes see, it would be 4x³ + 12xσ². Gaussian: 4x³ +
// 12xσ².
TEST(Smoothing, OfABallIsNotThatOfItsSurface) {
  for (const std::size_t n : {2u, 3u, 6u}) {
    testing_estimators::Watched<double> f(n, [](std::span<const double> y) {
      double sum = 0.0;
      for (const double v : y) sum += v * v * v * v;
      return sum;
    });
    const double sigma = 0.8, x = 0.9, dimension = static_cast<double>(n);
    const std::vector<double> at(n, x);
    std::vector<double> estimate(n);
    const auto sphere = SphereSmoothing{.sigma = sigma, .directions = 2}.make(f);
    const auto gaussian = GaussianSmoothing{.sigma = sigma, .directions = 2}.make(f);
    sphere->begin(1), gaussian->begin(1);
    Mean of_ball, of_gaussian;
    for (int draw = 0; draw < 2 * draws; ++draw) {
      sphere->gradient(at, estimate), of_ball.add(estimate[0]);
      gaussian->gradient(at, estimate), of_gaussian.add(estimate[0]);
    }
    const double ball = 4.0 * x * x * x + 12.0 * x * sigma * sigma * dimension / (dimension + 2.0);
    const double normal = 4.0 * x * x * x + 12.0 * x * sigma * sigma;
    EXPECT_NEAR(of_ball.value(), ball, z_limit * of_ball.error());
    EXPECT_GT(normal - ball, 10.0 * of_ball.error());
    EXPECT_NEAR(of_gaussian.value(), normal, z_limit * of_gaussian.error());
  }
}

// SPSA is biased by O(c²) only, one-sided by O(c): f = Σ eˣ has (f(x+c)−f(x−c))/2c = eˣ sinh(c)/c.
TEST(Spsa, BiasIsOfTheStatedOrder) {
  testing_estimators::Watched<double> f(1, [](std::span<const double> y) { return std::exp(y[0]); });
  const std::vector<double> x = {0.3};
  std::vector<double> estimate(1);
  for (const double c : {0.4, 0.2, 0.1}) {
    const auto two = Spsa{.c = c, .gamma = 0.0}.make(f);
    two->gradient(x, estimate);
    EXPECT_NEAR(estimate[0], std::exp(0.3) * std::sinh(c) / c, 1e-13);
    const auto one = Spsa{.c = c, .gamma = 0.0, .sides = Sides::one}.make(f);
    Mean mean;
    for (int draw = 0; draw < 2000; ++draw) one->gradient(x, estimate), mean.add(estimate[0]);
    EXPECT_NEAR(mean.value(), std::exp(0.3) * std::sinh(c) / c, z_limit * mean.error());
  }
}

// c_k = c/k^γ.
TEST(Spsa, SpacingFallsAsSpallSays) {
  std::vector<double> seen;
  testing_estimators::Watched<double> f(1, [&](std::span<const double> y) {
    seen.push_back(std::abs(y[0]));
    return 0.0;
  });
  const auto spsa = Spsa{.c = 0.5, .gamma = 0.3}.make(f);
  spsa->begin(1);
  const std::vector<double> x = {0.0};
  std::vector<double> estimate(1);
  for (int k = 1; k <= 20; ++k) {
    spsa->gradient(x, estimate);
    EXPECT_NEAR(seen.back(), 0.5 / std::pow(k, 0.3), 1e-15);
  }
  spsa->begin(1);
  spsa->gradient(x, estimate);
  EXPECT_DOUBLE_EQ(seen.back(), 0.5);
}

}  // namespace
}  // namespace thalweg
