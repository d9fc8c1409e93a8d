#include "thalweg/higher_order/cubic_newton.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/higher_order/cubic_subproblem.hpp"
#include "thalweg/second_order/krylov.hpp"

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

// The same by products with H alone.
class KrylovModel final : public TaylorModel {
 public:
  KrylovModel(Objective<double>& f, const Search& search, const CubicNewton& options)
      : f_(f),
        search_(search),
        accuracy_(options.accuracy),
        g_(f.dimension()),
        x_(f.dimension()),
        v_(f.dimension()),
        solver_(
            f.dimension(),
            [this](std::span<const double> v, std::span<double> out) { f_.hessian_vector(x_, v, out); },
            most_products(f.dimension(), options.max_products), static_cast<std::size_t>(options.kept_vectors)) {}
  [[nodiscard]] int order() const override { return 2; }
  bool move_to(std::span<const double> x, std::span<const double> gradient) override {
    blas::copy(gradient, g_);
    blas::copy(x, x_);
    solver_.begin(g_);
    leaving_ = false;
    return true;
  }
  bool minimise(double sigma, std::span<double> s, TaylorAlongStep& taylor) override {
    if (leaving_) {  // along v: the positive root α of −|gᵀv| + κα + σα² = 0, κ = vᵀHv < 0
      const double slope = blas::dot(g_, v_);
      const double alpha =
          (-curvature_ + std::sqrt(curvature_ * curvature_ + 4.0 * sigma * std::abs(slope))) / (2.0 * sigma);
      for (std::size_t i = 0; i < s.size(); ++i) s[i] = (slope > 0.0 ? -alpha : alpha) * v_[i];
      taylor = {0.0, -alpha * std::abs(slope), 0.5 * curvature_ * alpha * alpha, 0.0};
      return true;
    }
    const RegularisedStep step = solver_.cubic(sigma, accuracy_, s);
    const double slope = blas::dot(g_, s);
    taylor = {0.0, slope, -step.decrease - slope, 0.0};
    return solver_.finite();
  }
  [[nodiscard]] bool exact() const override { return false; }
  bool at_saddle() override {
    double scale = 0.0;
    curvature_ =
        solver_.lowest_curvature(search_.random(Purpose("cubic-newton.saddle"), search_.iterations()), v_, scale);
    return leaving_ = solver_.finite() && curvature_ < -1e-10 * scale;
  }

 private:
  static std::size_t most_products(std::size_t n, int asked) {
    return asked > 0 ? static_cast<std::size_t>(asked) : std::clamp<std::size_t>(2 * n, 20, 1000);
  }
  Objective<double>& f_;
  const Search& search_;
  double accuracy_, curvature_ = 0.0;
  bool leaving_ = false;  // a saddle, along v
  std::vector<double> g_, x_, v_;
  KrylovSolver solver_;
};

constexpr std::size_t most_dense = 500;  // variables; a decomposition of 9n³ operations takes about a second there

}  // namespace

Description<CubicNewton> CubicNewton::describe() {
  Description<CubicNewton> d("cubic-newton", "Cubic regularisation of Newton's method (ARC)", "2.3");
  d.reference(
       "Nesterov & Polyak, Math. Prog. 108 (2006); Cartis, Gould & Toint, Math. Prog. 127 (2011); σ: Gould, Porcelli "
       "& Toint, Comput. Optim. Appl. 53 (2012), altered")
      .formula("x ← x + s, s = argmin gᵀs + ½ sᵀHs + (σ/3)‖s‖³")
      .cost(
          "dense: memory 4n² + 11n; 9n³ operations and one Hessian a step, n² a rejected step. krylov: memory "
          "(kept_vectors "
          "+ 14) n; Hessian-vector products as the accuracy needs")
      .notes("asks order 2 and converges quadratically, though the review files it among the higher orders")
      .asks({AnswerKind::value, AnswerKind::gradient, AnswerKind::hessian_vector})
      .needs_exact();
  d.option("sigma", &CubicNewton::sigma, "first regularisation weight σ; adapts").above(0.0);
  d.option(
      "solver", &CubicNewton::solver, {"auto", "dense", "krylov"},
      "of the sub-problem: from the whole Hessian, or from Hessian-vector products; auto: dense up to 500 variables "
      "where the objective offers its Hessian");
  d.option("accuracy", &CubicNewton::accuracy, "krylov: to ‖∇m(s)‖ ≤ accuracy·min(1, ‖s‖)·‖g‖").above(0.0).below(1.0);
  d.option("max_products", &CubicNewton::max_products,
           "krylov: Hessian-vector products of one step; 0: 2n, within 20 and 1000")
      .at_least(0);
  d.option("kept_vectors", &CubicNewton::kept_vectors,
           "krylov: basis vectors stored; what a step needs beyond them is computed twice")
      .at_least(2)
      .at_most(1000);
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
  const bool whole = f.offers().kinds.has(AnswerKind::hessian);
  if (solver == Solver::dense && !whole)
    throw MissingAnswer(
        "cubic-newton with solver=dense asks hessian, which this objective does not answer; take solver=krylov");
  if (solver == Solver::dense || (solver == Solver::automatic && whole && f.dimension() <= most_dense)) {
    SecondOrderModel model(f);
    loop.run(f, search, model);
  } else {
    KrylovModel model(f, search, *this);
    loop.run(f, search, model);
  }
}

}  // namespace thalweg
