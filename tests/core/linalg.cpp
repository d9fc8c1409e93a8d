#include "thalweg/core/linalg.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "thalweg/core/blas1.hpp"

namespace {

using thalweg::linalg::Cholesky;
using thalweg::linalg::Ldlt;
using thalweg::linalg::LeastSquares;
using thalweg::linalg::Lu;
using thalweg::linalg::Qr;
using thalweg::linalg::Svd;
using thalweg::linalg::SymmetricEigen;
using Numbers = std::vector<double>;

Numbers random_numbers(std::size_t count, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  Numbers numbers(count);
  for (double& v : numbers) v = uniform(engine);
  return numbers;
}
Numbers symmetric(std::size_t n, unsigned seed) {
  Numbers a = random_numbers(n * n, seed);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) a[j * n + i] = a[i * n + j];
  return a;
}
Numbers positive_definite(std::size_t n, unsigned seed) {
  const Numbers b = random_numbers(n * n, seed);
  Numbers a(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = i == j ? 0.1 : 0.0;
      for (std::size_t k = 0; k < n; ++k) sum += b[i * n + k] * b[j * n + k];
      a[i * n + j] = sum;
    }
  return a;
}
double residual(const Numbers& a, const Numbers& x, const Numbers& b) {
  Numbers ax(b.size());
  thalweg::blas::multiply(a, x, ax);
  double largest = 0.0;
  for (std::size_t i = 0; i < b.size(); ++i) largest = std::max(largest, std::abs(ax[i] - b[i]));
  return largest;
}

TEST(Linalg, SymmetricEigenRebuildsTheMatrix) {
  for (const std::size_t n : {1u, 2u, 3u, 10u, 33u}) {
    const Numbers a = symmetric(n, 7);
    SymmetricEigen eigen(n);
    ASSERT_TRUE(eigen.compute(a));
    const auto values = eigen.values();
    for (std::size_t j = 0; j + 1 < n; ++j) EXPECT_LE(values[j], values[j + 1]);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < n; ++k) {
        double rebuilt = 0.0, product = 0.0;
        for (std::size_t j = 0; j < n; ++j) {
          rebuilt += values[j] * eigen.vector(j)[i] * eigen.vector(j)[k];
          product += eigen.vector(i)[j] * eigen.vector(k)[j];
        }
        EXPECT_NEAR(rebuilt, a[i * n + k], 1e-13 * static_cast<double>(n));
        EXPECT_NEAR(product, i == k ? 1.0 : 0.0, 1e-13 * static_cast<double>(n));
      }
    const Numbers x = random_numbers(n, 8);
    Numbers there(n), back(n);
    eigen.to_eigenbasis(x, there);
    EXPECT_NEAR(there[0], thalweg::blas::dot(eigen.vector(0), x), 1e-14);
    eigen.from_eigenbasis(there, back);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(back[i], x[i], 1e-13);
  }
}

TEST(Linalg, SymmetricEigenReadsTheLowerTriangleAndRefusesNan) {
  Numbers a{1.0, std::numeric_limits<double>::quiet_NaN(), 0.5, 2.0};
  SymmetricEigen eigen(2);
  ASSERT_TRUE(eigen.compute(a));
  EXPECT_NEAR(eigen.values()[0] * eigen.values()[1], 2.0 - 0.25, 1e-14);
  a[2] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(eigen.compute(a));
  EXPECT_THROW(static_cast<void>(eigen.values()), std::logic_error);
  EXPECT_THROW(static_cast<void>(eigen.compute(Numbers(3))), std::logic_error);
}

