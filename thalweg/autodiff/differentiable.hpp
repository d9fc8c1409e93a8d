// differentiable(f): an objective that answers every derivative to order 3, exactly, from one generic callable.
//
//   auto f = thalweg::differentiable([](auto const& x) { return 100 * sq(x[1] - sq(x[0])) + sq(1 - x[0]); });
//   auto result = thalweg::minimize(f, {-1.2, 1.0}, thalweg::Newton{});
//
// Without a dimension (as above) only `minimize` may ask it; give differentiable(f, n) to ask by hand or to put an
// adapter on it. The callable takes x, indexable and with size() (a std::span of numbers), and returns a number. It
// is compiled for three number types: double, Dual (forward mode) and Var (the tape). Write functions without
// `std::`, under `using namespace thalweg::math;`; declare sums as `scalar_t<decltype(x)> s = 0;`. Comparisons branch
// on the value.
//
// What is answered how, and its cost in evaluations of f (operations; bounds of a product, tests/autodiff counts):
//   value            f itself
//   directional      forward mode, one pass, ≤ 4
//   gradient         the tape in reverse, ≤ 5
//   hessian_vector   the tape in reverse over jets of order 1
//   third            T[d, d, ·]: the tape in reverse over jets of order 2
//   hessian          the tape in reverse over dual numbers, 4 columns at a time
// One recording serves all kinds asked at one point. Memory: 20 bytes an operation for the tape, 8 an adjoint; for
// higher orders 16 bytes a coefficient. Kept between questions: after the first nothing is allocated (but by f).
//
// In operations f and its gradient take 3 to 5 times f (asin and its kind a little more); in time more, since f
// itself is compiled and its tape is interpreted: about 7 ns an operation (2.5 GHz Xeon, g++ 12 -O3). Rosenbrock's
// function, n = 1000, whose loop the compiler vectorises: f 0.84 µs, gradient 62 µs, directional 1.5 µs,
// Hessian-vector 91 µs, third 148 µs; a chain of exp, sin, sqrt, log and cos, n = 1000: 21, 137, 35, 438 and 560 µs
// (best of 15 repetitions, one run, 2026-11).
//
// Several threads may ask at once if the callable itself can be called so: each question takes a workspace of its own
// from a pool. Reference: Griewank & Walther, Evaluating Derivatives, 2nd ed. (2008).
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "thalweg/autodiff/dual.hpp"
#include "thalweg/autodiff/tape.hpp"
#include "thalweg/core/minimize.hpp"
#include "thalweg/core/objective.hpp"

namespace thalweg {

// The compiled part: everything but the three calls of the callable.
class DifferentiableObjective : public Objective<double> {
 public:
  ~DifferentiableObjective() override;
  // Number of variables; 0 while it is open (made without one): any point is then taken as it comes.
  [[nodiscard]] std::size_t dimension() const override { return dimension_; }
  // Sets the number of variables, when it was left open; `minimize` does so from x0.
  void bind(std::size_t n);
  [[nodiscard]] Offers offers() const override;
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override;

 protected:
  // residuals = 0: a number; else that many residuals r, and f = ½‖r‖².
  DifferentiableObjective(std::size_t dimension, std::size_t residuals);
  virtual void call(std::span<const double> x, std::span<double> out) = 0;
  virtual void call(std::span<const autodiff::Dual<>> x, std::span<autodiff::Dual<>> out) = 0;
  virtual void call(std::span<const autodiff::Var> x, std::span<autodiff::Var> out) = 0;
  [[noreturn]] static void throw_residual_count(std::size_t got, std::size_t expected);

 private:
  struct Workspace;
  class Lease;
  void answer(const Question<double>& question, Answer<double>& answer, Workspace& w);
  const bool open_;
  std::atomic<std::size_t> dimension_;
  const std::size_t residuals_;
  std::mutex mutex_;  // of the pool; never held while f runs
  std::vector<std::unique_ptr<Workspace>> pool_;
};

template <class F>
class Differentiable final : public DifferentiableObjective {
  template <class T>
  static constexpr bool takes = std::is_invocable_v<F&, const std::span<const T>&> ||
                                std::is_invocable_v<F&, const std::span<const T>&, const std::span<T>&>;
  static_assert(takes<double> && takes<autodiff::Var> && takes<autodiff::Dual<>>,
                "differentiable(f): f must be callable with a span of any number type, as in "
                "[](auto const& x) { return x[0] * x[0]; }");

 public:
  Differentiable(F f, std::size_t dimension, std::size_t residuals = 0)
      : DifferentiableObjective(dimension, residuals), f_(std::move(f)) {}

 private:
  template <class T>
  void apply(std::span<const T> x, std::span<T> out) {
    if constexpr (std::is_invocable_v<F&, const std::span<const T>&, const std::span<T>&>) {
      f_(x, std::as_const(out));
    } else if constexpr (std::is_convertible_v<std::invoke_result_t<F&, const std::span<const T>&>, T>) {
      out[0] = f_(std::as_const(x));
    } else {
      const auto r = f_(std::as_const(x));
      const auto count = static_cast<std::size_t>(r.size());
      if (count != out.size()) throw_residual_count(count, out.size());
      for (std::size_t i = 0; i < count; ++i) out[i] = r[static_cast<decltype(r.size())>(i)];
    }
  }
  void call(std::span<const double> x, std::span<double> out) override { apply(x, out); }
  void call(std::span<const autodiff::Dual<>> x, std::span<autodiff::Dual<>> out) override { apply(x, out); }
  void call(std::span<const autodiff::Var> x, std::span<autodiff::Var> out) override { apply(x, out); }
  F f_;
};

// From a callable that returns a number. Without a dimension the objective takes any, and `minimize` sets it.
template <class F>
Differentiable<F> differentiable(F f, std::size_t dimension = 0) {
  return {std::move(f), dimension};
}

// From a callable of `residuals` ≥ 1 residuals: it returns a vector (or array) r, or is called with (x, r) and fills
// r. Then f = ½‖r‖²; residual, jacobian, jacobian_vector, vector_jacobian and fisher_vector (JᵀJ d: r as normal
// errors of unit variance) are answered too.
template <class F>
Differentiable<F> differentiable_residuals(F f, std::size_t residuals, std::size_t dimension = 0) {
  if (residuals == 0) throw InvalidArgument("differentiable_residuals: residuals is 0; it must be at least 1");
  return {std::move(f), dimension, residuals};
}

// minimize() of a differentiable objective, named or not; an open dimension becomes x0's.
template <class O, class M>
requires ObjectiveType<O> && MethodOf<M, double> && std::derived_from<O, DifferentiableObjective> Result
minimize(O&& f, const std::vector<double>& x0, const M& m, const Limits& limits = {}) {
  f.bind(x0.size());
  return run<double>(f, x0, m, limits);
}
template <class O>
requires ObjectiveType<O> && std::derived_from<O, DifferentiableObjective> Result
minimize(O&& f, const std::vector<double>& x0, const Method& m, const Limits& limits = {}) {
  f.bind(x0.size());
  return run<double>(f, x0, m, limits);
}
template <class O, class M>
requires MethodOf<M, double> && std::derived_from<O, DifferentiableObjective> Result
minimize(O& f, const std::vector<double>& x0, const M& m, const Limits& limits = {}) {
  f.bind(x0.size());
  return run<double>(f, x0, m, limits);
}
template <std::derived_from<DifferentiableObjective> O>
Result minimize(O& f, const std::vector<double>& x0, const Method& m, const Limits& limits = {}) {
  f.bind(x0.size());
  return run<double>(f, x0, m, limits);
}

}  // namespace thalweg
