#include "thalweg/higher_order/regularisation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "thalweg/core/blas1.hpp"

namespace thalweg {
namespace {

double taylor_at(const TaylorAlongStep& t, double a) { return a * (t[1] + a * (t[2] + a * t[3])); }
double slope_at(const TaylorAlongStep& t, double a) { return t[1] + a * (2.0 * t[2] + a * 3.0 * t[3]); }

// A point in [low, high] where `holds` turns from true (at one end) to false (at the other), on the side where it
// holds.
template <class Holds>
double boundary(double good, double bad, Holds&& holds) {
  for (int k = 0; k < 50; ++k) {
    const double middle = 0.5 * (good + bad);
    (holds(middle) ? good : bad) = middle;
  }
  return good;
}

}  // namespace

double SigmaRule::next(int order, double sigma, double norm, const TaylorAlongStep& t, double change, double ratio,
                       bool rejected) const {
  const double power = std::pow(norm, order + 1);
  // σ for which α is stationary along the step: t′(α) + σ‖s‖^{p+1} αᵖ = 0
  const auto sigma_of = [&](double a) { return -slope_at(t, a) / (power * std::pow(a, order)); };
  // f along the step, by the polynomial of degree p + 1 through f(x + s)
  const double top = change - taylor_at(t, 1.0);
  const auto f_at = [&](double a) { return taylor_at(t, a) + top * std::pow(a, order + 1); };

  if (rejected || (ratio < successful && ratio >= 0.0)) return increase * sigma;
  if (ratio < 0.0) {  // far too bold
    if (!std::isfinite(change)) return most_increase * sigma;
    // The longest step that f's interpolant accepts: −f(α) ≥ η₁·(−t(α)).
    const auto accepts = [&](double a) { return f_at(a) <= successful * taylor_at(t, a); };
    const double a = boundary(0.0, 1.0, accepts);
    const double wanted = a > 0.0 ? sigma_of(a) : most_increase * sigma;
    return std::isfinite(wanted) ? std::clamp(wanted, increase * sigma, most_increase * sigma) : increase * sigma;
  }
  if (ratio < very_successful) return sigma;
  if (ratio < 1.0) return std::max(least, decrease * sigma);
  // The model lies above f: the smallest σ is sought whose model at its own minimiser exceeds f (or the Taylor
  // polynomial, if that is higher) by no less than β of the excess now.
  const auto model_at = [&](double a) { return taylor_at(t, a) - a * slope_at(t, a) / (order + 1.0); };
  const auto excess = [&](double a) { return model_at(a) - std::max(f_at(a), taylor_at(t, a)); };
  const double now = excess(1.0);
  if (!(now >= 1e-8)) return std::max(least, decrease * sigma);
  const auto exceeds = [&](double a) { return excess(a) > reduction * now && sigma_of(a) > 0.0; };
  if (exceeds(furthest)) return std::max(least, strong_decrease * sigma);
  const double wanted = sigma_of(boundary(1.0, furthest, exceeds));
  return std::isfinite(wanted) ? std::clamp(wanted, std::max(least, strong_decrease * sigma), sigma)
                               : std::max(least, strong_decrease * sigma);
}

void Regularisation::run(Objective<double>& f, Search& search, TaylorModel& model) const {
  constexpr int patience = 10;  // steps in a row that may leave f as it is (its rounding floor)
  const std::size_t n = f.dimension();
  std::vector<double> x(search.start().begin(), search.start().end()), g(n), s(n), x_trial(n), g_trial(n);
  double value = f.value_and_gradient(x, g);
  if (!std::isfinite(value)) return finish_bad_start(search);
  const Stopping stopping(search, gradient_tolerance);
  double weight = sigma;
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
    const bool useful = model.minimise(weight, s, taylor);
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
    const double used = weight;
    weight = below_rounding ? weight : rule.next(model.order(), weight, norm, taylor, trial - value, ratio, !useful);
    moved = taken;
    level_steps = taken && trial == value ? level_steps + 1 : 0;
    const bool no_room = norm <= 1e-16 * blas::norm(x) || !std::isfinite(weight);
    if ((!taken && (below_rounding || no_room)) || level_steps > patience)
      return finish_without_progress(
          search, stopping, x, value, g, below_rounding ? predicted : -1.0,
          fmt::format("no step lowers f = {:.17g}: the model promises {:.3g} at distance {:.3g} (σ = {:.3g})", value,
                      predicted, norm, used),
          model.exact());
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