TEST(Linalg, CholeskySolvesAndRefusesIndefinite) {
  for (const std::size_t n : {1u, 2u, 9u, 40u}) {
    const Numbers a = positive_definite(n, 3);
    const Numbers b = random_numbers(n, 4);
    Cholesky cholesky(n);
    ASSERT_TRUE(cholesky.factor(a));
    Numbers x = b;
    cholesky.solve(x);
    EXPECT_LT(residual(a, x, b), 1e-10);
    Numbers l = cholesky.lower().size() ? Numbers(cholesky.lower().begin(), cholesky.lower().end()) : Numbers();
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        double sum = 0.0;
        for (std::size_t k = 0; k < n; ++k) sum += l[i * n + k] * l[j * n + k];
        EXPECT_NEAR(sum, a[i * n + j], 1e-13 * static_cast<double>(n));
        if (j > i) {
          EXPECT_EQ(l[i * n + j], 0.0);
        }
      }
    Numbers y(n), z = b;
    cholesky.solve_lower(z);
    cholesky.multiply_lower(z, y);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(y[i], b[i], 1e-11);
    SymmetricEigen eigen(n);
    ASSERT_TRUE(eigen.compute(a));
    double log_determinant = 0.0;
    for (const double v : eigen.values()) log_determinant += std::log(v);
    EXPECT_NEAR(cholesky.log_determinant(), log_determinant, 1e-9);
    const double smallest = eigen.values()[0];
    EXPECT_FALSE(cholesky.factor(a, -1.01 * smallest));
    EXPECT_THROW(cholesky.solve(x), std::logic_error);
    EXPECT_TRUE(cholesky.factor(a, -0.99 * smallest));
  }
}

TEST(Linalg, LdltAndLuSolve) {
  for (const std::size_t n : {1u, 2u, 9u, 25u}) {
    const Numbers a = positive_definite(n, 5), general = random_numbers(n * n, 6), b = random_numbers(n, 4);
    Ldlt ldlt(n);
    ASSERT_TRUE(ldlt.factor(a));
    EXPECT_TRUE(ldlt.positive());
    Numbers x = b;
    ldlt.solve(x);
    EXPECT_LT(residual(a, x, b), 1e-10);
    Numbers negative = a;
    for (double& v : negative) v = -v;
    ASSERT_TRUE(ldlt.factor(negative));
    EXPECT_FALSE(ldlt.positive());
    EXPECT_FALSE(ldlt.factor(Numbers(n * n, 0.0)));
    Lu lu(n);
    ASSERT_TRUE(lu.factor(general));
    x = b;
    lu.solve(x);
    EXPECT_LT(residual(general, x, b), 1e-10);
    Numbers inverse(n * n);
    lu.inverse(inverse);
    Numbers y(n);
    thalweg::blas::multiply(inverse, b, y);
    EXPECT_LT(residual(general, y, b), 1e-9);
    EXPECT_FALSE(lu.factor(Numbers(n * n, 0.0)));
  }
}

// Condition numbers of Hilbert's matrices: 1.5e10 for n = 8, 1e18 and more for n = 14. A triangle of ones has
// 2n, though the bound by absolute values that is looked at first has 2ⁿ.
TEST(Linalg, LuRefusesWhatIsSingularToRoundingAlone) {
  const auto hilbert = [](std::size_t n) {
    Numbers a(n * n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) a[i * n + j] = 1.0 / static_cast<double>(i + j + 1);
    return a;
  };
  EXPECT_TRUE(Lu(8).factor(hilbert(8)));
  EXPECT_FALSE(Lu(14).factor(hilbert(14)));
  const std::size_t n = 60;
  Numbers ones(n * n, 0.0), x(n, 1.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i; j < n; ++j) ones[i * n + j] = 1.0;
  Lu lu(n);
  ASSERT_TRUE(lu.factor(ones));
  lu.solve(x);
  for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(x[i], i + 1 == n ? 1.0 : 0.0, 1e-12);
  ones[3] = std::nan("");
  EXPECT_FALSE(lu.factor(ones));
}

