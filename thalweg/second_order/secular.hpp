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
//
// SecularSolver is compiled for double; for wider numbers include secular.inl, whose eigenvalues are then Jacobi's.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "thalweg/core/jacobi_eigen.hpp"
#include "thalweg/core/linalg.hpp"

namespace thalweg {

template <class S>
struct RegularisedStepOf {
  S lambda = 0.0;     // multiplier
  S norm = 0.0;       // ‖s‖
  S decrease = 0.0;   // −(gᵀs + ½ sᵀHs) ≥ 0, without the regularising term
  bool hard = false;  // an eigenvector was added
};
using RegularisedStep = RegularisedStepOf<double>;

template <class S>
class SecularSolverOf {
 public:
  explicit SecularSolverOf(std::size_t n);
  // The matrix (n×n, lower triangle read). False when not finite.
  [[nodiscard]] bool set_matrix(std::span<const S> h);
  void set_gradient(std::span<const S> g);
  [[nodiscard]] S smallest_eigenvalue() const { return eigen_.values()[0]; }
  [[nodiscard]] S largest_eigenvalue() const { return eigen_.values()[eigen_.size() - 1]; }
  RegularisedStepOf<S> trust_region(S radius, std::span<S> s);  // radius > 0, finite
  RegularisedStepOf<S> cubic(S sigma, std::span<S> s);          // σ > 0
  RegularisedStepOf<S> quartic(S sigma, std::span<S> s);        // σ > 0

 private:
  template <class Regulariser>
  RegularisedStepOf<S> solve(const Regulariser& regulariser, std::span<S> s);
  std::conditional_t<std::is_same_v<S, double>, linalg::SymmetricEigen, linalg::JacobiEigen<S>> eigen_;
  std::vector<S> c_, gap_, coordinates_;  // g and s in the eigenbasis; Λ_i + max(0, −Λ₁)
};
using SecularSolver = SecularSolverOf<double>;
extern template class SecularSolverOf<double>;

}  // namespace thalweg
