#include "thalweg/first_order/line_descent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

namespace {
// Apart: where it is one loop among many the compiler keeps its eight sums on the stack.
[[gnu::noinline]] double product(std::span<const double> a, std::span<const double> b) { return blas::dot(a, b); }

// Of an interval, where slopes and values do not belong together to the last digit.
constexpr double narrowest_approximate = 0.01;
constexpr int trials_approximate = 20;  // as `maxls` of SciPy's L-BFGS-B
}  // namespace

void LineDescent::run(Objective<double>& f, thalweg::Search& search, LineDirection& method) const {
  if (line == Search::strong_wolfe && !(wolfe.curvature > wolfe.decrease))
    throw InvalidArgument(fmt::format("curvature is {}; it must be above decrease, {}, or no step may satisfy both",
                                      wolfe.curvature, wolfe.decrease));
  const std::size_t n = f.dimension();
  std::vector<double> x(search.start().begin(), search.start().end()), g(n), d(n), x_trial(n), g_trial(n);
  std::vector<double> x_lowest(n), g_lowest(n);
  double value = f.value_and_gradient(x, g);
  if (!std::isfinite(value)) return finish_bad_start(search);
  const Stopping stopping(search, gradient_tolerance);
  const Box& box = stopping.box();
  WolfeOptions options = wolfe;
  const bool approximate = f.offers().of(AnswerKind::gradient) != Quality::exact;
  if (approximate) {
    options.narrowest = narrowest_approximate;
    if (options.max_trials == WolfeOptions{}.max_trials) options.max_trials = trials_approximate;
  }

  // The lowest of a search's earlier trials is kept: a search that gives up may end there.
  double tried = 0.0, tried_value = value, lowest = 0.0, lowest_value = value;
  const auto keep = [&] {
    std::swap(x_trial, x_lowest), std::swap(g_trial, g_lowest);
    std::swap(tried, lowest), std::swap(tried_value, lowest_value);
  };
  const auto phi = [&](double t) {
    if (tried_value < lowest_value) keep();
    blas::step(x, t, d, x_trial);
    box.project(x_trial);
    tried = t, tried_value = f.value_and_gradient(x_trial, g_trial);
    return LineTrial{tried_value, product(g_trial, d)};
  };
  const auto phi_value = [&](double t) {
    blas::step(x, t, d, x_trial);
    box.project(x_trial);
    return f.value(x_trial);
  };
  constexpr Kinds asked{AnswerKind::value, AnswerKind::gradient};
  bool spent = false;  // the budget, within a search: the result does not count
  const auto search_line = [&](double slope0, double first) {
    if (line == Search::armijo) return armijo(phi_value, value, slope0, first, options);
    if (line == Search::exact) return exact_line_search(phi, value, slope0, first, options.max_step);
    tried = lowest = 0.0, tried_value = lowest_value = value;
    MoreThuente trials(options, value, slope0, first);
    while (!trials.done() && !(spent = search.spent(asked))) trials.tell(phi(trials.step()));
    return trials.result();
  };

  constexpr int patience = 10;          // steps in a row that may leave f as it is (its rounding floor)
  constexpr double least_gain = 1e-10;  // relative; what must be gained between two times of forgetting
  int level_steps = 0;
  double forget_below = std::numeric_limits<double>::infinity();
  LineDirection::Proposal proposal;
  double slope = 0.0;
  const auto propose = [&] {
    proposal = method.direction(x, g, d);
    slope = product(g, d);
    options.max_step = std::min(wolfe.max_step, box.longest_step(x, d));
  };
  const auto forget = [&] {
    if (!(value < forget_below) || !method.reset()) return false;
    forget_below = value - least_gain * std::abs(value);
    propose();
    return true;
  };

  while (!finish_if_converged(f, search, stopping, x, value, g)) {
    propose();
    if (!(slope < 0.0)) forget();  // rounding has spoilt the method's metric
    const double decrement = !proposal.newton ? -1.0 : box.restricts() ? -slope : -0.5 * slope;
    LineResult found = search_line(slope, proposal.first);
    if (spent) return;
    level_steps = found.accepted() && found.value < value ? 0 : level_steps + 1;
    bool stuck = !found.accepted() || level_steps > patience;
    if (stuck && !stopping.at_floor(decrement, x, value, g, false) && forget()) {
      found = search_line(slope, proposal.first);
      if (spent) return;
      stuck = !found.accepted();
    }
    if (stuck) {
      // A search along −∇f itself that fails has tried steps whose promise is less than the last digit of f.
      const bool steepest_failed = !proposal.newton && found.outcome == LineOutcome::no_decrease;
      const double promised = steepest_failed ? std::numeric_limits<double>::epsilon() * std::abs(value) : decrement;
      std::string why = found.accepted() ? fmt::format("f stayed at {:.17g} for {} steps", value, patience)
                                         : describe(found, value, slope);
      if (approximate) why += "; the gradient is an estimate, whose error may exceed the slope that is left";
      return finish_without_progress(search, stopping, x, value, g, promised, why, false);
    }
    if (!found.last && line == Search::strong_wolfe && found.step == lowest) {
      keep();
    } else if (!found.last) {
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
