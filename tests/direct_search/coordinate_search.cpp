#include "thalweg/direct_search/coordinate_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "thalweg/core/minimize.hpp"
#include "thalweg/direct_search/hooke_jeeves.hpp"

namespace thalweg {
namespace {

using Point = std::span<const double>;

double rosenbrock(Point x) { return 100.0 * std::pow(x[1] - x[0] * x[0], 2) + std::pow(1.0 - x[0], 2); }

TEST(CoordinateSearch, SolvesASeparableQuadraticInOneSweep) {
  const std::vector<double> optimum = {3.7, -0.01, 12.5, 0.0, -6.25}, weight = {1, 1e4, 1e-3, 7, 0.5};
  const auto f = [&](Point x) {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += weight[i] * std::pow(x[i] - optimum[i], 2);
    return sum;
  };
  const Result r = minimize(f, std::vector<double>(5, 1.0), CoordinateSearch{}, {.max_evaluations = 1 + 3 * 5});
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(r.x[i], optimum[i], 1e-7 * (1.0 + std::abs(optimum[i]))) << i;
  // Alone on each axis there is nothing to cancel: exact to rounding.
  const Result one = minimize([](Point x) { return 3.0 * std::pow(x[0] - 0.3, 2); }, {1.0}, CoordinateSearch{},
                              {.max_evaluations = 4});
  EXPECT_NEAR(one.x[0], 0.3, 4e-16);
}

// f = ½xᵀAx − bᵀx, A = tridiag(−1, 2.5, −1): the gradient's coordinate-wise Lipschitz constant is A_ii = 2.5.
double coupled(Point x) {
  double f = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    f += 1.25 * x[i] * x[i] - std::sin(static_cast<double>(i)) * x[i];
    if (i > 0) f -= x[i] * x[i - 1];
  }
  return f;
}
template <class M>
void gradient_bound_holds(M method) {
  for (double tolerance : {1e-1, 1e-3, 1e-5}) {
    const Result r = minimize(coupled, std::vector<double>(8, 2.0), method,
                              {.max_evaluations = 100'000, .tolerance = {.x = tolerance}});
    ASSERT_EQ(r.status, Status::converged) << r.message;
    for (std::size_t i = 0; i < 8; ++i) {
      double g = 2.5 * r.x[i] - std::sin(static_cast<double>(i));
      if (i > 0) g -= r.x[i - 1];
      if (i < 7) g -= r.x[i + 1];
      EXPECT_LE(std::abs(g), 2.5 * tolerance / 2.0 * (1.0 + 1e-6)) << i;
    }
  }
}
TEST(CoordinateSearch, GradientIsBoundedAtTheStop) {
  gradient_bound_holds(CoordinateSearch{});
  gradient_bound_holds(CoordinateSearch{.parabola = false});
}
TEST(HookeJeeves, GradientIsBoundedAtTheStop) { gradient_bound_holds(HookeJeeves{}); }

TEST(HookeJeeves, SolvesASeparableQuadraticOnItsLatticeExactly) {
  const std::vector<double> optimum = {3.75, -0.125, 12.5, 0.0, -6.25};
  const auto f = [&](Point x) {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i)
      sum += std::pow(10.0, static_cast<double>(i)) * std::pow(x[i] - optimum[i], 2);
    return sum;
  };
  for (bool pattern : {true, false}) {
    const Limits limits{.max_evaluations = 5000, .target = 0.0};
    const std::vector<double> x0(5, 1.0);
    const Result r = pattern ? minimize(f, x0, HookeJeeves{}, limits)
                             : minimize(f, x0, CoordinateSearch{.parabola = false}, limits);
    EXPECT_EQ(r.status, Status::target_reached);
    EXPECT_EQ(r.x, optimum);
    EXPECT_EQ(r.f, 0.0);
  }
}

TEST(HookeJeeves, PatternMovesFollowAValley) {
  const Limits limits{.max_evaluations = 200'000, .target = 1e-8};
  const Result pattern = minimize(rosenbrock, {-1.2, 1.0}, HookeJeeves{}, limits);
  const Result axes = minimize(rosenbrock, {-1.2, 1.0}, CoordinateSearch{.parabola = false}, limits);
  EXPECT_EQ(pattern.status, Status::target_reached);
  EXPECT_LT(pattern.evaluations() * 4, axes.evaluations());
}

template <class M>
void respects_the_box(M method) {
  bool inside = true;
  const Bounds box{{0, -HUGE_VAL, 1}, {1, 2, 1}};
  const auto f = [&](Point x) {
    inside = inside && box.contains(x);
    return std::pow(x[0] - 0.3, 2) + std::pow(x[1] - 5.0, 2) + x[2];
  };
  for (double start : {0.0, 1.0}) {  // on a bound
    const Result r = minimize(f, {start, 2.0, 1.0}, method, {.max_evaluations = 5000, .bounds = box});
    EXPECT_EQ(r.status, Status::converged) << r.message;
    EXPECT_NEAR(r.x[0], 0.3, 1e-7);
    EXPECT_EQ(r.x[1], 2.0);
  }
  EXPECT_TRUE(inside);
}
TEST(CoordinateSearch, RespectsTheBox) { respects_the_box(CoordinateSearch{}); }
TEST(HookeJeeves, RespectsTheBox) { respects_the_box(HookeJeeves{}); }

// In a corner half the points around are the corner itself, and a lattice leads back to its points.
template <class M>
void asks_no_point_twice(M method, std::size_t again) {
  for (const double optimum : {0.3, 1.3}) {
    std::set<std::vector<double>> seen;
    const auto f = [&](Point x) {
      seen.insert({x.begin(), x.end()});
      double sum = x[0] * x[1];
      for (std::size_t i = 0; i < x.size(); ++i) sum += static_cast<double>(i + 1) * std::pow(x[i] - optimum, 2);
      return sum;
    };
    const Result r =
        minimize(f, {0.0, 1.0, 0.5}, method, {.max_evaluations = 5000, .bounds = {{0, 0, 0}, {1, 1, 1}}});
    EXPECT_EQ(r.status, Status::converged) << r.message;
    EXPECT_GE(seen.size() + again, r.evaluations());
  }
}
TEST(CoordinateSearch, AsksNoPointTwice) {
  asks_no_point_twice(CoordinateSearch{}, 20);  // a Δ and twice its half
}
TEST(HookeJeeves, AsksHardlyAPointTwice) { asks_no_point_twice(HookeJeeves{}, 8); }

template <class M>
void survives_not_a_number(M method) {
  const Result r = minimize([](Point x) { return x[0] < 0.5 ? std::nan("") : x[0] * x[0]; }, {3.0}, method,
                            {.max_evaluations = 1000});
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_NEAR(r.x[0], 0.5, 1e-7);
  const Result none = minimize([](Point) { return std::nan(""); }, {3.0}, method, {.max_evaluations = 1000});
  EXPECT_EQ(none.status, Status::numerical_failure);
}
TEST(CoordinateSearch, SurvivesNotANumber) { survives_not_a_number(CoordinateSearch{}); }
TEST(HookeJeeves, SurvivesNotANumber) { survives_not_a_number(HookeJeeves{}); }

}  // namespace
}  // namespace thalweg
