// AR3: adaptive regularisation with third-order Taylor models, for smooth f of few variables, without constraints.
//
// Asks value, gradient, Hessian, and the third derivative as n(n + 1)/2 contractions T[d, d, ·] a step, from which
// the whole tensor follows by polarisation: T[eᵢ, eⱼ] = ½(T[eᵢ+eⱼ, eᵢ+eⱼ] − T[eᵢ, eᵢ] − T[eⱼ, eⱼ]). Memory n³ + n²(n
// + 1)/2 + 6n². Cartis, Hauser, Liu, Welzel & Zhu, "Efficient implementation of third-order tensor methods with
// adaptive regularization for unconstrained optimization", arXiv:2501.00404 (2024): pre-rejection of transient steps
// (§5: before f is asked, a step is refused that no continuous path of minimisers, as σ falls from infinity, leads
// to). σ follows f's fourth derivative along the steps: our rule, in regularisation.hpp. Local order 3 (Birgin et al.
// (2017) for the global theory).
#pragma once

#include "thalweg/core/minimize.hpp"
#include "thalweg/higher_order/regularisation.hpp"

namespace thalweg {

struct Ar3 {
  double sigma = 10.0;  // from 0.1 to 1000 the count on the MGH set changes by 3 %
  double successful = 0.01;
  double theta = 1.0;
  bool prerejection = true;
  int inner_steps = 200;
  double gradient_tolerance = default_gradient_tolerance;

  static Description<Ar3> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
