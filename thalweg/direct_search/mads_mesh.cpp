#include "thalweg/direct_search/mads_mesh.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace thalweg {

namespace {

constexpr int digits = 15;        // of a variable's size that δ may resolve: a double has 15.9
constexpr int most_growth = 12;   // decades that Δ may grow beyond its first size
constexpr int spare_decades = 5;  // of δ below the paper's

// 10^e, correctly rounded for |e| ≤ 22, as a quotient where e is negative.
double power(int e) { return e >= 0 ? std::pow(10.0, e) : 1.0 / std::pow(10.0, -e); }
double scaled(double x, int e) { return e >= 0 ? x * std::pow(10.0, e) : x / std::pow(10.0, -e); }

GranularMesh::Whole whole_power(int e) {
  GranularMesh::Whole p = 1;
  for (; e > 0; --e) p *= 10;
  return p;
}

}  // namespace

GranularMesh::GranularMesh(std::span<const double> x0, const Bounds& bounds, std::span<const double> granularity,
                           double frame) {
  axes_.resize(x0.size());
  for (std::size_t i = 0; i < x0.size(); ++i) {
    Axis& a = axes_[i];
    const double g = granularity[i], scale = g > 0.0 ? g : 1.0;
    a.low = bounds.low(i), a.high = bounds.high(i), a.granularity = g;
    if (g > 0.0) {  // the sides of the grid
      const double origin = std::isfinite(a.low) ? a.low : 0.0;
      const double cells = (a.high - origin) / g;
      if (std::isfinite(a.high)) a.high = std::min(a.high, origin + g * std::floor(cells + 4e-16 * std::abs(cells)));
      a.anchors[0] = a.anchors[1] = a.anchors[2] = origin;
      a.start.units = static_cast<Whole>(std::nearbyint((std::clamp(x0[i], a.low, a.high) - origin) / g));
    } else {
      a.anchors[0] = x0[i], a.anchors[1] = a.low, a.anchors[2] = a.high;
    }
    const double room = a.high - a.low;
    const double first = std::min(frame * std::max(1.0, std::abs(x0[i])), 0.1 * room);
    const auto set = [&](double size) {  // the greatest of 1, 2, 5 × 10^b that is not above it
      a.exponent = size > 0.0 ? static_cast<int>(std::floor(std::log10(size / scale) + 1e-9)) : 0;
      const double mantissa = size / scale / std::pow(10.0, a.exponent) * (1.0 + 1e-9);
      a.mantissa = mantissa >= 5.0 ? 5 : mantissa >= 2.0 ? 2 : 1;
    };
    set(first);
    if (g > 0.0 && a.exponent < 0) a.exponent = 0, a.mantissa = 1;
    a.first = a.exponent;
    a.largest = a.first + most_growth;
    // Units of 10^finest: of the start's last digit, or of the frame's where that is larger.
    const double size = std::max(std::abs(x0[i]), power(a.first));
    a.finest = g > 0.0 ? 0 : static_cast<int>(std::ceil(std::log10(size))) - digits;
    a.unit = g > 0.0 ? g : power(a.finest);
    update(a);
  }
}

void GranularMesh::update(Axis& a) {
  const double scale = a.granularity > 0.0 ? a.granularity : 1.0;
  a.frame = scaled(scale * a.mantissa, a.exponent);
  int e = a.exponent - std::abs(a.exponent - a.first);
  if (a.granularity == 0.0) e -= spare_decades;
  e = std::max(e, a.finest);
  a.mesh = scaled(scale, e);
  a.units_a_step = whole_power(e - a.finest);
}

double GranularMesh::at(std::size_t i, Place place) const {
  const Axis& a = axes_[i];
  const double count = static_cast<double>(place.units);
  const double offset = a.granularity > 0.0 ? count * a.granularity : scaled(count, a.finest);
  return std::clamp(a.anchors[place.anchor] + offset, a.low, a.high);
}

GranularMesh::Place GranularMesh::moved(std::size_t i, Place centre, double step) const {
  const Axis& a = axes_[i];
  if (a.low == a.high) return centre;
  const double steps = std::clamp(std::nearbyint(step / a.mesh), -1e15, 1e15);
  Place to = centre;
  to.units += static_cast<Whole>(steps) * a.units_a_step;
  const double offset = a.granularity > 0.0 ? static_cast<double>(to.units) * a.granularity
                                            : scaled(static_cast<double>(to.units), a.finest);
  const double x = a.anchors[to.anchor] + offset;
  if (x >= a.low && x <= a.high) return to;
  if (a.granularity > 0.0)
    to.units = static_cast<Whole>(std::nearbyint(((x < a.low ? a.low : a.high) - a.anchors[0]) / a.granularity));
  else
    to = {0, static_cast<std::uint8_t>(x < a.low ? 1 : 2)};
  return to;
}

bool GranularMesh::refine(std::size_t i) {
  Axis& a = axes_[i];
  if (a.granularity > 0.0 && a.exponent == 0 && a.mantissa == 1) return false;
  if (a.mantissa == 1)
    a.mantissa = 5, --a.exponent;
  else
    a.mantissa = a.mantissa == 5 ? 2 : 1;
  update(a);
  return true;
}

void GranularMesh::enlarge(std::size_t i) {
  Axis& a = axes_[i];
  const Axis before = a;
  if (a.mantissa == 5)
    a.mantissa = 1, ++a.exponent;
  else
    a.mantissa = a.mantissa == 1 ? 2 : 5;
  update(a);
  if (a.exponent > a.largest || !(a.frame <= a.high - a.low)) a = before;
}

}  // namespace thalweg
