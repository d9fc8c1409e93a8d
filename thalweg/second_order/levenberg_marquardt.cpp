#include "thalweg/second_order/levenberg_marquardt.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/second_order/box_least_squares.hpp"
#include "thalweg/second_order/damped_least_squares.hpp"

namespace thalweg {
namespace {

class DenseModel final : public DampedModel {
 public:
  DenseModel(Objective<double>& f, const Bounds& bounds, std::size_t m, std::size_t n)
      : f_(f), bounds_(bounds), m_(m), n_(n), jacobian_(m * n), scale_(n), damping_(n), solver_(m, n) {
    if (!bounds.empty()) lower_.resize(n), upper_.resize(n);
  }

  bool move_to(std::span<const double> x, std::span<const double> r, std::span<double> g) override {
    f_.jacobian(x, jacobian_);
    if (!std::isfinite(blas::max_abs(jacobian_))) return false;
    blas::multiply_transposed(jacobian_, r, g);
    for (std::size_t j = 0; j < n_; ++j) {
      double column = 0.0;
      for (std::size_t i = 0; i < m_; ++i) column = std::hypot(column, jacobian_[i * n_ + j]);
      scale_[j] = std::max(scale_[j], column);
    }
    for (std::size_t i = 0; i < m_; ++i)
      for (std::size_t j = 0; j < n_; ++j) jacobian_[i * n_ + j] /= unit(j);
    return solver_.set(jacobian_, r);
  }

  double step(double mu, std::span<const double> x, std::span<const double>, std::span<const double>,
              std::span<double> s) override {
    std::fill(damping_.begin(), damping_.end(), std::sqrt(mu));
    for (std::size_t j = 0; j < lower_.size(); ++j) {
      lower_[j] = (bounds_.low(j) - x[j]) * unit(j);
      upper_[j] = (bounds_.high(j) - x[j]) * unit(j);
    }
    const double promise = solver_.solve(damping_, lower_, upper_, s);
    for (std::size_t j = 0; j < n_; ++j) s[j] /= unit(j);
    return promise;
  }

 private:
  [[nodiscard]] double unit(std::size_t j) const { return scale_[j] > 0.0 ? scale_[j] : 1.0; }
  Objective<double>& f_;
  const Bounds& bounds_;
  std::size_t m_, n_;
  std::vector<double> jacobian_, scale_, damping_, lower_, upper_;  // J D⁻¹; D
  BoxLeastSquares solver_;
};

}  // namespace

Description<LevenbergMarquardt> LevenbergMarquardt::describe() {
  Description<LevenbergMarquardt> d("levenberg-marquardt", "Levenberg–Marquardt", "2.2");
  d.reference(
       "Levenberg, Quart. Appl. Math. 2 (1944); Marquardt, SIAM J. Appl. Math. 11 (1963); Moré, LNM 630 (1978); "
       "damping: Nielsen, IMM-REP-1999-05; bounds: Stark & Parker, Comput. Statist. 10 (1995)")
      .formula("x ← x + s, s = argmin ‖J s + r‖² + μ‖D s‖² within the bounds")
      .cost(
          "memory 2mn + 2n² + 4m + 20n, 2n²m operations a step taken, 3n³ a trial; one Jacobian a step taken, "
          "residuals a trial")
      .example("thalweg fit --data examples/misra.csv --model 'y ~ b1*(1-exp(-b2*x))' --start b1=500,b2=1e-4")
      .asks({AnswerKind::value, AnswerKind::residual, AnswerKind::jacobian})
      .needs_exact()
      .supports_bounds();
  d.option("damping", &LevenbergMarquardt::damping, "first μ, relative to the scaled JᵀJ").above(0.0);
  d.option("accept", &LevenbergMarquardt::accept,
           "a step is taken if it gains this fraction of what the model promised")
      .at_least(0.0)
      .below(0.25);
  d.option(
       "gradient_tolerance", &LevenbergMarquardt::gradient_tolerance,
       "converged when ‖Jᵀr‖∞ (of the projected gradient, with bounds) ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  return d;
}

void LevenbergMarquardt::run(Objective<double>& f, Search& search) const {
  DenseModel model(f, search.bounds(), f.offers().residuals, f.dimension());
  DampedLeastSquares{damping, accept, gradient_tolerance}.run(f, search, model);
}

}  // namespace thalweg
