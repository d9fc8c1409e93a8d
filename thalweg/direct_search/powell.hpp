// Powell's conjugate directions: minimise along each of n directions in turn, put the sweep's whole step among them,
// and now and then take the principal axes of the quadratic that they have measured.
//
// Minimises any real function of n ≥ 1 variables, box constraints included (lines end at the box). Asks values only,
// one at a time: two a line once the curvature along it is known, three before. Work O(n) a value, and O(n³) for the
// axes every 3n/4 sweeps, which is O(n) a value too; memory 2n² + 9n.
//
// References: M. J. D. Powell, Computer J. 7 (1964) 155: the basic procedure (§2) and the safeguard (§4, conditions
// (14)); R. P. Brent, Algorithms for Minimization Without Derivatives (1973), chapter 7: lines by parabolas from
// nearby values, the second derivatives kept, one a direction, and the principal axes. Departures: Powell's sweep and
// exchange inside Brent's frame (Brent's own loop of n − 1 sweeps, without (14), solves fewer of Moré and Wild's
// problems at every budget; his extrapolation along a curve changed nothing there and is left out, as are his random
// steps). A line's first value is asked at a part of its last move, not where f changes by about √ε of itself: the
// same problems are solved, and noise of 10⁻³ costs little. A sweep that ends within the tolerance is confirmed by
// one along the axes with exact lines, so that neither directions that have become dependent nor a loose line end the
// run.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct Powell {
  bool basic = false;            // §2: exact lines, each sweep drops its first direction; false: all of the above
  double step = 0.05;            // first step along an axis, over max(½, |x0_i|) or half the room between the bounds
  double reach = 20.0;           // longest move along a line, over `step`, unless its last was more than half as long
  double line_tolerance = 1e-8;  // of an exact line's minimum, relative to its t; √ε is the least that makes sense
  double x_tolerance = 1e-7;     // ‖step of a sweep‖∞, absolute (Limits::tolerance.x overrides)
  double f_tolerance = 1e-15;    // decrease of a sweep, relative to |f| (Limits::tolerance.f overrides)

  static Description<Powell> describe();
  // Converged: a sweep along the axes moved by no more than x_tolerance, or lowered f by no more than
  // f_tolerance·|f|.
  void run(Objective<double>& f, Search& search) const;
};

// The point, its value and the n directions (rows): what a sweep works on. Apart from the method so that it can be
// tested.
class PowellState {
  std::vector<double> storage_;  // of all the spans: one allocation

 public:
  PowellState(std::span<const double> start, double value_there, std::span<const double> first_steps);
  PowellState(const PowellState&) = delete;
  PowellState& operator=(const PowellState&) = delete;
  void reset_directions();      // the axes, by the steps
  void measure(std::size_t k);  // `length` of direction k
  // Brent (1973), 7.3: with dᵢ the curvature along the unit vᵢ, Σᵢ vᵢ vᵢᵀ/dᵢ is the inverse of the Hessian where the
  // directions are conjugate. Its principal axes become the directions, the most curved first; no product is formed.
  void take_principal_axes();
  double value;
  std::span<double> x, directions;
  std::span<double> steps;  // the first, of the axes; 0: a variable that the bounds fix
  // Of each direction: φ″, 0 unknown; |t| of the last move; ‖d‖, the variables in units of their first steps.
  std::span<double> curvature, moved, length;
  std::span<double> before, trial, step;  // the sweep's start; work
  std::span<double> axes;                 // work of take_principal_axes
};
// One sweep: n line minimisations, the exchange of a direction (as `basic` says), and a last one along the new
// direction. `exact`: lines to the line_tolerance, as where `basic`.
void powell_sweep(Objective<double>& f, const Bounds& bounds, const Powell& options, PowellState& state,
                  bool exact = false);

}  // namespace thalweg
