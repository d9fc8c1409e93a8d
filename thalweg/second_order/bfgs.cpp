#include "thalweg/second_order/bfgs.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "thalweg/core/blas1.hpp"

namespace thalweg {
namespace {

// H = J Jᵀ.
class ProductForm final : public LineDirection {
 public:
  ProductForm(std::size_t n, bool scaled) : n_(n), scaled_(scaled), j_(n * n), s_(n), y_(n), v_(n), u_(n) {}

  Proposal direction(std::span<const double>, std::span<const double> gradient, std::span<double> d) override {
    if (learnt_) {
      blas::multiply_transposed(j_, gradient, v_);
      blas::multiply(j_, v_, d);
    } else {
      blas::copy(gradient, v_);
      blas::copy(gradient, d);
    }
    blas::scale(-1.0, d);
    return learnt_ ? Proposal{1.0, true} : Proposal{1.0 / blas::norm(gradient), false};
  }

  void update(double step, double, std::span<const double> d, std::span<const double> before,
              std::span<const double> after) override {
    for (std::size_t i = 0; i < n_; ++i) s_[i] = step * d[i];
    blas::subtract(after, before, y_);
    const double sy = blas::dot(s_, y_), s = blas::norm(s_), y = blas::norm(y_);
    if (!tells_curvature(sy, s, y)) return;
    if (!learnt_) begin(scaled_ ? sy / y / y : 1.0);
    const double length = (s / sy) * s, grown = scaled_ && length > longest_ ? std::sqrt(length / longest_) : 1.0;
    longest_ = std::max(longest_, length);
    // J ← αJ − s (αρ Jᵀy + √ρ v/‖v‖)ᵀ, v = Jᵀ∇f(x), which s = −t J v makes (6.17) of α²H
    blas::multiply_transposed(j_, y_, u_);
    blas::scale(grown / sy, u_);
    blas::axpy(1.0 / (std::sqrt(sy) * blas::norm(v_)), v_, u_);
    for (std::size_t i = 0; i < n_; ++i) {
      double* row = j_.data() + i * n_;
      for (std::size_t k = 0; k < n_; ++k) row[k] = grown * row[k] - s_[i] * u_[k];
    }
  }

  bool reset() override { return std::exchange(learnt_, false); }

 private:
  void begin(double gamma) {  // H = γI
    std::fill(j_.begin(), j_.end(), 0.0);
    for (std::size_t i = 0; i < n_; ++i) j_[i * n_ + i] = std::sqrt(gamma);
    longest_ = gamma;
    learnt_ = true;
  }

  std::size_t n_;
  bool scaled_, learnt_ = false;
  double longest_ = 1.0;                   // the largest sᵀs/sᵀy so far
  std::vector<double> j_, s_, y_, v_, u_;  // n×n, n, n, n, n
};

}  // namespace

Description<Bfgs> Bfgs::describe() {
  Description<Bfgs> d("bfgs", "BFGS", "2.2");
  d.reference(
       "Broyden; Fletcher; Goldfarb; Shanno (1970); Nocedal & Wright, Numerical Optimization (2006), Algorithm 6.1; "
       "product form: Brodlie, Gourlay & Greenstadt, IMA J. Appl. Math. 11 (1973); line search: Moré & Thuente, ACM "
       "TOMS 20 (1994)")
      .formula("x ← x − t H ∇f(x), H ← (I − ρsyᵀ) H (I − ρysᵀ) + ρssᵀ, ρ = 1/yᵀs")
      .cost("memory n² + 11n, 8n² operations a step; about one value and gradient a step")
      .asks({AnswerKind::value, AnswerKind::gradient})
      .needs_exact();
  d.option(
      "scaled", &Bfgs::scaled,
      "start the metric from yᵀs/yᵀy instead of 1 (Nocedal & Wright (6.20)), and lengthen it whenever a step shows "
      "less curvature than any before");
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
  ProductForm metric(f.dimension(), scaled);
  loop.run(f, search, metric);
}

}  // namespace thalweg
