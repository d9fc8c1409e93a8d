// The cubic sub-problem  min m(s) = gᵀs + ½ sᵀHs + (σ/3)‖s‖³,  solved to its global optimality conditions
//   (H + λI)s = −g,  λ = σ‖s‖,  H + λI ⪰ 0
// (Nesterov & Polyak, Math. Prog. 108 (2006), §5.1; Cartis, Gould & Toint, Math. Prog. 127 (2011), Theorem 3.1), hard
// case included, by the secular equation in H's eigenbasis (second_order/secular.hpp). One decomposition (9n³) serves
// every σ.
#pragma once

#include <span>

#include "thalweg/second_order/secular.hpp"

namespace thalweg {

class CubicSubproblem {
 public:
  explicit CubicSubproblem(std::size_t n) : solver_(n) {}
  // H: n×n, lower triangle read; g: n. False when a number is not finite.
  [[nodiscard]] bool set(std::span<const double> g, std::span<const double> h);
  // The global minimiser s for σ > 0. `decrease` of the answer is without the cubic term.
  RegularisedStep minimise(double sigma, std::span<double> s) { return solver_.cubic(sigma, s); }
  [[nodiscard]] double smallest_eigenvalue() const { return solver_.smallest_eigenvalue(); }
  [[nodiscard]] double largest_eigenvalue() const { return solver_.largest_eigenvalue(); }

 private:
  SecularSolver solver_;
};

}  // namespace thalweg
