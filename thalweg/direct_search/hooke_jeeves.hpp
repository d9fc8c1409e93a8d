// Hooke and Jeeves' pattern search: explore around the base along the axes, then leap on in the direction that the
// last two bases point.
//
// Minimises any real function of n ≥ 1 variables, box constraints included. Asks values only, up to 2n an
// exploration, one at a time (each depends on the one before), and hardly a point again: unless f is
// stochastic, recent ones are remembered until a later one takes their place, of which there are 64n + 256, or 10⁶/n
// if that is less, rounded down to a power of two, n + 1 numbers each. All points lie on the lattice x0 + Δ·ℤⁿ, Δ
// halved as the search goes: a separable quadratic whose minimiser is on it is solved exactly. At the stop
// ‖∇f‖∞ ≤ LΔ/2 as in coordinate search.
//
// Reference: R. Hooke & T. A. Jeeves, J. ACM 8 (1961) 212, Figs. 1 and 2 and the appendix.
// Departure: at a bound the step ends on it, off the lattice.
#pragma once

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct HookeJeeves {
  double step = 0.5;          // first Δ, relative to max(1, |x0_i|), at most half the room between the bounds
  double contraction = 0.5;   // Δ ← contraction·Δ when exploring the base fails, in (0, 1)
  double x_tolerance = 1e-8;  // the last Δ, absolute (Limits::tolerance.x overrides)

  static Description<HookeJeeves> describe();
  // Converged: every axis step of length Δ ≤ x_tolerance was tried from the returned point, and none lowers f.
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
