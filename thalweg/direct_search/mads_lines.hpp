// The line search of mads: down one variable after another on the mesh, and along the way of the whole sweep, as long
// as that converges.
//
// A line asks a step to one side, else to the other, and once more as far where that is lower; between neighbours
// that are higher it then asks up to three points, each the lowest point of a model, and ends where the value is the
// one foretold. There are two: a parabola, and a kink, which are two straight lines: the chords of either side, or,
// where one side has no two points yet, the steeper side's chord and its mirror image (exact for a|t − t₀|). Chords
// that meet lower are believed; the mirror image, where it has foretold the run's values better than the parabola
// has. (Both models, as R. Mifflin & J.-J. Strodiot, Math. Program. 62 (1993) 299, who treat one variable alone and
// go on to convergence.) The next sweep's steps are what each line left uncertain. The first sweep ends along its way
// only where f does not look smooth.
//
// The constants were measured on Moré and Wild's nonsmooth problems, from their starts and from perturbed ones. Steps
// that double until a line rises lead into other valleys: 5 to 7 in 100 fewer are solved within 100 simplex
// gradients.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "thalweg/direct_search/mads_frame.hpp"

namespace thalweg {

class MadsLines {
 public:
  MadsLines(std::size_t n, std::size_t free);
  // Whether another sweep promises as much as the last: the gains of the sweeps fall fast.
  [[nodiscard]] bool converging() const { return converging_; }
  // True when the centre has moved to a lower point.
  bool sweep(MadsFrame& frame);

 private:
  struct Point {
    double t, f;
  };
  // What the points around the lowest one, `best`, say of the line.
  struct Models {
    Point best, below, above;  // below and above: each on one side of the kink
    double slope, bend;        // the parabola's, at best
    double down, up;           // of the kink's lines, through below and above
    double t;                  // the lowest point of the one that is believed; NaN where there is nothing to be found
    bool kinked, mirrored;     // that is the kink; and whether it is a mirror image
    [[nodiscard]] double parabola(double at) const;
    [[nodiscard]] double kink(double at) const;
  };
  void line(MadsFrame& frame, double step);
  double probe(MadsFrame& frame, double t);
  [[nodiscard]] std::size_t lowest() const;
  [[nodiscard]] Models between(std::size_t b) const;
  void learn(const Models& models, double t, double value);

  std::size_t n_, m_;
  std::vector<double> x_, begun_, next_;   // where the sweep stands, where it began, the line's lowest point
  std::vector<double> direction_, trial_;  // of the line
  std::vector<double> step_, gain_;        // of each variable: the next line's first step, in frames; the last gain
  std::vector<Point> points_;              // of the line, by t
  double value_ = 0.0, next_value_ = 0.0;  // at x_ and next_
  double moved_ = 0.0, left_ = 0.0;        // by the last line; from its lowest point to the farther neighbour
  double last_gain_ = std::numeric_limits<double>::infinity();  // of the last sweep
  double parabola_error_ = 0.0, kink_error_ = 0.0;  // of what the two have foretold, each time as parts of their sum
  bool converging_ = true;
};

}  // namespace thalweg
