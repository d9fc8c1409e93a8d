#include "thalweg/population/cma_state.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <numeric>

namespace thalweg {
namespace {

std::vector<std::size_t> ranked(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

Eigen::MatrixXd full(const CmaState& state, std::size_t n) {
  Eigen::MatrixXd c(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      c(static_cast<int>(i), static_cast<int>(j)) = c(static_cast<int>(j), static_cast<int>(i)) =
          state.covariance()[i * n + j];
  return c;
}

Eigen::MatrixXd random_rotation(int n, Generator& random) {
  Eigen::MatrixXd a(n, n);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) a(i, j) = random.normal();
  return Eigen::HouseholderQR<Eigen::MatrixXd>(a).householderQ();
}

TEST(CmaState, ParametersAreThoseOfTableOne) {
  // n = 10, λ = 10, by hand from (48)–(58): w' = ln 5.5 − ln i
  const CmaParameters p(10, 10, true, false, 0.5);
  EXPECT_EQ(CmaParameters::default_population(10), 10u);
  EXPECT_EQ(p.mu, 5u);
  double sum = 0.0, squares = 0.0, minus = 0.0, minus_squares = 0.0;
  for (int i = 1; i <= 10; ++i) {
    const double w = std::log(5.5 / i);
    (i <= 5 ? sum : minus) += w;
    (i <= 5 ? squares : minus_squares) += w * w;
  }
  const double mu_eff = sum * sum / squares;
  EXPECT_NEAR(p.mu_eff, mu_eff, 1e-14);
  EXPECT_NEAR(p.mu_eff, 3.167, 1e-3);  // as purecma prints it
  EXPECT_NEAR(p.c_1, 2.0 / (11.3 * 11.3 + mu_eff), 1e-15);
  EXPECT_NEAR(p.c_mu, 2.0 * (mu_eff + 1.0 / mu_eff - 1.75) / (144.0 + mu_eff), 1e-15);
  EXPECT_NEAR(p.c_sigma, (mu_eff + 2.0) / (mu_eff + 15.0), 1e-15);
  EXPECT_NEAR(p.d_sigma, 1.0 + p.c_sigma, 1e-15);
  EXPECT_NEAR(p.chi_n, std::sqrt(10.0) * (1.0 - 1.0 / 40.0 + 1.0 / 2100.0), 1e-3);
  double positive = 0.0, negative = 0.0;
  for (double w : p.weights) (w > 0.0 ? positive : negative) += w;
  EXPECT_NEAR(positive, 1.0, 1e-15);
  const double mu_eff_minus = minus * minus / minus_squares;
  EXPECT_NEAR(-negative,
              std::min({1.0 + p.c_1 / p.c_mu, 1.0 + 2.0 * mu_eff_minus / (mu_eff + 2.0),
                        (1.0 - p.c_1 - p.c_mu) / (10.0 * p.c_mu)}),
              1e-14);
}

// The update is equivariant under rotation exactly (to rounding): R·(m, C, paths) after every generation, same σ.
TEST(CmaState, UpdateIsEquivariantUnderRotation) {
  const std::size_t n = 6;
  const CmaParameters p(n, 10, true, false, 0.5);
  Generator random(Stream(1, Purpose("test.rotation")));
  const Eigen::MatrixXd r = random_rotation(static_cast<int>(n), random);
  const std::vector<double> m(n, 0.7);
  const Eigen::VectorXd rm = r * Eigen::Map<const Eigen::VectorXd>(m.data(), static_cast<int>(n));
  CmaState a(p, m, 0.3), b(p, {rm.data(), n}, 0.3);
  std::vector<double> x(p.lambda * n), rx(p.lambda * n), f(p.lambda);
  for (std::uint64_t g = 0; g < 150; ++g) {
    a.sample(Stream(1, Purpose("test.sample"), g), x);
    for (std::size_t k = 0; k < p.lambda; ++k) {
      const Eigen::Map<Eigen::VectorXd> point(x.data() + k * n, static_cast<int>(n));
      Eigen::Map<Eigen::VectorXd>(rx.data() + k * n, static_cast<int>(n)) = r * point;
      f[k] = 0.0;
      for (std::size_t i = 0; i < n; ++i) f[k] += std::pow(30.0, static_cast<double>(i)) * std::pow(x[k * n + i], 2);
    }
    b.inject(rx);
    const auto ranking = ranked(f);
    ASSERT_TRUE(a.update(ranking));
    ASSERT_TRUE(b.update(ranking));
    const Eigen::MatrixXd ca = r * full(a, n) * r.transpose(), cb = full(b, n);
    ASSERT_LT((ca - cb).norm(), 1e-7 * cb.norm()) << g;
    ASSERT_NEAR(a.sigma() / b.sigma(), 1.0, 1e-7) << g;
    const Eigen::VectorXd ma = r * Eigen::Map<const Eigen::VectorXd>(a.mean().data(), static_cast<int>(n));
    ASSERT_LT((ma - Eigen::Map<const Eigen::VectorXd>(b.mean().data(), static_cast<int>(n))).norm(), 1e-7) << g;
  }
  EXPECT_LT(a.sigma(), 0.1);  // it did get somewhere
}

// … and what is drawn follows N(m, σ²C), so that the whole method is invariant in law.
TEST(CmaState, SamplesFollowTheirCovariance) {
  const std::size_t n = 4, lambda = 20'000;
  const CmaParameters few(n, 8, true, false, 0.0), many(n, lambda, true, false, 0.0);
  const std::vector<double> zero(n, 0.0);
  CmaState state(many, zero, 0.5);
  std::vector<double> x(lambda * n), f(lambda);
  for (std::uint64_t g = 0; g < 3; ++g) {
    state.sample(Stream(2, Purpose("test.sample"), g), x);
    for (std::size_t k = 0; k < lambda; ++k) {
      f[k] = 0.0;
      for (std::size_t i = 0; i + 1 < n; ++i) f[k] += std::pow(x[k * n + i + 1] - 2.0 * x[k * n + i], 2);
    }
    ASSERT_TRUE(state.update(ranked(f)));
  }
  state.sample(Stream(2, Purpose("test.sample"), 3), x);
  const Eigen::MatrixXd c = state.sigma() * state.sigma() * full(state, n);
  Eigen::MatrixXd s = Eigen::MatrixXd::Zero(static_cast<int>(n), static_cast<int>(n));
  const Eigen::Map<const Eigen::VectorXd> m(state.mean().data(), static_cast<int>(n));
  for (std::size_t k = 0; k < lambda; ++k) {
    const Eigen::VectorXd d = Eigen::Map<Eigen::VectorXd>(x.data() + k * n, static_cast<int>(n)) - m;
    s += d * d.transpose() / static_cast<double>(lambda);
  }
  EXPECT_GT(std::abs(c(0, 1)), 0.1 * std::sqrt(c(0, 0) * c(1, 1)));  // a real correlation to reproduce
  for (int i = 0; i < static_cast<int>(n); ++i)
    for (int j = 0; j < static_cast<int>(n); ++j)  // Wishart: Var s_ij = (c_ij² + c_ii c_jj)/λ; five of them
      EXPECT_NEAR(s(i, j), c(i, j), 5.0 * std::sqrt((c(i, j) * c(i, j) + c(i, i) * c(j, j)) / lambda));
}

// Under random selection p_σ ~ N(0, I), so E[Δ ln σ] = 0: no drift of the step size without information.
TEST(CmaState, StepSizeIsUnbiasedOnRandomRankings) {
  for (const bool diagonal : {false, true}) {
    const std::size_t n = 5, chains = 200, generations = 400, settled = 50;
    const CmaParameters p(n, 8, true, diagonal, 0.5);
    double sum = 0.0, squares = 0.0;
    for (std::size_t c = 0; c < chains; ++c) {
      Generator random(Stream(c, Purpose("test.drift")));
      CmaState state(p, std::vector<double>(n, 0.0), 1.0);
      std::vector<double> x(p.lambda * n);
      std::vector<std::size_t> ranking(p.lambda);
      std::iota(ranking.begin(), ranking.end(), std::size_t{0});
      double start = 0.0;
      for (std::size_t g = 0; g < generations + settled; ++g) {
        if (g == settled) start = std::log(state.sigma());
        state.sample(Stream(c, Purpose("test.sample"), g), x);
        random.shuffle(std::span<std::size_t>(ranking));
        ASSERT_TRUE(state.update(ranking)) << g;
      }
      const double drift = (std::log(state.sigma()) - start) / static_cast<double>(generations);
      sum += drift, squares += drift * drift;
    }
    const double mean = sum / static_cast<double>(chains);
    const double error =
        std::sqrt((squares / static_cast<double>(chains) - mean * mean) / static_cast<double>(chains));
    EXPECT_LT(std::abs(mean), 3.3 * error);  // 99.9 %
    EXPECT_LT(error, 2e-3);                  // the test would see a drift of 0.7 % a generation
  }
}

}  // namespace
}  // namespace thalweg
