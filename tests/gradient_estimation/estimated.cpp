// How estimators ask, are charged and fit under methods.
#include "thalweg/gradient_estimation/estimated.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "test_objectives.hpp"
#include "thalweg/first_order/descent.hpp"
#include "thalweg/first_order/rules.hpp"
#include "thalweg/gradient_estimation/estimators.hpp"
#include "thalweg/registry/registry.hpp"
#include "thalweg/second_order/bfgs.hpp"
#include "thalweg/second_order/l_bfgs.hpp"

namespace thalweg {
namespace {

using testing_estimators::Linear;
using testing_estimators::Watched;

double sphere(std::span<const double> x) {
  double sum = 0.0;
  for (const double v : x) sum += v * v;
  return sum;
}

bool needs_jvp(const Entry& entry) { return entry.asks.has(AnswerKind::directional); }

TEST(EveryEstimator, AsksOneBatchUnderOneKeyAndPassesTheRestThrough) {
  for (const auto& item : registry::estimators()) {
    if (needs_jvp(item.entry)) continue;
    SCOPED_TRACE(item.entry.id);
    Watched<double> f(6, sphere);
    const auto estimator = item.make(f, {});
    estimator->begin(1);
    const std::vector<double> x(6, 0.5);
    std::vector<double> g(6);
    for (const std::uint64_t key : {0u, 7u}) {
      f.batches = 0;
      estimator->gradient(x, g, {key});
      EXPECT_EQ(f.batches, 1);
      EXPECT_TRUE(f.one_key);
      EXPECT_EQ(f.key.id, key);
      const std::size_t alone = f.questions_in_last;
      EXPECT_DOUBLE_EQ(estimator->value_and_gradient(x, g, {key}), 1.5);  // the value joins the batch
      EXPECT_EQ(f.batches, 2);
      EXPECT_LE(f.questions_in_last, alone + 1);
    }
    EXPECT_DOUBLE_EQ(estimator->value(x), 1.5);
    EXPECT_EQ(f.questions_in_last, 1u);
    EXPECT_EQ(estimator->dimension(), 6u);
    EXPECT_TRUE(estimator->offers().kinds.has_all({AnswerKind::value, AnswerKind::gradient}));
    EXPECT_NE(estimator->offers().of(AnswerKind::gradient), Quality::exact);
    EXPECT_EQ(estimator->offers().of(AnswerKind::value), Quality::exact);

    Question<double> q{.asks = AnswerKind::gradient, .point = x};
    Answer<double> a;
    a.gradient = g;
    estimator->answer(std::span(&q, 1), std::span(&a, 1));
    EXPECT_EQ(a.quality, estimator->offers().of(AnswerKind::gradient));
    EXPECT_GT(a.flops, 0.0);
  }
}

TEST(EveryEstimator, RegeneratedAndMaterialisedNoiseAgree) {
  for (const auto& item : registry::estimators()) {
    if (needs_jvp(item.entry)) continue;
    SCOPED_TRACE(item.entry.id);
    Watched<double> stored(37, sphere), regenerated(37, sphere, true);
    const auto a = item.make(stored, {}), b = item.make(regenerated, {});
    a->begin(5), b->begin(5);
    const std::vector<double> x(37, 0.5);
    std::vector<double> g(37), h(37);
    for (int call = 0; call < 5; ++call) {
      a->gradient(x, g);
      b->gradient(x, h);
      EXPECT_EQ(g, h);
    }
    EXPECT_EQ(stored.perturbed_in_last, 0u);
    // Directions that are no plain noise are stored (those of low rank are plain where there is no matrix).
    const bool stores = !b->offers().stochastic || item.entry.id == "orthogonal-directions" ||
                        item.entry.id == "projection" || item.entry.id == "kiefer-wolfowitz";
    EXPECT_EQ(regenerated.perturbed_in_last == 0u, stores);
  }
}

TEST(EveryEstimator, RepeatsFromItsSeedAndDiffersBetweenCallsAndSeeds) {
  for (const auto& item : registry::estimators()) {
    SCOPED_TRACE(item.entry.id);
    Linear<double> f({1.0, 2.0, 3.0, 4.0, 5.0});
    const auto estimator = item.make(f, {});
    const std::vector<double> x(5, 0.1);
    const auto draw = [&] {
      std::vector<double> g(5);
      estimator->gradient(x, g);
      return g;
    };
    estimator->begin(1);
    const auto first = draw(), second = draw();
    estimator->begin(1);
    EXPECT_EQ(draw(), first);
    EXPECT_EQ(draw(), second);
    estimator->begin(2);
    if (item.entry.id == "kiefer-wolfowitz") continue;  // differs from call to call by its step, not by draws
    const bool random = estimator->offers().stochastic;
    EXPECT_EQ(first == second, !random);
    EXPECT_EQ(draw() == first, !random);
  }
}

TEST(EveryEstimator, WorksInOneDimensionAndInSinglePrecision) {
  for (const auto& item : registry::estimators()) {
    SCOPED_TRACE(item.entry.id);
    Linear<double> f({3.0});
    Linear<float> h({3.0});
    std::vector<double> x = {0.5}, g(1);
    std::vector<float> y = {0.5f}, k(1);
    const auto estimator = item.make(f, {});
    const auto single = item.make_float(h, {});
    estimator->begin(1), single->begin(1);
    estimator->gradient(x, g);
    single->gradient(y, k);
    EXPECT_GT(g[0], 0.0);
    EXPECT_GT(k[0], 0.0f);
  }
}

TEST(EveryEstimator, SurvivesValuesThatAreNotFinite) {
  for (const auto& item : registry::estimators()) {
    if (needs_jvp(item.entry)) continue;
    SCOPED_TRACE(item.entry.id);
    Watched<double> hole(3, [](std::span<const double>) { return std::numeric_limits<double>::quiet_NaN(); });
    const auto estimator = item.make(hole, {});
    const std::vector<double> x(3, 1.0);
    std::vector<double> g(3);
    Question<double> q{.asks = AnswerKind::gradient, .point = x};
    Answer<double> a;
    a.gradient = g;
    estimator->answer(std::span(&q, 1), std::span(&a, 1));
    EXPECT_TRUE(a.failed);
    EXPECT_FALSE(a.error.empty());
  }
  // One direction of many lost: the others carry the estimate, which stays finite and of the right size.
  int count = 0;
  Watched<double> flaky(2, [&count](std::span<const double> x) {
    return ++count % 16 == 3 ? std::numeric_limits<double>::infinity() : x[0] + 2.0 * x[1];
  });
  const auto estimator = Spsa{.directions = 8}.make(flaky);
  const std::vector<double> x(2, 0.0);
  std::vector<double> g(2);
  Question<double> q{.asks = AnswerKind::gradient, .point = x};
  Answer<double> a;
  a.gradient = g;
  testing_estimators::Mean mean;
  for (int draw = 0; draw < 4000; ++draw) {
    estimator->answer(std::span(&q, 1), std::span(&a, 1));
    ASSERT_FALSE(a.failed);
    mean.add(g[1]);
  }
  EXPECT_NEAR(mean.value(), 2.0, 4.5 * mean.error());
}

TEST(EveryEstimator, DescribesItself) {
  for (const auto& item : registry::estimators()) {
    SCOPED_TRACE(item.entry.id);
    EXPECT_FALSE(item.entry.reference.empty());
    EXPECT_FALSE(item.entry.formula.empty());
    EXPECT_FALSE(item.entry.cost.empty());
    EXPECT_FALSE(item.entry.notes.empty());
    Linear<double> f({1.0});
    EXPECT_THROW(item.make(f, {{"no-such-option", "1"}}), InvalidArgument);
  }
}

TEST(DirectionalDerivative, SaysWhatIsMissing) {
  Watched<double> f(2, sphere);
  try {
    static_cast<void>(DirectionalDerivative{}.make(f));
    FAIL();
  } catch (const MissingAnswer& e) {
    EXPECT_NE(std::string(e.what()).find("directional"), std::string::npos);
  }
}

TEST(Estimated, InlineWithAPlainFunction) {
  const auto r = minimize(estimated([](std::span<const double> x) { return sphere(x); }, Spsa{}),
                          std::vector<double>(5, 1.0), descent(adam({.rate = 0.05})), {.max_evaluations = 4000});
  EXPECT_EQ(r.status, Status::evaluation_budget);
  EXPECT_EQ(r.evaluations(), 4000u - 1u);  // pairs, and one kept for the final value
  EXPECT_LT(r.recommended_f, 1e-3);
  EXPECT_DOUBLE_EQ(r.recommended_f, sphere(r.recommended));
}

TEST(Estimated, OfAnObjectiveIsChargedInValues) {
  Watched<double> f(4, sphere);
  auto estimate = estimated(f, GaussianSmoothing{.directions = 3});
  const auto r =
      minimize(estimate, std::vector<double>(4, 1.0), descent(sgd({.rate = 0.02})), {.max_iterations = 100});
  EXPECT_EQ(r.ledger.of(AnswerKind::value), f.questions_in_all);
  EXPECT_EQ(r.ledger.of(AnswerKind::value), 601u);  // with that of the recommended point, which no probe was at
  EXPECT_EQ(r.recommended_f, sphere(r.recommended));
  EXPECT_EQ(r.ledger.of(AnswerKind::gradient), 0u);
  // A second run of the same objects gives the same bits.
  const auto again =
      minimize(estimate, std::vector<double>(4, 1.0), descent(sgd({.rate = 0.02})), {.max_iterations = 100});
  EXPECT_EQ(r.recommended, again.recommended);
  const auto other = minimize(estimate, std::vector<double>(4, 1.0), descent(sgd({.rate = 0.02})),
                              {.max_iterations = 100, .seed = 1});
  EXPECT_NE(r.recommended, other.recommended);
}

TEST(Estimated, DirectionalDerivativesHaveABudgetToo) {
  for (const bool stated : {true, false}) {
    Linear<double> f({1.0, 2.0});
    auto estimate = estimated(f, DirectionalDerivative{.directions = 3});
    Limits limits;
    if (stated) limits.max_evaluations = 100;
    const auto r = minimize(estimate, std::vector<double>(2, 1.0), descent(sgd({.rate = 0.02})), limits);
    EXPECT_EQ(r.status, Status::evaluation_budget);
    EXPECT_EQ(r.ledger.of(AnswerKind::directional), stated ? 100u : 3000u);
    EXPECT_EQ(r.evaluations(), 1u);  // of the recommended point
  }
}

TEST(Estimated, NeverOneEvaluationOver) {
  for (const std::uint64_t budget : {1u, 2u, 3u, 6u, 7u, 8u, 31u}) {
    Watched<double> f(3, sphere);
    auto estimate = estimated(f, Spsa{.directions = 3});
    const auto r =
        minimize(estimate, std::vector<double>(3, 1.0), descent(sgd({.rate = 0.02})), {.max_evaluations = budget});
    EXPECT_LE(f.questions_in_all, budget);
    EXPECT_EQ(r.status, Status::evaluation_budget);
  }
}

TEST(Estimated, QuasiNewtonTakesFiniteDifferencesAndRefusesRandomOnes) {
  Watched<double> f(6, [](std::span<const double> x) {
    double sum = 0.0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i)
      sum += 100.0 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1.0 - x[i], 2);
    return sum;
  });
  auto differences = estimated(f, FdCentral{});
  const auto r = minimize(differences, std::vector<double>(6, -1.0), LBfgs{}, {.max_evaluations = 5000});
  EXPECT_LT(r.f, 1e-8);
  auto random = estimated(f, Spsa{});
  EXPECT_THROW(minimize(random, std::vector<double>(6, -1.0), LBfgs{}), InvalidArgument);
}

