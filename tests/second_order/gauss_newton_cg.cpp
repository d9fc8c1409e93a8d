#include "thalweg/second_order/gauss_newton_cg.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "second_order/mgh.hpp"
#include "thalweg/autodiff/differentiable.hpp"

namespace {

using thalweg::GaussNewtonCg;
using thalweg::Problem;
using thalweg::Status;
using Numbers = std::vector<double>;

// To 6 digits of a published minimum on the sums of squares of Moré, Garbow & Hillstrom. Meyer's is left out: its
// curvature spans 13 decades, which products in double cannot resolve without a factorisation.
TEST(GaussNewtonCg, SolvesMghToSixDigits) {
  int count = 0;
  mgh::for_each_problem([&](Problem& p) {
    if (!p.objective->offers().kinds.has(thalweg::AnswerKind::vector_jacobian) || p.id == "mgh/meyer") return;
    const auto result = thalweg::minimize(*p.objective, p.start, GaussNewtonCg{}, {.max_evaluations = 3000});
    EXPECT_TRUE(mgh::is_minimum(p, result.f)) << p.id << ": f = " << result.f << " " << result.message;
    ++count;
  });
  EXPECT_GE(count, 30);
}

// n = 10⁵ in memory linear in n: nothing of size m·n could be held. Broyden's tridiagonal system, root found.
TEST(GaussNewtonCg, AHundredThousandVariables) {
  constexpr std::size_t n = 100'000;
  auto f = thalweg::differentiable_residuals(
      [](const auto& x, const auto& r) {
        for (std::size_t i = 0; i < x.size(); ++i) {
          r[i] = (3.0 - 2.0 * x[i]) * x[i] + 1.0;
          if (i > 0) r[i] = r[i] - x[i - 1];
          if (i + 1 < x.size()) r[i] = r[i] - 2.0 * x[i + 1];
        }
      },
      n, n);
  const auto result = thalweg::minimize(f, Numbers(n, -1.0), GaussNewtonCg{}, {.max_evaluations = 50});
  EXPECT_EQ(result.status, Status::converged) << result.message;
  EXPECT_LT(result.f, 1e-16);
  EXPECT_LE(result.iterations, 12u);
}

}  // namespace
