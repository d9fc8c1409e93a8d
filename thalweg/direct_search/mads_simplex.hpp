// The Nelder–Mead search of mads: a simplex with edges of two frames along the axes (about the frame of the poll that
// has just failed), and its reflections, expansions and contractions rounded to the mesh. It is kept from one search
// to the next until it would shrink; another is begun when the centre has moved since.
//
// Reference: C. Audet & C. Tribes, Comput. Optim. Appl. 71 (2018) 331, with at most 80n evaluations a search, as in
// NOMAD 4 (NM_SEARCH_MAX_TRIAL_PTS_NFACTOR). Departures: their simplex is made of the best points met near the
// centre, and of others after each poll; where a nonsmooth function has its valley those are all but in a plane, and
// measured on the nonsmooth Moré–Wild problems, from 212 perturbed starts, 5 to 9 in 100 fewer are solved within 50
// simplex gradients. The expansion depends on n (F. Gao & L. Han, Comput. Optim. Appl. 51 (2012) 259, eq. (4.1)), the
// contraction is ½, as in `nelder-mead`.
#pragma once

#include <limits>
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
  void begin(MadsFrame& frame);
  bool replace_worst(std::span<const double> x, double value);
  double along(MadsFrame& frame, double t, std::span<double> out);
  bool step(MadsFrame& frame);
  std::span<double> vertex(std::size_t j) { return {vertices_.data() + j * n_, n_}; }

  std::size_t n_, m_;
  std::vector<double> vertices_, values_;  // the lowest first
  std::vector<double> centroid_, trial_, second_;
  bool alive_ = false;
  double ended_at_ = std::numeric_limits<double>::quiet_NaN();  // the centre's value where the last simplex ended
};

}  // namespace thalweg
