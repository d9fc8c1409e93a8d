#include "thalweg/second_order/trust_region.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

void TrustRegion::run(Objective<double>& f, Search& search, QuadraticModel& model) const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr int patience = 10;  // steps in a row that may leave f as it is (its rounding floor)
  const std::size_t n = f.dimension();
  std::vector<double> x(search.start().begin(), search.start().end()), g(n), s(n), x_trial(n), g_trial(n);
  double value = f.value_and_gradient(x, g);
  if (!std::isfinite(value)) return finish_bad_start(search);
  const Stopping stopping(search, gradient_tolerance);
  double radius = initial_radius > 0.0 ? initial_radius : infinity;
  int level_steps = 0;
  bool moved = true;

  while (true) {
    if (moved) {
      if (stopping.gradient_met(blas::max_abs(g))) {
        // A stationary point: a minimiser as far as the model knows, or a saddle to leave.
        const bool saddle = model.move_to(x) && model.at_saddle();
        if (!saddle && finish_if_converged(f, search, stopping, x, value, g)) return;
        if (!saddle && !model.move_to(x)) break;
      } else if (!model.move_to(x)) {
        break;
      }
    }
    const ModelStep step = model.step(g, radius, std::max(1.0, blas::norm(x)), s);
    blas::step(x, 1.0, s, x_trial);
    const double trial = f.value_and_gradient(x_trial, g_trial);
    const bool below_rounding = step.decrease <= value_rounding * std::abs(value);
    const double ratio = below_rounding ? (trial <= value ? 1.0 : -1.0) : (value - trial) / step.decrease;
    const bool taken = std::isfinite(trial) && trial <= value && ratio >= accept;
    const double slope = blas::dot(g, s);

    if (!(ratio >= 0.25)) {
      const double parabola = std::isfinite(trial) ? -0.5 * slope / (trial - value - slope) : 0.0;
      radius = step.norm * (parabola > 0.0 ? std::clamp(parabola, 0.0625, 0.5) : 0.0625);
    } else if (ratio > 0.75 && !step.interior) {
      radius = std::max(radius < infinity ? radius : 0.0, 2.0 * step.norm);
    } else if (taken && radius == infinity && !step.interior) {
      radius = step.norm;
    }
    moved = taken;
    level_steps = taken && trial == value ? level_steps + 1 : 0;
    const double decrement = step.interior ? step.decrease : -1.0;
    const bool no_room = step.norm <= 1e-16 * blas::norm(x);
    if ((!taken && (below_rounding || no_room)) || level_steps > patience) {
      if (!taken && model.refine()) {
        radius = std::max(1.0, blas::norm(x));  // it shrank for steps that rounding refused
        continue;
      }
      return finish_without_progress(
          search, stopping, x, value, g, decrement,
          fmt::format("no step lowers f = {:.17g}: the model promises {:.3g} within {:.3g}", value, step.decrease,
                      step.norm),
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
      fmt::format("second derivatives are not finite at a point where f = {:.17g}; check them there", value));
}

}  // namespace thalweg
