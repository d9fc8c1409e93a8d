#include "thalweg/higher_order/cubic_newton.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/higher_order/cubic_subproblem.hpp"

namespace thalweg {
namespace {

class SecondOrderModel final : public TaylorModel {
 public:
  explicit SecondOrderModel(Objective<double>& f)
      : f_(f), g_(f.dimension()), h_(f.dimension() * f.dimension()), subproblem_(f.dimension()) {}
  [[nodiscard]] int order() const override { return 2; }
  bool move_to(std::span<const double> x, std::span<const double> gradient) override {
    blas::copy(gradient, g_);
    f_.hessian(x, h_);
    return subproblem_.set(g_, h_);
  }
  bool minimise(double sigma, std::span<double> s, TaylorAlongStep& taylor) override {
    const RegularisedStep step = subproblem_.minimise(sigma, s);
    const double slope = blas::dot(g_, s);
    taylor = {0.0, slope, -step.decrease - slope, 0.0};
    return true;
  }
  bool at_saddle() override {
    const double low = subproblem_.smallest_eigenvalue(), high = subproblem_.largest_eigenvalue();
    return low < -1e-10 * std::max(std::abs(low), high);  // beyond the rounding of second derivatives
  }

 private:
  Objective<double>& f_;
  std::vector<double> g_, h_;
  CubicSubproblem subproblem_;
};

}  // namespace

Description<CubicNewton> CubicNewton::describe() {
  Description<CubicNewton> d("cubic-newton", "Cubic regularisation of Newton's method (ARC)", "2.3");
  d.reference(
       "Nesterov & Polyak, Math. Prog. 108 (2006); Cartis, Gould & Toint, Math. Prog. 127 (2011); σ: Gould, Porcelli "
       "& "
       "Toint, Comput. Optim. Appl. 53 (2012)")
      .formula("x ← x + s, s = argmin gᵀs + ½ sᵀHs + (σ/3)‖s‖³")
      .cost("memory 4n² + 11n; 9n³ operations and one Hessian a step, n² a rejected step")
      .notes("asks order 2 and converges quadratically, though the review files it among the higher orders")
      .asks({AnswerKind::value, AnswerKind::gradient, AnswerKind::hessian})
      .needs_exact();
  d.option("sigma", &CubicNewton::sigma, "first regularisation weight σ; adapts").above(0.0);
  d.option("successful", &CubicNewton::successful, "η₁: a step is taken if it gains this fraction of the promise")
      .above(0.0)
      .below(0.9);
  d.option("gradient_tolerance", &CubicNewton::gradient_tolerance,
           "converged when ‖∇f‖∞ ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  return d;
}

void CubicNewton::run(Objective<double>& f, Search& search) const {
  Regularisation loop;
  loop.sigma = sigma;
  loop.rule.successful = successful;
  loop.gradient_tolerance = gradient_tolerance;
  SecondOrderModel model(f);
  loop.run(f, search, model);
}

}  // namespace thalweg
