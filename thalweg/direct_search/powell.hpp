// Powell's conjugate directions: minimise along each of n directions in turn, then put the sweep's whole step among
// them.
//
// Minimises any real function of n ≥ 1 variables, box constraints included (lines end at the box). Asks values only,
// one at a time: about two a line once the curvature along it is known. Work O(n) a value; memory n² + 7n.
//
// Reference: M. J. D. Powell, Computer J. 7 (1964) 155: the basic procedure (§2) and the safeguard (§4, conditions
// (14)); R. P. Brent, Algorithms for Minimization Without Derivatives (1973), chapter 5 (the line minimisation) and 7
// (the second derivatives kept, one a direction). Departures: a sweep that ends within the tolerance is confirmed by
// one along the axes with exact lines, so that neither directions that have become dependent nor a loose line end the
// run.
#pragma once

#include <span>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct Powell {
  bool basic = false;  // §2: each sweep drops its first direction; false: §4, the best one, where it helps
  double step = 0.1;   // first step along an axis, relative to max(1, |x0_i|)
  // Of a line's minimum, relative to its t. Loose, since the parabola's next time is nearer; √ε, the least that makes
  // sense, where `basic` is true and in the sweep that confirms the end.
  double line_tolerance = 0.1;
  double x_tolerance = 1e-7;   // ‖step of a sweep‖∞, absolute (Limits::tolerance.x overrides)
  double f_tolerance = 1e-15;  // decrease of a sweep, relative to |f| (Limits::tolerance.f overrides)

  static Description<Powell> describe();
  // Converged: a sweep along the axes moved by no more than x_tolerance, or lowered f by no more than
  // f_tolerance·|f|.
  void run(Objective<double>& f, Search& search) const;
};

// The point, its value and the n directions (rows): what a sweep works on. Apart from the method so that it can be
// tested.
struct PowellState {
  PowellState(std::span<const double> start, double value_there, std::span<const double> steps);
  void reset_directions();  // the axes, by the steps
  std::vector<double> x, directions;
  double value;
  std::vector<double> steps;                // the first, of the axes
  std::vector<double> curvature, reach;     // of each direction: φ″(0), 0 unknown; the first t to ask
  std::vector<double> before, trial, step;  // the sweep's start; work
};
// One sweep: n line minimisations, the exchange of a direction (as `basic` says), and a last one along the new
// direction.
void powell_sweep(Objective<double>& f, const Bounds& bounds, const Powell& options, PowellState& state);

}  // namespace thalweg
