#include "thalweg/stochastic/random_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "thalweg/core/minimize.hpp"

namespace thalweg {
namespace {

using Point = std::span<const double>;
using Sampling = RandomSearch::Sampling;

double first(Point x) { return x[0]; }

// With f(x) = x on [0, 1] the best of K uniform points has the distribution function 1 − (1 − t)^K, a Beta(1, K) law.
TEST(RandomSearch, BestOfKFollowsItsBetaLaw) {
  const std::size_t runs = 2000, points = 20;
  std::vector<double> u;
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    const Result r = minimize(first, {1.0}, RandomSearch{.batch = 7},  // the start is the worst point of all
                              {.max_evaluations = points + 1, .bounds = {{0}, {1}}, .seed = seed});
    u.push_back(1.0 - std::pow(1.0 - r.f, static_cast<double>(points)));
  }
  std::sort(u.begin(), u.end());
  double distance = 0.0;
  for (std::size_t i = 0; i < runs; ++i)
    distance = std::max({distance, u[i] - static_cast<double>(i) / runs, static_cast<double>(i + 1) / runs - u[i]});
  EXPECT_LT(std::sqrt(static_cast<double>(runs)) * distance, 1.628);  // Kolmogorov's 1 % point
}

TEST(RandomSearch, SobolFillsABoxEvenly) {
  std::vector<int> cells(64, 0);
  const auto f = [&](Point x) {
    if (x[0] != -3.0 || x[1] != 7.0)
      ++cells[static_cast<std::size_t>(std::floor((x[0] + 3.0) / 6.0 * 8.0)) * 8 +
              static_cast<std::size_t>(std::floor((x[1] - 5.0) / 2.0 * 8.0))];
    return 0.0;
  };
  minimize(f, {-3.0, 7.0}, RandomSearch{.sampling = Sampling::sobol},
           {.max_evaluations = 65, .bounds = {{-3, 5}, {3, 7}}, .seed = 5});
  EXPECT_EQ(*std::min_element(cells.begin(), cells.end()), 1);  // one point in each of the 8×8 cells
  EXPECT_EQ(*std::max_element(cells.begin(), cells.end()), 1);
}

TEST(RandomSearch, FixedStepsHaveTheirLengthAndGoDown) {
  std::vector<double> current = {3.0, 4.0, 0.0};
  double value = 25.0;
  bool begun = false;
  const auto f = [&](Point x) {
    const double now = x[0] * x[0] + x[1] * x[1] + x[2] * x[2];
    if (begun) {
      // half-widths 3, 4 and 1 (radius·max(1, |x0|)); the length is 0.1 in these units
      const double length = std::hypot((x[0] - current[0]) / 3.0, (x[1] - current[1]) / 4.0, x[2] - current[2]);
      EXPECT_NEAR(length, 0.1, 1e-12);
    }
    begun = true;
    if (now < value) {
      value = now;
      current.assign(x.begin(), x.end());
    }
    return now;
  };
  const Result r = minimize(f, current, RandomSearch{.sampling = Sampling::fixed_step, .patience = 100}, {.seed = 2});
  EXPECT_EQ(r.status, Status::stalled) << r.message;
  EXPECT_LT(r.f, 0.05);
}

TEST(RandomSearch, EndsAtItsOwnCountAndAtTheBudget) {
  const Result own =
      minimize(first, {0.5}, RandomSearch{.points = 130}, {.max_evaluations = 1000, .bounds = {{0}, {1}}});
  EXPECT_EQ(own.evaluations(), 130u);
  EXPECT_EQ(own.status, Status::evaluation_budget);
  const Result cap = minimize(first, {0.5}, RandomSearch{}, {.max_evaluations = 77, .bounds = {{0}, {1}}});
  EXPECT_EQ(cap.evaluations(), 77u);
  const Result large = minimize(first, {0.5}, RandomSearch{}, {.max_evaluations = 150'001, .bounds = {{0}, {1}}});
  EXPECT_EQ(large.evaluations(), 150'001u);
  EXPECT_EQ(large.status, Status::evaluation_budget);
}

TEST(RandomSearch, HalfBoundedVariablesStayInside) {
  bool inside = true;
  const Bounds box{{0, -HUGE_VAL}, {HUGE_VAL, 2}};
  const auto f = [&](Point x) { return inside = inside && box.contains(x), x[0] - x[1]; };
  for (Sampling s : {Sampling::uniform, Sampling::sobol, Sampling::fixed_step})
    minimize(f, {1.0, 1.0}, RandomSearch{.sampling = s}, {.max_evaluations = 300, .bounds = box});
  EXPECT_TRUE(inside);
}

TEST(RandomSearch, SobolHasAHighestDimension) {
  const std::vector<double> x0(129, 0.0);
  EXPECT_THROW(minimize(first, x0, RandomSearch{.sampling = Sampling::sobol}), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
