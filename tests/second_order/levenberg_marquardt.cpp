#include "thalweg/second_order/levenberg_marquardt.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "second_order/mgh.hpp"
#include "thalweg/autodiff/differentiable.hpp"

namespace {

using thalweg::LevenbergMarquardt;
using thalweg::Problem;
using thalweg::Status;
using Numbers = std::vector<double>;

// To 6 digits of a published minimum on every problem that is a sum of squares.
TEST(LevenbergMarquardt, SolvesMghToSixDigits) {
  int count = 0;
  mgh::for_each_problem([&](Problem& p) {
    if (!p.objective->offers().kinds.has(thalweg::AnswerKind::jacobian)) return;
    const auto result = thalweg::minimize(*p.objective, p.start, LevenbergMarquardt{}, {.max_evaluations = 3000});
    EXPECT_EQ(result.status, Status::converged) << p.id << ": " << result.message;
    EXPECT_TRUE(mgh::is_minimum(p, result.f)) << p.id << ": f = " << result.f;
    ++count;
  });
  EXPECT_GE(count, 30);
}

// A linear problem is solved by the Gauss–Newton step as the damping goes.
TEST(LevenbergMarquardt, LinearProblemInFewSteps) {
  auto f = thalweg::differentiable_residuals(
      [](const auto& x, const auto& r) {
        for (std::size_t i = 0; i < r.size(); ++i) {
          const double t = static_cast<double>(i);
          r[i] = x[0] + x[1] * t - (3.0 - 0.5 * t + (i % 2 == 0 ? 0.1 : -0.1));
        }
      },
      6, 2);
  const auto result = thalweg::minimize(f, Numbers{0.0, 0.0}, LevenbergMarquardt{});
  EXPECT_EQ(result.status, Status::converged) << result.message;
  EXPECT_LE(result.iterations, 10u);
  EXPECT_NEAR(result.x[1], -0.5 - 0.1 * 3.0 / 17.5, 1e-9);  // Σ(t − 2.5)(±0.1)/Σ(t − 2.5)²
}

// The path does not depend on the units of the variables (powers of two: no rounding).
TEST(LevenbergMarquardt, InvariantToUnits) {
  const auto fit = [](double unit) {
    auto f = thalweg::differentiable_residuals(
        [unit](const auto& x, const auto& r) {
          using namespace thalweg::math;
          for (std::size_t i = 0; i < r.size(); ++i) {
            const double t = static_cast<double>(i) / 4.0;
            r[i] = x[0] * exp(-(x[1] * unit) * t) - 2.0 * std::exp(-0.7 * t) - 0.01 * std::cos(5.0 * t);
          }
        },
        12, 2);
    return thalweg::minimize(f, Numbers{1.0, 0.1 / unit}, LevenbergMarquardt{}, {.keep_path = true});
  };
  const auto a = fit(1.0), b = fit(1024.0);
  ASSERT_GE(std::min(a.path.size(), b.path.size()), 3u);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_NEAR(a.path[k][0], b.path[k][0], 1e-12);
    EXPECT_NEAR(a.path[k][1], b.path[k][1] * 1024.0, 1e-12);
  }
}

}  // namespace
