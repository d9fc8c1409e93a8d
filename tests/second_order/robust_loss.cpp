#include "thalweg/second_order/robust_loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/autodiff/differentiable.hpp"

namespace {

using namespace thalweg;
using Numbers = std::vector<double>;
constexpr Robust losses[] = {Robust::linear, Robust::huber, Robust::soft_l1, Robust::cauchy};

// ρ as scipy.optimize.least_squares documents it.
double rho(Robust loss, double z) {
  switch (loss) {
    case Robust::linear:
      return z;
    case Robust::huber:
      return z <= 1.0 ? z : 2.0 * std::sqrt(z) - 1.0;
    case Robust::soft_l1:
      return 2.0 * (std::sqrt(1.0 + z) - 1.0);
    case Robust::cauchy:
      return std::log1p(z);
  }
  return 0.0;
}

TEST(RobustLoss, TransformedResidualSquaresToRho) {
  for (const Robust loss : losses)
    for (const double u : {-1e3, -3.0, -1.0, -0.2, 1e-3, 0.7, 1.0, 2.5, 1e4}) {
      const RobustPoint p = robust(loss, u);
      EXPECT_NEAR(p.value * p.value, rho(loss, u * u), 1e-12 * rho(loss, u * u) + 1e-15) << name(loss) << " " << u;
      EXPECT_EQ(std::signbit(p.value), std::signbit(u));
      const double h = 1e-6 * std::max(1.0, std::abs(u));
      EXPECT_NEAR(p.slope, (robust(loss, u + h).value - robust(loss, u - h).value) / (2.0 * h), 2e-6);
    }
  for (const Robust loss : losses) {
    EXPECT_EQ(robust(loss, 0.0).value, 0.0);
    EXPECT_EQ(robust(loss, 0.0).slope, 1.0);
    EXPECT_TRUE(std::isfinite(robust(loss, 1e200).value)) << name(loss);
  }
}

TEST(RobustLoss, AnswersAgreeWithEachOther) {
  auto base = differentiable_residuals(
      [](const auto& x, const auto& r) {
        r[0] = 10.0 * (x[1] - x[0] * x[0]);
        r[1] = 1.0 - x[0];
        r[2] = 5.0 * x[0] * x[1];
      },
      3, 2);
  const Numbers x = {0.8, -0.4}, d = {0.3, -1.1}, u = {0.5, 2.0, -1.0};
  for (const Robust loss : losses) {
    RobustLoss f(base, loss, 0.7);
    Numbers r(3), j(6), g(2), jd(3), ju(2);
    const double value = f.value_and_gradient(x, g);
    f.residual(x, r);
    f.jacobian(x, j);
    EXPECT_NEAR(value, 0.5 * (r[0] * r[0] + r[1] * r[1] + r[2] * r[2]), 1e-14);
    const auto product = [&](AnswerKind kind, const Numbers& along, Numbers& out) {
      const Question<double> question{.asks = kind, .point = x, .direction = along};
      Answer<double> answer;
      answer.product = out;
      f.answer(std::span(&question, 1), std::span(&answer, 1));
    };
    product(AnswerKind::jacobian_vector, d, jd);
    product(AnswerKind::vector_jacobian, u, ju);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(jd[i], j[2 * i] * d[0] + j[2 * i + 1] * d[1], 1e-13);
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_NEAR(ju[k], u[0] * j[k] + u[1] * j[2 + k] + u[2] * j[4 + k], 1e-12);
      EXPECT_NEAR(g[k], r[0] * j[k] + r[1] * j[2 + k] + r[2] * j[4 + k], 1e-12);
      Numbers high = x, low = x;
      high[k] += 1e-6, low[k] -= 1e-6;
      EXPECT_NEAR(g[k], (f.value(high) - f.value(low)) / 2e-6, 1e-6);
    }
  }
}

TEST(RobustLoss, WrongRequestsAreNamed) {
  auto values = differentiable([](const auto& x) { return x[0] * x[0]; }, 1);
  EXPECT_THROW(RobustLoss(values, Robust::huber), InvalidArgument);
  auto base = differentiable_residuals([](const auto& x, const auto& r) { r[0] = x[0]; }, 1, 1);
  EXPECT_THROW(RobustLoss(base, Robust::huber, 0.0), InvalidArgument);
  EXPECT_EQ(robust_named("soft_l1"), Robust::soft_l1);
  EXPECT_THROW(robust_named("tukey"), InvalidArgument);
}

}  // namespace
