#include "thalweg/higher_order/nesterov_tensor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

TensorSequence::TensorSequence(Objective<double>& f, const NesterovTensor& options, std::span<const double> x0,
                               double f0, std::span<const double> g0)
    : f_(f),
      options_(options),
      n_(x0.size()),
      l_(options.lipschitz),
      f_x_(f0),
      x0_(x0.begin(), x0.end()),
      x_(x0_),
      g_x_(g0.begin(), g0.end()),
      s_(n_),
      y_(n_),
      g_(n_),
      h_(n_),
      hessian_(n_ * n_),
      hh_(n_),
      th_(n_),
      right_(n_),
      trial_(n_),
      g_trial_(n_),
      unit_(n_),
      solver_(n_) {}

double TensorSequence::lower() const {
  const double norm = blas::norm(s_);
  return constant_ - 0.75 * norm * std::cbrt(norm);
}

// The root a of ¾ (4a⁴)^{1/3} = c (A + a), by Newton's method from the right of it.
double TensorSequence::largest_a(double c) const {
  const double k = 0.75 * std::cbrt(4.0);
  double a = std::max(std::pow(2.0 * c / k, 3.0), std::pow(2.0 * c * a_sum_ / k, 0.75));
  for (int i = 0; i < 100; ++i) {
    const double root = std::cbrt(a);
    const double next = a - (k * a * root - c * (a_sum_ + a)) / (4.0 / 3.0 * k * root - c);
    if (!(next < a)) break;
    a = next;
  }
  return a * (1.0 - 1e-13);
}

// The Bregman gradient method on m from h = 0. False: it does not come to the accuracy asked.
bool TensorSequence::minimise_model() {
  const double sixth = m_ / 6.0, damp = options_.tau / (options_.tau + 1.0);
  std::fill(h_.begin(), h_.end(), 0.0);
  const double first = blas::norm(g_);
  for (int k = 0; k < options_.inner_steps; ++k) {
    blas::multiply(hessian_, h_, hh_);
    if (k > 0)
      f_.third(y_, h_, th_);
    else
      std::fill(th_.begin(), th_.end(), 0.0);
    const double hh = blas::dot(h_, h_), norm = std::sqrt(hh);
    double squares = 0.0;
    for (std::size_t i = 0; i < n_; ++i) {
      const double reference = hh_[i] + sixth * hh * h_[i], gradient = g_[i] + reference + 0.5 * th_[i];
      squares += gradient * gradient;
      right_[i] = damp * gradient - reference;
    }
    residual_ = std::sqrt(squares);
    if (!std::isfinite(residual_)) return false;
    if (k > 0 && residual_ <= std::max(options_.accuracy * sixth * hh * norm, 1e-15 * first)) return true;
    solver_.set_gradient(right_);
    solver_.quartic(sixth, h_);
  }
  return false;
}

TensorSequence::Outcome TensorSequence::step() {
  m_ = 3.0 * options_.tau * options_.tau * l_;
  const double off = l_ + options_.accuracy * m_;
  const double c = 1.5 * std::cbrt(1.5 * (m_ - off) * (m_ + off) / m_) / std::cbrt(m_ * m_);
  const double a = largest_a(c), a_next = a_sum_ + a;
  const double norm_s = blas::norm(s_);
  const double to_v = norm_s > 0.0 ? 1.0 / (std::cbrt(norm_s) * std::cbrt(norm_s)) : 0.0;  // v = x₀ − s/‖s‖^{2/3}
  for (std::size_t i = 0; i < n_; ++i) y_[i] = (a_sum_ * x_[i] + a * (x0_[i] - to_v * s_[i])) / a_next;

  f_.gradient(y_, g_);
  for (std::size_t j = 0; j < n_; ++j) {
    unit_[j] = 1.0;
    f_.hessian_vector(y_, unit_, std::span(hessian_).subspan(j * n_, n_));
    unit_[j] = 0.0;
  }
  if (!std::isfinite(blas::max_abs(g_)) || !std::isfinite(blas::max_abs(hessian_)) || !solver_.set_matrix(hessian_))
    return Outcome::not_finite;
  const auto refuse = [&] {
    l_ *= 2.0;
    return Outcome::refused;
  };
  if (!minimise_model() && options_.adaptive) return refuse();
  blas::step(y_, 1.0, h_, trial_);
  const double value = f_.value_and_gradient(trial_, g_trial_);
  if (!std::isfinite(value)) return refuse();
  const double size = blas::norm(g_trial_), forward = -blas::dot(g_trial_, h_);
  if (options_.adaptive && !(forward >= c * size * std::cbrt(size) * (1.0 - 1e-12))) return refuse();

  a_sum_ = a_next;
  double towards_start = 0.0;
  for (std::size_t i = 0; i < n_; ++i) towards_start += g_trial_[i] * (x0_[i] - trial_[i]);
  constant_ += a * (value + towards_start);
  blas::axpy(a, g_trial_, s_);
  if (value <= f_x_) {
    f_x_ = value;
    std::swap(x_, trial_);
    std::swap(g_x_, g_trial_);
  } else if (options_.restart) {
    blas::copy(x_, x0_);
    std::fill(s_.begin(), s_.end(), 0.0);
    a_sum_ = constant_ = 0.0;
  }
  if (options_.adaptive) l_ = std::max(0.5 * l_, 1e-100);
  return Outcome::stepped;
}

