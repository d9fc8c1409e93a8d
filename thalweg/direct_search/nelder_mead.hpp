// Nelder–Mead: a simplex that reflects, expands, contracts and shrinks its way down.
//
// Minimises any real function of n ≥ 1 variables, box constraints included. Asks values only.
// Memory 5n² + O(n) numbers; O(n) work an evaluation (a running sum gives the centroid, insertion keeps the order;
// see nelder_mead_simplex.hpp); the check for stagnation costs O(n³) every n(n+1) iterations, O(n) an iteration.
//
// The first simplex is regular (W. Spendley, G. R. Hext & F. R. Himsworth, Technometrics 4 (1962) 441) in the
// variables over their first edges, x0 a vertex and the others on zero's side of it. Of the starts measured on Moré
// and Wild's problems (edges along the axes, as in NLopt and SciPy; away from zero; about x0; lengths from 0.3
// to 1.5) it solves the most within 5 to 20 n values; within 100 n, 49 of 53 to 10⁻³ where edges along the axes
// solve 51.
//
// References: J. A. Nelder & R. Mead, Computer J. 7 (1965) 308; J. C. Lagarias et al., SIAM J. Optim. 9 (1998) 112
// (order and ties); F. Gao & L. Han, Comput. Optim. Appl. 51 (2012) 259, eq. (4.1) (an expansion that depends on n);
// C. T. Kelley, SIAM J. Optim. 10 (1999) 43 (sufficient decrease (2.9), oriented restart).
// Departures: of Gao–Han's coefficients the expansion alone depends on n, contraction and shrink are ½ (theirs, 3/4 −
// 1/(2n) and 1 − 1/n, solve fewer of Moré and Wild's problems, and no more of 16 to 60 variables); for n = 1 the
// expansion is that of n = 2; the decrease is
// tested once in n(n+1) iterations over the sum of them, not at each; trial points are projected on the box, and
// where the simplex has shrunk below its tolerance 2n coordinate steps are tried before the end is called converged.
#pragma once

#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct NelderMead {
  bool adaptive = true;           // coefficients from n; any of the four below is then an error
  double reflection = 1.0;        // α > 0
  double expansion = 2.0;         // β > 1
  double contraction = 0.5;       // γ in (0, 1)
  double shrink = 0.5;            // δ in (0, 1)
  double step = 1.0;              // first edges: step·max(½, |x0_i|), at most half the room between the bounds
  std::vector<double> simplex{};  // the first simplex, (n+1)·n numbers, vertex after vertex; empty: built from x0
  double x_tolerance = 1e-8;      // ‖x_j − x_best‖∞ of every vertex, absolute (Limits::tolerance.x overrides)
  double f_tolerance = 1e-14;     // (f_worst − f_best)/|f_best| (Limits::tolerance.f overrides)
  int restarts = 10;              // at most that many oriented restarts

  static Description<NelderMead> describe();
  // Converged: the simplex is below a tolerance and no coordinate step of step/1000 lowers f.
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
