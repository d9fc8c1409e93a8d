#include "thalweg/direct_search/powell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/linalg.hpp"
#include "thalweg/direct_search/line_minimum.hpp"

namespace thalweg {

namespace {

// All measured on Moré and Wild's problems; half and twice of each solve as many there but for one or two.
constexpr double least_scale = 0.5;  // of a variable, for its first step
constexpr double nearby = 0.3;       // a line's first value, over its last move
constexpr double shorter = 0.25;     // of the last move, after a line that did not go down
constexpr double growth = 2.0;       // of a move over the last, where that is more than the reach
constexpr double flat = std::numeric_limits<double>::epsilon();  // curvature, over the largest, of what has none

// The t for which x + t d stays in the box.
std::pair<double, double> range(const Bounds& bounds, std::span<const double> x, std::span<const double> d) {
  double low = -std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t i = 0; i < x.size() && !bounds.empty(); ++i) {
    if (d[i] == 0.0) continue;
    const double to_low = (bounds.low(i) - x[i]) / d[i], to_high = (bounds.high(i) - x[i]) / d[i];
    low = std::max(low, std::min(to_low, to_high));
    high = std::min(high, std::max(to_low, to_high));
  }
  return {std::min(low, 0.0), std::max(high, 0.0)};
}

// One sweep's dealings with one objective, box and state.
class Sweep {
 public:
  Sweep(Objective<double>& f, const Bounds& bounds, const Powell& options, PowellState& state, bool exact)
      : f_(f), bounds_(bounds), options_(options), s_(state), exact_(exact) {}

  // The decrease along direction k.
  double minimise_along(std::size_t k) {
    const std::span<const double> d = direction(k);
    const auto [low, high] = range(bounds_, s_.x, d);
    if (low == high || s_.length[k] == 0.0) return 0.0;
    const auto phi = [this, d](double t) { return ask(d, t); };
    const double first = 1.0 / s_.length[k], most = std::max(options_.reach * first, growth * s_.moved[k]);
    LineMinimum m;
    if (!exact_ && std::isfinite(s_.value)) {
      double near = nearby * s_.moved[k];
      if (!(s_.curvature[k] > 0.0)) near = std::max(near, first);
      m = minimise_by_parabolas(phi, low, high, std::min(near, 0.1 * most), most, s_.value, s_.curvature[k]);
    } else {
      const double tolerance = exact_ ? options_.line_tolerance : nearby;
      m = minimise_line(phi, low, high, std::max(nearby * s_.moved[k], first * flat), s_.value, tolerance,
                        s_.curvature[k]);
    }
    const double decrease = s_.value - m.value;
    if (!(decrease > 0.0)) {
      s_.moved[k] *= shorter;
      return 0.0;
    }
    s_.moved[k] = std::max(std::abs(m.t), 0.1 * s_.moved[k]);
    move(d, m);
    return decrease;
  }

  // The direction at `dropped` leaves, the sweep's step enters as the last.
  void exchange(std::size_t dropped) {
    const auto n = static_cast<std::ptrdiff_t>(s_.x.size()), k = static_cast<std::ptrdiff_t>(dropped);
    std::move(s_.directions.begin() + (k + 1) * n, s_.directions.end(), s_.directions.begin() + k * n);
    std::copy(s_.step.begin(), s_.step.end(), s_.directions.end() - n);
    std::move(s_.curvature.begin() + k + 1, s_.curvature.end(), s_.curvature.begin() + k);
    std::move(s_.moved.begin() + k + 1, s_.moved.end(), s_.moved.begin() + k);
    std::move(s_.length.begin() + k + 1, s_.length.end(), s_.length.begin() + k);
    s_.curvature.back() = 0.0;
    s_.moved.back() = 1.0;
    s_.measure(s_.x.size() - 1);
  }

  // On the new line three values are known, at t = −1, 0 and 1: its parabola's minimum is one more.
  void minimise_along_step(double before, double beyond) {
    const std::size_t last = s_.x.size() - 1;
    const auto d = direction(last);
    const auto [low, high] = range(bounds_, s_.x, d);
    const double bend = before - 2.0 * s_.value + beyond;
    if (!(bend > 0.0 && std::isfinite(bend) && high >= 1.0)) {
      minimise_along(last);
      return;
    }
    s_.curvature[last] = bend;
    LineMinimum m{0.0, s_.value};
    if (beyond < m.value) m = {1.0, beyond};
    const double t = std::clamp(0.5 * (before - beyond) / bend, low, high);
    if (const double value = ask(d, t); value < m.value) m = {t, value};
    if (m.t == 0.0) return;
    move(d, m);
    s_.moved[last] = std::clamp(std::abs(m.t), 0.1, 2.0);
  }