TEST(Linalg, LeastSquaresSatisfiesTheNormalEquations) {
  const std::size_t m = 12, n = 5;
  const Numbers a = random_numbers(m * n, 1), b = random_numbers(m, 2);
  LeastSquares solver(m, n);
  ASSERT_TRUE(solver.factor(a));
  EXPECT_EQ(solver.rank(), n);
  Numbers x(n), r(m), gradient(n);
  solver.solve(b, x);
  thalweg::blas::multiply(a, x, r);
  thalweg::blas::axpy(-1.0, b, r);
  thalweg::blas::multiply_transposed(a, r, gradient);
  EXPECT_LT(thalweg::blas::max_abs(gradient), 1e-13);
  Numbers covariance(n * n), normal(n * n), transposed(n * m), identity(n * n);
  ASSERT_TRUE(solver.inverse_normal(covariance));
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) transposed[j * m + i] = a[i * n + j];
  thalweg::linalg::multiply(n, m, n, 1.0, transposed, a, 0.0, normal);
  thalweg::linalg::multiply(n, n, n, 2.0, normal, covariance, 0.0, identity);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) EXPECT_NEAR(identity[i * n + j], i == j ? 2.0 : 0.0, 1e-12);
  Numbers deficient = a;
  for (std::size_t i = 0; i < m; ++i) deficient[i * n + 1] = 2.0 * deficient[i * n];
  ASSERT_TRUE(solver.factor(deficient));
  EXPECT_EQ(solver.rank(), n - 1);
  EXPECT_FALSE(solver.inverse_normal(covariance));
}

TEST(Linalg, SvdRebuildsTheMatrix) {
  for (const auto& [m, n] : {std::pair<std::size_t, std::size_t>{6, 4}, {4, 6}, {1, 1}}) {
    const Numbers a = random_numbers(m * n, 9);
    Svd svd(m, n);
    ASSERT_TRUE(svd.compute(a));
    const std::size_t k = std::min(m, n);
    ASSERT_EQ(svd.values().size(), k);
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        double sum = 0.0;
        for (std::size_t l = 0; l < k; ++l) sum += svd.values()[l] * svd.left()[l * m + i] * svd.right()[l * n + j];
        EXPECT_NEAR(sum, a[i * n + j], 1e-14 * 10);
      }
  }
}

// Orthogonal rows, the shortest first, with AᵀA as before: small n and a whole vector's width, and rows that are
// dependent.
TEST(Linalg, OrthogonalRowsKeepTheNormalMatrix) {
  for (const std::size_t n : {1u, 2u, 5u, 8u, 13u})
    for (const bool singular : {false, true}) {
      Numbers a = random_numbers(n * n, 14);
      for (std::size_t i = 0; i < n; ++i) {
        a[i] *= 1e6;  // the first row long
        if (singular && n > 1) a[(n - 1) * n + i] = 2.0 * a[i];
      }
      const Numbers before = a;
      Svd svd(n, n);
      ASSERT_TRUE(svd.compute(a));
      Numbers squares(n);
      ASSERT_TRUE(thalweg::linalg::orthogonalise_rows(a, squares));
      const double largest = svd.values()[0];
      const auto product = [n](const Numbers& m, std::size_t i, std::size_t j, bool rows) {
        double sum = 0.0;
        for (std::size_t k = 0; k < n; ++k) sum += rows ? m[i * n + k] * m[j * n + k] : m[k * n + i] * m[k * n + j];
        return sum;
      };
      for (std::size_t i = 0; i < n; ++i) {
        const double length = std::sqrt(product(a, i, i, true));
        EXPECT_NEAR(length, svd.values()[n - 1 - i], 1e-14 * largest) << n << ", " << i;
        EXPECT_NEAR(std::sqrt(squares[i]), length, 1e-14 * largest) << n << ", " << i;
        for (std::size_t j = 0; j < n; ++j) {
          if (i < j) {
            EXPECT_LE(std::abs(product(a, i, j, true)), 1e-14 * length * std::sqrt(product(a, j, j, true))) << n;
          }
          EXPECT_NEAR(product(a, i, j, false), product(before, i, j, false), 1e-14 * largest * largest) << n;
        }
      }
    }
  Numbers bad = {1.0, std::nan(""), 0.0, 1.0}, squares(2);
  EXPECT_FALSE(thalweg::linalg::orthogonalise_rows(bad, squares));
}

