// The Krylov solver beside the dense one, which is checked against the optimality conditions in secular.cpp.
#include "thalweg/second_order/krylov.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/core/blas1.hpp"
#include "thalweg/core/linalg.hpp"
#include "thalweg/higher_order/cubic_newton.hpp"

namespace {

using thalweg::CubicNewton;
using thalweg::KrylovSolver;
using thalweg::RegularisedStep;
using thalweg::SecularSolver;
using Numbers = std::vector<double>;
namespace blas = thalweg::blas;

struct Matrix {  // symmetric, spectrum between low and high
  std::size_t n;
  Numbers a, g;
  Matrix(std::size_t size, double low, double high, unsigned seed) : n(size), a(size * size), g(size) {
    std::mt19937_64 engine(seed);
    std::normal_distribution<double> normal;
    Numbers v(n);
    for (std::size_t i = 0; i < n; ++i) {
      a[i * n + i] =
          low + (high - low) * static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(n - 1, 1));
      g[i] = normal(engine);
    }
    for (int k = 0; k < 3; ++k) {  // three Householder reflections on both sides
      for (double& x : v) x = normal(engine);
      blas::scale(1.0 / blas::norm(v), v);
      Numbers av(n);
      blas::multiply(a, v, av);
      const double vav = blas::dot(v, av);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
          a[i * n + j] += -2.0 * v[i] * av[j] - 2.0 * av[i] * v[j] + 4.0 * vav * v[i] * v[j];
    }
  }
  [[nodiscard]] KrylovSolver::Product product() const {
    return [this](std::span<const double> v, std::span<double> out) { blas::multiply(a, v, out); };
  }
};

// ‖g + Hs + λs‖
double stationarity(const Matrix& m, const Numbers& s, double lambda) {
  Numbers r(m.n);
  blas::multiply(m.a, s, r);
  for (std::size_t i = 0; i < m.n; ++i) r[i] += m.g[i] + lambda * s[i];
  return blas::norm(r);
}

TEST(Krylov, FindsTheGlobalMinimisersOfTheDenseSolver) {
  for (const std::size_t n : {1u, 2u, 7u, 30u})
    for (const auto& [low, high] : {std::pair{1.0, 50.0}, std::pair{-5.0, 20.0}, std::pair{-3.0, -1.0}}) {
      const Matrix m(n, low, high, 11);
      SecularSolver dense(n);
      ASSERT_TRUE(dense.set_matrix(m.a));
      dense.set_gradient(m.g);
      KrylovSolver krylov(n, m.product(), 3 * n, n);
      krylov.begin(m.g);
      Numbers s(n), t(n);
      for (const double weight : {1e-3, 1.0, 50.0}) {
        SCOPED_TRACE("n = " + std::to_string(n) + ", λ₁ = " + std::to_string(low) + ", " + std::to_string(weight));
        const RegularisedStep a = dense.cubic(weight, s), b = krylov.cubic(weight, 1e-12, t);
        EXPECT_NEAR(b.lambda, a.lambda, 1e-8 * (1.0 + a.lambda));
        EXPECT_NEAR(b.norm, a.norm, 1e-8 * (1.0 + a.norm));
        EXPECT_NEAR(b.decrease, a.decrease, 1e-8 * (1.0 + std::abs(a.decrease)));
        EXPECT_LE(stationarity(m, t, b.lambda), 1e-7 * (blas::norm(m.g) + std::abs(b.lambda) * b.norm));
        EXPECT_NEAR(b.norm, blas::norm(t), 1e-8 * (1.0 + b.norm));
        const RegularisedStep c = dense.trust_region(weight, s), d = krylov.trust_region(weight, 1e-12, t);
        EXPECT_NEAR(d.norm, c.norm, 1e-8 * (1.0 + c.norm));
        EXPECT_NEAR(d.lambda, c.lambda, 1e-7 * (1.0 + c.lambda));
        EXPECT_NEAR(d.decrease, c.decrease, 1e-8 * (1.0 + std::abs(c.decrease)));
      }
      EXPECT_LE(krylov.products(), 3 * n);  // one space for all
    }
}

TEST(Krylov, StopsAtTheAccuracyAsked) {
  const Matrix m(200, -1.0, 100.0, 3);
  Numbers s(200);
  std::size_t before = 0;
  for (const double accuracy : {0.3, 1e-2, 1e-6}) {
    KrylovSolver krylov(200, m.product(), 400, 50);
    krylov.begin(m.g);
    const RegularisedStep step = krylov.cubic(2.0, accuracy, s);
    EXPECT_LE(stationarity(m, s, 2.0 * step.norm),
              accuracy * std::min(1.0, step.norm) * blas::norm(m.g) * (1.0 + 1e-6));
    EXPECT_GT(krylov.products(), before);
    EXPECT_LT(krylov.products(), 150u);
    before = krylov.products();
  }
}

