// SPSA, the whole algorithm: simultaneous perturbation with gains chosen by Spall's guidelines.
//
// Minimises an f that answers values, noisy ones too (each step asks its own sample, both sides of a difference the
// same one); 2K values a step (K+1 one-sided, K single), one more with blocking; memory of the estimator and 3n.
// Spall (1992), IEEE Trans. Automatic Control 37, eq. (2.1)–(2.2); Spall (1998), "Implementation of the simultaneous
// perturbation algorithm for stochastic optimization", IEEE Trans. Aerospace and Electronic Systems 34, section III:
//     θ ← θ − a_k ĝ(θ; c_k),   a_k = a/(A+k)^α,  c_k = c/k^γ,   α = 0.602, γ = 0.101
//     c    about the standard deviation of the noise of f (0: measured from 10 values where f is stochastic)
//     A    10 % of the steps expected (0: of what the budget buys)
//     a    such that a/(A+1)^α times a typical |ĝ_i(θ₀)| is the step wanted in the beginning (0: from 5 estimates)
// The estimator spsa averages K gradients a step. blocking > 0 rejects a step after which f is above
// its last value by more than that many standard deviations of the noise (Spall 1998): of f without
// noise, any step uphill. Within bounds the step is projected on the box, and probes stay inside (Sadegh 1997,
// Automatica 33:889).
#pragma once

#include <cstddef>
#include <cstdint>

#include "thalweg/core/minimize.hpp"
#include "thalweg/gradient_estimation/sides.hpp"

namespace thalweg {

struct SpsaDescent {
  double a = 0.0;              // ≥ 0; 0: from first_step
  double first_step = 0.1;     // > 0: what a variable should move in the first steps, in the units of θ
  double A = 0.0;              // ≥ 0, steps; 0: a tenth of the steps expected
  double alpha = 0.602;        // α in (0, 1]; 1 is best as k → ∞
  double c = 0.0;              // ≥ 0, in the units of θ; 0: the noise of f, at least 1e-3·max(1, ‖θ₀‖∞)
  double gamma = 0.101;        // γ ≥ 0; 1/6 goes with α = 1
  std::uint64_t steps = 0;     // expected; 0: what the budget of evaluations buys, 1000 without one
  std::size_t directions = 1;  // K ≥ 1: gradients averaged in a step
  Sides sides = Sides::two;
  double blocking = 0.0;  // ≥ 0 standard deviations; 0: every step is taken; 2 is customary

  static Description<SpsaDescent> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
