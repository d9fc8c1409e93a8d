#include "thalweg/first_order/gd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/first_order/line_descent.hpp"

namespace thalweg {
namespace {

class SteepestDescent final : public LineDirection {
 public:
  explicit SteepestDescent(const Bounds& bounds) : box_(bounds) {}
  Proposal direction(std::span<const double> x, std::span<const double> gradient, std::span<double> d) override {
    for (std::size_t i = 0; i < d.size(); ++i) d[i] = -gradient[i];
    box_.project_step(x, d);
    const double norm = blas::norm(d);
    const double t = last_change_ == 0.0 ? std::max(1.0 / norm, 1e-300) : -last_change_ / (norm * norm);
    if (!box_.restricts()) return {t, false};
    for (std::size_t i = 0; i < d.size(); ++i) d[i] = -t * gradient[i];
    box_.project_step(x, d);
    return {1.0, false};
  }
  void update(double step, double slope, std::span<const double>, std::span<const double>,
              std::span<const double>) override {
    last_change_ = step * slope;
  }
  bool reset() override { return std::exchange(last_change_, 0.0) != 0.0; }

 private:
  Box box_;
  double last_change_ = 0.0;  // t φ′(0) of the last step, < 0
};

}  // namespace

Description<Gd> Gd::describe() {
  Description<Gd> d("gd", "Gradient descent", "2.1");
  d.reference("Cauchy, C. R. Acad. Sci. Paris 25 (1847); line searches: Moré & Thuente, ACM TOMS 20 (1994)")
      .formula("x ← x − t ∇f(x)")
      .cost("memory 8n, 4n operations a step; one value and gradient a trial step")
      .asks({AnswerKind::value, AnswerKind::gradient})
      .needs_exact()
      .supports_bounds();
  d.option("line", &Gd::line, {"fixed", "armijo", "strong-wolfe", "exact"},
           "how the step length is found; fixed takes `step`, exact (φ′(t) = 0) is for experiments");
  d.option("step", &Gd::step, "length t of a fixed step; needs to be below 2/L, L the largest curvature")
      .above(0.0)
      .unit("1/curvature");
  d.option("decrease", &Gd::decrease, "c₁ of the sufficient decrease (Armijo) condition").above(0.0).below(0.5);
  d.option("curvature", &Gd::curvature, "c₂ of the curvature (Wolfe) condition; above c₁").above(0.0).below(1.0);
  d.option("gradient_tolerance", &Gd::gradient_tolerance,
           "converged when ‖∇f‖∞ ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  return d;
}

void Gd::run(Objective<double>& f, Search& search) const {
  if (line == Line::fixed) return run_fixed(f, search);
  LineDescent loop;
  loop.line = line == Line::armijo  ? LineDescent::Search::armijo
              : line == Line::exact ? LineDescent::Search::exact
                                    : LineDescent::Search::strong_wolfe;
  loop.wolfe = {.decrease = decrease, .curvature = curvature};
  loop.gradient_tolerance = gradient_tolerance;
  SteepestDescent steepest(search.bounds());
  loop.run(f, search, steepest);
}

void Gd::run_fixed(Objective<double>& f, Search& search) const {
  std::vector<double> x(search.start().begin(), search.start().end()), g(x.size());
  double value = f.value_and_gradient(x, g);
  if (!std::isfinite(value)) return finish_bad_start(search);
  const Stopping stopping(search, gradient_tolerance);
  while (!finish_if_converged(f, search, stopping, x, value, g)) {
    blas::axpy(-step, g, x);
    stopping.box().project(x);
    const double step_max = step * blas::max_abs(g);
    const double before = value;
    value = f.value_and_gradient(x, g);
    if (!std::isfinite(value))
      return search.finish(
          Status::numerical_failure,
          fmt::format(
              "f is not finite after a step of length {:.3g}: the fixed step t = {:.3g} is too long (it must be "
              "below 2/L, L the largest curvature); try a smaller `step` or line = strong-wolfe",
              step_max, step));
    search.iteration(x, value);
    if (value <= before)
      if (const std::string why = stopping.small_change(before, value, step_max); !why.empty()) {
        search.recommend(x, value);
        return search.finish(Status::converged, why);
      }
  }
}

}  // namespace thalweg
