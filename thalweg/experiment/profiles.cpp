#include "thalweg/experiment/profiles.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thalweg::profiles {

double Steps::at(double place) const {
  const auto after = std::ranges::upper_bound(x, place);
  return after == x.begin() ? 0.0 : y[static_cast<std::size_t>(after - x.begin()) - 1];
}

Steps distribution(std::span<const double> times, std::span<const double> weights) {
  std::vector<std::size_t> order(times.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return times[i]; });
  const auto weight = [&](std::size_t i) { return weights.empty() ? 1.0 : weights[i]; };
  double whole = 0.0, sum = 0.0;
  for (const std::size_t i : order) whole += weight(i);
  Steps steps;
  for (const std::size_t i : order) {
    if (!std::isfinite(times[i])) break;
    sum += weight(i);
    if (!steps.x.empty() && steps.x.back() == times[i]) {
      steps.y.back() = sum / whole;
    } else {
      steps.x.push_back(times[i]);
      steps.y.push_back(sum / whole);
    }
  }
  return steps;
}

Steps thinned(const Steps& steps, std::size_t most) {
  const std::size_t size = steps.x.size();
  if (size <= most) return steps;
  Steps out;
  for (std::size_t k = 0; k < most; ++k) {
    const std::size_t i = k * (size - 1) / (most - 1);
    out.x.push_back(steps.x[i]);
    out.y.push_back(steps.y[i]);
  }
  return out;
}

double log_area(const Steps& steps, double low, double high) {
  double area = 0.0, from = low, height = steps.at(low);
  for (std::size_t i = 0; i < steps.x.size(); ++i) {
    if (steps.x[i] <= low) continue;
    if (steps.x[i] >= high) break;
    area += height * std::log(steps.x[i] / from);
    from = steps.x[i];
    height = steps.y[i];
  }
  return (area + height * std::log(high / from)) / std::log(high / low);
}

std::vector<double> coco_precisions() {
  std::vector<double> all;
  for (int k = 0; k <= 50; ++k) all.push_back(std::pow(10.0, (10.0 - k) / 5.0));
  return all;
}

RunningTime running_time(std::span<const double> times, std::span<const double> ends) {
  RunningTime out;
  double sum = 0.0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    ++out.trials;
    const bool reached = std::isfinite(times[i]);
    out.successes += reached ? 1 : 0;
    sum += reached ? times[i] : ends[i];
  }
  if (out.successes > 0) out.expected = sum / static_cast<double>(out.successes);
  return out;
}

}  // namespace thalweg::profiles
