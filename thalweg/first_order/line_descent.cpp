#include "thalweg/first_order/line_descent.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

void LineDescent::run(Objective<double>& f, thalweg::Search& search, LineDirection& method) const {
  if (line == Search::strong_wolfe && !(wolfe.curvature > wolfe.decrease))
    throw InvalidArgument(fmt::format("curvature is {}; it must be above decrease, {}, or no step may satisfy both",
                                      wolfe.curvature, wolfe.decrease));
  const std::size_t n = f.dimension();
  std::vector<double> x(search.start().begin(), search.start().end()), g(n), d(n), x_trial(n), g_trial(n);
  double value = f.value_and_gradient(x, g);
  if (!std::isfinite(value)) return finish_bad_start(search);
  const Stopping stopping(search, gradient_tolerance);

  const auto phi = [&](double t) {
    blas::step(x, t, d, x_trial);
    const double v = f.value_and_gradient(x_trial, g_trial);
    return LineTrial{v, blas::dot(g_trial, d)};
  };
  const auto phi_value = [&](double t) {
    blas::step(x, t, d, x_trial);
    return f.value(x_trial);
  };
  const auto search_line = [&](double slope, double first) {
    switch (line) {
      case Search::armijo:
        return armijo(phi_value, value, slope, first, wolfe);
      case Search::exact:
        return exact_line_search(phi, value, slope, first);
      case Search::strong_wolfe:
        break;
    }
    return strong_wolfe(phi, value, slope, first, wolfe);
  };

  constexpr int patience = 10;  // steps in a row that may leave f as it is (its rounding floor)
  int level_steps = 0;
  while (!finish_if_converged(f, search, stopping, x, value, g)) {
    double first = method.direction(g, d);
    double slope = blas::dot(g, d);
    if (!(slope < 0.0) && method.reset()) {  // rounding has spoilt the method's metric
      first = method.direction(g, d);
      slope = blas::dot(g, d);
    }
    LineResult found = search_line(slope, first);
    const double decrement = first == 1.0 ? -0.5 * slope : -1.0;  // of a Newton-like step
    if (!found.accepted() && !stopping.decrement_met(decrement, value) && method.reset()) {
      first = method.direction(g, d);
      slope = blas::dot(g, d);
      found = search_line(slope, first);
    }
    level_steps = found.value < value ? 0 : level_steps + 1;
    if (!found.accepted() || level_steps > patience) {
      const std::string why = found.accepted() ? fmt::format("f stayed at {:.17g} for {} steps", value, patience)
                                               : describe(found, value, slope);
      return finish_without_progress(search, stopping, x, value, g, decrement, why);
    }
    if (!found.last) {
      static_cast<void>(phi(found.step));
    } else if (line == Search::armijo) {
      f.gradient(x_trial, g_trial);
    }
    method.update(found.step, slope, d, g, g_trial);
    const double before = std::exchange(value, found.value);
    std::swap(x, x_trial);
    std::swap(g, g_trial);
    search.iteration(x, value);
    if (!stopping.watches_change()) continue;
    if (const std::string why = stopping.small_change(before, value, found.step * blas::max_abs(d)); !why.empty()) {
      search.recommend(x, value);
      return search.finish(Status::converged, why);
    }
  }
}

}  // namespace thalweg
