// Level lines of a function known on a grid, by marching squares.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace thalweg::report {

using Point = std::array<double, 2>;
using Ring = std::vector<Point>;  // closed: the last point joins the first

// The boundary of the region { f ≥ level } as closed rings, the grid's own edge being part of it where the region
// reaches it. Filled with the even-odd rule they give the region, holes included. Coordinates are in cells: column
// and row, 0 … columns − 1 and 0 … rows − 1. Crossings are placed by linear interpolation; a saddle cell is resolved
// by the mean of its corners. Values that are not finite count as higher than every level.
// Cost: O(columns·rows) time and memory.
std::vector<Ring> contour(std::span<const double> values, std::size_t columns, std::size_t rows, double level);

// Levels that follow a valley down: `count` of them, spaced evenly in the logarithm of the height above the lowest
// finite value, from the 2 % quantile of that height to the 97 % quantile. Empty for a constant function.
std::vector<double> valley_levels(std::span<const double> values, std::size_t count);

// Fewer points for the same line: drops those nearer than `tolerance` to the line that stays (Douglas & Peucker
// 1973).
std::vector<Point> simplified(const std::vector<Point>& line, double tolerance);

}  // namespace thalweg::report
