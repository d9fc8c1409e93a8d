// Certificate of muon: exact polar factor, singular values 1; Newton–Schulz in [0.68, 1.16] where σ/‖G‖_F ≥ 5e-3.
#include "thalweg/first_order/muon.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/core/linalg.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/first_order/adam.hpp"

namespace thalweg {
namespace {

// The orthogonalised step of one r×c gradient: momentum 0, so m = g; divided by η√max(1, c/r).
template <class S>
std::vector<double> orthogonal(const std::vector<double>& g, std::size_t r, std::size_t c, bool exact) {
  const auto rule = muon({.rate = 0.5, .beta = 0.0, .exact = exact}).make<S>();
  const std::vector<ParameterBlock> blocks = {{"w", 0, r, c}};
  rule->begin(r * c, blocks);
  std::vector<S> u(g.begin(), g.end()), theta(r * c, S(0));
  rule->update(u, theta, 1);
  std::vector<double> out(u.begin(), u.end());
  const double scale = 0.5 * std::sqrt(std::fmax(1.0, static_cast<double>(c) / static_cast<double>(r)));
  for (double& v : out) v /= scale;
  return out;
}

std::vector<double> random_matrix(std::size_t r, std::size_t c, std::uint64_t step) {
  Generator random(Stream(4, Purpose("test.matrix"), step));
  std::vector<double> g(r * c);
  for (double& v : g) v = 100.0 * random.normal();
  return g;
}

const std::vector<std::pair<std::size_t, std::size_t>> shapes = {{2, 2}, {3, 8}, {8, 3}, {20, 20}, {64, 10}, {5, 40}};

TEST(Muon, ExactPolarFactorHasSingularValuesOne) {
  for (const auto& [r, c] : shapes) {
    const auto g = random_matrix(r, c, r), q = orthogonal<double>(g, r, c, true);
    linalg::Svd svd(r, c);
    ASSERT_TRUE(svd.compute(q));
    for (const double s : svd.values()) EXPECT_NEAR(s, 1.0, 1e-12);
    // It is the nearest orthogonal matrix: QᵀG (or GQᵀ) is symmetric and positive, so its trace is the nuclear norm.
    double trace = 0.0, nuclear = 0.0;
    for (std::size_t i = 0; i < g.size(); ++i) trace += g[i] * q[i];
    ASSERT_TRUE(svd.compute(g));
    for (const double s : svd.values()) nuclear += s;
    EXPECT_NEAR(trace / nuclear, 1.0, 1e-12);
  }
}

TEST(Muon, NewtonSchulzKeepsItsBand) {
  for (const auto& [r, c] : shapes)
    for (std::uint64_t draw = 0; draw < 20; ++draw) {
      const auto g = random_matrix(r, c, draw);
      linalg::Svd before(r, c), after(r, c);
      ASSERT_TRUE(before.compute(g));
      ASSERT_TRUE(after.compute(orthogonal<double>(g, r, c, false)));
      double norm = 0.0;
      for (const double v : g) norm += v * v;
      norm = std::sqrt(norm);
      if (before.values().back() / norm < 5e-3) continue;
      for (const double s : after.values()) {
        EXPECT_GE(s, 0.68);
        EXPECT_LE(s, 1.16);
      }
    }
  // Every singular value from 5e-3 to 1, through a diagonal 2×2: the band is that of the polynomial itself.
  for (double sigma = 5e-3; sigma < 1.0; sigma *= 1.02) {
    const double rest = std::sqrt(1.0 - sigma * sigma);
    const auto q = orthogonal<double>({sigma, 0.0, 0.0, rest}, 2, 2, false);
    EXPECT_GE(q[0], 0.68) << sigma;
    EXPECT_LE(q[0], 1.16) << sigma;
    EXPECT_NEAR(q[1], 0.0, 1e-15);
  }
}

TEST(Muon, SinglePrecisionTakesTheSameStep) {
  const auto g = random_matrix(6, 9, 1);
  for (const bool exact : {true, false}) {
    const auto a = orthogonal<double>(g, 6, 9, exact), b = orthogonal<float>(g, 6, 9, exact);
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], exact ? 1e-5 : 1e-4);
  }
}

TEST(Muon, MomentumAndVectorsAreWhatTheySay) {
  const std::size_t r = 3, c = 4, n = r * c + c;
  const std::vector<ParameterBlock> blocks = {{"b", 0, c, 1}, {"w", c, r, c}};
  const auto rule = muon({.rate = 0.1, .beta = 0.9, .exact = true, .vector_rate = 0.01}).make<double>();
  const auto of_vector = adam({.rate = 0.01}).make<double>();
  rule->begin(n, blocks);
  of_vector->begin(c);
  std::vector<double> v(r * c, 0.0), theta(n, 0.0);
  for (std::uint64_t t = 1; t <= 5; ++t) {
    const auto g = random_matrix(1, n, t);
    std::vector<double> u = g, bias(g.begin(), g.begin() + c), m(r * c);
    rule->update(u, theta, t);
    of_vector->update(bias, std::span<const double>(theta).first(c), t);
    for (std::size_t i = 0; i < c; ++i) EXPECT_EQ(u[i], bias[i]);
    for (std::size_t i = 0; i < r * c; ++i) v[i] = 0.9 * v[i] + g[c + i], m[i] = g[c + i] + 0.9 * v[i];
    const auto q = orthogonal<double>(m, r, c, true);
    for (std::size_t i = 0; i < r * c; ++i) EXPECT_NEAR(u[c + i], 0.1 * std::sqrt(4.0 / 3.0) * q[i], 1e-12);
  }
}

TEST(Muon, ZeroGradientIsNoStep) {
  const std::vector<double> zero(6, 0.0);
  EXPECT_EQ(orthogonal<double>(zero, 2, 3, false), zero);
  EXPECT_EQ(orthogonal<double>(zero, 2, 3, true), zero);
}

}  // namespace
}  // namespace thalweg
