// DIRECT: dividing rectangles, a deterministic global search of a box.
//
// Minimises any real function of n ≥ 1 variables on a finite box (required; a variable whose bounds are equal is
// fixed). Asks values only, all new centres of an iteration in one batch; the start is not asked. Memory and work:
// dividing_rectangles.hpp. It comes near every point of the box in the end, and near a good one soon; the last digits
// come slowly, for a local method to find.
//
// Reference: D. R. Jones, C. D. Perttunen & B. E. Stuckman, J. Optim. Theory Appl. 79 (1993) 157: Definition 4.1
// (potentially optimal rectangles, with its ε) and the procedure for dividing rectangles. Every rectangle that ties
// with a potentially optimal one in value and diameter is divided too, as the paper's counts need. Departure: where f
// has no finite value, Gablonsky's surrogate.
#pragma once

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct Direct {
  double epsilon = 1e-4;  // least improvement that a division must promise, relative to |f_best| (Jones et al., §6)
  double x_tolerance = 0.0;  // stop at a best rectangle with no longer side (Limits::tolerance.x overrides); 0: never

  static Description<Direct> describe();
  // Converged: x_tolerance is met; it says nothing of other minima. Stalled: rounding leaves nothing to divide.
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
