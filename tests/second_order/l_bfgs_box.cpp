// l-bfgs within bounds: closed forms, first-order conditions, and SciPy's L-BFGS-B on boxed MGH problems.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "thalweg/first_order/gd.hpp"
#include "thalweg/second_order/l_bfgs.hpp"

namespace {

using thalweg::Bounds;
using thalweg::Gd;
using thalweg::LBfgs;
using thalweg::Limits;
using thalweg::Status;
using Numbers = std::vector<double>;
constexpr double infinity = std::numeric_limits<double>::infinity();

double rosenbrock(std::span<const double> x, std::span<double> g) {
  double f = 0.0;
  if (!g.empty()) g[0] = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double u = x[i + 1] - x[i] * x[i], v = 1.0 - x[i];
    f += 100.0 * u * u + v * v;
    if (!g.empty()) g[i] += -400.0 * x[i] * u - 2.0 * v, g[i + 1] = 200.0 * u;
  }
  return f;
}

// ½ (x − c)ᵀ A (x − c), A = tridiagonal plus a rank-one part: neither separable nor well conditioned
struct Quadratic {
  Numbers c;
  double operator()(std::span<const double> x, std::span<double> g) const {
    const std::size_t n = x.size();
    double f = 0.0, sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) sum += (x[i] - c[i]) * (i % 2 == 0 ? 1.0 : -1.0);
    for (std::size_t i = 0; i < n; ++i) {
      const double di = x[i] - c[i];
      double ad = (2.0 + static_cast<double>(i)) * di + 3.0 * sum * (i % 2 == 0 ? 1.0 : -1.0);
      if (i > 0) ad -= 0.9 * (x[i - 1] - c[i - 1]);
      if (i + 1 < n) ad -= 0.9 * (x[i + 1] - c[i + 1]);
      f += 0.5 * di * ad;
      if (!g.empty()) g[i] = ad;
    }
    return f;
  }
};

template <class F>
double projected_gradient(const F& f, const Bounds& box, const Numbers& x) {
  Numbers g(x.size());
  f(x, g);
  double largest = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i)
    largest = std::max(largest, std::abs(std::clamp(x[i] - g[i], box.lower[i], box.upper[i]) - x[i]));
  return largest;
}

// The projected gradient is within tolerance, or f shows no more and the message says so.
template <class F>
void expect_stationary(const F& f, const Bounds& box, const thalweg::Result& result) {
  const double size = projected_gradient(f, box, result.x);
  if (size > 1e-8) {
    EXPECT_NE(result.message.find("at the rounding of f"), std::string::npos) << result.message;
    EXPECT_LE(size, 1e-7 * std::max(1.0, std::abs(result.f)));
  }
}

TEST(LBfgsBox, SeparableProblemsEndAtTheClampedMinimiser) {
  std::mt19937_64 engine(5);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (const std::size_t n : {1u, 3u, 40u}) {
    Numbers c(n), weight(n), start(n);
    Bounds box{Numbers(n), Numbers(n)};
    for (std::size_t i = 0; i < n; ++i) {
      c[i] = 2.0 * uniform(engine), weight[i] = std::exp(3.0 * uniform(engine));
      box.lower[i] = -1.0 + 0.5 * uniform(engine), box.upper[i] = 1.0 + 0.5 * uniform(engine);
      start[i] = i % 3 == 0 ? box.lower[i] : i % 3 == 1 ? box.upper[i] : 0.0;
    }
    const auto f = [&](std::span<const double> x, std::span<double> g) {
      double sum = 0.0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += weight[i] * std::cosh(x[i] - c[i]);
        if (!g.empty()) g[i] = weight[i] * std::sinh(x[i] - c[i]);
      }
      return sum;
    };
    const auto result = thalweg::minimize(f, start, LBfgs{}, {.max_evaluations = 500, .bounds = box});
    EXPECT_EQ(result.status, Status::converged) << result.message;
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(result.x[i], std::clamp(c[i], box.lower[i], box.upper[i]), 1e-6);
  }
}

