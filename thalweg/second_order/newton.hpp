// Newton's method in a trust region, safe where the Hessian is indefinite; for smooth f of up to some thousand
// variables, without constraints.
//
// Asks value, gradient and Hessian. Memory 5n² + 10n; a step costs n³/3 (Cholesky) where the Hessian is positive
// definite and the Newton step fits the radius, else 9n³ (eigendecomposition: secular.hpp) once a Hessian. Moré &
// Sorensen, SIAM J. Sci. Stat. Comput. 4 (1983); Nocedal & Wright, Numerical Optimization, 2nd ed., §4.3. Departure:
// the sub-problem is solved to rounding by an eigendecomposition instead of some Cholesky factorisations: it is exact
// in the hard case and at saddles, where it steps along the eigenvector of the lowest eigenvalue.
#pragma once

#include "thalweg/core/minimize.hpp"
#include "thalweg/second_order/trust_region.hpp"

namespace thalweg {

struct Newton {
  double initial_radius = 0.0;
  double accept = 1e-4;
  double gradient_tolerance = default_gradient_tolerance;

  static Description<Newton> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
