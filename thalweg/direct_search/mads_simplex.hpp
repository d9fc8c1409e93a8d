// The Nelder–Mead search of mads: a simplex of the best independent points near the centre, and its reflections,
// expansions and contractions rounded to the mesh, until it would shrink.
//
// Reference: C. Audet & C. Tribes, Comput. Optim. Appl. 71 (2018) 331, with the defaults of NOMAD 4: vertices within
// 8Δ of the centre (NM_SIMPLEX_INCLUDE_FACTOR), independent where 0.01 of an edge is left when the others are taken
// off (NM_SEARCH_RANK_EPS), at most 80n evaluations (NM_SEARCH_MAX_TRIAL_PTS_NFACTOR). Departure: the coefficients
// depend on n (F. Gao & L. Han, Comput. Optim. Appl. 51 (2012) 259, eq. (4.1)).
#pragma once

#include <span>
#include <vector>

#include "thalweg/direct_search/mads_frame.hpp"

namespace thalweg {

class MadsSimplex {
 public:
  MadsSimplex(std::size_t n, std::size_t free);
  // True when the centre has moved to a lower point.
  bool search(MadsFrame& frame);

 private:
  bool gather(const MadsFrame& frame);
  bool replace_worst(std::span<const double> x, double value);
  double along(MadsFrame& frame, double t, std::span<double> out);
  std::span<double> vertex(std::size_t j) { return {vertices_.data() + j * n_, n_}; }

  std::size_t n_, m_;
  std::vector<std::size_t> near_;  // cached points
  std::vector<double> vertices_, values_, orthogonal_, centroid_, trial_, second_;
};

}  // namespace thalweg
