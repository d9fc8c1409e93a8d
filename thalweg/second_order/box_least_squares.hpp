// min ‖A s + r‖² + ‖diag(d) s‖²  with lower ≤ s ≤ upper, 0 among them: the model of a Levenberg–Marquardt step,
// solved to rounding.
//
// A is reduced once by QR to k = min(m, n) rows; each solution is then a QR of (k + n)×n (Moré, LNM 630 (1978), §3:
// the condition is not squared). With bounds: the active-set method BVLS, started from the variables whose bound the
// gradient presses on (Stark & Parker, Comput. Statist. 10 (1995) 129); a held variable keeps its row as s_j = bound,
// so that nothing changes size. Cost: 2n²m for a matrix, about 3n³ a solution, times the changes of the active set.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/core/linalg.hpp"

namespace thalweg {

class BoxLeastSquares {
 public:
  BoxLeastSquares(std::size_t m, std::size_t n);
  // False when A or r is not finite.
  [[nodiscard]] bool set(std::span<const double> a, std::span<const double> r);
  // Empty spans: no bounds. d_j > 0. Returns ½(‖r‖² − ‖A s + r‖²), negative when a factorisation failed.
  double solve(std::span<const double> d, std::span<const double> lower, std::span<const double> upper,
               std::span<double> s);

 private:
  enum class Place : std::int8_t { low = -1, free = 0, high = 1 };
  [[nodiscard]] bool solve_free(std::span<const double> d, std::span<const double> s, std::span<double> z);
  void gradient(std::span<const double> d, std::span<const double> s, std::span<double> g);  // ½ of the model's

  std::size_t n_, k_;  // variables; rows of the reduced A
  linalg::Qr reduce_;
  linalg::LeastSquares stacked_;
  std::vector<double> r_, matrix_, right_, z_, g_, image_;
  std::vector<Place> place_;
};

}  // namespace thalweg
