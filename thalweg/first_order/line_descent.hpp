// The loop shared by methods that step along a line: x ← x + t d, d from the method, t from a line search.
//
// Within bounds t goes no further than the box, and what is driven to zero is the projected gradient (box.hpp).
// A direction that fails, or that promises less than f can show while the gradient says otherwise, is not believed:
// the method forgets what it has learnt and goes on along −∇f; only when that fails too does the run end. Where the
// gradient is an estimate, a search is given up whose interval has shrunk to 0.01 of its farther end, or after 20
// trials (L-BFGS-B's `maxls`; more where max_trials says so): slopes and values that belong together to half their
// digits have no point between to agree on. (L-BFGS-B's xtol is 0.1, for all gradients; with that, differences lose
// one of the 53 smooth Moré–Wild problems, with 0.01 none. Within 1000 simplex gradients the runs of `bfgs` and
// `l-bfgs` take 20 and 25 % fewer evaluations than with searches to the last digit.)
#pragma once

#include <cstdint>
#include <span>

#include "thalweg/core/search.hpp"
#include "thalweg/first_order/line_search.hpp"
#include "thalweg/first_order/stopping.hpp"

namespace thalweg {

// What a method adds to the loop. All spans have n numbers.
class LineDirection {
 public:
  virtual ~LineDirection() = default;
  struct Proposal {
    double first = 1.0;  // step t to try first
    bool newton = false;  // x + d minimises a model of f: what is promised is −½ φ′(0) (within bounds at most −φ′(0))
  };
  // d from x and ∇f(x); where the box restricts, x + d is inside.
  virtual Proposal direction(std::span<const double> x, std::span<const double> gradient, std::span<double> d) = 0;
  // After a step x ← x + t·d, along which f had slope φ′(0); ∇f before and after it.
  virtual void update(double step, double slope, std::span<const double> d, std::span<const double> before,
                      std::span<const double> after) = 0;
  // Forgets what was learnt, so that the next direction is −∇f. False when there is nothing to forget.
  virtual bool reset() = 0;
};

// Does a pair s = Δx, y = Δ∇f tell curvature: is sᵀy above the rounding of its terms? By the angle, so that no unit
// of x or f matters (L-BFGS-B's sᵀy > 2.2e-16·yᵀy refuses every pair where the curvature is above 5·10¹⁵).
inline bool tells_curvature(double sy, double s_norm, double y_norm) { return sy > 2.2e-16 * s_norm * y_norm; }

struct LineDescent {
  enum class Search : std::uint8_t { strong_wolfe, armijo, exact };
  Search line = Search::strong_wolfe;
  WolfeOptions wolfe{};
  double gradient_tolerance = default_gradient_tolerance;

  void run(Objective<double>& f, thalweg::Search& search, LineDirection& method) const;
};

}  // namespace thalweg
