// Certificate of Kiefer–Wolfowitz: on noisy eˣ − x a fixed c leaves the iterates off the minimum by −c²f‴/(6f″) (to
// leading order; exactly where sinh(c)/c·eˣ = 1), a decreasing one does not.
#include "thalweg/gradient_estimation/kiefer_wolfowitz.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "test_objectives.hpp"
#include "thalweg/gradient_estimation/estimated.hpp"
#include "thalweg/gradient_estimation/kiefer_wolfowitz_descent.hpp"

namespace thalweg {
namespace {

using testing_estimators::Mean;
using testing_estimators::Watched;

// eˣ − x plus noise that every value draws anew.
Mean end_points(const KieferWolfowitzDescent& options, std::uint64_t steps, int chains, double noise) {
  Mean mean;
  for (int chain = 0; chain < chains; ++chain) {
    Generator random(Stream(static_cast<std::uint64_t>(chain), Purpose("test.noise")));
    const auto f = [&](std::span<const double> x) { return std::exp(x[0]) - x[0] + noise * random.normal(); };
    const auto r =
        minimize(f, std::vector<double>{0.3}, options,
                 {.max_iterations = steps, .seed = static_cast<std::uint64_t>(chain), .final_value = false});
    mean.add(r.recommended[0]);
  }
  return mean;
}

TEST(KieferWolfowitz, FixedDifferencesAreBiasedAndDecreasingOnesAreNot) {
  const double c = 0.6, off = -std::log(std::sinh(c) / c);
  EXPECT_NEAR(off, -c * c / 6.0, 0.002);  // −c²f‴/(6f″), f″ = f‴ = 1 at the minimum 0
  const Mean fixed = end_points({.a = 2.0, .A = 10.0, .alpha = 1.0, .c = c, .gamma = 0.0}, 1000, 200, 0.02);
  EXPECT_NEAR(fixed.value(), off, 4.5 * fixed.error() + 1e-4);
  EXPECT_GT(-off, 30.0 * fixed.error());  // the test can tell it from 0
  const Mean decreasing = end_points({.a = 2.0, .A = 10.0, .alpha = 1.0, .c = c, .gamma = 0.45}, 1000, 200, 0.02);
  EXPECT_NEAR(decreasing.value(), 0.0, 4.5 * decreasing.error() + 1e-3);
  EXPECT_LT(decreasing.error(), 1e-2);
}

TEST(KieferWolfowitz, ADifferenceIsAtTheStatedStep) {
  std::vector<double> seen;
  Watched<double> f(1, [&](std::span<const double> x) {
    seen.push_back(x[0]);
    return x[0];
  });
  const auto estimator = KieferWolfowitz{.c = 0.5, .gamma = 0.25}.make(f);
  estimator->begin(1);
  const std::vector<double> x = {0.0};
  std::vector<double> g(1);
  for (int k = 1; k <= 20; ++k) {
    estimator->gradient(x, g);
    EXPECT_NEAR(g[0], 1.0, 1e-12);
    EXPECT_NEAR(seen[seen.size() - 2], 0.5 / std::pow(k, 0.25), 1e-15);
    EXPECT_NEAR(seen.back(), -0.5 / std::pow(k, 0.25), 1e-15);
  }
  const auto one = KieferWolfowitz{.c = 0.5, .gamma = 0.25, .sides = Sides::one}.make(f);
  seen.clear();
  one->gradient(x, g);
  EXPECT_EQ(seen, (std::vector<double>{0.0, 0.5}));
}

}  // namespace
}  // namespace thalweg
