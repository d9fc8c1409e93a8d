// Nesterov's chains: their optimum, what makes them hard, and the lower bound itself.
#include "thalweg/problems/nesterov.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "thalweg/autodiff/check.hpp"
#include "thalweg/problems/problem.hpp"

namespace {

using namespace thalweg;

const char* const chains[] = {"nesterov/quadratic:n=12",     "nesterov/quadratic:n=12,k=7",
                              "nesterov/power:n=12,order=1", "nesterov/power:n=12,order=2",
                              "nesterov/power:n=12,order=3", "nesterov/power:n=12,k=7,order=3"};

TEST(Nesterov, TheOptimumIsTheClosedForm) {
  for (const char* text : chains) {
    const auto p = registry::make_problem(text);
    const std::vector<double>& best = p->minimisers.front();
    EXPECT_NEAR(p->objective->value(best), p->optimum_f.value(), 1e-13) << text;
    std::vector<double> g(p->dimension());
    p->objective->gradient(best, g);
    for (const double gi : g) EXPECT_NEAR(gi, 0.0, 1e-13) << text;
  }
  EXPECT_DOUBLE_EQ(registry::make_problem("nesterov/quadratic:n=99")->optimum_f.value(), -0.99 / 8);
  EXPECT_DOUBLE_EQ(registry::make_problem("nesterov/power:n=100,order=3")->optimum_f.value(), -75.0);
  EXPECT_DOUBLE_EQ(registry::make_problem("nesterov/power:n=100,order=2")->optimum_f.value(), -200.0 / 3);
}

TEST(Nesterov, ADerivativeTellsOfOneVariableMore) {  // of x with i entries: those up to the (i + 1)-th
  for (const char* text : chains) {
    const auto p = registry::make_problem(text);
    const std::size_t n = p->dimension();
    std::vector<double> x(n, 0.0), g(n), h(n), t(n), d(n, 0.0);
    for (std::size_t i = 0; i < 5; ++i) {
      p->objective->gradient(x, g);
      p->objective->hessian_vector(x, d, h);
      p->objective->third(x, d, t);
      for (std::size_t j = i + 1; j < n; ++j) EXPECT_TRUE(g[j] == 0.0 && h[j] == 0.0 && t[j] == 0.0) << text;
      if (i == 0) {
        EXPECT_NE(g[0], 0.0) << text;
      } else {
        EXPECT_NE(g[i], 0.0) << text;
      }
      x[i] = d[i] = 0.3 + 0.1 * static_cast<double>(i);
    }
  }
}

TEST(Nesterov, TheQuadraticsHessianIsAtMostOne) {
  const auto p = registry::make_problem("nesterov/quadratic:n=30");
  std::vector<double> h(900);
  p->objective->hessian(p->start, h);
  for (std::size_t i = 0; i < 30; ++i) {  // Gershgorin
    double row = 0.0;
    for (std::size_t j = 0; j < 30; ++j) row += std::fabs(h[i * 30 + j]);
    EXPECT_LE(row, 1.0 + 1e-15);
    EXPECT_DOUBLE_EQ(h[i * 30 + i], 0.5);
  }
}

TEST(Nesterov, GradientMethodsObeyTheLowerBound) {
  // f − f* ≥ 3L‖x₀ − x*‖²/(32(t + 1)²) for the chain of 2t + 1, of gradient descent and of Nesterov's own method.
  for (const std::size_t steps : {5, 20, 50}) {
    const auto p = registry::make_problem("nesterov/quadratic:n=" + std::to_string(2 * steps + 1));
    const std::size_t n = p->dimension();
    double distance = 0.0;
    for (const double x : p->minimisers.front()) distance += x * x;
    const double t = static_cast<double>(steps), bound = 3 * distance / (32 * (t + 1) * (t + 1));
    for (const bool accelerated : {false, true}) {
      std::vector<double> x(n, 0.0), before = x, y = x, g(n);
      for (std::size_t k = 0; k < steps; ++k) {
        p->objective->gradient(y, g);
        for (std::size_t j = 0; j < n; ++j) {
          before[j] = x[j];
          x[j] = y[j] - g[j];
          const double beta = accelerated ? static_cast<double>(k) / static_cast<double>(k + 3) : 0.0;
          y[j] = x[j] + beta * (x[j] - before[j]);
        }
      }
      const double gap = p->objective->value(x) - p->optimum_f.value();
      EXPECT_GE(gap, bound);
      EXPECT_LE(gap, 2 * distance / (t + 4));  // and the upper bound of gradient descent (theorem 2.1.14)
    }
  }
}

TEST(Nesterov, ChainsAndSuite) {
  EXPECT_THROW(registry::make_problem("nesterov/quadratic:n=5,k=6"), InvalidArgument);
  EXPECT_THROW(registry::make_problem("nesterov/power:order=4"), InvalidArgument);
  const auto list = registry::suite_problems("nesterov:n=10,orders=1-3");
  ASSERT_EQ(list.size(), 4u);
  EXPECT_EQ(list[0], "nesterov/quadratic:n=10");
  EXPECT_EQ(list[3], "nesterov/power:n=10,order=3");
  for (const char* text : chains) {
    const auto p = registry::make_problem(text);
    std::vector<double> x(p->dimension());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(1.0 + 2 * static_cast<double>(i));
    const CheckReport report = check_derivatives(*p->objective, x);
    EXPECT_TRUE(report.ok()) << text << "\n" << report.text();
  }
}

}  // namespace
