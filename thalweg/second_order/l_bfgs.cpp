#include "thalweg/second_order/l_bfgs.hpp"

#include <algorithm>
#include <vector>

#include "thalweg/core/blas1.hpp"

namespace thalweg {
namespace {

class LimitedMemory final : public LineDirection {
 public:
  LimitedMemory(std::size_t n, std::size_t memory, bool scaled)
      : n_(n), memory_(memory), scaled_(scaled), s_(n * memory), y_(n * memory), rho_(memory), alpha_(memory) {}

  // Algorithm 7.4: d = −H ∇f by two loops over the pairs.
  double direction(std::span<const double> gradient, std::span<double> d) override {
    for (std::size_t i = 0; i < n_; ++i) d[i] = -gradient[i];
    if (count_ == 0) return 1.0 / blas::norm(gradient);
    for (std::size_t k = count_; k-- > 0;) {  // newest to oldest
      const std::size_t j = at(k);
      alpha_[j] = rho_[j] * blas::dot(s(j), d);
      blas::axpy(-alpha_[j], y(j), d);
    }
    if (scaled_) blas::scale(gamma_, d);
    for (std::size_t k = 0; k < count_; ++k) {
      const std::size_t j = at(k);
      const double beta = rho_[j] * blas::dot(y(j), d);
      blas::axpy(alpha_[j] - beta, s(j), d);
    }
    return 1.0;
  }

  void update(std::span<const double> step, std::span<const double> change, double, double) override {
    const double sy = blas::dot(step, change), yy = blas::dot(change, change);
    if (!(sy > 2.2e-16 * yy) || yy == 0.0) return;  // no curvature to learn
    if (count_ == memory_) {
      oldest_ = oldest_ + 1 == memory_ ? 0 : oldest_ + 1;
    } else {
      ++count_;
    }
    const std::size_t j = at(count_ - 1);
    std::copy(step.begin(), step.end(), s_.begin() + static_cast<std::ptrdiff_t>(j * n_));
    std::copy(change.begin(), change.end(), y_.begin() + static_cast<std::ptrdiff_t>(j * n_));
    rho_[j] = 1.0 / sy;
    gamma_ = sy / yy;
  }

  bool reset() override {
    oldest_ = 0;
    return std::exchange(count_, 0) > 0;
  }

 private:
  // Slot of the k-th pair, oldest first.
  [[nodiscard]] std::size_t at(std::size_t k) const {
    const std::size_t j = oldest_ + k;
    return j >= memory_ ? j - memory_ : j;
  }
  [[nodiscard]] std::span<const double> s(std::size_t j) const { return {s_.data() + j * n_, n_}; }
  [[nodiscard]] std::span<const double> y(std::size_t j) const { return {y_.data() + j * n_, n_}; }

  std::size_t n_, memory_, count_ = 0, oldest_ = 0;
  bool scaled_;
  double gamma_ = 1.0;
  std::vector<double> s_, y_, rho_, alpha_;  // memory × n, memory × n, memory, memory
};

}  // namespace

Description<LBfgs> LBfgs::describe() {
  Description<LBfgs> d("l-bfgs", "L-BFGS", "2.2");
  d.reference(
       "Liu & Nocedal, Math. Prog. 45 (1989); Nocedal & Wright, Numerical Optimization (2006), Algorithm 7.4; line "
       "search: Moré & Thuente, ACM TOMS 20 (1994)")
      .formula("x ← x − t H ∇f(x), H the BFGS metric of the last m steps")
      .cost("memory (2m + 6)n, 4mn + 8n operations a step; about one value and gradient a step")
      .asks({AnswerKind::value, AnswerKind::gradient})
      .needs_exact();
  d.option("memory", &LBfgs::memory, "pairs kept, m; 3 to 20 is usual").at_least(1).at_most(10000);
  d.option("scaled", &LBfgs::scaled, "start each metric from sᵀy/yᵀy instead of 1 (Nocedal & Wright (7.20))");
  d.option("line", &LBfgs::line, {"strong-wolfe", "armijo", "exact"}, "line search; exact is for experiments");
  d.option("decrease", &LBfgs::decrease, "c₁ of the sufficient decrease condition").above(0.0).below(0.5);
  d.option("curvature", &LBfgs::curvature, "c₂ of the curvature condition; above c₁").above(0.0).below(1.0);
  d.option("max_trials", &LBfgs::max_trials, "trial steps of one line search").at_least(2);
  d.option("gradient_tolerance", &LBfgs::gradient_tolerance,
           "converged when ‖∇f‖∞ ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  d.example("thalweg minimize --problem rosenbrock:n=100 --method l-bfgs --set memory=20");
  return d;
}

void LBfgs::run(Objective<double>& f, Search& search) const {
  LineDescent loop;
  loop.line = line;
  loop.wolfe = {.decrease = decrease, .curvature = curvature, .max_trials = max_trials};
  loop.gradient_tolerance = gradient_tolerance;
  LimitedMemory metric(f.dimension(), static_cast<std::size_t>(memory), scaled);
  loop.run(f, search, metric);
}

}  // namespace thalweg
