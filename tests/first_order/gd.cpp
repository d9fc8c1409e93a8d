#include "thalweg/first_order/gd.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/first_order/line_descent.hpp"

namespace {

using thalweg::Gd;
using Numbers = std::vector<double>;

// ½ Σ λ_i x_i²
struct Quadratic {
  Numbers spectrum;
  double operator()(std::span<const double> x, std::span<double> g) const {
    double f = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      f += 0.5 * spectrum[i] * x[i] * x[i];
      if (!g.empty()) g[i] = spectrum[i] * x[i];
    }
    return f;
  }
};
double rosenbrock(std::span<const double> x, std::span<double> g) {
  double f = 0.0;
  if (!g.empty()) g[0] = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = x[i + 1] - x[i] * x[i], b = 1.0 - x[i];
    f += 100.0 * a * a + b * b;
    if (!g.empty()) g[i] += -400.0 * x[i] * a - 2.0 * b, g[i + 1] = 200.0 * a;
  }
  return f;
}
double norm(const Numbers& x) {
  double s = 0.0;
  for (const double v : x) s += v * v;
  return std::sqrt(s);
}

TEST(Gd, FixedStepContractsByTheTheoremsRatio) {
  for (const double kappa : {2.0, 10.0, 100.0}) {
    const double mu = 0.5, l = kappa * mu;
    const Quadratic f{{mu, 0.7 * mu + 0.3 * l, l}};
    const auto result = thalweg::minimize(f, {1.0, 0.0, -1.0}, Gd{.line = Gd::Line::fixed, .step = 2.0 / (l + mu)},
                                          {.max_iterations = 40, .keep_path = true});
    ASSERT_GE(result.path.size(), 10u);
    double before = norm({1.0, 0.0, -1.0});
    for (const Numbers& x : result.path) {
      EXPECT_NEAR(norm(x) / before, (kappa - 1.0) / (kappa + 1.0), 1e-12);
      before = norm(x);
    }
  }
}

TEST(Gd, ExactLineSearchContractsByTheKantorovichRatio) {
  // From x ∝ (1/μ, 0, 1/L) every step attains the bound f ratio ((κ − 1)/(κ + 1))².
  for (const double kappa : {2.0, 10.0, 100.0}) {
    const double mu = 1.0, l = kappa;
    const Quadratic f{{mu, 3.0, l}};
    const Numbers x0{kappa, 0.0, 1.0};
    const auto result =
        thalweg::minimize(f, x0, Gd{.line = Gd::Line::exact}, {.max_iterations = 20, .keep_path = true});
    double before = f(x0, {});
    const double ratio = (kappa - 1.0) / (kappa + 1.0);
    ASSERT_GE(result.path.size(), 5u);
    for (const Numbers& x : result.path) {
      EXPECT_NEAR(f(x, {}) / before, ratio * ratio, 1e-12);
      before = f(x, {});
    }
  }
}

// Runs the shared loop and asserts the conditions at every step from the path alone.
void expect_wolfe(const Gd& method, bool curvature_too) {
  const auto result =
      thalweg::minimize(rosenbrock, {-1.2, 1.0, 0.7}, method, {.max_iterations = 300, .keep_path = true});
  Numbers x{-1.2, 1.0, 0.7}, g(3), g_next(3);
  double f = rosenbrock(x, g);
  ASSERT_GE(result.path.size(), 100u);
  for (const Numbers& next : result.path) {
    const double f_next = rosenbrock(next, g_next);
    double slope = 0.0, slope_next = 0.0, gg = 0.0;  // t φ′(0), t φ′(t), from s = −t g
    for (std::size_t i = 0; i < 3; ++i) {
      slope += g[i] * (next[i] - x[i]);
      slope_next += g_next[i] * (next[i] - x[i]);
      gg += g[i] * g[i];
    }
    // s = −t g with t > 0
    ASSERT_LT(slope, 0.0);
    for (std::size_t i = 0; i < 3; ++i)
      ASSERT_NEAR(next[i] - x[i], slope / gg * g[i], 1e-12 * (1.0 + std::abs(x[i])));
    ASSERT_LE(f_next, f + method.decrease * slope + 1e-12 * std::abs(f));
    if (curvature_too) {
      ASSERT_LE(std::abs(slope_next), method.curvature * std::abs(slope) * (1.0 + 1e-6));
    }
    x = next, f = f_next, std::swap(g, g_next);
  }
}
TEST(Gd, WolfeConditionsHoldAtEveryStep) {
  expect_wolfe(Gd{}, true);
  expect_wolfe(Gd{.curvature = 0.9}, true);
}
TEST(Gd, ArmijoConditionHoldsAtEveryStep) { expect_wolfe(Gd{.line = Gd::Line::armijo}, false); }

TEST(Gd, ConvergedIsTrueAtTheReturnedPoint) {
  for (const auto line : {Gd::Line::armijo, Gd::Line::strong_wolfe, Gd::Line::exact}) {
    const Quadratic f{{1.0, 4.0, 20.0}};
    const auto result = thalweg::minimize(f, {3.0, -2.0, 1.0}, Gd{.line = line}, {.max_evaluations = 5000});
    EXPECT_EQ(result.status, thalweg::Status::converged) << result.message;
    Numbers g(3);
    f(result.x, g);
    for (const double v : g) EXPECT_LE(std::abs(v), 1e-8);
  }
}

TEST(Gd, TooLongAFixedStepIsSaid) {
  const auto result = thalweg::minimize(Quadratic{{1.0, 10.0}}, {1.0, 1.0}, Gd{.line = Gd::Line::fixed, .step = 1.0},
                                        {.max_evaluations = 5000});
  EXPECT_EQ(result.status, thalweg::Status::numerical_failure);
  EXPECT_NE(result.message.find("step"), std::string::npos);
}

TEST(Gd, UsersTolerancesAreUsed) {
  const Quadratic f{{1.0, 10.0}};
  auto result = thalweg::minimize(f, {1.0, 1.0}, Gd{}, {.tolerance = {.gradient = 1e-2}});
  EXPECT_EQ(result.status, thalweg::Status::converged);
  Numbers g(2);
  f(result.x, g);
  EXPECT_LE(std::max(std::abs(g[0]), std::abs(g[1])), 1e-2);
  EXPECT_GT(std::max(std::abs(g[0]), std::abs(g[1])), 1e-8);
  result = thalweg::minimize(f, {1.0, 1.0}, Gd{}, {.tolerance = {.f = 1e-2}});
  EXPECT_EQ(result.status, thalweg::Status::converged);
  EXPECT_NE(result.message.find("tolerance f"), std::string::npos);
}

}  // namespace
