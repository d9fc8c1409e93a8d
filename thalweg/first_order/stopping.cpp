#include "thalweg/first_order/stopping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

Stopping::Stopping(const Search& search, double gradient_tolerance)
    : box_(search.bounds()),
      gradient_tolerance_(search.tolerance().gradient.value_or(gradient_tolerance)),
      users_gradient_(search.tolerance().gradient.has_value()),
      f_(search.tolerance().f),
      x_(search.tolerance().x) {}

std::string Stopping::small_change(double f_before, double f_after, double step_max) const {
  const double change = (f_before - f_after) / std::max({std::abs(f_before), std::abs(f_after), 1.0});
  if (f_ && change <= *f_) return fmt::format("relative decrease of f {:.3g} ≤ {:.3g} (tolerance f)", change, *f_);
  if (x_ && step_max <= *x_) return fmt::format("step {:.3g} ≤ {:.3g} (tolerance x)", step_max, *x_);
  return {};
}

bool finish_if_converged(Objective<double>& f, Search& search, const Stopping& stopping, std::span<double> x,
                         double& value, std::span<double> gradient) {
  double largest = stopping.size(x, gradient);
  if (!stopping.gradient_met(largest)) return false;
  const auto best = search.best_x();
  if (!best.empty() && search.best_f() < value && !std::equal(x.begin(), x.end(), best.begin())) {
    blas::copy(best, x);
    value = f.value_and_gradient(x, gradient);
    largest = stopping.size(x, gradient);
    if (!stopping.gradient_met(largest)) return false;
  }
  search.recommend(x, value);
  search.finish(Status::converged,
                fmt::format("‖{}∇f‖∞ = {:.3g} ≤ {:.3g}", stopping.box().restricts() ? "projected " : "", largest,
                            stopping.gradient_tolerance()));
  return true;
}

bool Stopping::decrement_met(double decrement, double f) const {
  return !users_gradient_ && decrement >= 0.0 && decrement <= value_rounding * std::abs(f);
}

bool Stopping::at_floor(double decrement, std::span<const double> x, double f, std::span<const double> gradient,
                        bool exact) const {
  if (!decrement_met(decrement, f)) return false;
  if (exact) return true;
  double largest = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double step = std::clamp(-gradient[i], box_.low(i) - x[i], box_.high(i) - x[i]);
    largest = std::max(largest, std::abs(step) * std::max(std::abs(x[i]), 1e-3));
  }
  return largest <= scaled_gradient * std::max(std::abs(f), 1.0);
}

void finish_without_progress(Search& search, const Stopping& stopping, std::span<const double> x, double value,
                             std::span<const double> gradient, double decrement, const std::string& why, bool exact) {
  const double largest = stopping.size(x, gradient);
  search.recommend(x, value);
  if (stopping.at_floor(decrement, x, value, gradient, exact))
    return search.finish(
        Status::converged,
        fmt::format("at the rounding of f: the decrease still promised is {:.3g}, f = {:.17g}; ‖∇f‖∞ = "
                    "{:.3g} (the tolerance {:.3g} lies below what f can show)",
                    decrement, value, largest, stopping.gradient_tolerance()));
  search.finish(Status::stalled,
                fmt::format("{}; ‖∇f‖∞ = {:.3g}, tolerance {:.3g}. If that is good enough, ask for a looser gradient "
                            "tolerance or a target; otherwise rescale the variables or f",
                            why, largest, stopping.gradient_tolerance()));
}

void finish_bad_start(Search& search) {
  search.finish(Status::numerical_failure,
                "f or its gradient is not finite at x0; start where both are finite (see --x0)");
}

}  // namespace thalweg