  // f(x + d), on the box.
  double beyond(std::span<const double> d) { return ask(d, 1.0); }

 private:
  std::span<const double> direction(std::size_t k) const {
    return s_.directions.subspan(k * s_.x.size(), s_.x.size());
  }
  void at(std::span<const double> d, double t) {
    blas::step(s_.x, t, d, s_.trial);
    bounds_.clamp(s_.trial);
  }
  double ask(std::span<const double> d, double t) {
    at(d, t);
    return f_.value(s_.trial);
  }
  void move(std::span<const double> d, LineMinimum m) {
    at(d, m.t);
    std::swap(s_.x, s_.trial);
    s_.value = m.value;
  }

  Objective<double>& f_;
  const Bounds& bounds_;
  const Powell& options_;
  PowellState& s_;
  bool exact_;
};

}  // namespace

PowellState::PowellState(std::span<const double> start, double value_there, std::span<const double> first_steps)
    : storage_(start.size() * (2 * start.size() + 8)), value(value_there) {
  const std::size_t n = start.size();
  std::span<double> rest(storage_);
  const auto take = [&rest](std::span<double>& part, std::size_t size) {
    part = rest.first(size);
    rest = rest.subspan(size);
  };
  for (auto* part : {&x, &steps, &curvature, &moved, &length, &before, &trial, &step}) take(*part, n);
  take(directions, n * n);
  take(axes, n * n);
  std::copy(start.begin(), start.end(), x.begin());
  std::copy(first_steps.begin(), first_steps.end(), steps.begin());
  reset_directions();
}

void PowellState::reset_directions() {
  std::fill(curvature.begin(), curvature.end(), 0.0);
  std::fill(moved.begin(), moved.end(), 1.0 / nearby);
  std::fill(directions.begin(), directions.end(), 0.0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    directions[i * x.size() + i] = steps[i];
    length[i] = steps[i] > 0.0 ? 1.0 : 0.0;
  }
}

void PowellState::measure(std::size_t k) {
  const double* d = directions.data() + k * x.size();
  double square = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (steps[i] > 0.0) square += (d[i] / steps[i]) * (d[i] / steps[i]);
  length[k] = std::sqrt(square);
}

void PowellState::take_principal_axes() {
  const std::size_t n = x.size();
  const auto row = [n](std::span<double> m, std::size_t k) { return m.data() + k * n; };
  double largest = 0.0;  // curvature along a unit direction
  for (std::size_t k = 0; k < n; ++k) {
    step[k] = blas::short_dot(row(directions, k), row(directions, k), n);
    if (step[k] > 0.0) largest = std::max(largest, curvature[k] / step[k]);
  }
  if (!(largest > 0.0 && std::isfinite(largest))) return;
  // Rows v_k √(largest/d_k), then orthogonal ones with the same sum of squares: σ_j w_j.
  for (std::size_t k = 0; k < n; ++k) {
    const double by = step[k] > 0.0 ? 1.0 / std::sqrt(std::max(curvature[k] / largest, flat * step[k])) : 0.0;
    for (std::size_t i = 0; i < n; ++i) row(axes, k)[i] = by * row(directions, k)[i];
  }
  if (!linalg::orthogonalise_rows(axes, step)) return;
  // Rows of unit length; the old lines' moves, taken as independent, along each of them (in `step`).
  for (std::size_t j = 0; j < n; ++j) {
    double* w = row(axes, j);
    const double square = step[j], by = square > 0.0 ? 1.0 / std::sqrt(square) : 0.0;
    for (std::size_t i = 0; i < n; ++i) w[i] *= by;
    curvature[j] = square > 0.0 ? largest / square : 0.0;  // the old one is not asked for any more
    double moves = 0.0;
    for (std::size_t k = 0; k < n; ++k) {
      const double along = blas::short_dot(row(directions, k), w, n) * moved[k];
      moves += along * along;
    }
    step[j] = std::sqrt(moves);
  }
  std::swap(axes, directions);
  std::swap(step, moved);
  for (std::size_t k = 0; k < n; ++k) measure(k);
}

