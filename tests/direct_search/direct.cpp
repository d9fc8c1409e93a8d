#include "thalweg/direct_search/direct.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/direct_search/jones.hpp"
#include "thalweg/core/minimize.hpp"

namespace thalweg {
namespace {

using Point = std::span<const double>;

TEST(Direct, NeedsThePublishedCountsOnJonesFunctions) {
  for (const jones::Problem& p : jones::problems()) EXPECT_EQ(jones::evaluations(p, Direct{}), p.direct) << p.name;
}

// A constant function ties everywhere: each iteration divides every rectangle of the largest diameter.
TEST(Direct, DividesAllTies) {
  std::vector<std::uint64_t> after;
  Limits limits{.max_evaluations = 81, .bounds = {{0, 0}, {1, 1}}};
  limits.callback = [&](const Progress& now) {
    after.push_back(now.ledger->of(AnswerKind::value));
    return Control::proceed;
  };
  minimize([](Point) { return 7.0; }, {0.5, 0.5}, Direct{}, limits);
  EXPECT_EQ(after, (std::vector<std::uint64_t>{1, 5, 9, 45, 81}));
}

// 3⁴ points of the finest grid are all different, the thirds of thirds of the box, and its middle.
TEST(Direct, PutsItsCentresOnTheThirds) {
  std::vector<double> seen;
  minimize([&](Point x) { return seen.push_back(x[0]), 0.0; }, {5.0}, Direct{},
           {.max_evaluations = 81, .bounds = {{-1}, {161}}});
  std::sort(seen.begin(), seen.end());
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_NEAR(seen[i], 2.0 * static_cast<double>(i), 1e-12);
}

double shifted_quadratic(Point x) {
  double f = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) f += std::pow(x[i] - 0.3 * static_cast<double>(i + 1), 2);
  return f;
}

TEST(Direct, KeepsFixedVariablesAndEndsAtItsTolerance) {
  bool kept = true;
  const auto f = [&](Point x) { return kept = kept && x[1] == 0.7, shifted_quadratic(x); };
  const Result r = minimize(f, {0.0, 0.7, 0.0}, Direct{.epsilon = 0.0, .x_tolerance = 1e-3},
                            {.max_evaluations = 20'000, .bounds = {{-1, 0.7, -2}, {1.5, 0.7, 2}}});
  EXPECT_TRUE(kept);
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_NEAR(r.x[0], 0.3, 1e-3);
  EXPECT_NEAR(r.x[2], 0.9, 1e-3);
  const Result all = minimize(shifted_quadratic, {0.5}, Direct{}, {.bounds = {{0.5}, {0.5}}});
  EXPECT_EQ(all.status, Status::converged);
  EXPECT_EQ(all.evaluations(), 1u);
}

TEST(Direct, EndsWhereRoundingLeavesNothingToDivide) {
  const double low = 1.0, high = 1.0 + 60.0 * 0x1p-52;  // 61 doubles
  const Result r =
      minimize([](Point x) { return x[0]; }, {low}, Direct{}, {.max_evaluations = 1000, .bounds = {{low}, {high}}});
  EXPECT_EQ(r.status, Status::stalled) << r.message;
  EXPECT_LE(r.x[0], low + 3.0 * 0x1p-52);
}

// The lowest feasible point lies on the edge of what has a value: the nearest of the unit disc's to (1, 1).
TEST(Direct, SearchesBesideRegionsWithoutAValue) {
  const auto disc = [](Point x) {
    return std::hypot(x[0], x[1]) > 1.0 ? std::nan("") : std::pow(x[0] - 1.0, 2) + std::pow(x[1] - 1.0, 2);
  };
  const double optimum = 2.0 * std::pow(1.0 - std::sqrt(0.5), 2);
  const Bounds box{{-2, -2.5}, {3, 2}};
  const Result r = minimize(disc, {0.0, 0.0}, Direct{}, {.max_evaluations = 1000, .bounds = box});
  EXPECT_LT(r.f, optimum * 1.001);
  // Nothing but a small disc has a value: it is found by cutting the largest rectangles, one after another.
  const auto island = [](Point x) {
    const double d = std::hypot(x[0] - 2.7, x[1] + 2.1);
    return d > 0.25 ? HUGE_VAL : d;
  };
  const Result found = minimize(island, {0.0, 0.0}, Direct{}, {.max_evaluations = 1000, .bounds = box});
  EXPECT_LT(found.f, 0.02);
}

}  // namespace
}  // namespace thalweg
