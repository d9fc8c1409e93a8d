#include "thalweg/first_order/gradient_norm.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/core/vectorized.hpp"

namespace thalweg::detail {
namespace {

constexpr std::size_t lanes = 16, chunk = 128;

// Σ (u·factor)² of one chunk, n ≤ chunk: 16 lanes of up to 8 terms, then a tree.
template <class S>
THALWEG_VECTORIZED double chunk_squares(const S* u, std::size_t n, double factor) {
  double sum[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::size_t k = 0; k < lanes; ++k) {
      const double v = static_cast<double>(u[i + k]) * factor;
      sum[k] += v * v;
    }
  for (std::size_t k = 0; i < n; ++i, ++k) {
    const double v = static_cast<double>(u[i]) * factor;
    sum[k] += v * v;
  }
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t k = 0; k < half; ++k) sum[k] += sum[k + half];
  return sum[0];
}

// The chunks are added with Neumaier's compensation, so the error does not grow with n.
template <class S>
double squares(std::span<const S> u, double factor) {
  double sum = 0.0, lost = 0.0;
  for (std::size_t i = 0; i < u.size(); i += chunk) {
    const double term = chunk_squares(u.data() + i, std::min(chunk, u.size() - i), factor);
    const double next = sum + term;
    lost += sum >= term ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }
  return std::isfinite(sum) ? sum + lost : sum;
}

}  // namespace

template <class S>
double gradient_norm(std::span<const S> u) {
  const double plain = squares(u, 1.0);
  if (plain > 1e-270 && plain < 1e300) return std::sqrt(plain);
  double largest = 0.0;
  for (const S v : u) {
    const double a = std::abs(static_cast<double>(v));
    if (!(a <= largest)) largest = a;
    if (std::isnan(largest)) return largest;
  }
  if (largest == 0.0 || !std::isfinite(largest)) return largest;
  const double factor = std::exp2(-std::ilogb(largest));  // a power of two: exact
  return std::isfinite(factor) ? std::sqrt(squares(u, factor)) / factor : std::sqrt(squares(u, 0x1p1022)) * 0x1p-1022;
}

template double gradient_norm(std::span<const float> u);
template double gradient_norm(std::span<const double> u);

}  // namespace thalweg::detail