Description<NesterovTensor> NesterovTensor::describe() {
  Description<NesterovTensor> d("nesterov-tensor", "Nesterov's accelerated third-order tensor method", "2.3");
  d.reference(
       "Nesterov, \"Implementable tensor methods in unconstrained convex optimization\", Math. Prog. 186 (2021)")
      .formula(
          "T = argmin ⟨g,h⟩ + ½ H[h,h] + (1/6) T[h,h,h] + (M/24)‖h‖⁴ at y = (A x + a v)/(A + a); v = argmin ψ, ψ ← ψ "
          "+ "
          "a (f(T) + ⟨∇f(T), · − T⟩)")
      .cost(
          "memory 5n² + 20n; n Hessian-vector products and 9n³ operations a step, one third-derivative contraction "
          "and "
          "4n² operations an inner step (typically 5 to 20)")
      .notes("for convex f; where f is not convex it may stall. L is estimated unless adaptive=false")
      .asks({AnswerKind::value, AnswerKind::gradient, AnswerKind::hessian_vector, AnswerKind::third})
      .needs_exact();
  d.option("lipschitz", &NesterovTensor::lipschitz,
           "Lipschitz constant L of the third derivative; with adaptive the first estimate of it")
      .above(0.0);
  d.option("adaptive", &NesterovTensor::adaptive,
           "double L where a step does not do what the theory promises, halve it after each that does");
  d.option("restart", &NesterovTensor::restart, "begin the acceleration anew where a step does not go down");
  d.option("tau", &NesterovTensor::tau, "M = 3 tau² L; the inner method contracts by 1 − (tau − 1)/(tau + 1)")
      .above(1.0)
      .at_most(10.0);
  d.option("accuracy", &NesterovTensor::accuracy, "θ: the model is minimised to ‖∇m(h)‖ ≤ θ (M/6)‖h‖³")
      .above(0.0)
      .at_most(0.5);
  d.option("inner_steps", &NesterovTensor::inner_steps, "most steps of the model's minimisation").at_least(1);
  d.option("gradient_tolerance", &NesterovTensor::gradient_tolerance,
           "converged when ‖∇f‖∞ ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  return d;
}

void NesterovTensor::run(Objective<double>& f, Search& search) const {
  constexpr int patience = 60;  // refusals in a row: L has grown by 10¹⁸
  std::vector<double> g(f.dimension());
  const double value = f.value_and_gradient(search.start(), g);
  if (!std::isfinite(value)) return finish_bad_start(search);
  const Stopping stopping(search, gradient_tolerance);
  TensorSequence sequence(f, *this, search.start(), value, g);
  int refused = 0;
  while (!finish_if_converged(f, search, stopping, sequence.x(), sequence.value(), sequence.gradient())) {
    const double before = sequence.value();
    switch (sequence.step()) {
      case TensorSequence::Outcome::stepped:
        refused = 0;
        break;
      case TensorSequence::Outcome::refused:
        if (++refused > patience)
          return finish_without_progress(
              search, stopping, sequence.x(), sequence.value(), sequence.gradient(), -1.0,
              fmt::format("no step does what is promised for any L up to {:.3g}: is f convex there?",
                          sequence.lipschitz()));
        break;
      case TensorSequence::Outcome::not_finite:
        search.recommend(sequence.x(), sequence.value());
        return search.finish(
            Status::numerical_failure,
            fmt::format("derivatives are not finite at a point tried from f = {:.17g}; check them there", before));
    }
    search.iteration(sequence.x(), sequence.value());
    if (!stopping.watches_change() || !(sequence.value() < before)) continue;
    if (const std::string why = stopping.small_change(before, sequence.value(), blas::max_abs(sequence.model_step()));
        !why.empty()) {
      search.recommend(sequence.x(), sequence.value());
      return search.finish(Status::converged, why);
    }
  }
}

}  // namespace thalweg
