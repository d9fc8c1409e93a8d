// Mesh-adaptive direct search: poll the mesh points around the best one along a positive basis whose directions
// change from poll to poll, after searches that may try any mesh point; a mesh that shrinks faster than the frame
// polled.
//
// Minimises any real function of n ≥ 1 variables, nonsmooth, discontinuous or failing ones included, in a box, on a
// grid (`granularity`: 1 for integers). Asks values only: n + 2 a poll that fails (2n + 1 with `directions` 2n), in
// batches of `block`, the next one only where no lower value has come; lines and simplices ask one point at a time;
// no point twice, for those known are in a cache. Memory: the cache, n + 1 numbers an evaluation, and (p + n)²
// numbers for a model of p ≤ min((n+1)(n+2)/2, 500) points, fitted up to three times an iteration at (p + n)³/1.5
// operations: for functions dearer than that.
//
// First sweeps of lines along the axes, while these converge. Then an iteration: the speculative search (the last
// step once more, then twice as long each time that this succeeds); after a poll without success a Nelder–Mead
// search; the model search (the minimum of a quadratic model of the points near, in the frame); the poll. All points
// are on the mesh. Whatever finds a lower point ends the iteration, and the frame grows in the variables that moved;
// if nothing does, it shrinks. With granular variables the end waits for as many more polls, along random bases:
// their frames cannot shrink.
//
// References: C. Audet & J. E. Dennis, SIAM J. Optim. 17 (2006) 188 (MADS; that a search may try any mesh points); M.
// A. Abramson, C. Audet, J. E. Dennis & S. Le Digabel, SIAM J. Optim. 20 (2009) 948 (OrthoMADS: the Householder basis
// I − 2vvᵀ/‖v‖²); C. Audet, A. Ianni, S. Le Digabel & C. Tribes, SIAM J. Optim. 24 (2014) 621 (n + 1 directions, the
// last from the model); A. R. Conn & S. Le Digabel, Optim. Methods Softw. 28 (2013) 139 (models to search and to
// order by); C. Audet, S. Le Digabel & C. Tribes, SIAM J. Optim. 29 (2019) 1164 (granular, anisotropic mesh); C.
// Audet & C. Tribes, Comput. Optim. Appl. 71 (2018) 331 (the Nelder–Mead search). Departures, each measured on the
// nonsmooth Moré–Wild problems: the lines (mads_lines.hpp) are ours; the Nelder–Mead search has a simplex of its own
// (mads_simplex.hpp); the basis (`basis` aligned) is by turns the axes and one along the last step, and a poll that
// fails has asked one more direction, random, so that the directions of all polls are dense, as the theory wants:
// random bases at each poll (`basis` orthomads) solve fewer. The last polls are along the axes, so that the end says
// something plain.
#pragma once

#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"
#include "thalweg/direct_search/mads_frame.hpp"

namespace thalweg {

enum class MadsDirections : std::uint8_t { n_plus_1, two_n };
enum class MadsBasis : std::uint8_t { aligned, orthomads };

struct Mads {
  MadsDirections directions = MadsDirections::n_plus_1;
  MadsBasis basis = MadsBasis::aligned;
  double frame = 0.5;  // first Δ, relative to max(1, |x0_i|); at most a tenth of the room between finite bounds
  std::vector<double> granularity{};  // of each variable, or one number for all; 0 and empty: continuous
  bool model_search = true;
  bool model_order = true;     // trials by the model's value, lowest first; false: by angle to the last step
  bool speculative = true;     // after a success, the same step again, then twice as long ones
  bool line_search = true;     // along the axes, first of all, while they converge
  bool simplex_search = true;  // Nelder–Mead on the mesh after a failed poll
  bool anisotropic = true;     // a success enlarges Δ_i only where the step was longer than Δ_i/10
  double radius = 2.0;         // the model's points are within radius·Δ of the centre
  int block = 1;               // points asked at once; the result depends on it, and not on the threads
  double x_tolerance = 1e-8;   // the last Δ of continuous variables, absolute (Limits::tolerance.x overrides)

  static Description<Mads> describe();
  // Converged: no step along an axis by Δ_i ≤ x_tolerance (by the granularity, where there is one) lowers f.
  void run(Objective<double>& f, Search& search) const { run(f, search, {}); }
  void run(Objective<double>& f, Search& search, const MadsFrame::Watch& watch) const;  // watched: for tests
};

}  // namespace thalweg
