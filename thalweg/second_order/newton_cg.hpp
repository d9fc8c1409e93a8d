// Truncated Newton: conjugate gradients on the Newton system, cut at a trust region or at negative curvature
// (Steihaug). For smooth f of many variables, without constraints.
//
// Asks value, gradient and Hessian-vector products (about as many a step as needed for ‖r‖ ≤ min(½, √‖g‖)‖g‖, at most
// max_products). Memory 11n; 10n operations a product beside f's.
// Steihaug, SIAM J. Numer. Anal. 20 (1983); Algorithm 7.2 of Nocedal & Wright, Numerical Optimization, 2nd ed.
// Departure: on small or ill-conditioned problems, where CG loses conjugacy, it may go on to max(2n, 20) products;
// and where such a step promises less than the rounding of f can show, ½ above is cut by 1e-3, for good, before it
// gives up (Meyer's function: the residual lies along the stiff direction, what remains to be gained along the flat
// one).
#pragma once

#include "thalweg/core/minimize.hpp"
#include "thalweg/second_order/trust_region.hpp"

namespace thalweg {

struct NewtonCg {
  double initial_radius = 0.0;
  int max_products = 0;
  double accept = 1e-4;
  double gradient_tolerance = default_gradient_tolerance;

  static Description<NewtonCg> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
