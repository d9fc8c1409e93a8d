#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/linalg.hpp"
#include "thalweg/core/linalg_maps.hpp"

namespace thalweg::linalg {

namespace {
// Turns rows x and y, of squares p and q, to be orthogonal, the shorter first. False if they are so already.
bool turn(double* __restrict x, double* __restrict y, std::size_t n, double& p, double& q, double rounding) {
  const bool swapped = p > q;
  const double small = swapped ? q : p, large = swapped ? p : q;
  const double xy = blas::short_dot(x, y, n), g = xy / large, ratio = small / large;
  if (!(g * g > rounding * rounding * ratio)) {
    if (swapped) std::swap_ranges(x, x + n, y), std::swap(p, q);
    return false;
  }
  const double a = 1.0 - ratio, h = std::sqrt(a * a + 4.0 * g * g);  // tan 2φ = 2g/a
  const double c = std::sqrt((h + a) / (2.0 * h)), s = g / (h * c);
  for (std::size_t i = 0; i < n; ++i) {
    const double u = swapped ? y[i] : x[i], v = swapped ? x[i] : y[i];
    x[i] = c * u - s * v;
    y[i] = s * u + c * v;
  }
  const double moved = 2.0 * g / (a + h) * xy;
  p = std::max(small - moved, 0.0), q = large + moved;
  return true;
}
}  // namespace

// Pairs as in a tournament in which all play at once: the turns of a round are independent, and overlap.
bool orthogonalise_rows(std::span<double> a, std::span<double> squares) {
  const std::size_t n = squares.size(), players = n + n % 2;
  expect(a.size(), n * n, "the matrix");
  constexpr int most_sweeps = 40;  // ten are many
  const double rounding = std::numeric_limits<double>::epsilon() * static_cast<double>(std::max<std::size_t>(n, 8));
  for (const double v : a)
    if (!std::isfinite(v)) return false;
  const auto row = [&](std::size_t k) { return a.data() + k * n; };
  for (int sweep = 0, turns = 1; turns > 0 && sweep < most_sweeps; ++sweep) {
    turns = 0;
    for (std::size_t p = 0; p < n; ++p) squares[p] = blas::short_dot(row(p), row(p), n);
    for (std::size_t round = 0; round + 1 < players; ++round)
      for (std::size_t k = 0; k < players / 2; ++k) {
        const std::size_t one = k == 0 ? players - 1 : (round + k) % (players - 1);
        const std::size_t other = (round + players - 1 - k) % (players - 1);
        const std::size_t p = std::min(one, other), q = std::max(one, other);
        if (q < n && squares[q] + squares[p] > 0.0)
          turns += turn(row(p), row(q), n, squares[p], squares[q], rounding);
      }
  }
  // A tournament does not sort: those it has left out of order.
  for (std::size_t p = 1; p < n; ++p)
    for (std::size_t q = p; q > 0 && squares[q - 1] > squares[q]; --q)
      std::swap_ranges(row(q), row(q) + n, row(q - 1)), std::swap(squares[q], squares[q - 1]);
  return true;
}

}  // namespace thalweg::linalg
