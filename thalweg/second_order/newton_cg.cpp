#include "thalweg/second_order/newton_cg.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "thalweg/core/blas1.hpp"

namespace thalweg {
namespace {

class SteihaugModel final : public QuadraticModel {
 public:
  SteihaugModel(Objective<double>& f, int max_products) : f_(f), n_(f.dimension()), x_(n_), r_(n_), d_(n_), hd_(n_) {
    limit_ = max_products > 0 ? static_cast<std::size_t>(max_products) : std::max<std::size_t>(2 * n_, 20);
  }

  bool move_to(std::span<const double> x) override {
    blas::copy(x, x_);
    return true;
  }

  bool refine() override {
    if (forcing_ < 1e-12) return false;
    forcing_ *= 1e-3;
    return true;
  }

  // Algorithm 7.2 (CG-Steihaug): z ← s, r = ∇m(s), d the search direction.
  ModelStep step(std::span<const double> gradient, double radius, double fallback, std::span<double> s) override {
    const double norm_g = blas::norm(gradient);
    const double tolerance = std::min(forcing_, std::sqrt(norm_g)) * norm_g;
    std::fill(s.begin(), s.end(), 0.0);
    blas::copy(gradient, r_);
    for (std::size_t i = 0; i < n_; ++i) d_[i] = -r_[i];
    double rr = blas::dot(r_, r_), decrease = 0.0;
    for (std::size_t product = 0; product < limit_ && rr > 0.0; ++product) {
      f_.hessian_vector(x_, d_, hd_);
      const double curvature = blas::dot(d_, hd_);
      if (!std::isfinite(curvature)) return {0.0, 0.0, false};
      const double dd = blas::dot(d_, d_), slope = blas::dot(r_, d_);
      const double alpha = -slope / curvature;
      if (!(curvature > 1e-16 * dd)) {  // down to the boundary
        const double tau = to_boundary(s, std::isfinite(radius) ? radius : fallback);
        blas::axpy(tau, d_, s);
        decrease -= tau * slope + 0.5 * tau * tau * curvature;
        return {decrease, blas::norm(s), false};
      }
      const double tau = to_boundary(s, radius);
      if (tau <= alpha) {
        blas::axpy(tau, d_, s);
        decrease -= tau * slope + 0.5 * tau * tau * curvature;
        return {decrease, blas::norm(s), false};
      }
      blas::axpy(alpha, d_, s);
      decrease += 0.5 * slope * slope / curvature;
      blas::axpy(alpha, hd_, r_);
      const double rr_next = blas::dot(r_, r_);
      if (std::sqrt(rr_next) <= tolerance) break;
      const double beta = rr_next / rr;
      for (std::size_t i = 0; i < n_; ++i) d_[i] = beta * d_[i] - r_[i];
      rr = rr_next;
    }
    return {decrease, blas::norm(s), true};
  }

 private:
  // τ ≥ 0 with ‖s + τd‖ = radius.
  [[nodiscard]] double to_boundary(std::span<const double> s, double radius) const {
    if (!std::isfinite(radius)) return std::numeric_limits<double>::infinity();
    const double ss = blas::dot(s, s), sd = blas::dot(s, d_), dd = blas::dot(d_, d_);
    const double gap = std::max(0.0, radius * radius - ss);
    const double root = std::sqrt(sd * sd + dd * gap);
    return sd > 0.0 ? gap / (sd + root) : (root - sd) / dd;
  }
  Objective<double>& f_;
  double forcing_ = 0.5;
  std::size_t n_, limit_;
  std::vector<double> x_, r_, d_, hd_;
};

}  // namespace

Description<NewtonCg> NewtonCg::describe() {
  Description<NewtonCg> d("newton-cg", "Truncated Newton (Steihaug trust region)", "2.2");
  d.reference(
       "Steihaug, SIAM J. Numer. Anal. 20 (1983); Nocedal & Wright, Numerical Optimization (2006), Algorithm 7.2")
      .formula("x ← x + s, s from conjugate gradients on H s = −g, cut at ‖s‖ = Δ or at negative curvature")
      .cost("memory 11n; one value and gradient a step, and Hessian-vector products to ‖r‖ ≤ min(½, √‖g‖)‖g‖")
      .asks({AnswerKind::value, AnswerKind::gradient, AnswerKind::hessian_vector})
      .needs_exact();
  d.option("initial_radius", &NewtonCg::initial_radius,
           "first trust-region radius; 0: the whole Newton step, or max(1, ‖x₀‖) at negative curvature")
      .at_least(0.0);
  d.option("max_products", &NewtonCg::max_products, "Hessian-vector products of one step; 0: max(2n, 20)")
      .at_least(0);
  d.option("accept", &NewtonCg::accept, "a step is taken if it gains this fraction of what the model promised")
      .at_least(0.0)
      .below(0.25);
  d.option("gradient_tolerance", &NewtonCg::gradient_tolerance,
           "converged when ‖∇f‖∞ ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  return d;
}

void NewtonCg::run(Objective<double>& f, Search& search) const {
  TrustRegion loop;
  loop.initial_radius = initial_radius;
  loop.accept = accept;
  loop.gradient_tolerance = gradient_tolerance;
  SteihaugModel model(f, max_products);
  loop.run(f, search, model);
}

}  // namespace thalweg
