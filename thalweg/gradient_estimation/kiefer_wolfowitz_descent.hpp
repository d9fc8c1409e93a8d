// The Kiefer–Wolfowitz method: descent on differences along the coordinates, with steps and differences that shrink.
//
// Minimises an f that answers values, noisy ones too (each step asks its own sample); 2n values a step (n+1
// one-sided); memory 2n² for points (up to 2²³ numbers) and 3n. Kiefer & Wolfowitz (1952), Ann. Math. Stat. 23;
// Blum (1954), Ann. Math. Stat. 25, for n > 1:
//     θ ← θ − a_k ĝ,  ĝ_i = (f(θ+c_ke_i) − f(θ−c_ke_i))/(2c_k),   a_k = a/(A+k)^α,  c_k = c/k^γ
// The defaults α = 1, γ = 1/6 are Fabian's (1967) for the fastest convergence. It is the rule sgd | lr-power over the
// estimator kiefer-wolfowitz. Departures: the offset A, which is Spall's (2003, Introduction to Stochastic Search and
// Optimization); within bounds the step is projected on the box (Kushner & Clark 1978).
#pragma once

#include "thalweg/core/minimize.hpp"
#include "thalweg/gradient_estimation/sides.hpp"

namespace thalweg {

struct KieferWolfowitzDescent {
  double a = 0.1;            // > 0: gain of the steps; a/(A+1)^α below 2/curvature
  double A = 10.0;           // ≥ 0, steps: the gain stays about the same for so long
  double alpha = 1.0;        // α in [0, 1]
  double c = 0.1;            // > 0, in the units of θ: first step of the differences
  double gamma = 1.0 / 6.0;  // γ ≥ 0; 0 keeps it
  Sides sides = Sides::two;

  static Description<KieferWolfowitzDescent> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
