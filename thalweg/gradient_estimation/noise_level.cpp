#include "thalweg/gradient_estimation/noise_level.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace thalweg {

NoiseLevel noise_level(std::span<double> values) {
  constexpr double agreement = 4.0, range = 0.1;  // Moré & Wild (2011)
  constexpr std::size_t most = 16;
  using enum NoiseLevel::Verdict;
  const std::size_t count = values.size();
  if (count < 4 || count > most) throw std::logic_error("noise_level takes 4 to 16 values");
  if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*high - *low > range * std::max(std::abs(*low), std::abs(*high))) return {};

  std::array<double, most> level{};
  std::array<bool, most> turns{};
  double gamma = 1.0;
  for (std::size_t k = 1; k < count; ++k) {
    const std::span<double> differences = values.first(count - k);
    for (std::size_t i = 0; i < differences.size(); ++i) differences[i] = values[i + 1] - values[i];
    const auto zeros = static_cast<std::size_t>(std::count(differences.begin(), differences.end(), 0.0));
    if (k == 1 && 2 * zeros >= count) return {0.0, spacing_too_small};
    const auto order = static_cast<double>(k);
    gamma *= 0.5 * order / (2.0 * order - 1.0);  // (k!)²/(2k)!
    double squares = 0.0;
    for (const double d : differences) squares += d * d;
    level[k] = std::sqrt(gamma * squares / static_cast<double>(differences.size()));
    const auto [least, greatest] = std::minmax_element(differences.begin(), differences.end());
    turns[k] = *least < 0.0 && *greatest > 0.0;
  }
  for (std::size_t k = 1; k + 2 < count; ++k) {
    const auto [least, greatest] = std::minmax({level[k], level[k + 1], level[k + 2]});
    if (greatest <= agreement * least && turns[k]) return {level[k], found};
  }
  return {};
}

}  // namespace thalweg
