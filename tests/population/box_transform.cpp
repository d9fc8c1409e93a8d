#include "thalweg/population/box_transform.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thalweg {
namespace {

TEST(BoxTransform, IsSmoothInsideTheBoxAndInvertible) {
  const Bounds bounds{{-2, 0, -HUGE_VAL, 3, -HUGE_VAL}, {5, HUGE_VAL, 1, 3, HUGE_VAL}};
  const std::vector<double> start = {0, 1, 0, 3, 0}, scales = {2, 1, 0.5, 1, 1};
  const BoxTransform box(bounds, start, scales);
  ASSERT_EQ(box.dimension(), 4u);  // the fourth variable is fixed
  std::vector<double> u(4), x(5), before(5), back(4);
  const double h = 1e-3;
  for (int k = -4000; k <= 4000; ++k) {
    for (std::size_t i = 0; i < 4; ++i) u[i] = h * k * 5.0;
    box.to_box(u, x);
    ASSERT_TRUE(bounds.contains(std::span<const double>(x)));
    EXPECT_EQ(x[3], 3.0);
    EXPECT_EQ(x[4], u[3]);
    for (std::size_t i = 0; i < 5 && k > -4000; ++i) {  // slope ≤ 1 in u·scale
      ASSERT_LE(std::abs(x[i] - before[i]), 2.0 * h * 5.0 + 1e-12) << k;
    }
    before = x;
    box.from_box(x, back);
    std::vector<double> again(5);
    box.to_box(back, again);
    for (std::size_t i = 0; i < 5; ++i) {
      ASSERT_NEAR(again[i], x[i], 1e-12);
    }
  }
}

TEST(BoxTransform, TheIdentityAwayFromTheBoundsAndABoundIsReached) {
  const Bounds bounds{{0}, {1}};
  const std::vector<double> start = {0.5}, one = {1.0};
  const BoxTransform box(bounds, start, one);
  std::vector<double> u(1), x(1);
  for (double v : {0.06, 0.3, 0.89}) {  // margins: 1/20 at 0, 2/20 at 1
    u[0] = v;
    box.to_box(u, x);
    EXPECT_EQ(x[0], v);
  }
  u[0] = -0.05;
  box.to_box(u, x);
  EXPECT_EQ(x[0], 0.0);
  u[0] = 1.1;
  box.to_box(u, x);
  EXPECT_EQ(x[0], 1.0);
}

}  // namespace
}  // namespace thalweg