void powell_sweep(Objective<double>& f, const Bounds& bounds, const Powell& options, PowellState& s, bool exact) {
  const std::size_t n = s.x.size();
  Sweep sweep(f, bounds, options, s, exact || options.basic);
  std::copy(s.x.begin(), s.x.end(), s.before.begin());
  const double before = s.value;
  double largest = 0.0;
  std::size_t dropped = 0;  // §2: the first; §4: that of the largest decrease
  for (std::size_t k = 0; k < n; ++k) {
    const double decrease = sweep.minimise_along(k);
    if (!options.basic && decrease > largest) largest = decrease, dropped = k;
  }
  blas::subtract(s.x, s.before, s.step);
  if (n == 1 || std::all_of(s.step.begin(), s.step.end(), [](double v) { return v == 0.0; })) return;
  if (options.basic) {
    sweep.exchange(dropped);
    sweep.minimise_along(n - 1);
    return;
  }
  // (14): f_E = f(2x_n − x_0); the exchange helps unless f_E ≥ f_0 or the curvature says otherwise
  const double now = s.value, beyond = sweep.beyond(s.step);
  const double gain = before - now - largest, left = 2.0 * (before - 2.0 * now + beyond) * gain * gain;
  if (!(beyond < before) || !(left < largest * (before - beyond) * (before - beyond))) return;
  sweep.exchange(dropped);
  sweep.minimise_along_step(before, beyond);
}

Description<Powell> Powell::describe() {
  Description<Powell> d("powell", "Powell's conjugate directions, on principal axes", "3.1");
  d.reference("Powell, Computer J. 7 (1964) 155; Brent, Algorithms for Minimization Without Derivatives (1973)")
      .formula("x_k = argmin_t f(x_{k−1} + t ξ_k), k = 1..n; then ξ_j leaves and x_n − x_0 enters, and is searched")
      .cost(
          "2 values a line, 3 where its curvature is not known; n+1 lines a sweep; n³ work each 3n/4 sweeps; 2n² "
          "memory")
      .notes(
          "basic: a quadratic is solved in n+1 sweeps, the directions conjugate, but they may become dependent; the "
          "default exchanges a direction only where that helps, and takes the principal axes of the measured "
          "quadratic.")
      .example("thalweg minimize --problem powell-singular --method powell")
      .asks(AnswerKind::value)
      .supports_bounds();
  d.option("basic", &Powell::basic, "exact lines, and each sweep drops its first direction");
  d.option("step", &Powell::step, "first step along an axis, over max(1/2, |x0_i|) or half the room between bounds")
      .above(0.0);
  d.option("reach", &Powell::reach, "longest move along a line, over `step`; twice its last move if that is more")
      .above(0.0);
  d.option("line_tolerance", &Powell::line_tolerance,
           "of an exact line's minimum, relative to its length: where basic, and in the last sweep")
      .at_least(1e-15);
  d.option("x_tolerance", &Powell::x_tolerance, "largest component of a sweep's step").at_least(0.0);
  d.option("f_tolerance", &Powell::f_tolerance, "a sweep's decrease, relative to |f|").at_least(0.0);
  return d;
}

void Powell::run(Objective<double>& f, Search& search) const {
  const auto x0 = search.start();
  const std::size_t n = x0.size(), period = (3 * n + 3) / 4;  // sweeps between two principal axes
  const Bounds& bounds = search.bounds();
  const double x_tol = search.tolerance().x.value_or(x_tolerance);
  const double f_tol = search.tolerance().f.value_or(f_tolerance);
  std::vector<double> steps(n);
  for (std::size_t i = 0; i < n; ++i)
    steps[i] = step * std::min(std::max(least_scale, std::abs(x0[i])), 0.5 * (bounds.high(i) - bounds.low(i)));
  PowellState s(x0, f.value(x0), steps);
  search.iteration(s.x, s.value);
  std::size_t sweeps = 0;
  for (bool confirming = false;;) {  // whether this sweep began with the axes, and is exact
    const double before = s.value;
    powell_sweep(f, bounds, *this, s, confirming);
    search.iteration(s.x, s.value);
    double moved = 0.0;
    for (std::size_t i = 0; i < n; ++i) moved = std::max(moved, std::abs(s.x[i] - s.before[i]));
    const double decrease = before - s.value;
    if (moved > x_tol && !(decrease <= f_tol * std::abs(s.value))) {
      confirming = false;
      if (!basic && n > 1 && ++sweeps % period == 0) s.take_principal_axes();
      continue;
    }
    if (!confirming) {
      s.reset_directions();
      confirming = true;
      continue;
    }
    if (!std::isfinite(s.value))
      return search.finish(Status::numerical_failure, "no finite value met; try another start or a larger step");
    return search.finish(
        Status::converged,
        moved <= x_tol
            ? fmt::format("a sweep along the axes moved by {:.1e} (x_tolerance {})", moved, x_tol)
            : fmt::format("a sweep along the axes lowered f by {:.1e} (f_tolerance {} of |f|)", decrease, f_tol));
  }
}

}  // namespace thalweg
