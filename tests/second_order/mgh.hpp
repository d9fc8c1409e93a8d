// The Moré–Garbow–Hillstrom set as the tests of second_order and higher_order use it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace mgh {

inline void for_each_problem(const std::function<void(thalweg::Problem&)>& visit) {
  for (const auto& item : thalweg::registry::problems())
    if (item.entry.id.rfind("mgh/", 0) == 0) visit(*item.make({}));
}

// The lowest value and the local minima that Moré, Garbow & Hillstrom list beside it.
inline bool is_minimum(const thalweg::Problem& p, double f) {
  std::vector<double> minima{p.optimum_f.value()};
  if (p.id == "mgh/freudenstein-roth") minima.push_back(48.98425368);
  if (p.id == "mgh/biggs-exp6") minima.push_back(5.65564993e-3);
  if (p.id == "mgh/trigonometric") minima.push_back(2.79505612e-5);
  return std::any_of(minima.begin(), minima.end(),
                     [f](double m) { return std::abs(f - m) <= (m == 0.0 ? 1e-8 : 1e-6 * std::abs(m)); });
}

// Calls until f ≤ target; 0 if never.
inline std::uint64_t calls_to(const thalweg::Result& result, double target) {
  for (const auto& point : result.improvements)
    if (point.f <= target) return point.evaluations;
  return 0;
}

}  // namespace mgh
