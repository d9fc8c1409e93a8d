// What the solvers of regularised quadratic models (secular.hpp, krylov.hpp) need of the regulariser: the length r(λ)
// that goes with the multiplier λ.
#pragma once

#include <algorithm>
#include <cmath>

namespace thalweg {

struct Ball {  // ‖s‖ = Δ
  double delta;
  [[nodiscard]] double radius(double) const { return delta; }
  // d/dλ of −1/r(λ)
  [[nodiscard]] double inverse_slope(double) const { return 0.0; }
  // A shift at most the least at which |c|/(gap + shift) ≤ r(base + shift).
  [[nodiscard]] double least_shift(double c, double gap, double) const { return c / delta - gap; }
  // The root of λ for H = 0 and ‖g‖ = c: a first guess.
  [[nodiscard]] double guess(double) const { return 0.0; }
};
struct CubicTerm {  // (σ/3)‖s‖³: ‖s‖ = λ/σ
  double sigma;
  [[nodiscard]] double radius(double lambda) const { return lambda / sigma; }
  [[nodiscard]] double inverse_slope(double lambda) const { return sigma / (lambda * lambda); }
  // (gap + shift)(base + shift) = σ|c|, without cancellation
  [[nodiscard]] double least_shift(double c, double gap, double base) const {
    const double rest = sigma * c - gap * base;
    if (rest <= 0.0) return 0.0;
    const double b = gap + base;
    return 2.0 * rest / (b + std::sqrt(b * b + 4.0 * rest));
  }
  [[nodiscard]] double guess(double c) const { return std::sqrt(sigma * c); }
};
struct QuarticTerm {  // (σ/4)‖s‖⁴: ‖s‖ = √(λ/σ)
  double sigma;
  [[nodiscard]] double radius(double lambda) const { return std::sqrt(lambda / sigma); }
  [[nodiscard]] double inverse_slope(double lambda) const { return 0.5 * std::sqrt(sigma / lambda) / lambda; }
  // Below the root of (gap + shift)²(base + shift) = σc²: with every term the largest, or where shift ≤ gap.
  [[nodiscard]] double least_shift(double c, double gap, double base) const {
    const double k = sigma * c * c;
    const double small = gap > 0.0 ? std::min(gap, k / (4.0 * gap * gap) - base) : 0.0;
    return std::max({0.0, std::cbrt(k) - std::max(gap, base), small});
  }
  [[nodiscard]] double guess(double c) const { return std::cbrt(sigma * c * c); }
};

}  // namespace thalweg
