// Cubic regularisation of Newton's method, adaptive (ARC), for smooth f without constraints; leaves strict saddle
// points.
//
// Asks value, gradient and, up to 500 variables, the Hessian: memory 4n² + 11n; 9n³ operations a new Hessian, n² a
// trial σ. Else, or with solver = krylov, Hessian-vector products alone (second_order/krylov.hpp): memory
// (kept_vectors + 14) n. There, where the gradient is zero, a saddle is looked for by a Lanczos process from a random
// vector. Nesterov & Polyak, Math. Prog. 108 (2006); Cartis, Gould & Toint, Math. Prog. 127 (2011), Algorithm 2.1; σ
// follows f's third derivative along the steps (regularisation.hpp). Order 2: it converges quadratically, though it
// is at home among the higher orders.
#pragma once

#include <cstdint>

#include "thalweg/core/minimize.hpp"
#include "thalweg/higher_order/regularisation.hpp"

namespace thalweg {

struct CubicNewton {
  enum class Solver : std::uint8_t { automatic, dense, krylov };
  double sigma = 1.0;
  Solver solver = Solver::automatic;
  double accuracy = 0.1;
  int max_products = 0;
  int kept_vectors = 20;
  double successful = 0.01;
  double gradient_tolerance = default_gradient_tolerance;

  static Description<CubicNewton> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
