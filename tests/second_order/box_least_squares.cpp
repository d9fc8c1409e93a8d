#include "thalweg/second_order/box_least_squares.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "thalweg/core/random.hpp"

namespace {

using thalweg::BoxLeastSquares;
using Numbers = std::vector<double>;

// The conditions of Karush, Kuhn & Tucker of min ‖A s + r‖² + ‖d ∘ s‖² in a box, on random problems with m above and
// below n; they determine the solution, the model being strictly convex.
TEST(BoxLeastSquares, MeetsTheOptimalityConditions) {
  thalweg::Generator random(thalweg::Stream{7, thalweg::Purpose("test"), 0});
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t n = 1 + static_cast<std::size_t>(trial) % 6, m = 1 + static_cast<std::size_t>(trial / 6) % 9;
    Numbers a(m * n), r(m), d(n), low(n), high(n), s(n);
    for (double& v : a) v = random.normal();
    for (double& v : r) v = 3.0 * random.normal();
    for (std::size_t j = 0; j < n; ++j) {
      d[j] = 1e-3 + random.uniform();
      low[j] = trial % 3 == 0 ? -std::numeric_limits<double>::infinity() : -random.uniform();
      high[j] = random.uniform();
      if (random.uniform() < 0.3) low[j] = 0.0;  // x lies on its bound
      if (random.uniform() < 0.1) low[j] = high[j] = 0.0;
    }
    BoxLeastSquares solver(m, n);
    ASSERT_TRUE(solver.set(a, r));
    const double gain = solver.solve(d, low, high, s);
    Numbers image(m);
    double before = 0.0, after = 0.0;
    for (std::size_t i = 0; i < m; ++i) {
      image[i] = r[i];
      for (std::size_t j = 0; j < n; ++j) image[i] += a[i * n + j] * s[j];
      before += 0.5 * r[i] * r[i], after += 0.5 * image[i] * image[i];
    }
    EXPECT_NEAR(gain, before - after, 1e-10 * (1.0 + before));
    for (std::size_t j = 0; j < n; ++j) {
      double g = d[j] * d[j] * s[j];
      for (std::size_t i = 0; i < m; ++i) g += a[i * n + j] * image[i];
      EXPECT_GE(s[j], low[j]);
      EXPECT_LE(s[j], high[j]);
      if (s[j] > low[j]) {
        EXPECT_LE(g, 1e-9) << trial;
      }
      if (s[j] < high[j]) {
        EXPECT_GE(g, -1e-9) << trial;
      }
    }
  }
}

}  // namespace
