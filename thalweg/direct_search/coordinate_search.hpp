// Coordinate search: along each axis in turn, a step either way and the vertex of the parabola through the three
// values.
//
// Minimises any real function of n ≥ 1 variables, box constraints included. Asks values only: 2n to 3n a sweep, two
// in a batch. Memory 6n. Solves a separable quadratic in one sweep, to rounding. At the stop no axis step of the last
// length lowers f, so that ‖∇f‖∞ ≤ LΔ/2 where f has an L-Lipschitz gradient and no bound is near.
//
// Reference: T. G. Kolda, R. M. Lewis & V. Torczon, SIAM Review 45 (2003) 385, §1 (compass search) and Theorem 3.3
// (the bound; its √n is absent along the axes). Departure: the parabola's vertex is a search step, which their
// framework allows.
#pragma once

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct CoordinateSearch {
  double step = 0.5;          // first Δ, relative to max(1, |x0_i|), at most half the room between the bounds
  double contraction = 0.5;   // Δ ← contraction·Δ after a sweep that lowered nothing, in (0, 1)
  bool parabola = true;       // try the vertex of the parabola through f(x − Δe), f(x), f(x + Δe)
  double x_tolerance = 1e-8;  // the last Δ, absolute (Limits::tolerance.x overrides)

  static Description<CoordinateSearch> describe();
  // Converged: every axis step of length Δ ≤ x_tolerance was tried from the returned point, and none lowers f.
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
