// How σ follows what the steps measure.
#include "thalweg/higher_order/regularisation.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using thalweg::AdaptiveSigma;
using thalweg::SigmaRule;
using thalweg::TaylorAlongStep;
using thalweg::Trial;

// f(α) = t(α) + c αᵖ⁺¹ along a step of length `norm`.
Trial trial(const TaylorAlongStep& t, double norm, double c, bool taken) {
  return {.norm = norm, .reach = 1e3, .taylor = t, .asked = true, .change = t[1] + t[2] + t[3] + c, .taken = taken};
}

TEST(AdaptiveSigma, MeetsTheNextDerivativeAtOnce) {
  // (σ/(p + 1))‖s‖^{p+1} = c
  for (const int p : {2, 3}) {
    AdaptiveSigma sigma({}, p, 3.0);
    sigma.learn(trial({0.0, -1.0, 0.2, 0.0}, 2.0, 1.5, true));
    EXPECT_NEAR(sigma.value(), (p + 1) * 1.5 / std::pow(2.0, p + 1), 1e-14);
  }
}
TEST(AdaptiveSigma, FallsByTenAtMostAndNeverRisesWithATakenStep) {
  AdaptiveSigma sigma({}, 3, 5.0);
  sigma.learn(trial({0.0, -1.0, 0.2, 0.0}, 2.0, -0.3, true));
  EXPECT_DOUBLE_EQ(sigma.value(), 0.5);
  sigma.learn(trial({0.0, -1.0, 0.2, 0.0}, 2.0, 0.5, true));
  EXPECT_NEAR(sigma.value(), 4 * 0.5 / 16, 1e-14);
  sigma.learn(trial({0.0, -1.0, 0.2, 0.0}, 1.0, 0.5, true));
  EXPECT_NEAR(sigma.value(), 4 * 0.5 / 16, 1e-14);
}
TEST(AdaptiveSigma, NewtonStepsTellNothing) {
  AdaptiveSigma sigma({}, 2, 5.0);
  sigma.learn(trial({0.0, -1.0, 0.46, 0.0}, 2.0, 0.0, true));  // −t′(1) = 0.08
  EXPECT_DOUBLE_EQ(sigma.value(), 5.0);
  sigma.learn(trial({0.0, -1.0, 0.44, 0.0}, 2.0, 0.0, true));
  EXPECT_DOUBLE_EQ(sigma.value(), 0.5);
}
TEST(AdaptiveSigma, ARefusalAsksForTheLongestAcceptedStep) {
  // f(α) = −α + c α⁴ ≤ −0.01α up to α = (0.99/c)^{1/3}, where σ(α) = 1/(‖s‖⁴ α³)
  AdaptiveSigma sigma({}, 3, 0.01);
  sigma.learn(trial({0.0, -1.0, 0.0, 0.0}, 1.0, 1.0, true));  // the guess is over
  const double before = sigma.value(), c = 4.0;
  sigma.learn(trial({0.0, -1.0, 0.0, 0.0}, 2.0, c, false));
  EXPECT_NEAR(sigma.value(), c / 0.99 / 16.0, 1e-10);
  ASSERT_GT(sigma.value(), 3.0 * before);
  sigma.learn({.norm = 1.0, .reach = 1e3, .taylor = {0.0, -1.0, 0.0, 0.0}, .asked = false});
  EXPECT_NEAR(sigma.value(), 3.0 * c / 0.99 / 16.0, 1e-10);
}
TEST(AdaptiveSigma, IsBoundedByAHundredFoldOnceAStepWasTaken) {
  const Trial far{.norm = 1e6, .reach = 1.0, .taylor = {0.0, -1.0, 0.0, 0.0}, .asked = false};
  AdaptiveSigma sigma({}, 3, 1e-12);
  sigma.learn(far);  // σ(1e-6): the step of length 1
  EXPECT_NEAR(sigma.value(), 1e-6, 1e-12);
  sigma.learn(trial({0.0, -1.0, 0.0, 0.0}, 1.0, 1.0, true));
  AdaptiveSigma other({}, 3, 1e-12);
  other.learn(trial({0.0, -1.0, 0.0, 0.0}, 1.0, 1.0, true));
  other.learn(far);
  EXPECT_NEAR(other.value(), 1e-10, 1e-16);
}
TEST(AdaptiveSigma, TheMarginGrowsWithRefusalsAndFadesWithSteps) {
  SigmaRule rule;
  rule.most_margin = 8.0;
  const TaylorAlongStep t{0.0, -1.0, 0.0, 0.0};
  AdaptiveSigma sigma(rule, 3, 1e3);
  for (int k = 0; k < 5; ++k) sigma.learn({.norm = 1.0, .reach = 1e3, .taylor = t, .asked = false});
  double margin = 8.0;
  for (int k = 0; k < 3; ++k, margin *= 0.97) {
    AdaptiveSigma next = sigma;
    next.learn(trial(t, 1.0, 1e3, true));
    EXPECT_NEAR(next.value(), std::max(margin * 4e3, 0.1 * sigma.value()), 1e-9);
    sigma.learn(trial(t, 1.0, 1e6, true));  // leaves σ
  }
}

}  // namespace
