// Natural gradient: steepest descent in the Fisher metric of the model whose negative log-likelihood f is.
//
// Minimises f = −log-likelihood of anything that answers F(x)d: least squares (JᵀJ), networks (jvp and vjp), or any f
// whose Fisher matrix is known (with_fisher, core/statistical_model.hpp). Asks value, gradient and Fisher-vector
// products, n of them a step where F is formed and factored, up to max_products where conjugate gradients solve.
// Memory n² + 6n or 6n; n³/3 operations a step beside f's, or 10n a product.
// Amari (1998), "Natural gradient works efficiently in learning", Neural Computation 10:251, eq. (2.2) and theorem 1:
//     x ← x − η F(x)⁻¹ ∇f(x),  F(x) = E[∇log p(y; x) ∇log p(y; x)ᵀ],  y drawn by the model itself
// (Fisher scoring where η = 1). For ½‖r‖² and for softmax cross-entropy it is the generalised Gauss–Newton step
// (Martens 2020, JMLR 21:146, section 9.2). The path is the same in all affine coordinates of the parameters, and the
// same to O(η) in all coordinates. Departures: damping, F + λI, for models whose F is singular; it costs the
// invariance. No safeguard: η is the user's, as in the paper; levenberg-marquardt and newton-cg have one.
//
// Networks in training: the credit rule natural-gradient (credit/natural_gradient_credit.hpp).
#pragma once

#include <cstdint>

#include "thalweg/core/minimize.hpp"
#include "thalweg/first_order/stopping.hpp"

namespace thalweg {

struct NaturalGradient {
  enum class Solver : std::uint8_t { automatic, exact, cg };

  double rate = 1.0;                  // η > 0
  double damping = 0.0;               // λ ≥ 0
  Solver solver = Solver::automatic;  // exact up to n = 100, then cg
  double tolerance = 1e-10;           // cg: ‖F d − g‖ ≤ this·‖g‖
  int max_products = 0;               // cg: products of one step; 0: max(2n, 20)
  double gradient_tolerance = default_gradient_tolerance;

  static Description<NaturalGradient> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
