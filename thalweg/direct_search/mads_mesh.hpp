// The granular, anisotropic mesh of mads: per variable a frame size Δ = a·10^b, a in {1, 2, 5}, and a mesh size δ
// that shrinks faster, and the points that lie on it, held as whole numbers so that two ways to a point give the same
// bits.
//
// Reference: C. Audet, S. Le Digabel & C. Tribes, SIAM J. Optim. 29 (2019) 1164, §3: with b₀ the first exponent,
//   Δ = g·a·10^b,  δ = g·max(1, 10^(b − |b − b₀|))  for a variable of granularity g,
//   Δ = a·10^b,    δ = 10^(b − |b − b₀| − 5)        for a continuous one.
// Departures: the −5 is ours (a first frame of a hundred thousand mesh steps or more, room for directions that are
// not all axes, for lines to find a kink and for the simplex search to contract; with −4 and −6 fewer of the
// nonsmooth Moré–Wild problems are solved to 10⁻⁵); δ stops at 10⁻¹⁵ of the variable's size, where doubles end. A
// point that would leave the box lands on its side.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/core/search.hpp"

namespace thalweg {

class GranularMesh {
 public:
  __extension__ using Whole = __int128;
  // A coordinate: a whole number of units (the finest mesh size there will be) from an anchor.
  struct Place {
    Whole units = 0;
    std::uint8_t anchor = 0;  // 0 the start (granular: the grid's origin), 1 the lower, 2 the upper bound
    friend bool operator==(const Place&, const Place&) = default;
  };

  // First frames of `frame` times max(1, |x0_i|), or a tenth of the room between finite bounds where that is less.
  // `granularity`: of each variable, 0 for a continuous one; its grid is lower + k·g, or k·g without a lower bound.
  GranularMesh(std::span<const double> x0, const Bounds& bounds, std::span<const double> granularity, double frame);

  [[nodiscard]] std::size_t size() const { return axes_.size(); }
  [[nodiscard]] bool fixed(std::size_t i) const { return axes_[i].low == axes_[i].high; }
  [[nodiscard]] bool granular(std::size_t i) const { return axes_[i].granularity > 0.0; }
  [[nodiscard]] double low(std::size_t i) const { return axes_[i].low; }  // of the grid, where granular
  [[nodiscard]] double high(std::size_t i) const { return axes_[i].high; }
  [[nodiscard]] double frame(std::size_t i) const { return axes_[i].frame; }  // Δ_i
  [[nodiscard]] double mesh(std::size_t i) const { return axes_[i].mesh; }    // δ_i
  [[nodiscard]] double ratio(std::size_t i) const { return axes_[i].frame / axes_[i].mesh; }
  [[nodiscard]] Whole units(std::size_t i) const { return axes_[i].units_a_step; }  // δ_i in units
  [[nodiscard]] Place start(std::size_t i) const { return axes_[i].start; }
  [[nodiscard]] double at(std::size_t i, Place place) const;
  // The place a whole number of mesh steps from `centre` that is nearest to centre + step, on the box's side when
  // that is outside.
  [[nodiscard]] Place moved(std::size_t i, Place centre, double step) const;

  // Δ_i to the next size below; false where a granular variable is at its smallest.
  bool refine(std::size_t i);
  void enlarge(std::size_t i);  // to the next above, while it fits in the box
  [[nodiscard]] bool below_first(std::size_t i) const { return axes_[i].exponent < axes_[i].first; }

 private:
  struct Axis {
    double low, high, granularity, unit;
    double anchors[3];
    Place start;
    int mantissa, exponent, first, finest, largest;  // Δ = (g·)mantissa·10^exponent; unit = 10^finest
    double frame, mesh;
    Whole units_a_step;  // δ in units
  };
  static void update(Axis& axis);
  std::vector<Axis> axes_;
};

}  // namespace thalweg
