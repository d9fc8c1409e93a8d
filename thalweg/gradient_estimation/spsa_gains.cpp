#include "thalweg/gradient_estimation/spsa_gains.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::detail {

double noise_of_values(Objective<double>& f, const NoisySteps& steps, std::span<const double> x, int values) {
  if (!steps.stochastic()) return 0.0;
  double mean = 0.0, squares = 0.0, count = 0.0;  // Welford's recurrence
  for (int i = 0; i < values; ++i) {
    const double v = f.value(x, {pilot_sample + static_cast<std::uint64_t>(i)});
    if (!std::isfinite(v)) continue;
    count += 1.0;
    const double off = v - mean;
    mean += off / count;
    squares += off * (v - mean);
  }
  return count > 1.0 ? std::sqrt(squares / (count - 1.0)) : 0.0;
}

double first_perturbation(double noise, std::span<const double> x) {
  double largest = 1.0;
  for (const double v : x) largest = std::max(largest, std::abs(v));
  return std::max(noise, 1e-3 * largest);
}

std::uint64_t planned_steps(const Search& search, std::uint64_t price) {
  constexpr std::uint64_t without_a_budget = 1000;
  const auto left = search.evaluations_left();
  return left ? std::max<std::uint64_t>(1, *left / std::max<std::uint64_t>(price, 1)) : without_a_budget;
}

std::optional<double> typical_component(Objective<double>& estimate, const NoisySteps& steps,
                                        std::span<const double> x, int count) {
  std::vector<double> gradient(x.size());
  double sum = 0.0, terms = 0.0;
  for (int i = 0; i < count; ++i) {
    const SampleKey key = steps.stochastic() ? SampleKey{pilot_sample + static_cast<std::uint64_t>(i)} : SampleKey{};
    if (!ask_gradient(estimate, x, key, gradient)) continue;
    for (const double g : gradient) sum += std::abs(g);
    terms += static_cast<double>(gradient.size());
  }
  if (terms == 0.0) return {};
  return sum / terms;
}

}  // namespace thalweg::detail
