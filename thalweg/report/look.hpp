// How a method looks in tables, charts and landscapes: one colour a group (its credit rule, or the method itself),
// one dash pattern within the group, so that 20 and more methods stay apart, also without colour.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "thalweg/report/results.hpp"

namespace thalweg::report {

inline constexpr std::size_t palette_size = 14;  // --c0 … --c13 in report.css

struct Look {
  std::string group;
  std::size_t color = 0;  // index into the palette
  std::size_t dash = 0;   // index into dash_patterns()
  bool shown = true;      // shown in the charts before the reader chooses: the best of its group
};

// SVG's stroke-dasharray of each pattern; "" is a solid line.
const std::vector<std::string>& dash_patterns();

// One look a method, in their order. Best is judged by the mean validation accuracy (the test's where there is none),
// or for minimisation by the mean rank of the median f over the problems.
std::vector<Look> looks(const Results& results);

// The short line that stands before a method's name.
std::string key_line(const Look& look);

}  // namespace thalweg::report
