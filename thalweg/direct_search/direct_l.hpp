// DIRECT-l: dividing rectangles, biased towards local search.
//
// Minimises any real function of n ≥ 1 variables on a finite box (required; a variable whose bounds are equal is
// fixed). Asks values only, all new centres of an iteration in one batch; the start is not asked. Memory and work:
// dividing_rectangles.hpp. For few variables and few global minima it needs fewer values than `direct`.
//
// Reference: J. M. Gablonsky & C. T. Kelley, J. Global Optim. 21 (2001) 27: rectangles are measured by their longest
// side, so that there are fewer groups, and of a group's lowest only one is divided, the oldest. Division, ε and the
// rest are those of `direct`.
#pragma once

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct DirectL {
  double epsilon = 1e-4;     // least improvement that a division must promise, relative to |f_best|
  double x_tolerance = 0.0;  // stop at a best rectangle with no longer side (Limits::tolerance.x overrides); 0: never

  static Description<DirectL> describe();
  // Converged: x_tolerance is met; it says nothing of other minima. Stalled: rounding leaves nothing to divide.
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
