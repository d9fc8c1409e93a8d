// The state of CMA-ES: mean, step size, covariance and the two paths, with the update of Hansen's tutorial.
//
// N. Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv 1604.00772v2 (2023): Table 1 and Fig. 6; equation
// numbers below are its own. The diagonal variant: R. Ros & N. Hansen, PPSN X (2008), with c₁ and c_μ times (n+2)/3.
// Lives apart from the loop of cma_es.cpp so that its invariances can be tested on the update itself. A coordinate
// here is one of the free variables, scaled; bounds are not known to it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "thalweg/core/linalg.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {

// Strategy parameters for n variables and λ points a generation (Table 1).
struct CmaParameters {
  std::size_t n = 0, lambda = 0, mu = 0;
  std::vector<double> weights;  // λ of them, best first: the μ positive ones sum to 1, the others ≤ 0 (53)
  double weight_sum = 1.0;      // Σ_j w_j
  double mu_eff = 0.0, c_sigma = 0.0, d_sigma = 0.0, c_c = 0.0, c_1 = 0.0, c_mu = 0.0;
  double chi_n = 0.0;  // E‖N(0, I)‖ = √2 Γ((n+1)/2)/Γ(n/2)
  bool diagonal = false;
  std::size_t gap = 1;  // generations between two eigendecompositions

  // `active`: negative weights too. `laziness`: the gap is laziness/(n(c₁ + c_μ)), at least 1.
  CmaParameters(std::size_t variables, std::size_t population, bool active, bool diagonal, double laziness);
  static std::size_t default_population(std::size_t n);  // 4 + ⌊3 ln n⌋ (48)
};

class CmaState {
 public:
  CmaState(const CmaParameters& parameters, std::span<const double> mean, double sigma);

  // λ points x_k = m + σ B D z_k (38–40), one after another; z is the stream's (a new one for each generation).
  void sample(const Stream& stream, std::span<double> points);
  // Takes these points for the sample instead (x_k of any origin).
  void inject(std::span<const double> points);
  // One generation from the last sample; ranking[0] is the index of its best point, ranking[λ−1] of its worst.
  // False when the covariance has lost its positive definiteness to rounding, or is not finite.
  [[nodiscard]] bool update(std::span<const std::size_t> ranking);

  [[nodiscard]] std::span<const double> mean() const { return mean_; }
  [[nodiscard]] double sigma() const { return sigma_; }
  [[nodiscard]] std::size_t generation() const { return generation_; }
  [[nodiscard]] double variance(std::size_t i) const { return p_.diagonal ? c_[i] : c_[i * p_.n + i]; }  // C_ii
  // n×n, its lower triangle; the diagonal alone (n) in the diagonal variant.
  [[nodiscard]] std::span<const double> covariance() const { return c_; }
  [[nodiscard]] std::span<const double> path() const { return path_c_; }
  [[nodiscard]] std::span<const double> axis_lengths() const { return d_; }  // D, of the last decomposition
  // The i-th principal axis (unit) of the last decomposition, component j.
  [[nodiscard]] double axis(std::size_t i, std::size_t j) const {
    return p_.diagonal ? (i == j ? 1.0 : 0.0) : eigen_->vector(i)[j];
  }

 private:
  void adapt_covariance(std::span<const std::size_t> ranking, double h_sigma);
  bool decompose();

  const CmaParameters p_;
  double sigma_;
  std::size_t generation_ = 0, decomposed_ = 0;
  std::vector<double> mean_, path_sigma_, path_c_, c_, d_;
  std::vector<double> z_, y_;  // λ×n: the sample before and after B D
  std::vector<double> z_w_, y_w_, scaled_, factors_;
  std::optional<linalg::SymmetricEigen> eigen_;  // none in the diagonal variant
};

}  // namespace thalweg
