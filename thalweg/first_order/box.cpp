#include "thalweg/first_order/box.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

Box::Box(const Bounds& bounds) : bounds_(&bounds) {
  const auto finite = [](double v) { return std::isfinite(v); };
  restricts_ = std::any_of(bounds.lower.begin(), bounds.lower.end(), finite) ||
               std::any_of(bounds.upper.begin(), bounds.upper.end(), finite);
}

double Box::stationarity(std::span<const double> x, std::span<const double> gradient) const {
  if (!restricts_) return blas::max_abs(gradient);
  double largest = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double step = std::clamp(-gradient[i], low(i) - x[i], high(i) - x[i]);
    if (std::isnan(step)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, std::abs(step));
  }
  return largest;
}

void Box::project_step(std::span<const double> x, std::span<double> d) const {
  if (!restricts_) return;
  for (std::size_t i = 0; i < x.size(); ++i) d[i] = std::clamp(d[i], low(i) - x[i], high(i) - x[i]);
}

double Box::longest_step(std::span<const double> x, std::span<const double> d) const {
  double longest = std::numeric_limits<double>::infinity();
  if (!restricts_) return longest;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (d[i] == 0.0) continue;
    const double room = d[i] > 0.0 ? high(i) - x[i] : x[i] - low(i);
    longest = std::min(longest, std::max(0.0, room) / std::abs(d[i]));
  }
  return longest;
}

}  // namespace thalweg
