// Cubic regularisation of Newton's method, adaptive (ARC), for smooth f without constraints; leaves strict saddle
// points.
//
// Asks value, gradient and Hessian. Memory 4n² + 11n; 9n³ operations a new Hessian, n² a trial σ.
// Nesterov & Polyak, Math. Prog. 108 (2006); Cartis, Gould & Toint, Math. Prog. 127 (2011), Algorithm 2.1; σ by
// interpolation (regularisation.hpp). Order 2: it converges quadratically, though it is at home among the higher
// orders.
#pragma once

#include "thalweg/core/minimize.hpp"
#include "thalweg/higher_order/regularisation.hpp"

namespace thalweg {

struct CubicNewton {
  double sigma = 1.0;
  double successful = 0.01;
  double gradient_tolerance = default_gradient_tolerance;

  static Description<CubicNewton> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
