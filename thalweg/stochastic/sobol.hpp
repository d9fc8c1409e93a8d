// Sobol' points in the unit cube, with a digital shift.
//
// I. M. Sobol', USSR Comput. Math. Math. Phys. 7 (1967) 86; direction numbers of S. Joe & F. Y. Kuo, SIAM J. Sci.
// Comput. 30 (2008) 2635; Gray-code order of I. A. Antonov & V. M. Saleev (1979). The first 2^m points put exactly
// one point into each of the 2^m equal intervals of every coordinate (a (0,m,1)-net each), shifted or not.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/core/random.hpp"

namespace thalweg {

class Sobol {
 public:
  static constexpr std::size_t max_dimension = 128;
  // `shift`: the digital shift's source (each coordinate XORed with 32 random bits); null: none.
  // Throws InvalidArgument when dimension is 0 or above max_dimension.
  explicit Sobol(std::size_t dimension, Generator* shift = nullptr);
  // The next point, in (0, 1)ⁿ, as the middle of its cell of side 2^-32; 2^32 points, then it begins again.
  void next(std::span<double> point);

 private:
  std::size_t dimension_;
  std::uint32_t count_ = 0;
  std::vector<std::uint32_t> directions_;  // dimension × 32
  std::vector<std::uint32_t> state_;
};

namespace detail {
extern const std::uint16_t joe_kuo[];
extern const std::size_t joe_kuo_size;
}  // namespace detail

}  // namespace thalweg
