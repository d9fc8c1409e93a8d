#include "thalweg/direct_search/powell.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/core/minimize.hpp"

namespace thalweg {
namespace {

using Point = std::span<const double>;

// f = ½(x − c)ᵀA(x − c), A_ij = 1/(i + j + 1) + δ_ij, c = (1, −2, 3, …): coupled in all variables.
double a(std::size_t i, std::size_t j) { return 1.0 / static_cast<double>(i + j + 1) + (i == j ? 1.0 : 0.0); }
double quadratic(Point x) {
  double f = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double u = x[i] - (i % 2 == 0 ? 1.0 : -1.0) * static_cast<double>(i + 1);
      const double v = x[j] - (j % 2 == 0 ? 1.0 : -1.0) * static_cast<double>(j + 1);
      f += 0.5 * u * a(i, j) * v;
    }
  return f;
}

TEST(Powell, BasicSweepsSolveAQuadraticWithConjugateDirections) {
  for (std::size_t n : {2u, 3u, 5u}) {
    FunctionObjective f(n, FunctionObjective::Value(quadratic));
    const std::vector<double> x0(n, 0.0), steps(n, 1.0);
    PowellState s(x0, quadratic(x0), steps);
    const double first = s.value;
    for (std::size_t k = 0; k < n; ++k) powell_sweep(f, {}, {.basic = true}, s);
    // After n sweeps all n directions are mutually conjugate: dᵢᵀA dⱼ = 0 (Powell 1964, theorem of §2).
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t q = 0; q < p; ++q) {
        double pq = 0.0, pp = 0.0, qq = 0.0;
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t j = 0; j < n; ++j) {
            const double *d = s.directions.data() + p * n, *e = s.directions.data() + q * n;
            pq += d[i] * a(i, j) * e[j], pp += d[i] * a(i, j) * d[j], qq += e[i] * a(i, j) * e[j];
          }
        EXPECT_LT(std::abs(pq), 1e-4 * std::sqrt(pp * qq)) << n << ": " << p << ", " << q;
      }
    powell_sweep(f, {}, {.basic = true}, s);
    EXPECT_LT(s.value, 1e-14 * first) << n;  // the (n+1)-th ends at rounding: line minima are good to √ε in x
  }
}

// Conjugate directions that know their curvatures hold the whole quadratic: its axes come out, the most curved first.
TEST(Powell, PrincipalAxesOfConjugateDirectionsAreTheHessians) {
  for (std::size_t n : {2u, 3u, 5u, 9u}) {
    const std::vector<double> x0(n, 0.0), steps(n, 1.0);
    PowellState s(x0, quadratic(x0), steps);
    for (std::size_t k = 0; k < n; ++k) {  // Gram–Schmidt in A, at scales of their own
      double* d = s.directions.data() + k * n;
      for (std::size_t p = 0; p < k; ++p) {
        const double* e = s.directions.data() + p * n;
        double along = 0.0;
        for (std::size_t i = 0; i < n; ++i)
          for (std::size_t j = 0; j < n; ++j) along += d[i] * a(i, j) * e[j];
        for (std::size_t i = 0; i < n; ++i) d[i] -= along / s.curvature[p] * e[i];
      }
      s.curvature[k] = 0.0;
      for (std::size_t i = 0; i < n; ++i) d[i] *= std::pow(10.0, static_cast<double>(k % 3));
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) s.curvature[k] += d[i] * a(i, j) * d[j];
    }
    s.take_principal_axes();
    for (std::size_t k = 0; k < n; ++k) {
      const double* w = s.directions.data() + k * n;
      if (k > 0) {
        EXPECT_LE(s.curvature[k], s.curvature[k - 1]);
      }
      for (std::size_t i = 0; i < n; ++i) {
        double aw = 0.0;
        for (std::size_t j = 0; j < n; ++j) aw += a(i, j) * w[j];
        EXPECT_NEAR(aw, s.curvature[k] * w[i], 1e-12) << n << ": " << k << ", " << i;
      }
    }
  }
}

TEST(Powell, DefaultAsksAboutTwoValuesALine) {
  for (const std::size_t n : {3u, 6u}) {
    const std::vector<double> x0(n, 0.0), steps(n, 1.0);
    PowellState s(x0, quadratic(x0), steps);
    std::size_t asked = 0;
    const FunctionObjective::Value counted = [&](Point x) { return ++asked, quadratic(x); };
    FunctionObjective g(n, counted);
    powell_sweep(g, {}, {}, s);
    asked = 0;
    const double before = s.value;
    powell_sweep(g, {}, {}, s);        // the curvatures are known by now
    EXPECT_LE(asked, 2 * n + 2) << n;  // and two for the exchange
    EXPECT_LT(s.value, 0.5 * before) << n;
  }
}

TEST(Powell, DefaultConvergesOnCurvedValleys) {
  const auto rosenbrock = [](Point x) { return 100.0 * std::pow(x[1] - x[0] * x[0], 2) + std::pow(1.0 - x[0], 2); };
  const Result r = minimize(rosenbrock, {-1.2, 1.0}, Powell{}, {.max_evaluations = 5000});
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_LT(r.f, 1e-14);
  const auto singular = [](Point x) {
    return std::pow(x[0] + 10.0 * x[1], 2) + 5.0 * std::pow(x[2] - x[3], 2) + std::pow(x[1] - 2.0 * x[2], 4) +
           10.0 * std::pow(x[0] - x[3], 4);
  };
  const Result p = minimize(singular, {3.0, -1.0, 0.0, 1.0}, Powell{}, {.max_evaluations = 20'000});
  EXPECT_LT(p.f, 1e-10) << p.message;
}

TEST(Powell, RespectsTheBoxAndMovesFromItsSides) {
  bool inside = true;
  const Bounds box{{0, -HUGE_VAL, 1}, {1, 2, 1}};
  const auto f = [&](Point x) {
    inside = inside && box.contains(x);
    return std::pow(x[0] - 0.3, 2) + std::pow(x[1] - 5.0 + x[0], 2) + x[2];
  };
  for (double start : {0.0, 1.0}) {
    const Result r = minimize(f, {start, 2.0, 1.0}, Powell{}, {.max_evaluations = 5000, .bounds = box});
    EXPECT_EQ(r.status, Status::converged) << r.message;
    EXPECT_NEAR(r.x[0], 1.0, 1e-6);  // with x₁ = 2 on its bound, (x₀ − .3)² + (x₀ − 3)² has its minimum at 1.65
    EXPECT_EQ(r.x[1], 2.0);
  }
  EXPECT_TRUE(inside);
}

TEST(Powell, SurvivesNotANumberAndAFunctionWithoutMinimum) {
  const Result r = minimize([](Point x) { return x[0] < 0.5 ? std::nan("") : x[0] * x[0]; }, {3.0}, Powell{},
                            {.max_evaluations = 1000});
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_NEAR(r.x[0], 0.5, 1e-6);
  const Result none = minimize([](Point) { return std::nan(""); }, {3.0}, Powell{}, {.max_evaluations = 1000});
  EXPECT_EQ(none.status, Status::numerical_failure) << none.message;
  const Result falls = minimize([](Point x) { return x[0] + x[1]; }, {3.0, 0.0}, Powell{}, {.max_evaluations = 5000});
  EXPECT_LT(falls.f, -1e50);
}

}  // namespace
}  // namespace thalweg
