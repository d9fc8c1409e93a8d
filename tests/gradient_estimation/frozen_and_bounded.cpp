// What every estimator owes beside its formula: frozen it repeats, so that quasi-Newton methods take it; within
// bounds it asks inside; its differences use common random numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "complaint.hpp"
#include "test_objectives.hpp"
#include "thalweg/core/asks_beside.hpp"
#include "thalweg/first_order/descent.hpp"
#include "thalweg/gradient_estimation/estimators.hpp"
#include "thalweg/registry/registry.hpp"
#include "thalweg/second_order/l_bfgs.hpp"

namespace thalweg {
namespace {

using testing_estimators::Linear;
using testing_estimators::Mean;
using testing_estimators::Noisy;
using testing_estimators::Watched;

double bowl(std::span<const double> x) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (1.0 + static_cast<double>(i)) * (x[i] - 0.3) * (x[i] - 0.3);
  return sum;
}

bool has_option(const Entry& entry, const char* name) {
  for (const OptionInfo& o : entry.options)
    if (o.name == name) return true;
  return false;
}

TEST(Frozen, EveryEstimatorRepeatsAndIsNoLongerStochastic) {
  for (const auto& item : registry::estimators()) {
    SCOPED_TRACE(item.entry.id);
    ASSERT_TRUE(has_option(item.entry, "frozen"));
    Linear<double> f({1.0, 2.0, 3.0, 4.0});
    const auto frozen = item.make(f, {{"frozen", "true"}});
    const auto fresh = item.make(f, {});
    EXPECT_FALSE(frozen->offers().stochastic);
    const std::vector<double> x(4, 0.1);
    std::vector<double> one(4), two(4), first(4);
    frozen->begin(1), fresh->begin(1);
    frozen->gradient(x, one);
    frozen->gradient(x, two);
    fresh->gradient(x, first);
    EXPECT_EQ(one, two);
    EXPECT_EQ(one, first);  // what belongs to the first call
    frozen->begin(2);
    frozen->gradient(x, two);
    EXPECT_EQ(one == two, !fresh->offers().stochastic || item.entry.id == "kiefer-wolfowitz");
  }
}

// Where the values are noisy themselves central differences are no way out, and are not offered as one.
TEST(Frozen, IsTheWayOutOfNoiseThatTheMessageNames) {
  const std::vector<double> start = {1.0, 1.0};
  Noisy noisy(2, bowl, 1.0);
  const auto of_noise = complaint([&] { minimize(estimated(noisy, FdCentral{}), start, LBfgs{}); });
  EXPECT_TRUE(says(of_noise, {"l-bfgs", "frozen"}));
  EXPECT_FALSE(has(of_noise, "fd-central")) << of_noise;
  Linear<double> exact({1.0, 2.0});
  EXPECT_TRUE(says(complaint([&] { minimize(estimated(exact, Spsa{}), start, LBfgs{}); }),
                   {"l-bfgs", "frozen", "fd-central"}));
}

TEST(Frozen, LBfgsTakesEveryEstimatorOnANoisyObjective) {
  for (const auto& item : registry::estimators()) {
    if (item.entry.asks.has(AnswerKind::directional)) continue;  // Noisy answers values only
    SCOPED_TRACE(item.entry.id);
    Settings settings = {{"frozen", "true"}};
    if (has_option(item.entry, "directions"))
      settings.emplace_back("directions",
                            item.entry.id == "projection" || item.entry.id == "orthogonal-directions" ? "4" : "40");
    if (item.entry.id == "es-gradient") settings.emplace_back("shape", "raw");
    Noisy f(4, bowl, 5.0);
    const auto estimator = item.make(f, settings);
    const auto r = minimize(*estimator, std::vector<double>(4, 2.0), method(LBfgs{}), {.max_evaluations = 8000});
    EXPECT_LT(bowl(r.recommended), 1e-3) << r.message;
    for (const std::uint64_t key : f.keys) EXPECT_LE(key, 1u);  // one realisation, and the final value of the whole
    Noisy g(4, bowl, 5.0);
    const auto fresh = item.make(g, {});
    EXPECT_THROW(minimize(*fresh, std::vector<double>(4, 2.0), method(LBfgs{})), InvalidArgument);
    EXPECT_TRUE(g.keys.empty());
  }
}

TEST(Bounded, EveryEstimatorAsksInsideTheBox) {
  const std::vector<double> slopes = {1.0, -2.0, 0.5, 3.0};
  for (const auto& item : registry::estimators()) {
    if (item.entry.asks.has(AnswerKind::directional)) continue;  // asks at θ alone
    const bool subspace = item.entry.id == "projection" || item.entry.id == "orthogonal-directions";
    for (const char* sides : {"two", "one"}) {
      SCOPED_TRACE(item.entry.id + std::string(" ") + sides);
      Settings settings;
      if (has_option(item.entry, "sides")) settings.emplace_back("sides", sides);
      if (has_option(item.entry, "sigma")) settings.emplace_back("sigma", "0.05");
      if (has_option(item.entry, "directions")) settings.emplace_back("directions", subspace ? "4" : "5");
      if (item.entry.id == "es-gradient") settings.emplace_back("shape", "raw");
      if (item.entry.id == "low-rank-directions") settings.emplace_back("shapes", "2x2");
      const Bounds box{{-1.0, -1.0, -1.0, -1e-9}, {1.0, 1.0, 1.0, 1.0}};
      std::size_t outside = 0;
      Watched<double> f(
          4,
          [&](std::span<const double> x) {
            outside += box.contains(x) ? 0 : 1;
            double sum = 0.0;
            for (std::size_t i = 0; i < 4; ++i) sum += slopes[i] * x[i];
            return sum;
          },
          true);  // it would regenerate noise; within bounds points are stored
      const auto estimator = item.make(f, settings);
      dynamic_cast<AsksBeside&>(*estimator).within(box);
      estimator->begin(4);
      const std::vector<double> corner = {1.0, -1.0, 0.2, -1e-9};
      std::vector<double> g(4);
      std::vector<Mean> mean(4);
      for (int draw = 0; draw < 3000; ++draw) {
        EXPECT_DOUBLE_EQ(estimator->value_and_gradient(corner, g), 1.0 + 2.0 + 0.1 - 3e-9);
        for (std::size_t i = 0; i < 4; ++i) mean[i].add(g[i]);
      }
      EXPECT_EQ(outside, 0u);
      for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(mean[i].value(), slopes[i], 4.5 * mean[i].error() + 1e-6);
    }
  }
}

// The driver tells the bounds, through an adapter too, and forgets them for the next run.
TEST(Bounded, ARunSaysWhere) {
  Watched<double> f(2, bowl);
  std::size_t outside = 0;
  const Bounds box{{0.5, -1.0}, {2.0, 2.0}};
  Watched<double> watched(2, [&](std::span<const double> x) {
    outside += box.contains(x) ? 0 : 1;
    return bowl(x);
  });
  auto estimate = estimated(watched, GaussianSmoothing{.sigma = 0.3});
  // No rule under `descent` takes bounds; a method that asks a gradient and does is made of one here.
  Method walk = method(descent(sgd({.rate = 0.05})));
  walk.entry.bounds = true;
  const auto r = minimize(estimate, {0.5, 1.0}, walk, {.max_iterations = 300, .bounds = box});
  EXPECT_EQ(outside, 0u);
  EXPECT_NEAR(r.recommended[0], 0.5, 1e-12);
  static_cast<void>(minimize(estimate, {0.5, 1.0}, walk, {.max_iterations = 300}));
  EXPECT_GT(outside, 0u);
}

// f + ξ(key): with one key on both sides of a difference the noise cancels, and the variance is that of the
// directions.
TEST(CommonRandomNumbers, LeaveTheVarianceOfTheDirectionsAlone) {
  const std::vector<double> slopes = {1.0, -2.0, 0.5};
  Noisy f(
      3, [&](std::span<const double> x) { return slopes[0] * x[0] + slopes[1] * x[1] + slopes[2] * x[2]; }, 10.0);
  const double squared = 1.0 + 4.0 + 0.25;
  const std::vector<double> x = {0.1, 0.2, 0.3};
  std::vector<double> g(3);
  for (const Sides sides : {Sides::two, Sides::one, Sides::single}) {
    const auto estimator = Spsa{.c = 0.1, .gamma = 0.0, .sides = sides}.make(f);
    estimator->begin(1);
    Mean variance;
    for (std::uint64_t draw = 1; draw <= 4000; ++draw) {
      estimator->gradient(x, g, {draw});
      double error = 0.0;
      for (std::size_t i = 0; i < 3; ++i) error += (g[i] - slopes[i]) * (g[i] - slopes[i]);
      variance.add(error / squared);
    }
    if (sides != Sides::single) {
      EXPECT_NEAR(variance.value(), 2.0, 4.5 * variance.error() + 1e-6);  // n − 1
    } else {  // nothing to cancel: n(f² + noise²)/(c²‖g‖²) is added
      const double here = 0.1 - 0.4 + 0.15;
      EXPECT_NEAR(variance.value(), 2.0 + 3.0 * (here * here + 100.0) / (0.01 * squared), 4.5 * variance.error());
    }
  }
  const auto differences = FdCentral{.step = 0.1}.make(f);
  differences->gradient(x, g, {77});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(g[i], slopes[i], 1e-12);
}

}  // namespace
}  // namespace thalweg
