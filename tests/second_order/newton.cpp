// Certificates of newton and newton-cg on functions differentiated automatically.
#include "thalweg/second_order/newton.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/second_order/newton_cg.hpp"

namespace {

using thalweg::AnswerKind;
using thalweg::Newton;
using thalweg::NewtonCg;
using thalweg::Status;
using Numbers = std::vector<double>;

const auto quadratic = [](const auto& x) {
  return 3.0 * x[0] * x[0] + 100.0 * x[1] * x[1] + 0.5 * x[2] * x[2] + x[0] * x[1] - x[1] * x[2] + x[0] - 2.0 * x[2];
};
const auto rosenbrock = [](const auto& x) {
  using S = thalweg::scalar_t<decltype(x)>;
  S sum = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const S u = x[i + 1] - x[i] * x[i], v = 1.0 - x[i];
    sum += 100.0 * u * u + v * v;
  }
  return sum;
};
// A strict saddle at 0, minima at (0, ±1).
const auto saddle = [](const auto& x) { return x[0] * x[0] + 0.25 * x[1] * x[1] * x[1] * x[1] - 0.5 * x[1] * x[1]; };

TEST(Newton, OneStepOnAQuadratic) {
  auto f = thalweg::differentiable(quadratic);
  const auto result = thalweg::minimize(f, Numbers{7.0, -3.0, 20.0}, Newton{});
  EXPECT_EQ(result.status, Status::converged) << result.message;
  EXPECT_EQ(result.iterations, 1u);
  EXPECT_EQ(result.evaluations(), 2u);
}

TEST(Newton, DigitsDoubleNearTheMinimum) {
  auto f = thalweg::differentiable([](const auto& x) {
    using namespace thalweg::math;
    return exp(x[0] + 0.3 * x[1]) - x[0] + 0.5 * x[1] * x[1] + x[1] * x[1] * x[1] / 10.0;
  });
  const auto reference = thalweg::minimize(f, Numbers{0.1, 0.1}, Newton{.gradient_tolerance = 1e-14});
  const auto result =
      thalweg::minimize(f, Numbers{1.0, 1.0}, Newton{.gradient_tolerance = 1e-14}, {.keep_path = true});
  std::vector<double> errors;
  for (const Numbers& x : result.path) errors.push_back(std::hypot(x[0] - reference.x[0], x[1] - reference.x[1]));
  int doublings = 0;
  for (std::size_t k = 1; k < errors.size(); ++k)
    if (errors[k - 1] < 0.1 && errors[k] > 1e-15) {
      EXPECT_GT(std::log(errors[k]) / std::log(errors[k - 1]), 1.8) << errors[k - 1] << " → " << errors[k];
      ++doublings;
    }
  EXPECT_GE(doublings, 2);
}

TEST(Newton, LeavesASaddle) {
  auto f = thalweg::differentiable(saddle);
  for (const Numbers& start : {Numbers{0.0, 0.0}, {1.0, 0.0}, {0.5, 1e-9}}) {
    const auto result = thalweg::minimize(f, start, Newton{});
    EXPECT_EQ(result.status, Status::converged) << result.message;
    EXPECT_NEAR(std::abs(result.x[1]), 1.0, 1e-8);
    EXPECT_NEAR(result.f, -0.25, 1e-15);
  }
}

TEST(Newton, SolvesRosenbrock) {
  for (const std::size_t n : {2u, 10u, 50u}) {
    auto f = thalweg::differentiable(rosenbrock);
    Numbers x0(n, 1.0);
    for (std::size_t i = 0; i < n; i += 2) x0[i] = -1.2;
    const auto exact = thalweg::minimize(f, x0, Newton{});
    const auto truncated = thalweg::minimize(f, x0, NewtonCg{});
    for (const auto* r : {&exact, &truncated}) {
      EXPECT_EQ(r->status, Status::converged) << r->method << " n=" << n << ": " << r->message;
      EXPECT_LE(r->iterations, 8u * n + 40u);
    }
  }
}

TEST(NewtonCg, AsksProductsNotHessians) {
  auto f = thalweg::differentiable(rosenbrock);
  const auto result = thalweg::minimize(f, Numbers(20, -1.0), NewtonCg{});
  EXPECT_EQ(result.status, Status::converged) << result.message;
  EXPECT_EQ(result.ledger.of(AnswerKind::hessian), 0u);
  EXPECT_GT(result.ledger.of(AnswerKind::hessian_vector), result.iterations);
}

TEST(NewtonCg, FollowsNegativeCurvature) {
  auto f = thalweg::differentiable(saddle);
  const auto result = thalweg::minimize(f, Numbers{0.5, 1e-6}, NewtonCg{});
  EXPECT_EQ(result.status, Status::converged) << result.message;
  EXPECT_NEAR(result.f, -0.25, 1e-15);
}

TEST(Newton, OneVariable) {
  auto f = thalweg::differentiable([](const auto& x) {
    using namespace thalweg::math;
    return exp(x[0]) - 3.0 * x[0];
  });
  for (const double start : {-20.0, 0.0, 40.0}) {
    EXPECT_NEAR(thalweg::minimize(f, Numbers{start}, Newton{}).x[0], std::log(3.0), 1e-9);
    EXPECT_NEAR(thalweg::minimize(f, Numbers{start}, NewtonCg{}).x[0], std::log(3.0), 1e-9);
  }
}

}  // namespace
