// Certificates of second-order SPSA: the draws of the Hessian have the Hessian of a quadratic as their mean, with and
// without feedback; with feedback nothing varies once the average is right; and on an ill-conditioned quadratic it
// gets further than first-order SPSA on the same budget.
#include "thalweg/gradient_estimation/spsa_2.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "test_objectives.hpp"
#include "thalweg/core/noise.hpp"
#include "thalweg/gradient_estimation/spsa_descent.hpp"
#include "thalweg/gradient_estimation/spsa_hessian.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

using testing_estimators::Mean;

constexpr std::size_t n = 4;
const std::vector<double> h = {4.0, 1.0, -0.5, 0.0, 1.0, 3.0, 0.2, 0.7, -0.5, 0.2, 2.0, -1.0, 0.0, 0.7, -1.0, 5.0};

double quadratic(std::span<const double> x) {
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) sum += 0.5 * h[i * n + j] * x[i] * x[j];
  return sum + x[0] - 2.0 * x[3];
}

// One draw as the method makes it, of four values.
double bend(std::span<const double> signs, std::span<const double> other, double c) {
  std::vector<double> p(n), m(n), pt(n), mt(n);
  for (std::size_t i = 0; i < n; ++i) {
    p[i] = 0.3 + c * signs[i], m[i] = 0.3 - c * signs[i];
    pt[i] = p[i] + c * other[i], mt[i] = m[i] + c * other[i];
  }
  return ((quadratic(pt) - quadratic(p)) - (quadratic(mt) - quadratic(m))) / (2.0 * c * c);
}

TEST(Spsa2, DrawsOfTheHessianHaveItsMean) {
  for (const bool feedback : {false, true}) {
    std::vector<Mean> mean(n * n);
    std::vector<double> signs(n), other(n);
    for (std::uint32_t draw = 0; draw < 20000; ++draw) {
      SpsaHessian hessian(n, 2.5, feedback, 1e-4);
      fill_noise(std::span(signs), Noise::rademacher, Stream(1, Purpose("test.signs"), draw, 0));
      fill_noise(std::span(other), Noise::rademacher, Stream(1, Purpose("test.signs"), draw, 1));
      hessian.draw(bend(signs, other, 0.1), signs, other);
      hessian.average(1.0);
      for (std::size_t i = 0; i < n * n; ++i) mean[i].add(hessian.average()[i]);
    }
    for (std::size_t i = 0; i < n * n; ++i)
      EXPECT_NEAR(mean[i].value(), h[i], 4.5 * mean[i].error() + 1e-9) << feedback << " " << i;
  }
}

TEST(Spsa2, FeedbackLeavesNoVarianceAtTheTruth) {
  std::vector<double> signs(n), other(n);
  SpsaHessian hessian(n, 0.0, true, 1e-4);
  for (std::uint32_t draw = 0; draw < 3000; ++draw) {  // w = 1/(k+1): the error falls as the average forgets H̄₀
    fill_noise(std::span(signs), Noise::rademacher, Stream(1, Purpose("test.signs"), draw, 0));
    fill_noise(std::span(other), Noise::rademacher, Stream(1, Purpose("test.signs"), draw, 1));
    hessian.draw(bend(signs, other, 0.1), signs, other);
    hessian.average(0.05);
  }
  for (std::size_t i = 0; i < n * n; ++i) EXPECT_NEAR(hessian.average()[i], h[i], 1e-6);
}

TEST(Spsa2, DividesByTheAbsoluteHessian) {
  SpsaHessian hessian(2, 0.0, false, 1e-2);
  const std::vector<double> x = {1.0, 1.0}, y = {1.0, -1.0};
  hessian.draw(8.0, x, y);  // 4(ΔΔ̃ᵀ + Δ̃Δᵀ) = diag(8, −8)
  hessian.average(1.0);
  std::vector<double> g = {8.0, 4.0};
  ASSERT_TRUE(hessian.divide(g));
  EXPECT_NEAR(g[0], 1.0, 1e-14);
  EXPECT_NEAR(g[1], 0.5, 1e-14);
}

double median_of_ends(auto options, const char* problem) {
  std::vector<double> ends;
  for (std::uint64_t seed = 1; seed <= 9; ++seed) {
    const auto p = registry::make_problem(problem);
    const auto r = minimize(*p->objective, p->start, method(options), {.max_evaluations = 4000, .seed = seed});
    ends.push_back(r.recommended_f);
  }
  std::sort(ends.begin(), ends.end());
  return ends[ends.size() / 2];
}

TEST(Spsa2, OutrunsFirstOrderSpsaWhereConditioningIsBad) {
  const char* const problem = "ellipsoid:n=5,condition=1000";
  const double second = median_of_ends(Spsa2{}, problem), first = median_of_ends(SpsaDescent{}, problem);
  EXPECT_LT(100.0 * second, first);
  EXPECT_LT(second, median_of_ends(Spsa2{.feedback = false}, problem));
}

}  // namespace
}  // namespace thalweg
