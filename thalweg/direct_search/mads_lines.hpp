// The line search of mads: down one variable after another on the mesh, and along the way of the whole sweep, as long
// as that converges.
//
// A line asks a step to one side, else to the other, and once more as far where that is lower; between neighbours
// that are higher it then asks up to three points: where the chords of either side meet, which is the kink of a
// function that is linear on both sides of it, or the vertex of the parabola where no chords meet lower. (Both
// models, as R. Mifflin & J.-J. Strodiot, Math. Program. 62 (1993) 299, who treat one variable alone and go on to
// convergence.) The next sweep's steps are what each line left uncertain.
//
// The constants were measured on Moré and Wild's nonsmooth problems, from their starts and from 212 perturbed ones.
// Steps that double until a line rises lead into other valleys: 5 to 7 in 100 fewer are solved within 100 simplex
// gradients.
#pragma once

#include <span>
#include <vector>

#include "thalweg/direct_search/mads_frame.hpp"

namespace thalweg {

class MadsLines {
 public:
  MadsLines(std::size_t n, std::size_t free);
  // Whether another sweep promises as much as the last: the gains of the sweeps fall fast.
  [[nodiscard]] bool converging() const { return converging_; }
  void begin();  // afresh, with steps of a frame
  // True when the centre has moved to a lower point.
  bool sweep(MadsFrame& frame);

 private:
  struct Point {
    double t, f;
  };
  void line(MadsFrame& frame, double step);
  double probe(MadsFrame& frame, double t);
  [[nodiscard]] std::size_t lowest() const;
  [[nodiscard]] double between(std::size_t b) const;

  std::size_t n_, m_;
  std::vector<double> x_, begun_, next_;   // where the sweep stands, where it began, the line's lowest point
  std::vector<double> direction_, trial_;  // of the line
  std::vector<double> step_, gain_;        // of each variable: the next line's first step, in frames; the last gain
  std::vector<Point> points_;              // of the line, by t
  double value_ = 0.0, next_value_ = 0.0;  // at x_ and next_
  double moved_ = 0.0, left_ = 0.0;        // by the last line; from its lowest point to the farther neighbour
  double last_gain_ = 0.0;                 // of the last sweep
  bool converging_ = true, first_ = true;
};

}  // namespace thalweg
