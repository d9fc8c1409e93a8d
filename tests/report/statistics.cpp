#include "thalweg/report/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace thalweg::report {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Statistics, MomentsLeaveOutWhatIsNotFinite) {
  const std::vector<double> values = {1.0, nan, 3.0, infinity, 5.0};
  const auto [mean, sd, count] = moments(values);
  EXPECT_DOUBLE_EQ(mean, 3.0);
  EXPECT_DOUBLE_EQ(sd, 2.0);
  EXPECT_EQ(count, 3u);
  EXPECT_TRUE(std::isnan(moments(std::vector<double>{}).mean));
  EXPECT_TRUE(std::isnan(moments(std::vector<double>{1.0}).sd));
}

TEST(Statistics, QuantilesAsR) {
  const std::vector<double> values = {4, 1, 3, 2, 5};  // quantile(c(4,1,3,2,5), c(.1,.5,.9)) is 1.4 3.0 4.6
  EXPECT_DOUBLE_EQ(quantile(values, 0.1), 1.4);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 3.0);
  EXPECT_DOUBLE_EQ(quantile(values, 0.9), 4.6);
  EXPECT_DOUBLE_EQ(quantile(std::vector<double>{7.0}, 0.9), 7.0);
  EXPECT_TRUE(std::isnan(quantile(std::vector<double>{}, 0.5)));
}

TEST(Statistics, NanIsTheWorst) {
  const std::vector<double> values = {1.0, 2.0, nan};
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 2.0);
  EXPECT_EQ(quantile(values, 1.0), infinity);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5, true), 1.0);
  EXPECT_EQ(quantile(values, 0.0, true), -infinity);
  EXPECT_EQ(quantile(std::vector<double>{infinity, infinity}, 0.3), infinity);  // not inf − inf
}

TEST(Statistics, ThinningKeepsEndsAndExtremes) {
  std::vector<double> y(10000);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::sin(0.01 * static_cast<double>(i));
  y[4321] = 50.0, y[7777] = -50.0, y[5000] = nan;
  const auto keep = thinned(y, 400);
  EXPECT_LE(keep.size(), 400u);
  EXPECT_GT(keep.size(), 350u);
  EXPECT_TRUE(std::is_sorted(keep.begin(), keep.end()));
  EXPECT_EQ(std::adjacent_find(keep.begin(), keep.end()), keep.end());
  EXPECT_EQ(keep.front(), 0u);
  EXPECT_EQ(keep.back(), 9999u);
  for (const std::size_t spike : {4321u, 7777u})
    EXPECT_TRUE(std::binary_search(keep.begin(), keep.end(), spike)) << spike;
  EXPECT_FALSE(std::binary_search(keep.begin(), keep.end(), std::size_t{5000}));
  EXPECT_EQ(thinned(std::vector<double>{1, 2, 3}, 4).size(), 3u);
}

TEST(Statistics, CurveIsReadBetweenItsPoints) {
  const std::vector<double> x = {1, 2, 2, 4}, y = {10, 20, 30, 50};
  EXPECT_TRUE(std::isnan(curve_at(x, y, 0.5, false)));
  EXPECT_DOUBLE_EQ(curve_at(x, y, 1.5, false), 15.0);
  EXPECT_DOUBLE_EQ(curve_at(x, y, 1.5, true), 10.0);
  EXPECT_DOUBLE_EQ(curve_at(x, y, 2.0, false), 30.0);
  EXPECT_DOUBLE_EQ(curve_at(x, y, 3.0, false), 40.0);
  EXPECT_DOUBLE_EQ(curve_at(x, y, 9.0, false), 50.0);
}

TEST(Statistics, GridKeepsFewPlacesAsTheyAre) {
  const std::vector<double> a = {0, 2, 4}, b = {1, 2, nan};
  EXPECT_EQ(shared_grid({a, b}, {}, 400), (std::vector<double>{0, 1, 2, 4}));
  const std::vector<double> end = {20};  // as a budget beyond the last step of every profile
  EXPECT_EQ(shared_grid({a, b}, end, 400), (std::vector<double>{0, 1, 2, 4, 20}));
}

TEST(Statistics, GridServesLinearAndLogarithmicAxes) {
  std::vector<double> x(100000);
  std::iota(x.begin(), x.end(), 0.0);
  const std::vector<double> kept = {17.25};
  const auto grid = shared_grid({x}, kept, 400);
  EXPECT_LE(grid.size(), 401u);
  EXPECT_TRUE(std::is_sorted(grid.begin(), grid.end()));
  EXPECT_EQ(grid.front(), 0.0);
  EXPECT_EQ(grid.back(), 99999.0);
  EXPECT_TRUE(std::binary_search(grid.begin(), grid.end(), 17.25));
  const auto between = [&](double low, double high) {
    return std::count_if(grid.begin(), grid.end(), [&](double v) { return v >= low && v < high; });
  };
  EXPECT_GT(between(1, 10), 30);          // a decade of five has its share
  EXPECT_GT(between(90000, 100000), 15);  // and so has a tenth of the range
  std::vector<double> negative(x.size());
  std::transform(x.begin(), x.end(), negative.begin(), [](double v) { return -v - 1; });
  std::reverse(negative.begin(), negative.end());
  EXPECT_EQ(shared_grid({negative}, {}, 100).size(), 50u);
}

TEST(Statistics, BandOverRunsOfUnequalLength) {
  const std::vector<double> xa = {0, 1, 2, 3}, ya = {4, 3, 2, 1}, xb = {1, 2}, yb = {9, 8}, grid = {0, 1, 2, 3, 4};
  const Band b = band({{xa, ya}, {xb, yb}}, grid, false, false);
  EXPECT_EQ(b.first, 1u);  // both have begun
  ASSERT_EQ(b.middle.size(), 3u);
  EXPECT_DOUBLE_EQ(b.middle[0], 6.0);
  EXPECT_DOUBLE_EQ(b.middle[2], 4.5);  // the second run keeps its last value, 8
  EXPECT_DOUBLE_EQ(b.low[0], 3.6);
  EXPECT_DOUBLE_EQ(b.high[0], 8.4);
  const Band lost = band({{xa, ya}, {xb, yb, true}, {xa, ya}}, grid, false, false);
  EXPECT_DOUBLE_EQ(lost.middle[2], 1.0);  // a run that broke down is the worst from there on
  EXPECT_EQ(lost.high[2], infinity);
  EXPECT_TRUE(band({}, grid, false, false).middle.empty());
}

}  // namespace
}  // namespace thalweg::report
