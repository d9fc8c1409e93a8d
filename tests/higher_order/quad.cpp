// The local orders of cubic-newton's and ar3's steps, in IEEE quadruple precision: errors fall from 1e-1 far below
// what double can hold. The code is the methods' own, on another number type.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "thalweg/higher_order/quartic_model.inl"
#include "thalweg/second_order/secular.inl"

namespace {

using Quad = boost::multiprecision::cpp_bin_float_quad;
using Numbers = std::vector<Quad>;
constexpr std::size_t n = 3, terms = 5;

// f(x) = Σ_k exp(u_k) − u_k, u_k = a_kᵀ(x − c), with its minimum at c; every derivative there, of whatever order, is
// the sum of the a_k's tensor powers.
struct Exponentials {
  std::array<std::array<double, n>, terms> a{
      {{1.0, 0.5, -0.25}, {-0.5, 1.25, 0.5}, {0.25, -0.75, 1.5}, {1.5, 1.0, 0.75}, {-0.5, 0.25, 0.5}}};
  Numbers c{sqrt(Quad(2)), Quad(1) / 3, -sqrt(Quad(3))};

  [[nodiscard]] Quad term(const Numbers& x, std::size_t k) const {
    Quad u = 0;
    for (std::size_t i = 0; i < n; ++i) u += a[k][i] * (x[i] - c[i]);
    return u;
  }
  void derivatives(const Numbers& x, std::span<Quad> g, std::span<Quad> h, std::span<Quad> t) const {
    for (auto out : {g, h, t}) std::fill(out.begin(), out.end(), Quad(0));
    for (std::size_t k = 0; k < terms; ++k) {
      const Quad u = term(x, k), less = expm1(u), e = less + 1;
      for (std::size_t i = 0; i < n; ++i) {
        g[i] += less * a[k][i];
        for (std::size_t j = 0; j < n; ++j) {
          h[i * n + j] += e * a[k][i] * a[k][j];
          if (t.empty()) continue;
          for (std::size_t l = 0; l < n; ++l) t[(i * n + j) * n + l] += e * a[k][i] * a[k][j] * a[k][l];
        }
      }
    }
  }
};

double distance(const Numbers& x, const Numbers& c) {
  Numbers d(n);
  for (std::size_t i = 0; i < n; ++i) d[i] = x[i] - c[i];
  return static_cast<double>(thalweg::blas::norm_of<Quad>(d));
}

// The errors of x ← x + step(x) from a start that is exact in double, until the numbers' own rounding is near.
std::vector<double> errors(double size, const std::function<void(const Numbers&, std::span<Quad>)>& step) {
  const Exponentials f;
  Numbers x(n), s(n);
  const double away[n] = {size, -0.5 * size, 0.25 * size};
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<double>(f.c[i]) + away[i];
  std::vector<double> e{distance(x, f.c)};
  while (e.size() < 10) {
    step(x, s);
    for (std::size_t i = 0; i < n; ++i) x[i] += s[i];
    const double error = distance(x, f.c);
    if (error < 1e-31) break;
    e.push_back(error);
  }
  return e;
}
// log e_{k+1}/e_k ÷ log e_k/e_{k−1} for the last, or the last but one, k.
double order(const std::vector<double>& e, std::size_t before_last = 0) {
  const std::size_t k = e.size() - before_last;
  return std::log(e[k - 1] / e[k - 2]) / std::log(e[k - 2] / e[k - 3]);
}

TEST(Quad, JacobiEigenvaluesAreThoseOfTheMatrix) {
  const std::size_t m = 6;
  Numbers a(m * m), x(m), y(m), z(m);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < m; ++j) a[i * m + j] = 1 / Quad(i + j + 1);  // Hilbert's, condition 1.5e7
  thalweg::linalg::JacobiEigen<Quad> eigen(m);
  ASSERT_TRUE(eigen.compute(a));
  EXPECT_NEAR(static_cast<double>(eigen.values()[0]), 1.0827994845655497e-07, 1e-20);
  EXPECT_NEAR(static_cast<double>(eigen.values()[m - 1]), 1.6188998589243391, 1e-14);
  for (std::size_t j = 0; j < m; ++j) {  // A v = λ v to 30 digits
    Numbers unit(m);
    unit[j] = 1;
    eigen.from_eigenbasis(unit, x);
    eigen.to_eigenbasis(x, y);
    for (std::size_t i = 0; i < m; ++i) {
      EXPECT_LT(static_cast<double>(abs(y[i] - unit[i])), 1e-31);
      z[i] = -eigen.values()[j] * x[i];
      for (std::size_t k = 0; k < m; ++k) z[i] += a[i * m + k] * x[k];
      EXPECT_LT(static_cast<double>(abs(z[i])), 1e-32);
    }
  }
  a[m] = std::numeric_limits<Quad>::quiet_NaN();
  EXPECT_FALSE(eigen.compute(a));
}

TEST(Ar3, LocalOrderThreeInQuadPrecision) {
  const Exponentials f;
  for (const double sigma : {0.1, 1.0, 10.0})
    for (const double size : {0.4, 0.3}) {
      thalweg::QuarticModelOf<Quad> model(n);
      const auto e = errors(size, [&](const Numbers& x, std::span<Quad> s) {
        f.derivatives(x, model.gradient(), model.hessian(), model.third());
        EXPECT_TRUE(model.minimise(sigma, 1.0, 200, s).converged);
      });
      ASSERT_GE(e.size(), 4u);
      EXPECT_LT(e.back(), 1e-17) << "double would do";
      for (const std::size_t before_last : {0u, 1u}) {
        EXPECT_GE(order(e, before_last), 2.7) << "σ = " << sigma << ", from " << e.front();
        EXPECT_LE(order(e, before_last), 3.3);
      }
    }
}

TEST(CubicNewton, LocalOrderTwoInQuadPrecision) {
  const Exponentials f;
  for (const double sigma : {0.1, 1.0, 10.0}) {
    thalweg::SecularSolverOf<Quad> solver(n);
    Numbers g(n), h(n * n);
    const auto e = errors(0.2, [&](const Numbers& x, std::span<Quad> s) {
      f.derivatives(x, g, h, {});
      EXPECT_TRUE(solver.set_matrix(h));
      solver.set_gradient(g);
      solver.cubic(sigma, s);
    });
    ASSERT_GE(e.size(), 4u);
    EXPECT_LT(e.back(), 1e-15);
    EXPECT_NEAR(order(e), 2.0, 0.1);
  }
}

}  // namespace
