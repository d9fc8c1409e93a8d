// A smooth, many-to-one map of ℝᵐ onto a box, for methods that sample without bounds: the boundary transformation of
// N. Hansen's codes (BoundTransform of pycma).
//
// It is the identity inside the box, but for a margin at each bound where it is a parabola that touches the bound
// with slope 0; beyond, it is mirrored and repeated. So a point on a bound is reached from inside ℝᵐ, and neighbours
// stay neighbours. Margins: min((b−a)/2, (1+|a|)/20) at a, likewise at b (newer versions of
// pycma: max(1, |a|)/20). Variables whose bounds are equal are left
// out; the others are scaled.
#pragma once

#include <span>
#include <vector>

#include "thalweg/core/search.hpp"

namespace thalweg {

class BoxTransform {
 public:
  // x = T(scale_i·u_i) for the free variables, in their order; the others keep their value of `start`.
  // `scales`: one number a variable of the box, > 0.
  BoxTransform(const Bounds& bounds, std::span<const double> start, std::span<const double> scales);

  [[nodiscard]] std::size_t dimension() const { return sides_.size(); }  // m, of the free variables
  [[nodiscard]] double scale(std::size_t i) const { return sides_[i].scale; }
  void to_box(std::span<const double> u, std::span<double> x) const;    // x gets all n variables
  void from_box(std::span<const double> x, std::span<double> u) const;  // one u with T(u) = x, for x in the box

 private:
  struct Side {
    std::size_t index;
    double low, high, low_margin, high_margin, scale;
  };
  std::vector<Side> sides_;
  std::vector<double> fixed_;
};

}  // namespace thalweg
