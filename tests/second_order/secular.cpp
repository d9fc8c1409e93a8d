#include "thalweg/second_order/secular.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/linalg.hpp"
#include "thalweg/higher_order/cubic_subproblem.hpp"

namespace {

using thalweg::CubicSubproblem;
using thalweg::RegularisedStep;
using thalweg::SecularSolver;
using Numbers = std::vector<double>;

// A symmetric matrix with the spectrum given, and its eigenvectors as rows of q.
struct Spectral {
  std::size_t n;
  Numbers h, q;
  Spectral(const Numbers& spectrum, unsigned seed) : n(spectrum.size()), h(n * n), q(n * n) {
    std::mt19937_64 engine(seed);
    std::normal_distribution<double> normal;
    Numbers a(n * n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j <= i; ++j) a[i * n + j] = a[j * n + i] = normal(engine);
    thalweg::linalg::SymmetricEigen eigen(n);
    EXPECT_TRUE(eigen.compute(a));
    q.assign(eigen.vectors().begin(), eigen.vectors().end());
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) h[i * n + j] += spectrum[k] * q[k * n + i] * q[k * n + j];
  }
  [[nodiscard]] Numbers combine(const Numbers& coordinates) const {
    Numbers x(n);
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i) x[i] += coordinates[k] * q[k * n + i];
    return x;
  }
};

// (H + λI)s = −g, relative to ‖g‖ + ‖H‖‖s‖; H + λI ⪰ 0, to the rounding of H.
void expect_stationary(const Spectral& p, const Numbers& spectrum, const Numbers& g, const Numbers& s,
                       double lambda) {
  Numbers residual(p.n);
  thalweg::blas::multiply(p.h, s, residual);
  thalweg::blas::axpy(lambda, s, residual);
  thalweg::blas::axpy(1.0, g, residual);
  const double scale = thalweg::blas::norm(g) + (thalweg::blas::max_abs(p.h) + lambda) * thalweg::blas::norm(s);
  EXPECT_LE(thalweg::blas::norm(residual), 1e-13 * scale);
  EXPECT_GE(spectrum[0] + lambda, -1e-15 * thalweg::blas::max_abs(p.h));
}

const std::vector<Numbers>& spectra() {
  static const std::vector<Numbers> list = {{2.0},
                                            {-3.0},
                                            {0.0},
                                            {1.0, 5.0, 9.0},
                                            {-4.0, 1.0, 3.0},
                                            {-4.0, -4.0, 3.0},
                                            {0.0, 1.0, 1e6},
                                            {-1e-9, 1e-3, 1.0, 1e8},
                                            {-1e5, -2.0, 1.0, 4.0, 1e5}};
  return list;
}

TEST(CubicSubproblem, SatisfiesTheGlobalOptimalityConditions) {
  for (const Numbers& spectrum : spectra())
    for (const double size : {1e-8, 1.0, 1e6})
      for (const double sigma : {1e-6, 1.0, 1e4}) {
        const Spectral p(spectrum, 5);
        Numbers c(p.n, size), s(p.n);
        for (std::size_t i = 0; i < p.n; i += 2) c[i] *= -0.3;
        const Numbers g = p.combine(c);
        CubicSubproblem problem(p.n);
        ASSERT_TRUE(problem.set(g, p.h));
        const RegularisedStep step = problem.minimise(sigma, s);
        SCOPED_TRACE("λ₁ " + std::to_string(spectrum[0]) + ", ‖g‖ " + std::to_string(size) + ", σ " +
                     std::to_string(sigma));
        expect_stationary(p, spectrum, g, s, step.lambda);
        EXPECT_NEAR(step.lambda, sigma * thalweg::blas::norm(s), 1e-11 * step.lambda);
        Numbers hs(p.n);
        thalweg::blas::multiply(p.h, s, hs);
        const double decrease = -thalweg::blas::dot(g, s) - 0.5 * thalweg::blas::dot(s, hs);
        const double scale =
            std::abs(thalweg::blas::dot(g, s)) + thalweg::blas::max_abs(p.h) * thalweg::blas::dot(s, s);
        EXPECT_NEAR(step.decrease, decrease, 1e-12 * scale);
      }
}

TEST(CubicSubproblem, HardCaseTakesTheEigenvector) {
  const Numbers spectrum{-4.0, 1.0, 3.0};
  const Spectral p(spectrum, 9);
  for (const double size : {0.0, 1e-3, 1.0}) {
    const Numbers g = p.combine({0.0, size, -size});
    for (const double rounding : {0.0, 1e-17, -1e-17}) {
      Numbers bent = g, s(3);
      for (std::size_t i = 0; i < 3; ++i) bent[i] += rounding * p.q[i];
      CubicSubproblem problem(3);
      ASSERT_TRUE(problem.set(bent, p.h));
      const double sigma = 0.5;
      const RegularisedStep step = problem.minimise(sigma, s);
      expect_stationary(p, spectrum, bent, s, step.lambda);
      // ‖s‖ = λ/σ with λ = 4: the vector of the rest is far shorter
      EXPECT_NEAR(step.lambda, 4.0, 1e-12);
      EXPECT_NEAR(thalweg::blas::norm(s), 8.0, 1e-11);
    }
  }
}

TEST(CubicSubproblem, IsNoWorseThanAnyPointOfASearch) {
  const Numbers spectrum{-2.0, 0.5};
  const Spectral p(spectrum, 1);
  const Numbers g = p.combine({1e-3, 2.0});
  CubicSubproblem problem(2);
  ASSERT_TRUE(problem.set(g, p.h));
  Numbers s(2), hs(2);
  problem.minimise(0.7, s);
  const auto model = [&](const Numbers& x) {
    thalweg::blas::multiply(p.h, x, hs);
    return thalweg::blas::dot(g, x) + 0.5 * thalweg::blas::dot(x, hs) +
           0.7 / 3.0 * std::pow(thalweg::blas::norm(x), 3);
  };
  const double least = model(s);
  for (double a = -6.0; a <= 6.0; a += 0.05)
    for (double b = -6.0; b <= 6.0; b += 0.05) EXPECT_GE(model({a, b}), least - 1e-12);
}

TEST(TrustRegionSubproblem, SatisfiesTheGlobalOptimalityConditions) {
  for (const Numbers& spectrum : spectra())
    for (const double size : {0.0, 1e-8, 1.0, 1e6})
      for (const double radius : {1e-6, 1.0, 1e4}) {
        const Spectral p(spectrum, 6);
        const Numbers g = p.combine(Numbers(p.n, size));
        SecularSolver solver(p.n);
        ASSERT_TRUE(solver.set_matrix(p.h));
        solver.set_gradient(g);
        Numbers s(p.n);
        const RegularisedStep step = solver.trust_region(radius, s);
        SCOPED_TRACE("λ₁ " + std::to_string(spectrum[0]) + ", ‖g‖ " + std::to_string(size) + ", Δ " +
                     std::to_string(radius));
        expect_stationary(p, spectrum, g, s, step.lambda);
        EXPECT_LE(thalweg::blas::norm(s), radius * (1.0 + 1e-12));
        // Λ₁ = 0 up to rounding is as good as a multiplier of zero
        if (step.lambda > 1e-13 * thalweg::blas::max_abs(p.h)) {
          EXPECT_NEAR(thalweg::blas::norm(s), radius, 1e-12 * radius);
        }
      }
}

}  // namespace
