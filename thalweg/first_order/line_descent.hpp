// The loop shared by methods that step along a line: x ← x + t d, d from the method, t from a line search.
#pragma once

#include <cstdint>
#include <span>

#include "thalweg/core/search.hpp"
#include "thalweg/first_order/line_search.hpp"
#include "thalweg/first_order/stopping.hpp"

namespace thalweg {

// What a method adds to the loop. All spans have n numbers.
class LineDirection {
 public:
  virtual ~LineDirection() = default;
  // d from x and ∇f(x). Returns the first step t to try.
  virtual double direction(std::span<const double> gradient, std::span<double> d) = 0;
  // After a step x ← x + t·d, along which f had slope φ′(0); ∇f before and after it.
  virtual void update(double step, double slope, std::span<const double> d, std::span<const double> before,
                      std::span<const double> after) = 0;
  // Forgets what was learnt, so that the next direction is −∇f. False when there is nothing to forget.
  virtual bool reset() = 0;
};

struct LineDescent {
  enum class Search : std::uint8_t { strong_wolfe, armijo, exact };
  Search line = Search::strong_wolfe;
  WolfeOptions wolfe{};
  double gradient_tolerance = default_gradient_tolerance;

  void run(Objective<double>& f, thalweg::Search& search, LineDirection& method) const;
};

}  // namespace thalweg
