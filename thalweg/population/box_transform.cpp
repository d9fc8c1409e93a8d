#include "thalweg/population/box_transform.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg {

BoxTransform::BoxTransform(const Bounds& bounds, std::span<const double> start, std::span<const double> scales)
    : fixed_(start.begin(), start.end()) {
  for (std::size_t i = 0; i < start.size(); ++i) {
    const double a = bounds.low(i), b = bounds.high(i);
    if (!(b > a)) continue;
    sides_.push_back({i, a, b, std::isfinite(a) ? std::min((b - a) / 2.0, (1.0 + std::abs(a)) / 20.0) : 0.0,
                      std::isfinite(b) ? std::min((b - a) / 2.0, (1.0 + std::abs(b)) / 20.0) : 0.0, scales[i]});
  }
}

void BoxTransform::to_box(std::span<const double> u, std::span<double> x) const {
  std::copy(fixed_.begin(), fixed_.end(), x.begin());
  for (std::size_t k = 0; k < sides_.size(); ++k) {
    const Side& s = sides_[k];
    double v = s.scale * u[k];
    // Into [a − α, b + β], where T is invertible: mirrored at each end, with period 2(b − a + α + β) when both exist.
    const double low = s.low - s.low_margin, high = s.high + s.high_margin;
    if (std::isfinite(low) && std::isfinite(high)) {
      if (v < low || v > high) {
        const double period = 2.0 * (high - low);
        v = std::fmod(v - low, period);
        if (v < 0.0) v += period;
        v = low + (v > high - low ? period - v : v);
      }
    } else if (v < low) {
      v = low + (low - v);
    } else if (v > high) {
      v = high - (v - high);
    }
    if (v < s.low + s.low_margin)
      v = s.low + (v - low) * (v - low) / (4.0 * s.low_margin);
    else if (v > s.high - s.high_margin)
      v = s.high - (v - high) * (v - high) / (4.0 * s.high_margin);
    x[s.index] = std::clamp(v, s.low, s.high);  // rounding
  }
}

void BoxTransform::from_box(std::span<const double> x, std::span<double> u) const {
  for (std::size_t k = 0; k < sides_.size(); ++k) {
    const Side& s = sides_[k];
    double v = x[s.index];
    if (v < s.low + s.low_margin)
      v = s.low - s.low_margin + 2.0 * std::sqrt(s.low_margin * (v - s.low));
    else if (v > s.high - s.high_margin)
      v = s.high + s.high_margin - 2.0 * std::sqrt(s.high_margin * (s.high - v));
    u[k] = v / s.scale;
  }
}

}  // namespace thalweg