TEST(LBfgsBox, QuadraticsMeetTheFirstOrderConditions) {
  std::mt19937_64 engine(7);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (int round = 0; round < 20; ++round) {
    const std::size_t n = 2 + static_cast<std::size_t>(round) * 2;
    Quadratic f{Numbers(n)};
    Bounds box{Numbers(n, -infinity), Numbers(n, infinity)};
    for (std::size_t i = 0; i < n; ++i) {
      f.c[i] = 2.0 * uniform(engine);
      if (i % 4 != 0) box.lower[i] = -0.7;
      if (i % 4 < 2) box.upper[i] = 0.6;
      if (i % 7 == 3) box.lower[i] = box.upper[i] = 0.25;  // fixed
    }
    Numbers start(n, 0.1);
    box.clamp(std::span(start));
    const auto result = thalweg::minimize(f, start, LBfgs{.memory = 5}, {.max_evaluations = 2000, .bounds = box});
    EXPECT_EQ(result.status, Status::converged) << "n = " << n << ": " << result.message;
    expect_stationary(f, box, result);
    EXPECT_TRUE(box.contains(std::span<const double>(result.x)));
  }
}

TEST(LBfgsBox, RosenbrockWithActiveBounds) {
  for (const std::size_t n : {2u, 10u, 50u}) {
    const Bounds box{Numbers(n, -1.5), Numbers(n, 0.8)};
    Numbers start(n, 0.8);
    for (std::size_t i = 0; i < n; i += 2) start[i] = -1.2;
    const auto result = thalweg::minimize(rosenbrock, start, LBfgs{}, {.max_evaluations = 2000, .bounds = box});
    EXPECT_EQ(result.status, Status::converged) << result.message;
    expect_stationary(rosenbrock, box, result);
    if (n == 2) {
      EXPECT_NEAR(result.f, 0.04, 1e-12);  // x = (0.8, 0.64)
    }
  }
}

TEST(LBfgsBox, NoBoundIsTheFreeMethodBitForBit) {
  const Numbers start{-1.2, 1.0, 0.3};
  const auto free = thalweg::minimize(rosenbrock, start, LBfgs{});
  const auto same =
      thalweg::minimize(rosenbrock, start, LBfgs{}, {.bounds = {Numbers(3, -infinity), Numbers(3, infinity)}});
  EXPECT_EQ(free.x, same.x);
  EXPECT_EQ(free.evaluations(), same.evaluations());
  // and bounds that are never met lead to the same minimum
  const auto wide = thalweg::minimize(rosenbrock, start, LBfgs{}, {.bounds = {Numbers(3, -50.0), Numbers(3, 50.0)}});
  for (const double v : wide.x) EXPECT_NEAR(v, 1.0, 1e-7);
}

TEST(LBfgsBox, AllVariablesFixedConvergesAtOnce) {
  const Numbers start{0.5, 0.5};
  const auto result = thalweg::minimize(rosenbrock, start, LBfgs{}, {.bounds = {start, start}});
  EXPECT_EQ(result.status, Status::converged);
  EXPECT_EQ(result.evaluations(), 1u);
  EXPECT_EQ(result.x, start);
}

TEST(LBfgsBox, TooMuchMemoryIsRefused) {
  EXPECT_THROW(thalweg::minimize(rosenbrock, {0.0, 0.0}, LBfgs{.memory = 1001},
                                 {.bounds = {Numbers(2, 0.0), Numbers(2, 1.0)}}),
               thalweg::InvalidArgument);
}

TEST(Gd, ProjectedDescentMeetsTheFirstOrderConditions) {
  Quadratic f{{1.4, -1.7, 0.2, 0.9}};
  const Bounds box{Numbers(4, -0.5), {0.5, 0.5, 0.5, infinity}};
  for (const auto line : {Gd::Line::strong_wolfe, Gd::Line::armijo, Gd::Line::exact, Gd::Line::fixed}) {
    const auto result = thalweg::minimize(f, Numbers(4, 0.5), Gd{.line = line, .step = 0.05},
                                          {.max_evaluations = 5000, .bounds = box});
    EXPECT_EQ(result.status, Status::converged) << result.message;
    expect_stationary(f, box, result);
  }
}

}  // namespace
