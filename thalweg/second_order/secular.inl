// The definitions of SecularSolverOf<S>.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/blas1.hpp"
#include "thalweg/second_order/regulariser.hpp"
#include "thalweg/second_order/secular.hpp"

namespace thalweg {

template <class S>
SecularSolverOf<S>::SecularSolverOf(std::size_t n) : eigen_(n), c_(n), gap_(n), coordinates_(n) {}

template <class S>
bool SecularSolverOf<S>::set_matrix(std::span<const S> h) {
  return eigen_.compute(h);
}
template <class S>
void SecularSolverOf<S>::set_gradient(std::span<const S> g) {
  eigen_.to_eigenbasis(g, c_);
}

template <class S>
template <class Regulariser>
RegularisedStepOf<S> SecularSolverOf<S>::solve(const Regulariser& regulariser, std::span<S> s) {
  using std::abs, std::isfinite, std::sqrt;
  constexpr auto infinity = std::numeric_limits<S>::infinity;
  const S epsilon = std::numeric_limits<S>::epsilon();
  const std::size_t n = s.size();
  const auto values = eigen_.values();
  const S base = std::max<S>(0.0, -values[0]);  // λ = base + shift
  for (std::size_t i = 0; i < n; ++i) gap_[i] = values[i] + base;

  // ‖s‖ and Σ s_i²/(gap_i + shift) = −½ d‖s‖²/dλ
  const auto norm_at = [&](S shift, S& slope_part) {
    S largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const S den = gap_[i] + shift;
      coordinates_[i] = c_[i] == 0.0 ? S(0.0) : -c_[i] / den;
      largest = std::max(largest, abs(coordinates_[i]));
    }
    if (largest == 0.0 || largest == infinity()) return largest;
    S sum = 0.0, slope = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const S r = coordinates_[i] / largest;
      if (r == 0.0) continue;
      sum += r * r;
      slope += r * r / (gap_[i] + shift);
    }
    slope_part = slope / sum;  // (Σ s²/(gap + shift))/‖s‖²
    return largest * sqrt(sum);
  };

  RegularisedStepOf<S> step;
  S shift = 0.0, part = 0.0;
  S norm = norm_at(0.0, part);
  if (norm <= regulariser.radius(base)) {  // φ(0⁺) ≥ 0: interior, or the hard case
    step.lambda = base;
    if (base > 0.0) {
      const S r = regulariser.radius(base);
      const S alpha = sqrt(std::max<S>(0.0, (r - norm) * (r + norm)));
      coordinates_[0] += coordinates_[0] < 0.0 ? S(-alpha) : alpha;
      step.hard = true;
    }
  } else {
    for (std::size_t i = 0; i < n; ++i)
      shift = std::max<S>(shift, regulariser.least_shift(abs(c_[i]), gap_[i], base));
    shift *= 1.0 - 4.0 * epsilon;
    for (int iteration = 0; iteration < 200; ++iteration) {
      norm = norm_at(shift, part);
      const S lambda = base + shift, radius = regulariser.radius(lambda);
      if (!isfinite(norm) || radius == 0.0) {  // on the pole: leave it
        shift = shift == 0.0 ? std::numeric_limits<S>::min() : S(2.0 * shift);
        continue;
      }
      // φ = 1/‖s‖ − 1/r, φ′ = part/‖s‖ + d(−1/r)/dλ
      const S phi = 1.0 / norm - 1.0 / radius;
      const S next = shift - phi / (part / norm + regulariser.inverse_slope(lambda));
      if (!(next > shift) || next - shift <= 2.0 * epsilon * shift) break;  // monotone from the left: done
      shift = next;
    }
    step.lambda = base + shift;
  }
  for (std::size_t i = 0; i < n; ++i) step.decrease -= coordinates_[i] * (c_[i] + 0.5 * values[i] * coordinates_[i]);
  eigen_.from_eigenbasis(coordinates_, s);
  step.norm = blas::norm_of<S>(coordinates_);
  return step;
}

template <class S>
RegularisedStepOf<S> SecularSolverOf<S>::trust_region(S radius, std::span<S> s) {
  return solve(Ball<S>{radius}, s);
}
template <class S>
RegularisedStepOf<S> SecularSolverOf<S>::cubic(S sigma, std::span<S> s) {
  return solve(CubicTerm<S>{sigma}, s);
}
template <class S>
RegularisedStepOf<S> SecularSolverOf<S>::quartic(S sigma, std::span<S> s) {
  return solve(QuarticTerm<S>{sigma}, s);
}

}  // namespace thalweg
