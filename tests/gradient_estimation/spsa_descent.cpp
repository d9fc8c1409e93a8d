// SPSA with Spall's gains: what is chosen is what the guidelines say, averaging and blocking do what they claim.
#include "thalweg/gradient_estimation/spsa_descent.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "test_objectives.hpp"

namespace thalweg {
namespace {

using testing_estimators::Mean;
using testing_estimators::Noisy;

double bowl(std::span<const double> x) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (1.0 + static_cast<double>(i)) * (x[i] - 0.3) * (x[i] - 0.3);
  return sum;
}

TEST(SpsaDescent, TheFirstStepIsAsLongAsWantedAndTheGainsFollow) {
  const auto f = [](std::span<const double> x) { return 3.0 * x[0]; };  // in one dimension every ĝ is 3
  for (const double first_step : {0.1, 2.0}) {
    const auto r = minimize(f, std::vector<double>{0.0}, SpsaDescent{.first_step = first_step},
                            {.max_evaluations = 1000, .keep_path = true});
    // 10 values for the gain; (1000 − 10)/2 steps expected, A a tenth of them.
    const double A = 0.1 * 495.0;
    double before = 0.0;
    for (std::size_t k = 1; k <= 100; ++k) {
      const double moved = std::abs(r.path[k - 1][0] - before);
      EXPECT_NEAR(moved, first_step * std::pow((A + 1.0) / (A + static_cast<double>(k)), 0.602), 1e-9);
      before = r.path[k - 1][0];
    }
    EXPECT_EQ(r.evaluations(), 1000u);  // 10 + pairs, the final value, and one more around the best
    EXPECT_DOUBLE_EQ(r.recommended_f, f(r.recommended));
  }
  const auto given = minimize(f, std::vector<double>{0.0}, SpsaDescent{.a = 1.0, .A = 9.0, .alpha = 1.0, .steps = 7},
                              {.max_iterations = 1, .keep_path = true});
  EXPECT_NEAR(given.path[0][0], -3.0 / 10.0, 1e-12);
}

TEST(SpsaDescent, PerturbsByTheNoiseOfF) {
  for (const double noise : {0.5, 3.0}) {
    Noisy f(1, bowl, noise);
    static_cast<void>(minimize(f, {0.0}, SpsaDescent{}, {.max_evaluations = 60}));
    double largest = 0.0;  // of the pilots, around 0
    for (std::size_t i = 10; i < 20; ++i) largest = std::max(largest, std::abs(f.points[i][0]));
    EXPECT_GT(largest, noise / 2.5);  // χ with 9 degrees of freedom
    EXPECT_LT(largest, noise * 2.0);
    for (std::size_t i = 20; i + 1 < 58; i += 2) {
      EXPECT_EQ(f.keys[i], f.keys[i + 1]);  // both sides under one sample
      EXPECT_NE(f.keys[i], f.keys[i - 1]);
    }
  }
}

TEST(SpsaDescent, BlockingRejectsWhatGoesUphill) {
  const auto f = [](std::span<const double> x) { return std::pow(x[0], 4) + 10.0 * x[1] * x[1]; };
  const auto r = minimize(f, std::vector<double>{2.0, 1.0}, SpsaDescent{.first_step = 3.0, .blocking = 2.0},
                          {.max_evaluations = 600, .keep_path = true});
  double before = f(std::vector<double>{2.0, 1.0});
  std::size_t moved = 0, stayed = 0;
  for (const auto& x : r.path) {
    const double value = f(x);
    EXPECT_LE(value, before);
    (value < before ? moved : stayed) += 1;
    before = value;
  }
  EXPECT_GT(moved, 3u);
  EXPECT_GT(stayed, 3u);
  EXPECT_EQ(r.status, Status::evaluation_budget);
}

TEST(SpsaDescent, AveragedGradientsAndEverySideReachTheMinimumOfANoisyBowl) {
  for (const SpsaDescent& options : {SpsaDescent{}, SpsaDescent{.directions = 4}, SpsaDescent{.sides = Sides::one},
                                     SpsaDescent{.blocking = 2.0}}) {
    Mean error;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      Noisy f(4, bowl, 0.1);
      const auto r = minimize(f, std::vector<double>(4, 2.0), options, {.max_evaluations = 4000, .seed = seed});
      error.add(bowl(r.recommended));
    }
    EXPECT_LT(error.value(), 0.02);  // from 28.9
  }
  Noisy single(2, bowl, 0.01);
  const auto r =
      minimize(single, {1.0, 1.0}, SpsaDescent{.c = 0.3, .sides = Sides::single}, {.max_evaluations = 20000});
  EXPECT_LT(bowl(r.recommended), 0.2);  // from 1.47: one value a step carries f² into the variance
}

}  // namespace
}  // namespace thalweg