// Rows that are orthogonal already are put in order as well, whatever theirs was.
TEST(Linalg, OrthogonalRowsAreInOrder) {
  for (const std::size_t n : {2u, 3u, 5u, 8u, 9u})
    for (std::size_t turn = 0; turn < n; ++turn) {
      Numbers a(n * n, 0.0), squares(n);
      for (std::size_t i = 0; i < n; ++i) a[i * n + i] = static_cast<double>((n - 1 - i + turn) % n + 1);
      ASSERT_TRUE(thalweg::linalg::orthogonalise_rows(a, squares));
      for (std::size_t i = 0; i < n; ++i) {
        const double length = static_cast<double>(i + 1);
        EXPECT_EQ(squares[i], length * length) << n << ", " << i;
        EXPECT_EQ(thalweg::blas::max_abs(std::span(a).subspan(i * n, n)), length) << n << ", " << i;
      }
    }
}

TEST(Blas1, AgreesWithPlainSums) {
  for (const std::size_t n : {0u, 1u, 7u, 8u, 9u, 100u}) {
    const Numbers x = random_numbers(n, 11), y = random_numbers(n, 12);
    double sum = 0.0, largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) sum += x[i] * y[i], largest = std::max(largest, std::abs(x[i]));
    EXPECT_NEAR(thalweg::blas::dot(x, y), sum, 1e-14 * static_cast<double>(n + 1));
    EXPECT_EQ(thalweg::blas::max_abs(x), largest);
    Numbers z = y;
    thalweg::blas::axpy(2.0, x, z);
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(z[i], y[i] + 2.0 * x[i]);
  }
  EXPECT_DOUBLE_EQ(thalweg::blas::norm(Numbers{3e200, 4e200}), 5e200);
  EXPECT_DOUBLE_EQ(thalweg::blas::norm(Numbers{3e-200, 4e-200}), 5e-200);
  EXPECT_EQ(thalweg::blas::max_abs(Numbers{1.0, std::nan(""), 2.0}), INFINITY);
  EXPECT_EQ(thalweg::blas::max_abs(Numbers{1.0, -INFINITY, 2.0}), INFINITY);
  EXPECT_EQ(thalweg::blas::max_abs(Numbers{-1e-310, 0.0}), 1e-310);
}

// RᵀR = AᵀA, Qᵀ keeps norms and turns A x into (R x, 0), for tall, square and wide matrices.
TEST(Qr, ReducesLeastSquares) {
  for (const auto& [m, n] : {std::pair<std::size_t, std::size_t>{7, 3}, {4, 4}, {3, 5}, {1, 1}}) {
    const Numbers a = random_numbers(m * n, 5), x = random_numbers(n, 6);
    Qr qr(m, n);
    ASSERT_TRUE(qr.factor(a));
    const std::size_t k = std::min(m, n);
    const auto r = qr.upper();
    ASSERT_EQ(r.size(), k * n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        double ata = 0.0, rtr = 0.0;
        for (std::size_t l = 0; l < m; ++l) ata += a[l * n + i] * a[l * n + j];
        for (std::size_t l = 0; l < k; ++l) rtr += r[l * n + i] * r[l * n + j];
        EXPECT_NEAR(rtr, ata, 1e-13);
      }
    Numbers ax(m), rx(k);
    thalweg::blas::multiply(a, x, ax);
    thalweg::blas::multiply(r, x, rx);
    qr.apply_transposed(ax);
    for (std::size_t i = 0; i < m; ++i) EXPECT_NEAR(ax[i], i < k ? rx[i] : 0.0, 1e-13);
  }
  Qr qr(2, 1);
  EXPECT_FALSE(qr.factor(Numbers{1.0, std::numeric_limits<double>::quiet_NaN()}));
}

}  // namespace