// At the end of a run the error of a difference exceeds the slope: searches along it must not go on to the last
// digit.
TEST(Estimated, DifferencesUnderQuasiNewtonEndSoonAfterTheirLastGain) {
  const auto beale = [](std::span<const double> x) {
    return std::pow(1.5 - x[0] + x[0] * x[1], 2) + std::pow(2.25 - x[0] + x[0] * x[1] * x[1], 2) +
           std::pow(2.625 - x[0] + x[0] * std::pow(x[1], 3), 2);
  };
  // 918 and 411 with searches to the last digit
  for (const auto& [m, most] : {std::pair{method(LBfgs{}), 500u}, std::pair{method(Bfgs{}), 300u}}) {
    FunctionObjective f(2, beale);
    auto differences = estimated(f, FdForward{});
    const Result r = minimize(differences, {1.0, 1.0}, m, {.max_evaluations = 3000});
    EXPECT_LT(r.f, 1e-12) << r.message;
    EXPECT_LT(r.evaluations(), most) << r.message;
  }
}

// Searches over a kinked valley often give up at an earlier trial: the point that goes on is the one of its value.
TEST(Estimated, EachIterateHasItsOwnValue) {
  const auto valley = [](std::span<const double> x) {
    return std::abs(x[0] - 1.0) + 3.0 * std::abs(x[1] + x[0] * x[0]);
  };
  for (const Method& m : {method(LBfgs{}), method(Bfgs{})}) {
    FunctionObjective f(2, valley);
    auto differences = estimated(f, FdForward{});
    std::vector<double> told;
    Limits limits{.max_evaluations = 600, .keep_path = true};
    limits.callback = [&](const Progress& p) {
      told.push_back(p.f);
      return Control::proceed;
    };
    const Result r = minimize(differences, {-1.0, 2.0}, m, limits);
    ASSERT_EQ(r.path.size(), told.size());
    ASSERT_GT(told.size(), 5u);
    for (std::size_t k = 0; k < told.size(); ++k) EXPECT_EQ(valley(r.path[k]), told[k]) << k;
  }
}

TEST(Estimated, OptionsOutOfRangeAreRefused) {
  Watched<double> f(2, sphere);
  EXPECT_THROW(estimated(f, Spsa{.c = 0.0}), InvalidArgument);
  EXPECT_THROW(estimated(f, GaussianSmoothing{.directions = 0}), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
