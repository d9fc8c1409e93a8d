#include "thalweg/core/random.hpp"

#include <cmath>
#include <numbers>
#include <numeric>

namespace thalweg {

double Generator::uniform() {
  // 53 bits, centred in their cell: (k + ½)·2⁻⁵³ lies strictly between 0 and 1.
  return (static_cast<double>(bits64() >> 11) + 0.5) * 0x1p-53;
}

double Generator::uniform(double low, double high) { return low + (high - low) * uniform(); }

double Generator::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2.0 * std::log(uniform()));  // Box & Muller (1958)
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

double Generator::exponential() { return -std::log(uniform()); }

double Generator::cauchy() { return std::tan(std::numbers::pi * (uniform() - 0.5)); }

std::size_t Generator::index(std::size_t count) {
  // Lemire, "Fast random integer generation in an interval" (2019), on 64 bits.
  const auto range = static_cast<std::uint64_t>(count);
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(bits64()) * range;
  if (static_cast<std::uint64_t>(product) < range) {
    const std::uint64_t threshold = (0 - range) % range;
    while (static_cast<std::uint64_t>(product) < threshold) product = static_cast<Wide>(bits64()) * range;
  }
  return static_cast<std::size_t>(product >> 64);
}

std::vector<std::uint32_t> permutation(Stream stream, std::size_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  Generator(stream).shuffle(std::span(order));
  return order;
}

std::string_view name(Noise noise) {
  constexpr std::array<std::string_view, 3> names = {"none", "rademacher", "gaussian"};
  return names[static_cast<std::size_t>(noise)];
}

}  // namespace thalweg
