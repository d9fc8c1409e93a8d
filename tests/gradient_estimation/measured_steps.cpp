// fd-forward and fd-central with measured steps, and within bounds.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "test_objectives.hpp"
#include "thalweg/core/asks_beside.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/first_order/descent.hpp"
#include "thalweg/gradient_estimation/estimators.hpp"

namespace thalweg {
namespace {

using testing_estimators::Mean;
using testing_estimators::Watched;

// The step that the estimator settles on for f = s·(e^{λx} + 1) at 0 with noise ε, and the error of its derivative.
struct Outcome {
  double step = 0.0, error = 0.0;
};
Outcome outcome(bool central, double noise, double lambda, std::uint64_t seed) {
  Generator random(Stream(seed, Purpose("test.noise")));
  double last = 0.0;
  Watched<double> f(1, [&](std::span<const double> x) {
    if (x[0] > 0.0) last = x[0];
    return std::exp(lambda * x[0]) + 1.0 + noise * random.normal();
  });
  const std::unique_ptr<Adapter<double>> estimator = central ? FdCentral{.steps = FdCentral::Steps::measured}.make(f)
                                                             : FdForward{.steps = FdForward::Steps::measured}.make(f);
  estimator->begin(seed);
  const std::vector<double> x = {0.0};
  std::vector<double> g(1);
  estimator->gradient(x, g);
  return {last, g[0] - lambda};
}

TEST(MeasuredSteps, FollowNoiseAndCurvatureAsTheOptimumDoes) {
  for (const bool central : {false, true})
    for (const double lambda : {0.3, 1.0, 20.0}) {
      std::map<double, double> logarithm;  // of the noise → mean of the logarithm of the step
      for (const double noise : {1e-4, 1e-6, 1e-8, 1e-10}) {
        // f″ = λ², f‴ = λ³ at 0.
        const double best =
            central ? std::cbrt(3.0 * noise) / lambda : std::pow(8.0, 0.25) * std::sqrt(noise) / lambda;
        Mean step, square;
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
          const Outcome o = outcome(central, noise, lambda, seed);
          step.add(std::log(o.step / best));
          square.add(o.error * o.error);
        }
        EXPECT_NEAR(step.value(), 0.0, std::log(2.2)) << central << " " << lambda << " " << noise;
        // The least mean square error: forward √2·ε^{1/2}μ^{1/2}·(8^{1/4}/2…), central in the same way.
        const double least = central
                                 ? std::hypot(best * best * std::pow(lambda, 3) / 6.0, noise / best / std::sqrt(2.0))
                                 : std::hypot(best * lambda * lambda / 2.0, std::sqrt(2.0) * noise / best);
        EXPECT_LT(std::sqrt(square.value()), 2.5 * least) << central << " " << lambda << " " << noise;
        logarithm[std::log(noise)] = step.value() + std::log(best);
      }
      const double slope = (logarithm.rbegin()->second - logarithm.begin()->second) /
                           (logarithm.rbegin()->first - logarithm.begin()->first);
      EXPECT_NEAR(slope, central ? 1.0 / 3.0 : 0.5, 0.05) << lambda;
    }
}

TEST(MeasuredSteps, HelpWhereTheTypicalOnesAreWrong) {
  Generator random(Stream(3, Purpose("test.noise")));
  Watched<double> f(2, [&](std::span<const double> x) {  // curvatures 1e4 and 1e-2, noise 1e-6
    return 5.0 + 0.5e4 * x[0] * x[0] + x[0] + 0.5e-2 * x[1] * x[1] + x[1] + 1e-6 * random.normal();
  });
  const auto measured = FdForward{.steps = FdForward::Steps::measured}.make(f);
  const auto typical = FdForward{.noise = 1e-6}.make(f);
  measured->begin(1);
  const std::vector<double> x = {0.0, 0.0};
  std::vector<double> g(2);
  double by_measured[2] = {0, 0}, by_typical[2] = {0, 0};
  for (int draw = 0; draw < 200; ++draw) {
    measured->gradient(x, g);
    for (int i = 0; i < 2; ++i) by_measured[i] += std::pow(g[static_cast<std::size_t>(i)] - 1.0, 2) / 200;
    typical->gradient(x, g);
    for (int i = 0; i < 2; ++i) by_typical[i] += std::pow(g[static_cast<std::size_t>(i)] - 1.0, 2) / 200;
  }
  EXPECT_LT(100.0 * by_measured[0], by_typical[0]);
  EXPECT_LT(4.0 * by_measured[1], by_typical[1]);
}

TEST(MeasuredSteps, AreChargedAndMeasuredAgainWhenAsked) {
  const auto cost = [](std::uint64_t every, int gradients) {
    Watched<double> f(3,
                      [](std::span<const double> x) { return std::exp(x[0]) + x[1] * x[1] + std::sin(x[2]) + 3.0; });
    auto estimate = estimated(f, FdForward{.steps = FdForward::Steps::measured, .every = every});
    const auto r = minimize(estimate, std::vector<double>(3, 0.5), descent(sgd({.rate = 1e-3})),
                            {.max_iterations = static_cast<std::uint64_t>(gradients), .final_value = false});
    EXPECT_EQ(r.ledger.of(AnswerKind::value), f.questions_in_all);
    return f.questions_in_all;
  };
  const std::size_t one = cost(0, 1), ten = cost(0, 10), again = cost(3, 10);
  EXPECT_GE(one, 4u + 7u + 7u);  // the gradient, one try at the noise, one at the curvatures
  EXPECT_LE(one, 4u + 42u + 14u);
  EXPECT_EQ(ten, one + 9u * 4u);
  EXPECT_GE(again, one + 9u * 4u + 3u * 14u);  // at gradients 4, 7, 10
}

TEST(MeasuredSteps, SurviveFunctionsWithoutNoiseCurvatureOrValues) {
  const std::vector<std::function<double(std::span<const double>)>> odd = {
      [](std::span<const double>) { return 0.0; },
      [](std::span<const double>) { return 7.0; },
      [](std::span<const double> x) { return x[0] + x[1]; },
      [](std::span<const double> x) { return 1e12 * x[0] + 1e-12 * x[1] * x[1]; },
      [](std::span<const double> x) { return std::abs(x[0]) + x[1]; },
      [](std::span<const double> x) { return x[0] > 0.0 ? std::numeric_limits<double>::infinity() : 1.0 + x[1]; }};
  for (const auto& function : odd)
    for (const bool central : {false, true}) {
      Watched<double> f(2, function);
      const std::unique_ptr<Adapter<double>> estimator = central
                                                             ? FdCentral{.steps = FdCentral::Steps::measured}.make(f)
                                                             : FdForward{.steps = FdForward::Steps::measured}.make(f);
      const std::vector<double> x = {0.0, 0.25};
      std::vector<double> g(2, std::nan(""));
      estimator->gradient(x, g);
      EXPECT_LE(f.questions_in_all, 42u + 2u * 9u + 5u);
      if (std::isfinite(function(std::vector<double>{1e-3, 0.25}))) {
        EXPECT_TRUE(std::isfinite(g[0]));
        EXPECT_TRUE(std::isfinite(g[1]));
      }
    }
}

// f = x₀³ + 3x₁² at a corner of the box.
TEST(FiniteDifferences, StepInwardsAtABound) {
  const Bounds box{{-1.0, 0.0, 2.0}, {1.0, 0.5, 2.0}};
  std::size_t outside = 0;
  Watched<double> f(3, [&](std::span<const double> x) {
    outside += box.contains(x) ? 0 : 1;
    return x[0] * x[0] * x[0] + 3.0 * x[1] * x[1] + x[2];
  });
  for (const std::vector<double>& x : {std::vector<double>{-1.0, 0.0, 2.0}, {1.0, 0.5, 2.0}, {0.95, 0.02, 2.0}}) {
    std::vector<double> g(3);
    const double h = 0.125;
    const auto forward = FdForward{.step = h}.make(f);
    dynamic_cast<AsksBeside&>(*forward).within(box);
    forward->gradient(x, g);
    const double side0 = x[0] > 0.5 ? -h : h, side1 = x[1] > 0.4 ? -h : h;
    EXPECT_NEAR(g[0], 3.0 * x[0] * x[0] + 3.0 * x[0] * side0 + h * h, 1e-12);
    EXPECT_NEAR(g[1], 6.0 * x[1] + 3.0 * side1, 1e-12);
    EXPECT_EQ(g[2], 0.0);
    const auto central = FdCentral{.step = h}.make(f);
    dynamic_cast<AsksBeside&>(*central).within(box);
    EXPECT_DOUBLE_EQ(central->value_and_gradient(x, g),
                     f.dimension() == 3 ? x[0] * x[0] * x[0] + 3.0 * x[1] * x[1] + 2.0 : 0.0);
    EXPECT_NEAR(g[0], 3.0 * x[0] * x[0] - 2.0 * h * h, 1e-12);  // one-sided, of second order: bias −h²f‴/3
    EXPECT_NEAR(g[1], 6.0 * x[1], 1e-12);
    for (const bool third : {false, true}) {
      const std::unique_ptr<Adapter<double>> measured = third
                                                            ? FdCentral{.steps = FdCentral::Steps::measured}.make(f)
                                                            : FdForward{.steps = FdForward::Steps::measured}.make(f);
      dynamic_cast<AsksBeside&>(*measured).within(box);
      measured->gradient(x, g);
      EXPECT_NEAR(g[0], 3.0 * x[0] * x[0], 1e-4);
      EXPECT_NEAR(g[1], 6.0 * x[1], 1e-4);
    }
  }
  EXPECT_EQ(outside, 0u);
}

}  // namespace
}  // namespace thalweg
