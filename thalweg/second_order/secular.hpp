// Global minimisers of regularised quadratic models, by one eigendecomposition H = Σ Λ_i v_i v_iᵀ:
//   trust region  min gᵀs + ½ sᵀHs  with ‖s‖ ≤ Δ
//   cubic         min gᵀs + ½ sᵀHs + (σ/3)‖s‖³
//   quartic       min gᵀs + ½ sᵀHs + (σ/4)‖s‖⁴
// In each the minimiser satisfies (H + λI)s = −g with H + λI ⪰ 0, and λ ≥ 0, λ(Δ − ‖s‖) = 0 (Moré & Sorensen, SIAM J.
// Sci. Stat. Comput. 4 (1983), Lemmas 2.1, 2.3), resp. λ = σ‖s‖ (Nesterov & Polyak, Math. Prog. 108 (2006), §5.1;
// Cartis, Gould & Toint, Math. Prog. 127 (2011), Theorem 3.1), resp. λ = σ‖s‖² (ibid., any power). So λ is the root
// of φ(λ) = 1/‖s(λ)‖ − 1/r(λ), r = Δ, λ/σ or √(λ/σ): φ is concave and increasing right of max(0, −Λ₁), so that
// Newton's method from its left converges monotonically. Hard case (g has no part in the lowest eigenspace and
// ‖s(−Λ₁)‖ < r): s(−Λ₁) + α v₁ with the right norm.
//
// λ is kept as a distance from max(0, −Λ₁), which keeps all digits next to the pole.
// Cost: 9n³ for a matrix, then n² + 8n·iterations a solve; memory 3n² + 4n.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "thalweg/core/linalg.hpp"

namespace thalweg {

struct RegularisedStep {
  double lambda = 0.0;    // multiplier
  double norm = 0.0;      // ‖s‖
  double decrease = 0.0;  // −(gᵀs + ½ sᵀHs) ≥ 0, without the regularising term
  bool hard = false;      // an eigenvector was added
};

class SecularSolver {
 public:
  explicit SecularSolver(std::size_t n);
  // The matrix (n×n, lower triangle read). False when not finite.
  [[nodiscard]] bool set_matrix(std::span<const double> h);
  void set_gradient(std::span<const double> g);
  [[nodiscard]] double smallest_eigenvalue() const { return eigen_.values()[0]; }
  [[nodiscard]] double largest_eigenvalue() const { return eigen_.values()[eigen_.size() - 1]; }
  RegularisedStep trust_region(double radius, std::span<double> s);  // radius > 0, finite
  RegularisedStep cubic(double sigma, std::span<double> s);          // σ > 0
  RegularisedStep quartic(double sigma, std::span<double> s);        // σ > 0

 private:
  template <class Radius>
  RegularisedStep solve(Radius radius, std::span<double> s);
  linalg::SymmetricEigen eigen_;
  std::vector<double> c_, gap_, coordinates_;  // g and s in the eigenbasis; Λ_i + max(0, −Λ₁)
};

}  // namespace thalweg
