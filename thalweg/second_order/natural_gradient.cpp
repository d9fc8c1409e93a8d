#include "thalweg/second_order/natural_gradient.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/linalg.hpp"

namespace thalweg {
namespace {

constexpr std::size_t small_matrix = 100;  // n up to which n products and n³/3 operations a step are little

// d with (F + λI)d = g at one point under one sample.
class Metric {
 public:
  Metric(const NaturalGradient& options, Objective<double>& f)
      : f_(f),
        n_(f.dimension()),
        damping_(options.damping),
        tolerance_(options.tolerance),
        column_(n_),
        product_(n_) {
    using enum NaturalGradient::Solver;
    exact_ = options.solver == exact || (options.solver == automatic && n_ <= small_matrix);
    limit_ = options.max_products > 0 ? options.max_products : static_cast<int>(std::max<std::size_t>(2 * n_, 20));
    if (exact_)
      fisher_.resize(n_ * n_), cholesky_.emplace(n_);
    else
      r_.resize(n_);
  }
  // False when F + λI is singular, not positive or not finite.
  bool solve(std::span<const double> x, SampleKey sample, std::span<const double> g, std::span<double> d) {
    return exact_ ? factored(x, sample, g, d) : conjugate_gradients(x, sample, g, d);
  }

 private:
  bool factored(std::span<const double> x, SampleKey sample, std::span<const double> g, std::span<double> d) {
    for (std::size_t j = 0; j < n_; ++j) {
      std::fill(column_.begin(), column_.end(), 0.0);
      column_[j] = 1.0;
      f_.fisher_vector(x, column_, std::span(fisher_).subspan(j * n_, n_), sample);
    }
    if (!cholesky_->factor(fisher_, damping_)) return false;
    blas::copy(g, d);
    cholesky_->solve(d);
    return std::isfinite(blas::max_abs(d));
  }
  bool conjugate_gradients(std::span<const double> x, SampleKey sample, std::span<const double> g,
                           std::span<double> d) {
    std::fill(d.begin(), d.end(), 0.0);
    blas::copy(g, r_);
    blas::copy(g, column_);
    double rr = blas::dot(r_, r_);
    const double enough = tolerance_ * std::sqrt(rr);
    for (int k = 0; k < limit_ && std::sqrt(rr) > enough; ++k) {
      f_.fisher_vector(x, column_, product_, sample);
      blas::axpy(damping_, column_, product_);
      const double curvature = blas::dot(column_, product_);
      if (!std::isfinite(curvature)) return false;
      if (!(curvature > 1e-16 * blas::dot(column_, column_))) return k > 0;  // F has no more to say
      const double alpha = rr / curvature;
      blas::axpy(alpha, column_, d);
      blas::axpy(-alpha, product_, r_);
      const double next = blas::dot(r_, r_);
      for (std::size_t i = 0; i < n_; ++i) column_[i] = r_[i] + next / rr * column_[i];
      rr = next;
    }
    return std::isfinite(blas::max_abs(d));
  }

  Objective<double>& f_;
  std::size_t n_;
  double damping_, tolerance_;
  bool exact_;
  int limit_;
  std::vector<double> column_, product_, r_, fisher_;
  std::optional<linalg::Cholesky> cholesky_;
};

}  // namespace

Description<NaturalGradient> NaturalGradient::describe() {
  Description<NaturalGradient> d("natural-gradient", "Natural gradient", "2.2");
  d.reference("Amari (1998), Neural Computation 10:251; Martens (2020), JMLR 21:146")
      .formula("x ← x − η (F + λI)⁻¹ ∇f,  F = E[∇log p ∇log pᵀ], expectation under the model")
      .cost(
          "memory n² + 6n, n Fisher-vector products and n³/3 operations a step; by conjugate gradients memory 6n and "
          "10n operations a product")
      .notes(
          "Asks Fisher-vector products: least squares answer JᵀJd, networks the model's own Fisher (not the "
          "empirical one), and with_fisher(f, F) makes any f answer them. There is no line search.")
      .asks({AnswerKind::value, AnswerKind::gradient, AnswerKind::fisher_vector});
  d.option("rate", &NaturalGradient::rate, "step size η; 1 is Fisher scoring").above(0.0);
  d.option("damping", &NaturalGradient::damping, "λ, added to F's diagonal").at_least(0.0);
  d.option("solver", &NaturalGradient::solver, {"automatic", "exact", "cg"},
           "exact forms F and factors it, cg solves by products alone; automatic: exact up to n = 100");
  d.option("tolerance", &NaturalGradient::tolerance, "cg stops at this residual, relative to ‖∇f‖")
      .above(0.0)
      .below(1.0);
  d.option("max_products", &NaturalGradient::max_products, "cg's products of one step; 0: max(2n, 20)").at_least(0);
  d.option("gradient_tolerance", &NaturalGradient::gradient_tolerance,
           "converged when ‖∇f‖∞ ≤ this and f is not stochastic; --tolerance gradient=V goes before")
      .at_least(0.0);
  return d;
}

void NaturalGradient::run(Objective<double>& f, Search& search) const {
  const bool stochastic = f.offers().stochastic;
  const Stopping stopping(search, gradient_tolerance);
  std::vector<double> x(search.start().begin(), search.start().end()), g(x.size()), d(x.size());
  Metric metric(*this, f);
  for (std::uint64_t t = 1;; ++t) {
    const SampleKey sample{stochastic ? t : 0};
    const double value = f.value_and_gradient(x, g, sample);
    search.recommend(x, value);
    if (t > 1) search.iteration(x, value);
    const double slope = blas::max_abs(g);
    if (!std::isfinite(slope))
      return search.finish(Status::numerical_failure,
                           fmt::format("the gradient is not finite after {} steps; lower the rate", t - 1));
    if (!stochastic && !std::isfinite(value))
      return search.finish(Status::numerical_failure,
                           fmt::format("f is not finite after {} steps; lower the rate", t - 1));
    if (!stochastic && stopping.gradient_met(slope))
      return search.finish(Status::converged,
                           fmt::format("‖∇f‖∞ = {:.3g} ≤ gradient_tolerance {:.3g}, after {} steps", slope,
                                       stopping.gradient_tolerance(), t - 1));
    if (!metric.solve(x, sample, g, d))
      return search.finish(Status::numerical_failure,
                           fmt::format("F + λI is singular to working precision or not finite after {} steps, λ = "
                                       "{:.3g}; set damping",
                                       t - 1, damping));
    bool moved = false;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double before = x[i];
      x[i] -= rate * d[i];
      moved = moved || x[i] != before;
    }
    if (!moved && !stochastic)
      return search.finish(Status::stalled, fmt::format("the step is below the rounding of x after {} steps, ‖∇f‖∞ = "
                                                        "{:.3g}; raise gradient_tolerance",
                                                        t - 1, slope));
  }
}

}  // namespace thalweg
