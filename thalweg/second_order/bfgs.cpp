#include "thalweg/second_order/bfgs.hpp"

#include <algorithm>
#include <vector>

#include "thalweg/core/blas1.hpp"

namespace thalweg {
namespace {

class DenseMetric final : public LineDirection {
 public:
  DenseMetric(std::size_t n, bool scaled) : n_(n), scaled_(scaled), h_(n * n), s_(n), y_(n), hy_(n) {}

  Proposal direction(std::span<const double>, std::span<const double> gradient, std::span<double> d) override {
    if (!learnt_) {
      for (std::size_t i = 0; i < n_; ++i) d[i] = -gradient[i];
      return {1.0 / blas::norm(gradient), false};
    }
    blas::multiply(h_, gradient, d);
    blas::scale(-1.0, d);
    return {1.0, true};
  }

  void update(double step, double, std::span<const double> d, std::span<const double> before,
              std::span<const double> after) override {
    for (std::size_t i = 0; i < n_; ++i) s_[i] = step * d[i];
    blas::subtract(after, before, y_);
    const double sy = blas::dot(s_, y_), yy = blas::dot(y_, y_);
    if (!(sy > 2.2e-16 * yy) || yy == 0.0) return;  // no curvature to learn
    if (!learnt_) {
      std::fill(h_.begin(), h_.end(), 0.0);
      for (std::size_t i = 0; i < n_; ++i) h_[i * n_ + i] = scaled_ ? sy / yy : 1.0;
      learnt_ = true;
    }
    // (6.17) multiplied out: H + ((1 + ρ yᵀHy) ρ) s sᵀ − ρ (Hy sᵀ + s (Hy)ᵀ)
    const double rho = 1.0 / sy;
    blas::multiply(h_, y_, hy_);
    const double outer = (1.0 + rho * blas::dot(y_, hy_)) * rho;
    for (std::size_t i = 0; i < n_; ++i) {
      const std::span<double> row(h_.data() + i * n_, n_);
      blas::axpy(outer * s_[i] - rho * hy_[i], s_, row);
      blas::axpy(-rho * s_[i], hy_, row);
    }
  }

  bool reset() override { return std::exchange(learnt_, false); }

 private:
  std::size_t n_;
  bool scaled_, learnt_ = false;
  std::vector<double> h_, s_, y_, hy_;  // n×n, n, n, n
};

}  // namespace

Description<Bfgs> Bfgs::describe() {
  Description<Bfgs> d("bfgs", "BFGS", "2.2");
  d.reference(
       "Broyden; Fletcher; Goldfarb; Shanno (1970); Nocedal & Wright, Numerical Optimization (2006), Algorithm 6.1; "
       "line search: Moré & Thuente, ACM TOMS 20 (1994)")
      .formula("x ← x − t H ∇f(x), H ← (I − ρsyᵀ) H (I − ρysᵀ) + ρssᵀ, ρ = 1/yᵀs")
      .cost("memory n² + 8n, 6n² operations a step; about one value and gradient a step")
      .asks({AnswerKind::value, AnswerKind::gradient})
      .needs_exact();
  d.option("scaled", &Bfgs::scaled, "start the metric from yᵀs/yᵀy instead of 1 (Nocedal & Wright (6.20))");
  d.option("line", &Bfgs::line, {"strong-wolfe", "armijo", "exact"}, "line search; exact is for experiments");
  d.option("decrease", &Bfgs::decrease, "c₁ of the sufficient decrease condition").above(0.0).below(0.5);
  d.option("curvature", &Bfgs::curvature, "c₂ of the curvature condition; above c₁").above(0.0).below(1.0);
  d.option("max_trials", &Bfgs::max_trials, "trial steps of one line search").at_least(2);
  d.option("gradient_tolerance", &Bfgs::gradient_tolerance,
           "converged when ‖∇f‖∞ ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  return d;
}

void Bfgs::run(Objective<double>& f, Search& search) const {
  LineDescent loop;
  loop.line = line;
  loop.wolfe = {.decrease = decrease, .curvature = curvature, .max_trials = max_trials};
  loop.gradient_tolerance = gradient_tolerance;
  DenseMetric metric(f.dimension(), scaled);
  loop.run(f, search, metric);
}

}  // namespace thalweg
