#include "thalweg/gradient_estimation/fd_jacobian.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/second_order/levenberg_marquardt.hpp"

namespace {

using namespace thalweg;
using Numbers = std::vector<double>;

auto residuals() {
  return differentiable_residuals(
      [](const auto& x, const auto& r) {
        using namespace thalweg::math;
        r[0] = exp(x[0]) * x[1];
        r[1] = sin(x[1]) - 1e3 * x[0] * x[0];
        r[2] = x[2] * x[0];
      },
      3, 3);
}

TEST(FdJacobian, ErrorsAreThoseOfTheirOrder) {
  auto base = residuals();
  const Numbers x = {0.4, -1.3, 250.0};
  Numbers exact(9), forward(9), central(9);
  base.jacobian(x, exact);
  FdJacobian one(base), two(base, true);
  one.jacobian(x, forward);
  two.jacobian(x, central);
  for (std::size_t k = 0; k < 9; ++k) {
    EXPECT_NEAR(forward[k], exact[k], 2e-5);  // h f″/2 with h = 1.5e-8 and f″ = 2e3
    EXPECT_NEAR(central[k], exact[k], 2e-7);
  }
  EXPECT_GT(std::abs(forward[3] - exact[3]), 1e-6);
}

TEST(FdJacobian, StaysInsideTheBoundsAndCountsWhatItTakes) {
  auto base = residuals();
  const Bounds box{{0.0, -2.0, 1.0}, {0.4, -1.3, 1.0}};
  const Numbers x = {0.4, -1.3, 1.0};
  Numbers exact(9), got(9);
  base.jacobian(x, exact);
  for (const bool central : {false, true}) {
    FdJacobian f(base, central, box);
    f.jacobian(x, got);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(got[3 * i], exact[3 * i], central ? 2e-2 : 2e-4);
      EXPECT_NEAR(got[3 * i + 1], exact[3 * i + 1], 1e-4);
      EXPECT_EQ(got[3 * i + 2], 0.0);  // fixed by its bounds
    }
  }
  FdJacobian f(base);
  const Result r = minimize(f, x, LevenbergMarquardt{}, {.max_iterations = 1});
  EXPECT_EQ(r.ledger.of(AnswerKind::jacobian), 0u);
  EXPECT_EQ(r.ledger.of(AnswerKind::residual), 1u + 4u + 1u);  // start, x and three columns, one trial
}

}  // namespace
