#include "thalweg/stochastic/sobol.hpp"

#include <bit>
#include <cassert>
#include <string>

#include "thalweg/core/options.hpp"

namespace thalweg {

namespace {
constexpr std::size_t bits = 32;
}

Sobol::Sobol(std::size_t dimension, Generator* shift)
    : dimension_(dimension), directions_(dimension * bits), state_(dimension, 0) {
  if (dimension == 0 || dimension > max_dimension)
    throw InvalidArgument("Sobol points have 1 to " + std::to_string(max_dimension) + " coordinates, not " +
                          std::to_string(dimension) + "; take uniform points there");
  for (std::size_t i = 0; i < bits; ++i) directions_[i] = 1u << (bits - 1 - i);  // van der Corput
  std::size_t at = 0;
  for (std::size_t d = 1; d < dimension; ++d) {
    const std::uint32_t polynomial = detail::joe_kuo[at++];
    const std::size_t s = static_cast<std::size_t>(std::bit_width(polynomial)) - 1;
    std::uint32_t* v = directions_.data() + d * bits;
    for (std::size_t i = 0; i < s; ++i) v[i] = std::uint32_t{detail::joe_kuo[at++]} << (bits - 1 - i);
    for (std::size_t i = s; i < bits; ++i) {  // Joe & Kuo (2008), (2): the recurrence of m_k, in v_k = m_k / 2^k
      v[i] = v[i - s] ^ (v[i - s] >> s);
      for (std::size_t k = 1; k < s; ++k)
        if ((polynomial >> (s - k)) & 1u) v[i] ^= v[i - k];
    }
  }
  assert(at <= detail::joe_kuo_size);
  if (shift != nullptr)
    for (auto& word : state_) word = (*shift)();
}

void Sobol::next(std::span<double> point) {
  assert(point.size() == dimension_);
  for (std::size_t d = 0; d < dimension_; ++d) point[d] = (static_cast<double>(state_[d]) + 0.5) * 0x1p-32;
  const int zeros = std::countr_one(count_++);  // the lowest zero bit of the count: Gray code
  if (zeros < static_cast<int>(bits))
    for (std::size_t d = 0; d < dimension_; ++d) state_[d] ^= directions_[d * bits + static_cast<std::size_t>(zeros)];
}

}  // namespace thalweg
