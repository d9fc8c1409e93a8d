// What the solvers of regularised quadratic models (secular.hpp, krylov.hpp) need of the regulariser: the length r(λ)
// that goes with the multiplier λ. S: double, or any wider number type.
#pragma once

#include <algorithm>
#include <cmath>

namespace thalweg {

template <class S>
struct Ball {  // ‖s‖ = Δ
  S delta;
  [[nodiscard]] S radius(const S&) const { return delta; }
  // d/dλ of −1/r(λ)
  [[nodiscard]] S inverse_slope(const S&) const { return 0.0; }
  // A shift at most the least at which |c|/(gap + shift) ≤ r(base + shift).
  [[nodiscard]] S least_shift(const S& c, const S& gap, const S&) const { return c / delta - gap; }
  // The root of λ for H = 0 and ‖g‖ = c: a first guess.
  [[nodiscard]] S guess(const S&) const { return 0.0; }
};
template <class S>
struct CubicTerm {  // (σ/3)‖s‖³: ‖s‖ = λ/σ
  S sigma;
  [[nodiscard]] S radius(const S& lambda) const { return lambda / sigma; }
  [[nodiscard]] S inverse_slope(const S& lambda) const { return sigma / (lambda * lambda); }
  // (gap + shift)(base + shift) = σ|c|, without cancellation
  [[nodiscard]] S least_shift(const S& c, const S& gap, const S& base) const {
    using std::sqrt;
    const S rest = sigma * c - gap * base;
    if (rest <= 0.0) return 0.0;
    const S b = gap + base;
    return 2.0 * rest / (b + sqrt(b * b + 4.0 * rest));
  }
  [[nodiscard]] S guess(const S& c) const {
    using std::sqrt;
    return sqrt(sigma * c);
  }
};
template <class S>
struct QuarticTerm {  // (σ/4)‖s‖⁴: ‖s‖ = √(λ/σ)
  S sigma;
  [[nodiscard]] S radius(const S& lambda) const {
    using std::sqrt;
    return sqrt(lambda / sigma);
  }
  [[nodiscard]] S inverse_slope(const S& lambda) const {
    using std::sqrt;
    return 0.5 * sqrt(sigma / lambda) / lambda;
  }
  // Below the root of (gap + shift)²(base + shift) = σc²: with every term the largest, or where shift ≤ gap.
  [[nodiscard]] S least_shift(const S& c, const S& gap, const S& base) const {
    using std::cbrt;
    const S k = sigma * c * c;
    const S small = gap > 0.0 ? std::min<S>(gap, k / (4.0 * gap * gap) - base) : S(0.0);
    return std::max<S>({0.0, cbrt(k) - std::max(gap, base), small});
  }
  [[nodiscard]] S guess(const S& c) const {
    using std::cbrt;
    return cbrt(sigma * c * c);
  }
};

}  // namespace thalweg