TEST(Krylov, VectorsThatWereNotKeptAreMadeAgain) {
  const Matrix m(60, -2.0, 30.0, 5);
  Numbers s(60), t(60);
  KrylovSolver all(60, m.product(), 60, 60), few(60, m.product(), 60, 2);
  all.begin(m.g), few.begin(m.g);
  for (const double sigma : {10.0, 0.5}) {
    all.cubic(sigma, 1e-4, s), few.cubic(sigma, 1e-4, t);
    for (std::size_t i = 0; i < 60; ++i) EXPECT_NEAR(s[i], t[i], 1e-9);
  }
  EXPECT_GT(few.products(), all.products());
}

TEST(Krylov, NearlyHardCaseTakesTheEigenvector) {
  // diagonal; g has little along the lowest eigenvector, s almost everything
  const std::size_t n = 4;
  const Numbers spectrum{-4.0, 1.0, 3.0, 5.0}, g{1e-6, 1.0, -1.0, 0.5};
  KrylovSolver krylov(
      n,
      [&](std::span<const double> v, std::span<double> out) {
        for (std::size_t i = 0; i < n; ++i) out[i] = spectrum[i] * v[i];
      },
      n, n);
  krylov.begin(g);
  Numbers s(n);
  const RegularisedStep step = krylov.cubic(0.5, 1e-12, s);
  EXPECT_NEAR(step.norm, 8.0, 1e-3);  // λ = 4 = σ‖s‖
  EXPECT_GT(std::abs(s[0]), 7.9);
}

TEST(Krylov, LowestCurvatureIsTheLowestEigenvalue) {
  for (const auto& [low, high] : {std::pair{-5.0, 20.0}, std::pair{-0.01, 5.0}, std::pair{2.0, 9.0}}) {
    const std::size_t n = 80;
    const Matrix m(n, low, high, 8);
    thalweg::linalg::SymmetricEigen eigen(n);
    ASSERT_TRUE(eigen.compute(m.a));
    KrylovSolver krylov(n, m.product(), 160, 10);
    Numbers v(n), hv(n);
    double scale = 0.0;
    const double found = krylov.lowest_curvature(thalweg::Generator({1, thalweg::Purpose("test")}), v, scale);
    EXPECT_NEAR(found, eigen.values()[0], 2e-3 * std::abs(eigen.values()[0]) + 1e-6 * high);
    EXPECT_NEAR(blas::norm(v), 1.0, 1e-6);
    blas::multiply(m.a, v, hv);
    EXPECT_NEAR(blas::dot(v, hv), found, 1e-6 * high);
    EXPECT_GE(scale, 0.5 * high);
  }
}

const auto rosenbrock = [](const auto& x) {
  using S = thalweg::scalar_t<decltype(x)>;
  S sum = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const S u = x[i + 1] - x[i] * x[i], v = 1.0 - x[i];
    sum += 100.0 * u * u + v * v;
  }
  return sum;
};

TEST(CubicNewtonKrylov, SolvesRosenbrockByProductsAlone) {
  for (const std::size_t n : {1u, 10u, 200u}) {
    auto f = thalweg::differentiable(rosenbrock);
    Numbers x0(n, 1.0);
    for (std::size_t i = 0; i < n; i += 2) x0[i] = -1.2;
    const auto result =
        thalweg::minimize(f, x0, CubicNewton{.solver = CubicNewton::Solver::krylov}, {.max_evaluations = 5000});
    EXPECT_EQ(result.status, thalweg::Status::converged) << result.message;
    EXPECT_EQ(result.ledger.of(thalweg::AnswerKind::hessian), 0u);
  }
}

TEST(CubicNewtonKrylov, LeavesStrictSaddles) {
  auto f = thalweg::differentiable(
      [](const auto& x) { return x[0] * x[0] + 0.25 * x[1] * x[1] * x[1] * x[1] - 0.5 * x[1] * x[1]; });
  for (const Numbers& start : {Numbers{0.0, 0.0}, {1.0, 0.0}, {0.5, 1e-9}}) {
    const auto result = thalweg::minimize(f, start, CubicNewton{.solver = CubicNewton::Solver::krylov});
    EXPECT_EQ(result.status, thalweg::Status::converged) << result.message;
    EXPECT_NEAR(std::abs(result.x[1]), 1.0, 1e-8);
  }
}

}  // namespace
