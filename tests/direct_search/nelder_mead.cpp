#include "thalweg/direct_search/nelder_mead.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "complaint.hpp"
#include "thalweg/core/minimize.hpp"

namespace thalweg {
namespace {

using Point = std::span<const double>;

double rosenbrock(Point x) {
  double f = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i)
    f += 100.0 * std::pow(x[i + 1] - x[i] * x[i], 2) + std::pow(1.0 - x[i], 2);
  return f;
}
double sphere(Point x) {
  double f = 0.0;
  for (double v : x) f += v * v;
  return f;
}

// K. I. M. McKinnon, SIAM J. Optim. 9 (1998) 148, eqs. (1.1), (2.2): τ = 2, θ = 6, φ = 60. The minimum −¼ is at
// (0, −½); from this simplex the classical method contracts inside for ever, towards the origin, which is not
// stationary.
double mckinnon(Point x) {
  const double tau = 2.0, theta = 6.0, phi = 60.0;
  return (x[0] <= 0.0 ? theta * phi : theta) * std::pow(std::abs(x[0]), tau) + x[1] + x[1] * x[1];
}
const std::vector<double> mckinnon_simplex = {1.0, 1.0, (1.0 + std::sqrt(33.0)) / 8.0, (1.0 - std::sqrt(33.0)) / 8.0,
                                              0.0, 0.0};

TEST(NelderMead, McKinnonTrapsTheMethodWithoutRestarts) {
  const Result r = minimize(mckinnon, {0.0, 0.0}, NelderMead{.simplex = mckinnon_simplex, .restarts = 0},
                            {.max_evaluations = 2000});
  EXPECT_EQ(r.status, Status::stalled) << r.message;  // and says so: a coordinate step still goes down
  EXPECT_GT(r.f, -1e-3);
}

TEST(NelderMead, McKinnonIsNotATrap) {
  for (bool adaptive : {true, false}) {
    const Result r = minimize(mckinnon, {0.0, 0.0}, NelderMead{.adaptive = adaptive, .simplex = mckinnon_simplex},
                              {.max_evaluations = 2000});
    EXPECT_EQ(r.status, Status::converged) << r.message;
    EXPECT_NEAR(r.f, -0.25, 1e-12);
    EXPECT_NEAR(r.x[0], 0.0, 1e-6);
    EXPECT_NEAR(r.x[1], -0.5, 1e-6);
  }
}

TEST(NelderMead, FollowsLagariasOnTheFirstSteps) {
  // By hand, coefficients 1, 2, ½, ½ on f = x² + y² from (1, 1), (2, 1), (1, 2): reflect (2, 1) and (1, 2) …
  std::vector<std::vector<double>> asked;
  const auto f = [&](Point x) {
    asked.emplace_back(x.begin(), x.end());
    return x[0] * x[0] + x[1] * x[1];
  };
  minimize(f, {1.0, 1.0}, NelderMead{.adaptive = false, .simplex = {1, 1, 2, 1, 1, 2}}, {.max_evaluations = 6});
  ASSERT_EQ(asked.size(), 6u);
  // Values 2, 5, 5: the later of the ties is the worst, (1, 2). c = (1.5, 1), x_r = (2, 0) with 4 < 5 and ≥ 2: taken.
  EXPECT_EQ(asked[3], (std::vector<double>{2.0, 0.0}));
  // Worst (2, 1): c = (1.5, 0.5), x_r = (1, 0), 1 < 2: expand to c + 2(x_r − c) = (0.5, −0.5), ½ < 1: taken.
  EXPECT_EQ(asked[4], (std::vector<double>{1.0, 0.0}));
  EXPECT_EQ(asked[5], (std::vector<double>{0.5, -0.5}));
}

TEST(NelderMead, RosenbrockInTwoToTenDimensions) {
  for (std::size_t n : {2u, 4u, 10u}) {
    std::vector<double> x0(n, 1.0);
    for (std::size_t i = 0; i < n; i += 2) x0[i] = -1.2;
    const Result r = minimize(rosenbrock, x0, NelderMead{}, {.max_evaluations = 100'000});
    EXPECT_EQ(r.status, Status::converged) << n << ": " << r.message;
    EXPECT_LT(r.f, 1e-12) << n;
  }
}

TEST(NelderMead, SphereOfThirtyVariables) {
  const Result r = minimize(sphere, std::vector<double>(30, 1.0), NelderMead{}, {.max_evaluations = 60'000});
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_LT(r.f, 1e-10);
}

TEST(NelderMead, StartOnABoundStillMoves) {
  // Every variable starts on its lower or upper bound; the minimiser is inside.
  const auto f = [](Point x) { return std::pow(x[0] - 0.3, 2) + 10.0 * std::pow(x[1] - 0.6, 2); };
  for (const std::vector<double>& x0 : {std::vector<double>{0, 0}, {1, 1}, {0, 1}, {1, 0}}) {
    const Result r = minimize(f, x0, NelderMead{}, {.max_evaluations = 2000, .bounds = {{0, 0}, {1, 1}}});
    EXPECT_EQ(r.status, Status::converged) << r.message;
    EXPECT_NEAR(r.x[0], 0.3, 1e-6);
    EXPECT_NEAR(r.x[1], 0.6, 1e-6);
  }
}

TEST(NelderMead, MinimumOnAFaceOfTheBox) {
  const auto f = [](Point x) { return std::pow(x[0] + 1.0, 2) + std::pow(x[1] - 0.5, 2) + x[2]; };
  bool inside = true;
  const Bounds box{{0, 0, -2}, {1, 1, 1}};
  const auto watched = [&](Point x) {
    inside = inside && box.contains(x);
    return f(x);
  };
  const Result r = minimize(watched, {0.9, 0.9, 0.9}, NelderMead{}, {.max_evaluations = 5000, .bounds = box});
  EXPECT_TRUE(inside);
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_NEAR(r.x[0], 0.0, 1e-12);
  EXPECT_NEAR(r.x[1], 0.5, 1e-6);
  EXPECT_NEAR(r.x[2], -2.0, 1e-12);
}

TEST(NelderMead, FixedVariablesStayAndDoNotFlattenTheSimplex) {
  const Result r = minimize(rosenbrock, {0.5, 0.2, 1.0}, NelderMead{},
                            {.max_evaluations = 5000, .bounds = {{-5, -5, 1}, {5, 5, 1}}});
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_EQ(r.x[2], 1.0);
  EXPECT_LT(r.f, 1e-12);
  const Result all = minimize(sphere, {1.0}, NelderMead{}, {.bounds = {{1}, {1}}});
  EXPECT_EQ(all.status, Status::converged);
  EXPECT_EQ(all.evaluations(), 1u);
}

TEST(NelderMead, OneVariable) {
  const auto f = [](Point x) { return std::cosh(x[0] - 3.0); };
  const Result r = minimize(f, {-1.0}, NelderMead{}, {.max_evaluations = 500});
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_NEAR(r.x[0], 3.0, 1e-6);
  // Both first vertices are equally high: no reason to stop.
  const Result even = minimize(sphere, {-0.05}, NelderMead{}, {.max_evaluations = 500});
  EXPECT_NEAR(even.x[0], 0.0, 1e-6);
}

TEST(NelderMead, SurvivesNotANumberAndInfinity) {
  const auto f = [](Point x) {
    if (x[0] < 0.5) return std::numeric_limits<double>::quiet_NaN();
    if (x[1] > 2.0) return std::numeric_limits<double>::infinity();
    return sphere(x);
  };
  const Result r = minimize(f, {3.0, 1.9}, NelderMead{}, {.max_evaluations = 3000});
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_NEAR(r.f, 0.25, 1e-5);
  const Result none =
      minimize([](Point) { return std::nan(""); }, {1.0, 2.0}, NelderMead{}, {.max_evaluations = 3000});
  EXPECT_EQ(none.status, Status::numerical_failure) << none.message;
}

TEST(NelderMead, NeverOneEvaluationTooMany) {
  for (std::uint64_t budget = 1; budget < 60; ++budget) {
    std::uint64_t calls = 0;
    const auto f = [&](Point x) { return ++calls, rosenbrock(x); };
    const Result r = minimize(f, {-1.2, 1.0, 1.0, 0.5}, NelderMead{}, {.max_evaluations = budget});
    EXPECT_EQ(calls, budget);
    EXPECT_EQ(r.status, Status::evaluation_budget);
    EXPECT_EQ(r.f, rosenbrock(r.x));
  }
}

TEST(NelderMead, WrongSimplexIsAnError) {
  EXPECT_THROW(minimize(sphere, {1.0, 1.0}, NelderMead{.simplex = {1, 2, 3}}), InvalidArgument);
}

// All edges of the first simplex are as long as `step`, the variables over max(½, |x0_i|), and its other vertices are
// on zero's side of x0, or away from a bound that is near.
TEST(NelderMead, TheFirstSimplexIsRegular) {
  for (const std::size_t n : {1u, 2u, 5u, 9u})
    for (const bool bounded : {false, true}) {
      std::vector<double> start(n), scale(n);
      for (std::size_t i = 0; i < n; ++i) {
        start[i] = (i % 3 == 0 ? -0.2 : 1.5) * static_cast<double>(i + 1);
        scale[i] = std::max(0.5, std::abs(start[i]));
      }
      std::vector<std::vector<double>> asked;
      Limits limits{.max_evaluations = n + 1};
      if (bounded) {
        limits.bounds = {start, std::vector<double>(n, 100.0)};  // no way down from x0
      }
      minimize(
          [&](Point x) {
            asked.emplace_back(x.begin(), x.end());
            return sphere(x);
          },
          start, NelderMead{.step = 0.7}, limits);
      ASSERT_EQ(asked.size(), n + 1);
      EXPECT_EQ(asked[0], start);
      for (std::size_t j = 0; j <= n; ++j)
        for (std::size_t k = 0; k < j; ++k) {
          double square = 0.0;
          for (std::size_t i = 0; i < n; ++i) square += std::pow((asked[j][i] - asked[k][i]) / scale[i], 2);
          EXPECT_NEAR(std::sqrt(square), 0.7, 1e-14) << n << ": " << j << ", " << k;
        }
      for (std::size_t j = 1; j <= n; ++j)
        for (std::size_t i = 0; i < n; ++i) {
          const bool up = bounded || start[i] <= 0.0;
          EXPECT_TRUE(up ? asked[j][i] > start[i] : asked[j][i] < start[i]) << n << ": " << j << ", " << i;
        }
    }
}

}  // namespace
// What adaptive coefficients would ignore is refused before anything is asked.
TEST(NelderMead, CoefficientsThatWouldBeIgnoredAreErrors) {
  const auto f = [](Point x) { return x[0] * x[0]; };
  for (const NelderMead& m : {NelderMead{.reflection = 1.5}, NelderMead{.expansion = 3.0},
                              NelderMead{.contraction = 0.4}, NelderMead{.shrink = 0.4}})
    EXPECT_TRUE(says(complaint([&] { minimize(f, {1.0}, m); }), {"nelder-mead", "adaptive=false"}));
  EXPECT_EQ(minimize(f, {1.0}, NelderMead{.adaptive = false, .expansion = 3.0}).status, Status::converged);
}

}  // namespace thalweg
