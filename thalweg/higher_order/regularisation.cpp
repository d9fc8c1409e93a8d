#include "thalweg/higher_order/regularisation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "thalweg/core/blas1.hpp"

namespace thalweg {
namespace {

double taylor_at(const TaylorAlongStep& t, double a) { return a * (t[1] + a * (t[2] + a * t[3])); }
double slope_at(const TaylorAlongStep& t, double a) { return t[1] + a * (2.0 * t[2] + a * 3.0 * t[3]); }

// The largest α in [0, 1] up to which `holds`, by bisection: it holds at 0.
template <class Holds>
double last(Holds&& holds) {
  double good = 0.0, bad = 1.0;
  for (int k = 0; k < 50; ++k) {
    const double middle = 0.5 * (good + bad);
    (holds(middle) ? good : bad) = middle;
  }
  return good;
}

}  // namespace

double AdaptiveSigma::after_taken(const Trial& t) const {
  if (std::abs(slope_at(t.taylor, 1.0)) < rule_.active * std::abs(t.taylor[1])) return sigma_;
  const double fitting = (order_ + 1) * (t.change - taylor_at(t.taylor, 1.0)) / std::pow(t.norm, order_ + 1);
  return std::clamp(margin_ * fitting, std::min(sigma_, std::max(rule_.least, rule_.most_decrease * sigma_)), sigma_);
}

double AdaptiveSigma::after_refused(const Trial& t) const {
  const double low = rule_.increase * sigma_;
  const double most = guess_ ? std::numeric_limits<double>::infinity() : rule_.most_increase * sigma_;
  const auto sigma_of = [&](double a) {
    return -slope_at(t.taylor, a) / (std::pow(t.norm, order_ + 1) * std::pow(a, order_));
  };
  const auto within = [&](double wanted) {
    return std::isfinite(wanted) ? std::clamp(wanted, low, most) : rule_.most_increase * sigma_;
  };
  if (t.norm > t.reach)
    if (const double wanted = sigma_of(t.reach / t.norm); wanted > low) return within(wanted);
  if (!t.asked) return low;
  // −f(α) ≥ η₁·(−t(α)) for f's polynomial of degree p + 1
  const double top = t.change - taylor_at(t.taylor, 1.0);
  const double accepted = last([&](double a) {
    return (1.0 - rule_.successful) * taylor_at(t.taylor, a) + top * std::pow(a, order_ + 1) <= 0.0;
  });
  return within(sigma_of(std::max(accepted, 1.0 / 16.0)));
}

void AdaptiveSigma::learn(const Trial& trial) {
  sigma_ = trial.taken ? after_taken(trial) : after_refused(trial);
  margin_ = std::clamp(trial.taken ? 0.97 * margin_ : 2.0 * margin_, 1.0, rule_.most_margin);
  guess_ = guess_ && !trial.taken;
}

void Regularisation::run(Objective<double>& f, Search& search, TaylorModel& model) const {
  constexpr int patience = 10;  // steps in a row that may leave f as it is (its rounding floor)
  const std::size_t n = f.dimension();
  std::vector<double> x(search.start().begin(), search.start().end()), g(n), s(n), x_trial(n), g_trial(n);
  double value = f.value_and_gradient(x, g);
  if (!std::isfinite(value)) return finish_bad_start(search);
  const Stopping stopping(search, gradient_tolerance);
  AdaptiveSigma weight(rule, model.order(), sigma);
  int level_steps = 0;
  bool moved = true;
  TaylorAlongStep taylor{};

  while (true) {
    if (moved) {
      bool finite = model.move_to(x, g);
      if (finite && stopping.gradient_met(blas::max_abs(g)) && !model.at_saddle()) {
        if (finish_if_converged(f, search, stopping, x, value, g)) return;
        finite = model.move_to(x, g);
      }
      if (!finite) break;
    }
    const bool useful = model.minimise(weight.value(), s, taylor);
    const double norm = blas::norm(s);
    const double predicted = -taylor_at(taylor, 1.0);
    double trial = value, ratio = -1.0;
    bool taken = false, below_rounding = false;
    if (useful) {
      blas::step(x, 1.0, s, x_trial);
      trial = f.value_and_gradient(x_trial, g_trial);
      below_rounding = predicted <= value_rounding * std::abs(value);
      ratio = below_rounding ? (trial <= value ? 1.0 : -1.0) : (value - trial) / predicted;
      taken = std::isfinite(trial) && trial <= value && ratio >= rule.successful;
    }
    const double used = weight.value();
    if (!below_rounding || taken)
      weight.learn({.norm = norm,
                    .reach = std::max(1.0, blas::norm(x)),
                    .taylor = taylor,
                    .asked = useful,
                    .change = trial - value,
                    .rounding = value_rounding * std::abs(value),
                    .taken = taken});
    moved = taken;
    level_steps = taken && trial == value ? level_steps + 1 : 0;
    const bool no_room = norm <= 1e-16 * blas::norm(x) || !std::isfinite(weight.value());
    if ((!taken && (below_rounding || no_room)) || level_steps > patience) {
      // What a step promises that σ made short, at a wall where f has no value, is no decrement: that of the model
      // alone is.
      const double slope = taylor[1] + 2.0 * taylor[2] + 3.0 * taylor[3];
      double decrement = below_rounding ? predicted : -1.0;
      if (below_rounding && -slope >= rule.active * std::abs(taylor[1]))
        decrement = model.minimise(rule.least, s, taylor) ? -taylor_at(taylor, 1.0) : -1.0;
      return finish_without_progress(
          search, stopping, x, value, g, decrement,
          fmt::format("no step lowers f = {:.17g}: the model promises {:.3g} at distance {:.3g} (σ = {:.3g})", value,
                      predicted, norm, used),
          model.exact());
    }
    const double before = value;
    if (taken) {
      value = trial;
      std::swap(x, x_trial);
      std::swap(g, g_trial);
    }
    search.iteration(x, value);
    if (!taken || !stopping.watches_change()) continue;
    if (const std::string why = stopping.small_change(before, value, blas::max_abs(s)); !why.empty()) {
      search.recommend(x, value);
      return search.finish(Status::converged, why);
    }
  }
  search.recommend(x, value);
  search.finish(
      Status::numerical_failure,
      fmt::format("higher derivatives are not finite at a point where f = {:.17g}; check them there", value));
}

}  // namespace thalweg
