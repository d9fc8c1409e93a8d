#include "thalweg/report/contour.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

namespace thalweg::report {
namespace {

std::vector<double> sampled(std::size_t columns, std::size_t rows, const std::function<double(double, double)>& f) {
  std::vector<double> values;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < columns; ++c) values.push_back(f(static_cast<double>(c), static_cast<double>(r)));
  return values;
}

// Signed by direction; the even-odd area of nested rings is what they enclose with opposite signs.
double area(const std::vector<Ring>& rings) {
  double sum = 0.0;
  for (const auto& ring : rings)
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const Point &p = ring[i], &q = ring[(i + 1) % ring.size()];
      sum += 0.5 * (p[0] * q[1] - p[1] * q[0]);
    }
  return std::abs(sum);
}

bool inside(const std::vector<Ring>& rings, double x, double y) {  // even-odd
  bool in = false;
  for (const auto& ring : rings)
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const Point &p = ring[i], &q = ring[(i + 1) % ring.size()];
      if ((p[1] > y) != (q[1] > y) && x < p[0] + (y - p[1]) / (q[1] - p[1]) * (q[0] - p[0])) in = !in;
    }
  return in;
}

TEST(Contour, CircleHasItsRadiusEverywhere) {
  const auto values = sampled(101, 101, [](double x, double y) { return std::hypot(x - 50, y - 50); });
  const auto rings = contour(values, 101, 101, 30.0);
  ASSERT_EQ(rings.size(), 2u);  // the frame, and the hole
  double worst = 0.0;
  std::size_t on_circle = 0;
  for (const auto& ring : rings)
    for (const auto& p : ring) {
      const double radius = std::hypot(p[0] - 50, p[1] - 50);
      if (radius < 40) worst = std::max(worst, std::abs(radius - 30)), ++on_circle;
    }
  EXPECT_GT(on_circle, 200u);
  EXPECT_LT(worst, 0.01);  // linear interpolation: curvature h²/8R = 0.004
  EXPECT_NEAR(area(rings), 100.0 * 100.0 - std::numbers::pi * 900, 2.0);
  EXPECT_TRUE(inside(rings, 1.5, 50.2));
  EXPECT_FALSE(inside(rings, 50.1, 50.2));
}

TEST(Contour, StraightLineEndsAtTheFrame) {
  const auto values = sampled(11, 6, [](double x, double) { return x; });
  const auto rings = contour(values, 11, 6, 4.25);
  ASSERT_EQ(rings.size(), 1u);
  EXPECT_NEAR(area(rings), (10 - 4.25) * 5, 1e-12);
  for (const auto& p : rings[0]) EXPECT_GE(p[0], 4.25 - 1e-12);
}

TEST(Contour, RegionAgreesWithTheFunctionEverywhere) {
  const auto f = [](double x, double y) { return std::sin(0.35 * x) * std::cos(0.28 * y) + 0.01 * x; };
  const auto values = sampled(64, 48, f);
  for (const double level : {-0.6, 0.0, 0.2, 0.7}) {
    const auto rings = contour(values, 64, 48, level);
    for (double y = 0.37; y < 47; y += 0.9)
      for (double x = 0.41; x < 63; x += 0.9)
        if (std::abs(f(x, y) - level) > 0.03) {  // farther than interpolation errs
          ASSERT_EQ(inside(rings, x, y), f(x, y) > level) << x << ' ' << y << " at " << level;
        }
  }
}

TEST(Contour, SaddleIsResolvedByItsMiddle) {
  const std::vector<double> values = {1, 0, 0, 1};
  EXPECT_EQ(contour(values, 2, 2, 0.4).size(), 1u);  // the middle, 0.5, joins the two corners
  EXPECT_EQ(contour(values, 2, 2, 0.6).size(), 2u);
}

TEST(Contour, NothingAndEverything) {
  const std::vector<double> values = {1, 2, 3, 4};
  EXPECT_TRUE(contour(values, 2, 2, 9.0).empty());
  const auto all = contour(values, 2, 2, 0.0);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_DOUBLE_EQ(area(all), 1.0);
}

TEST(Contour, WhatIsNotFiniteIsHigh) {
  auto values = sampled(9, 9, [](double, double) { return 0.0; });
  values[40] = std::numeric_limits<double>::quiet_NaN();
  values[41] = std::numeric_limits<double>::infinity();
  const auto rings = contour(values, 9, 9, 5.0);
  ASSERT_EQ(rings.size(), 1u);
  for (const auto& p : rings[0]) EXPECT_TRUE(std::isfinite(p[0]) && std::isfinite(p[1]));
  EXPECT_TRUE(inside(rings, 4.5, 4.0));
}

TEST(Contour, LevelsFollowTheValley) {
  const auto values = sampled(60, 60, [](double x, double y) { return 7.0 + 3.0 * (x * x + y * y); });
  const auto levels = valley_levels(values, 10);
  ASSERT_EQ(levels.size(), 10u);
  for (std::size_t i = 2; i < levels.size(); ++i)
    EXPECT_NEAR((levels[i] - 7) / (levels[i - 1] - 7), (levels[1] - 7) / (levels[0] - 7), 1e-9);
  EXPECT_GT(levels.front(), 7.0);
  EXPECT_LT(levels.back(), 7.0 + 3.0 * 2 * 59 * 59);
  EXPECT_TRUE(valley_levels(std::vector<double>{5, 5, 5, 5}, 10).empty());
  EXPECT_TRUE(valley_levels(std::vector<double>{std::nan("")}, 10).empty());
}

TEST(Contour, SimplifiedStaysWithinTolerance) {
  std::vector<Point> line;
  for (int i = 0; i <= 400; ++i) line.push_back({0.1 * i, std::sin(0.1 * i)});
  const auto few = simplified(line, 0.05);
  EXPECT_LT(few.size(), 80u);
  EXPECT_EQ(few.front(), line.front());
  EXPECT_EQ(few.back(), line.back());
  for (const auto& p : line) {
    double nearest = 1e9;
    for (std::size_t i = 1; i < few.size(); ++i) {
      const double dx = few[i][0] - few[i - 1][0], dy = few[i][1] - few[i - 1][1];
      const double t =
          std::clamp(((p[0] - few[i - 1][0]) * dx + (p[1] - few[i - 1][1]) * dy) / (dx * dx + dy * dy), 0.0, 1.0);
      nearest = std::min(nearest, std::hypot(p[0] - few[i - 1][0] - t * dx, p[1] - few[i - 1][1] - t * dy));
    }
    EXPECT_LE(nearest, 0.05 + 1e-12);
  }
}

}  // namespace
}  // namespace thalweg::report
