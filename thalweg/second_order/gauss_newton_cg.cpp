#include "thalweg/second_order/gauss_newton_cg.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/second_order/damped_least_squares.hpp"

namespace thalweg {
namespace {

class KrylovModel final : public DampedModel {
 public:
  KrylovModel(Objective<double>& f, std::size_t m, std::size_t n, std::size_t max_products)
      : f_(f), max_products_(max_products), point_(n), p_(n), z_(n), q_(m), image_(m), rest_(m) {}

  bool move_to(std::span<const double> x, std::span<const double> r, std::span<double> g) override {
    blas::copy(x, point_);
    if (!product(AnswerKind::vector_jacobian, r, g)) return false;
    if (first_norm_ != 0.0) return true;
    first_norm_ = blas::norm(g);
    if (first_norm_ == 0.0) return true;
    if (!product(AnswerKind::jacobian_vector, g, q_)) return false;
    curvature_ = blas::dot(q_, q_) / (first_norm_ * first_norm_);
    if (!(curvature_ > 0.0)) curvature_ = 1.0;
    return true;
  }

  double step(double mu, std::span<const double>, std::span<const double> r, std::span<const double> g,
              std::span<double> s) override {
    const double shift = mu * curvature_, norm = blas::norm(g);
    const double enough = std::min(0.1, std::sqrt(norm / first_norm_)) * norm;
    std::fill(s.begin(), s.end(), 0.0);
    std::fill(image_.begin(), image_.end(), 0.0);  // J s
    for (std::size_t i = 0; i < rest_.size(); ++i) rest_[i] = -r[i];
    for (std::size_t j = 0; j < p_.size(); ++j) p_[j] = -g[j];
    double gamma = norm * norm;
    for (std::size_t k = 0; k < max_products_ && gamma > enough * enough; ++k) {
      if (!product(AnswerKind::jacobian_vector, p_, q_)) return -1.0;
      const double curvature = blas::dot(q_, q_) + shift * blas::dot(p_, p_);
      if (!(curvature > 0.0)) break;
      const double alpha = gamma / curvature;
      blas::axpy(alpha, p_, s);
      blas::axpy(alpha, q_, image_);
      blas::axpy(-alpha, q_, rest_);
      if (!product(AnswerKind::vector_jacobian, rest_, z_)) return -1.0;
      blas::axpy(-shift, s, z_);
      const double before = gamma;
      gamma = blas::dot(z_, z_);
      for (std::size_t j = 0; j < p_.size(); ++j) p_[j] = z_[j] + gamma / before * p_[j];
    }
    return std::max(-blas::dot(g, s) - 0.5 * blas::dot(image_, image_), 0.0);
  }

 private:
  bool product(AnswerKind kind, std::span<const double> v, std::span<double> out) {
    const Question<double> question{.asks = kind, .point = point_, .direction = v};
    Answer<double> answer;
    answer.product = out;
    f_.answer(std::span(&question, 1), std::span(&answer, 1));
    return std::isfinite(blas::max_abs(out));
  }
  Objective<double>& f_;
  std::size_t max_products_;
  double first_norm_ = 0.0, curvature_ = 1.0;
  std::vector<double> point_, p_, z_, q_, image_, rest_;
};

}  // namespace

Description<GaussNewtonCg> GaussNewtonCg::describe() {
  Description<GaussNewtonCg> d("gauss-newton-cg", "Truncated Gauss–Newton", "2.2");
  d.reference(
       "Björck, Numerical Methods for Least Squares Problems (1996), §7.4; Dembo, Eisenstat & Steihaug, SIAM J. "
       "Numer. "
       "Anal. 19 (1982); damping: Nielsen, IMM-REP-1999-05")
      .formula("x ← x + s, s ≈ argmin ‖J s + r‖² + μ‖s‖² by CGLS")
      .cost("memory 5m + 10n; as many products with J and Jᵀ a step as its accuracy needs, residuals a trial")
      .example("thalweg minimize --problem mgh/broyden-tridiagonal:n=1000 --method gauss-newton-cg")
      .asks({AnswerKind::value, AnswerKind::residual, AnswerKind::jacobian_vector, AnswerKind::vector_jacobian})
      .needs_exact();
  d.option("max_products", &GaussNewtonCg::max_products, "CGLS iterations of a step; 0: max(2n, 20), at most 1000")
      .at_least(0);
  d.option("damping", &GaussNewtonCg::damping, "first μ, relative to ‖J g‖²/‖g‖², g = Jᵀr at x0").above(0.0);
  d.option("accept", &GaussNewtonCg::accept, "a step is taken if it gains this fraction of what the model promised")
      .at_least(0.0)
      .below(0.25);
  d.option("gradient_tolerance", &GaussNewtonCg::gradient_tolerance,
           "converged when ‖Jᵀr‖∞ ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  return d;
}

void GaussNewtonCg::run(Objective<double>& f, Search& search) const {
  const std::size_t n = f.dimension();
  const std::size_t most = max_products > 0 ? static_cast<std::size_t>(max_products)
                                            : std::min<std::size_t>(std::max<std::size_t>(2 * n, 20), 1000);
  KrylovModel model(f, f.offers().residuals, n, most);
  DampedLeastSquares{damping, accept, gradient_tolerance}.run(f, search, model);
}

}  // namespace thalweg
