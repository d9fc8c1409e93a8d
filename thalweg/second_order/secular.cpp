#include "thalweg/second_order/secular.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/blas1.hpp"
#include "thalweg/second_order/regulariser.hpp"

namespace thalweg {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double epsilon = std::numeric_limits<double>::epsilon();

}  // namespace

SecularSolver::SecularSolver(std::size_t n) : eigen_(n), c_(n), gap_(n), coordinates_(n) {}

bool SecularSolver::set_matrix(std::span<const double> h) { return eigen_.compute(h); }
void SecularSolver::set_gradient(std::span<const double> g) { eigen_.to_eigenbasis(g, c_); }

template <class Radius>
RegularisedStep SecularSolver::solve(Radius regulariser, std::span<double> s) {
  const std::size_t n = s.size();
  const auto values = eigen_.values();
  const double base = std::max(0.0, -values[0]);  // λ = base + shift
  for (std::size_t i = 0; i < n; ++i) gap_[i] = values[i] + base;

  // ‖s‖ and Σ s_i²/(gap_i + shift) = −½ d‖s‖²/dλ
  const auto norm_at = [&](double shift, double& slope_part) {
    double largest = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double den = gap_[i] + shift;
      coordinates_[i] = c_[i] == 0.0 ? 0.0 : -c_[i] / den;
      largest = std::max(largest, std::abs(coordinates_[i]));
    }
    if (largest == 0.0 || largest == infinity) return largest;
    double sum = 0.0, slope = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double r = coordinates_[i] / largest;
      if (r == 0.0) continue;
      sum += r * r;
      slope += r * r / (gap_[i] + shift);
    }
    slope_part = slope / sum;  // (Σ s²/(gap + shift))/‖s‖²
    return largest * std::sqrt(sum);
  };

  RegularisedStep step;
  double shift = 0.0, part = 0.0;
  double norm = norm_at(0.0, part);
  if (norm <= regulariser.radius(base)) {  // φ(0⁺) ≥ 0: interior, or the hard case
    step.lambda = base;
    if (base > 0.0) {
      const double r = regulariser.radius(base);
      const double alpha = std::sqrt(std::max(0.0, (r - norm) * (r + norm)));
      coordinates_[0] += coordinates_[0] < 0.0 ? -alpha : alpha;
      step.hard = true;
    }
  } else {
    for (std::size_t i = 0; i < n; ++i)
      shift = std::max(shift, regulariser.least_shift(std::abs(c_[i]), gap_[i], base));
    shift *= 1.0 - 4.0 * epsilon;
    for (int iteration = 0; iteration < 200; ++iteration) {
      norm = norm_at(shift, part);
      const double lambda = base + shift, radius = regulariser.radius(lambda);
      if (!std::isfinite(norm) || radius == 0.0) {  // on the pole: leave it
        shift = shift == 0.0 ? std::numeric_limits<double>::min() : 2.0 * shift;
        continue;
      }
      // φ = 1/‖s‖ − 1/r, φ′ = part/‖s‖ + d(−1/r)/dλ
      const double phi = 1.0 / norm - 1.0 / radius;
      const double next = shift - phi / (part / norm + regulariser.inverse_slope(lambda));
      if (!(next > shift) || next - shift <= 2.0 * epsilon * shift) break;  // monotone from the left: done
      shift = next;
    }
    step.lambda = base + shift;
  }
  for (std::size_t i = 0; i < n; ++i) step.decrease -= coordinates_[i] * (c_[i] + 0.5 * values[i] * coordinates_[i]);
  eigen_.from_eigenbasis(coordinates_, s);
  step.norm = blas::norm(coordinates_);
  return step;
}

RegularisedStep SecularSolver::trust_region(double radius, std::span<double> s) { return solve(Ball{radius}, s); }
RegularisedStep SecularSolver::cubic(double sigma, std::span<double> s) { return solve(CubicTerm{sigma}, s); }
RegularisedStep SecularSolver::quartic(double sigma, std::span<double> s) { return solve(QuarticTerm{sigma}, s); }

}  // namespace thalweg
