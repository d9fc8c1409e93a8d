// The engine that `direct` and `direct-l` share: a box is cut into rectangles, each known by the value at its centre,
// and those that could hold the minimum for some Lipschitz constant are cut further.
//
// The rectangles are columns of numbers: the centre, the number of trisections of each side (a byte), the value. A
// trisection is always of a longest side, so that the sides of a rectangle are 3^−k or 3^−(k+1) of the box's, and the
// sum of its trisections says which diameter it has: groups of equal diameter are told apart by integers, never by
// comparing diameters. Each group is a heap by value, then by age. An iteration takes the lower right convex hull of
// the heaps' tops (Jones et al. 1993, Definition 4.1), asks all new centres in one batch, those of the smallest
// rectangle first, and puts the pieces into their groups from the largest rectangle's down, as Gablonsky's program:
// O(groups + new·(n + log N)) work, 9n + 24 bytes a rectangle, memory that doubles as it grows.
//
// Where the objective has no finite value (J. M. Gablonsky, Modifications of the DIRECT Algorithm, thesis, North
// Carolina State University 2001, the treatment of hidden constraints; R. G. Carter et al., Optim. Eng. 2 (2001)
// 139) a rectangle takes part with a surrogate: the lowest value v of a centre within its box of twice the sides,
// raised by 1e-6·|v|, or one more than the highest value met. Surrogates are kept up to date as centres come:
// O(new·I) work an iteration and O(N) a new one, for I such rectangles. Of those without a finite neighbour one is
// cut at a time, also under `all_ties`: they tie by construction.
#pragma once

#include "thalweg/core/objective.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg::detail {

struct DividingRules {
  bool diagonal = true;      // rectangles measured by half their diagonal, or by their longest side
  bool all_ties = true;      // of equal value and measure cut all, or the oldest alone
  double epsilon = 1e-4;     // least improvement that a cut must promise, relative to |f_best|
  double x_tolerance = 0.0;  // stop when the best point's rectangle has no longer side
};

void divide_rectangles(const DividingRules& rules, Objective<double>& f, Search& search);

}  // namespace thalweg::detail
