#include "thalweg/second_order/newton.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/linalg.hpp"
#include "thalweg/second_order/secular.hpp"

namespace thalweg {
namespace {

class ExactModel final : public QuadraticModel {
 public:
  explicit ExactModel(Objective<double>& f)
      : f_(f), h_(f.dimension() * f.dimension()), cholesky_(f.dimension()), secular_(f.dimension()) {}

  bool move_to(std::span<const double> x) override {
    f_.hessian(x, h_);
    if (!std::isfinite(blas::max_abs(h_))) return false;
    positive_ = cholesky_.factor(h_) && well_conditioned();
    decomposed_ = false;
    return true;
  }

  ModelStep step(std::span<const double> gradient, double radius, double fallback, std::span<double> s) override {
    if (positive_) {
      for (std::size_t i = 0; i < s.size(); ++i) s[i] = -gradient[i];
      cholesky_.solve(s);
      const double norm = blas::norm(s);
      if (norm <= radius) return {-0.5 * blas::dot(gradient, s), norm, true};
    }
    if (!decompose()) return {0.0, 0.0, false};
    secular_.set_gradient(gradient);
    const double within = std::isfinite(radius) ? radius : fallback;
    const RegularisedStep found = secular_.trust_region(within, s);
    return {found.decrease, found.norm, found.lambda == 0.0};
  }

  [[nodiscard]] bool exact() const override { return true; }

  bool at_saddle() override {
    if (positive_ || !decompose()) return false;
    const double scale = std::max(std::abs(secular_.smallest_eigenvalue()), secular_.largest_eigenvalue());
    return secular_.smallest_eigenvalue() < -1e-10 * scale;  // beyond the rounding of second derivatives
  }

 private:
  // No pivot L_ii² is what rounding leaves of H_ii: that would be a direction without curvature.
  [[nodiscard]] bool well_conditioned() const {
    const std::size_t n = f_.dimension();
    const auto l = cholesky_.lower();
    for (std::size_t i = 0; i < n; ++i) {
      const double pivot = l[i * n + i] * l[i * n + i];
      if (!(pivot > 1e-15 * static_cast<double>(n) * h_[i * n + i])) return false;
    }
    return true;
  }
  bool decompose() { return decomposed_ = decomposed_ || secular_.set_matrix(h_); }
  Objective<double>& f_;
  std::vector<double> h_;  // n×n
  linalg::Cholesky cholesky_;
  SecularSolver secular_;
  bool positive_ = false, decomposed_ = false;
};

}  // namespace

Description<Newton> Newton::describe() {
  Description<Newton> d("newton", "Newton in a trust region", "2.2");
  d.reference(
       "Moré & Sorensen, SIAM J. Sci. Stat. Comput. 4 (1983); Conn, Gould & Toint, Trust-Region Methods (2000), "
       "Algorithm 6.1.1")
      .formula("x ← x + s, s = argmin gᵀs + ½ sᵀHs over ‖s‖ ≤ Δ")
      .cost("memory 5n² + 10n; n³/3 operations a step, 9n³ where H is indefinite; one Hessian a step")
      .notes("the sub-problem is solved by an eigendecomposition, exact in the hard case and at saddle points")
      .asks({AnswerKind::value, AnswerKind::gradient, AnswerKind::hessian})
      .needs_exact();
  d.option("initial_radius", &Newton::initial_radius,
           "first trust-region radius; 0: the whole Newton step, or max(1, ‖x₀‖) where H is indefinite")
      .at_least(0.0);
  d.option("accept", &Newton::accept, "a step is taken if it gains this fraction of what the model promised")
      .at_least(0.0)
      .below(0.25);
  d.option("gradient_tolerance", &Newton::gradient_tolerance,
           "converged when ‖∇f‖∞ ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  return d;
}

void Newton::run(Objective<double>& f, Search& search) const {
  TrustRegion loop;
  loop.initial_radius = initial_radius;
  loop.accept = accept;
  loop.gradient_tolerance = gradient_tolerance;
  ExactModel model(f);
  loop.run(f, search, model);
}

}  // namespace thalweg
