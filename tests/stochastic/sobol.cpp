#include "thalweg/stochastic/sobol.hpp"

#include <gtest/gtest.h>

#include <set>

#include "thalweg/core/options.hpp"

namespace thalweg {
namespace {

// Joe & Kuo's first points in three dimensions (their notes' table of x_1 …): 0, ½, ¾ and ¼ …
TEST(Sobol, FirstPointsAreJoeAndKuos) {
  Sobol sobol(3);
  const double expected[8][3] = {{0, 0, 0},          {.5, .5, .5},       {.75, .25, .25},    {.25, .75, .75},
                                 {.375, .375, .625}, {.875, .875, .125}, {.625, .125, .875}, {.125, .625, .375}};
  std::vector<double> x(3);
  for (const auto& point : expected) {
    sobol.next(x);
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(x[i], point[i], 0x1p-32);
  }
}

// The net property: of the first 2^m points, shifted or not, each interval [k/2^m, (k+1)/2^m) of each coordinate
// holds exactly one, in all 128 dimensions.
TEST(Sobol, EveryCoordinateIsANet) {
  Generator random(Stream(3, Purpose("test")));
  for (Generator* shift : {static_cast<Generator*>(nullptr), &random}) {
    const std::size_t m = 10, count = 1u << m;
    Sobol sobol(Sobol::max_dimension, shift);
    std::vector<std::set<int>> cells(Sobol::max_dimension);
    std::vector<double> x(Sobol::max_dimension);
    for (std::size_t i = 0; i < count; ++i) {
      sobol.next(x);
      for (std::size_t d = 0; d < x.size(); ++d) cells[d].insert(static_cast<int>(x[d] * static_cast<double>(count)));
    }
    for (const auto& c : cells) EXPECT_EQ(c.size(), count);
  }
}

// In the first two dimensions it is a (0, m, 2)-net: every elementary rectangle of area 2^-m holds exactly one point.
TEST(Sobol, TheFirstTwoDimensionsAreAZeroNet) {
  Generator random(Stream(4, Purpose("test")));
  const int m = 8, count = 1 << m;
  std::vector<std::vector<double>> points;
  Sobol sobol(2, &random);
  for (int i = 0; i < count; ++i) {
    points.emplace_back(2);
    sobol.next(points.back());
  }
  for (int a = 0; a <= m; ++a) {
    std::set<std::pair<int, int>> cells;
    for (const auto& x : points)
      cells.emplace(static_cast<int>(x[0] * (1 << a)), static_cast<int>(x[1] * (1 << (m - a))));
    EXPECT_EQ(cells.size(), static_cast<std::size_t>(count)) << a;
  }
}

TEST(Sobol, DimensionIsChecked) {
  EXPECT_THROW(Sobol(0), InvalidArgument);
  EXPECT_THROW(Sobol(129), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
