#include "thalweg/direct_search/powell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {

namespace {

constexpr double golden = 1.618033988749895;  // (1 + √5)/2
constexpr double exact = 1e-8;    // relative tolerance of a line's minimum: √ε, the least that makes sense
constexpr double longest = 10.0;  // of a step to a parabola's minimum, over that of the value beside
constexpr double nearby = 0.05;   // the same: too near to one of the values to ask
constexpr double smaller_golden = 0.3819660112501051;

struct Minimum {
  double t = 0.0, value = 0.0;
};

// φ(t) = f(x + t d) for t in [low, high], with φ(0) known. Finds three points around a minimum, then closes in by
// parabolas and golden sections (Brent 1973, `localmin`). `curvature`: φ″ of the first three, where it is positive.
template <class Phi>
Minimum minimise_line(Phi&& phi, double low, double high, double step, double at_zero, double tolerance,
                      double& curvature) {
  double a = std::clamp(step, low, high), b = 0.0, c = std::clamp(-step, low, high), fb = at_zero;
  double fa = a != 0.0 ? phi(a) : at_zero, fc = at_zero;
  if (fa < fb) {
    std::swap(a, b), std::swap(fa, fb);  // a behind, b ahead: walk on by golden steps until it rises
    for (;;) {
      c = std::clamp(b + golden * (b - a), low, high);
      if (c == b) return {b, fb};  // lowest at the box's side
      fc = phi(c);
      if (!(fc < fb)) break;
      a = b, fa = fb, b = c, fb = fc;
      if (!std::isfinite(golden * b)) return {b, fb};
    }
  } else {
    if (c != 0.0) fc = phi(c);
    while (fc < fb) {  // the same, the other way
      a = b, fa = fb, b = c, fb = fc;
      c = std::clamp(b + golden * (b - a), low, high);
      if (c == b || !std::isfinite(golden * c)) return {b, fb};
      fc = phi(c);
    }
  }
  double left = std::min(a, c), right = std::max(a, c);
  double x = b, w = fa < fc ? a : c, v = fa < fc ? c : a, fx = fb, fw = std::min(fa, fc), fv = std::max(fa, fc);
  double d = right - left, e = d;
  if (a != b && b != c && c != a) {  // divided differences
    const double bend = 2.0 * ((fa - fb) / (a - b) - (fc - fb) / (c - b)) / (a - c);
    if (std::isfinite(bend) && bend > 0.0) curvature = bend;
  }
  const double absolute = 1e-3 * tolerance * std::abs(step);
  for (int k = 0; k < 100; ++k) {
    const double middle = 0.5 * (left + right), near = tolerance * std::abs(x) + absolute;
    if (std::abs(x - middle) <= 2.0 * near - 0.5 * (right - left)) break;
    double p = 0.0, q = 0.0, r = 0.0;
    if (std::abs(e) > near) {  // the parabola through x, w, v
      r = (x - w) * (fx - fv);
      q = (x - v) * (fx - fw);
      p = (x - v) * q - (x - w) * r;
      q = 2.0 * (q - r);
      if (q > 0.0) p = -p;
      q = std::abs(q);
      r = e;
      e = d;
    }
    if (std::abs(p) < std::abs(0.5 * q * r) && p > q * (left - x) && p < q * (right - x)) {
      d = p / q;
      const double u = x + d;
      if (u - left < 2.0 * near || right - u < 2.0 * near) d = x < middle ? near : -near;
    } else {
      e = x < middle ? right - x : left - x;
      d = smaller_golden * e;
    }
    const double u = x + (std::abs(d) >= near ? d : (d > 0.0 ? near : -near));
    const double fu = phi(u);
    if (fu <= fx) {
      (u < x ? right : left) = x;
      v = w, fv = fw, w = x, fw = fx, x = u, fx = fu;
    } else {
      (u < x ? left : right) = u;
      if (fu <= fw || w == x) {
        v = w, fv = fw, w = u, fw = fu;
      } else if (fu <= fv || v == x || v == w) {
        v = u, fv = fu;
      }
    }
  }
  return {x, fx};
}

// The same with φ″ known about: one value more gives the slope, hence the minimum of a parabola, and what is asked
// there renews φ″ (Powell 1964; Brent 1973, chapter 7). About two values. t = 0 where that did not go down; `settled`
// then says whether the three values agree that the minimum is here.
template <class Phi>
Minimum minimise_parabola(Phi&& phi, double low, double high, double step, double at_zero, double& curvature,
                          bool& settled) {
  settled = false;
  double t1 = std::clamp(step, low, high);
  if (t1 == 0.0) t1 = std::clamp(-step, low, high);
  if (t1 == 0.0) return {0.0, at_zero};
  const double f1 = phi(t1);
  const double slope = (f1 - at_zero) / t1 - 0.5 * curvature * t1;
  const double t2 =
      std::clamp(-slope / curvature, std::max(low, -longest * std::abs(t1)), std::min(high, longest * std::abs(t1)));
  Minimum best{0.0, at_zero};
  if (f1 < best.value) best = {t1, f1};
  if (!std::isfinite(t2) || !std::isfinite(f1) || std::abs(t2 - t1) <= nearby * std::abs(t1)) return best;
  if (std::abs(t2) <= nearby * std::abs(t1)) {
    settled = true;
    return best;
  }
  const double f2 = phi(t2);
  if (f2 < best.value) best = {t2, f2};
  const double bend = 2.0 * ((f2 - at_zero) / t2 - (f1 - at_zero) / t1) / (t2 - t1);
  if (bend > 0.0 && std::isfinite(bend)) {
    curvature = bend;
    settled = std::abs((f1 - at_zero) / t1 / bend - 0.5 * t1) <= 0.25 * std::abs(t1);
  } else {
    curvature = 0.0;
  }
  return best;
}

// The t for which x + t d stays in the box.
std::pair<double, double> range(const Bounds& bounds, std::span<const double> x, std::span<const double> d) {
  double low = -std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (d[i] == 0.0) continue;
    const double to_low = (bounds.low(i) - x[i]) / d[i], to_high = (bounds.high(i) - x[i]) / d[i];
    low = std::max(low, std::min(to_low, to_high));
    high = std::min(high, std::max(to_low, to_high));
  }
  return {std::min(low, 0.0), std::max(high, 0.0)};
}

}  // namespace

PowellState::PowellState(std::span<const double> start, double value_there, std::span<const double> first_steps)
    : x(start.begin(), start.end()),
      directions(x.size() * x.size()),
      value(value_there),
      steps(first_steps.begin(), first_steps.end()),
      curvature(x.size()),
      reach(x.size(), 1.0),
      before(x),
      trial(x),
      step(x.size()) {
  reset_directions();
}

void PowellState::reset_directions() {
  std::fill(curvature.begin(), curvature.end(), 0.0);
  std::fill(reach.begin(), reach.end(), 1.0);
  std::fill(directions.begin(), directions.end(), 0.0);
  for (std::size_t i = 0; i < x.size(); ++i) directions[i * x.size() + i] = steps[i];
}

void powell_sweep(Objective<double>& f, const Bounds& bounds, const Powell& options, PowellState& s) {
  const std::size_t n = s.x.size();
  const double tolerance = options.basic ? std::min(options.line_tolerance, exact) : options.line_tolerance;
  const auto direction = [&](std::size_t k) { return std::span<double>(s.directions).subspan(k * n, n); };
  const auto minimise_along = [&](std::size_t k) {
    const std::span<const double> d = direction(k);
    const auto [low, high] = range(bounds, s.x, d);
    const auto at = [&](double t) {
      for (std::size_t i = 0; i < n; ++i) s.trial[i] = s.x[i] + t * d[i];
      bounds.clamp(std::span<double>(s.trial));
    };
    if (low == high || std::all_of(d.begin(), d.end(), [](double v) { return v == 0.0; })) return 0.0;
    const auto phi = [&](double t) {
      at(t);
      return f.value(s.trial);
    };
    Minimum m{0.0, s.value};
    bool settled = false;
    if (!options.basic && s.curvature[k] > 0.0)
      m = minimise_parabola(phi, low, high, s.reach[k], s.value, s.curvature[k], settled);
    if (!(m.value < s.value) && !settled)
      m = minimise_line(phi, low, high, s.reach[k], s.value, tolerance, s.curvature[k]);
    const double decrease = s.value - m.value, reach = std::abs(s.reach[k]);
    if (!(decrease > 0.0)) {
      s.reach[k] *= 0.25;
      return 0.0;
    }
    s.reach[k] = std::copysign(std::clamp(std::abs(m.t), 0.1 * reach, 2.0 * reach), m.t);
    at(m.t);
    std::swap(s.x, s.trial);
    s.value = m.value;
    return decrease;
  };

  std::copy(s.x.begin(), s.x.end(), s.before.begin());
  const double before = s.value;
  double largest = 0.0;
  std::size_t dropped = 0;  // §2: the first; §4: that of the largest decrease
  for (std::size_t k = 0; k < n; ++k) {
    const double decrease = minimise_along(k);
    if (!options.basic && decrease > largest) largest = decrease, dropped = k;
  }
  bool any = false;
  for (std::size_t i = 0; i < n; ++i) {
    s.step[i] = s.x[i] - s.before[i];
    any = any || s.step[i] != 0.0;
  }
  if (!any) return;
  double beyond = 0.0;
  if (!options.basic) {
    // (14): f_E = f(2x_n − x_0); the exchange helps unless f_E ≥ f_0 or the curvature says otherwise
    for (std::size_t i = 0; i < n; ++i) s.trial[i] = s.x[i] + s.step[i];
    bounds.clamp(std::span<double>(s.trial));
    beyond = f.value(s.trial);
    const double now = s.value;
    const double left = 2.0 * (before - 2.0 * now + beyond) * std::pow(before - now - largest, 2);
    if (!(beyond < before) || !(left < largest * std::pow(before - beyond, 2))) return;
  }
  std::move(s.directions.begin() + static_cast<std::ptrdiff_t>((dropped + 1) * n), s.directions.end(),
            s.directions.begin() + static_cast<std::ptrdiff_t>(dropped * n));
  std::copy(s.step.begin(), s.step.end(), direction(n - 1).begin());
  const auto shift = [&](std::vector<double>& v, double last) {
    std::move(v.begin() + static_cast<std::ptrdiff_t>(dropped + 1), v.end(),
              v.begin() + static_cast<std::ptrdiff_t>(dropped));
    v[n - 1] = last;
  };
  shift(s.curvature, 0.0), shift(s.reach, 1.0);
  // On the new line three values are known, at t = −1, 0 and 1: its parabola's minimum is one more.
  const auto [low, high] = range(bounds, s.x, direction(n - 1));
  const double bend = options.basic ? 0.0 : before - 2.0 * s.value + beyond;
  if (!(bend > 0.0 && std::isfinite(bend) && high >= 1.0)) {
    minimise_along(n - 1);
    return;
  }
  s.curvature[n - 1] = bend;
  Minimum m{0.0, s.value};
  if (beyond < m.value) m = {1.0, beyond};
  const auto at = [&](double t) {
    for (std::size_t i = 0; i < n; ++i) s.trial[i] = s.x[i] + t * direction(n - 1)[i];
    bounds.clamp(std::span<double>(s.trial));
  };
  const double t = std::clamp(0.5 * (before - beyond) / bend, low, high);
  at(t);
  if (const double value = f.value(s.trial); value < m.value) m = {t, value};
  if (m.t == 0.0) return;
  at(m.t);
  std::swap(s.x, s.trial);
  s.value = m.value;
  s.reach[n - 1] = std::copysign(std::clamp(std::abs(m.t), 0.1, 2.0), m.t);
}

Description<Powell> Powell::describe() {
  Description<Powell> d("powell", "Powell's conjugate directions", "3.1");
  d.reference("Powell, Computer J. 7 (1964) 155; Brent, Algorithms for Minimization Without Derivatives (1973)")
      .formula("x_k = argmin_t f(x_{k−1} + t ξ_k), k = 1..n; then ξ_j leaves and x_n − x_0 enters, and is searched")
      .cost("about 2 values a line, 5 to 10 where its curvature is not known; n+1 lines a sweep; n² memory")
      .notes(
          "basic: a quadratic is solved in n+1 sweeps, the directions conjugate, but they may become dependent; the "
          "default exchanges a direction only where that helps.")
      .example("thalweg minimize --problem powell-singular --method powell")
      .asks(AnswerKind::value)
      .supports_bounds();
  d.option("basic", &Powell::basic, "drop the first direction at each sweep, unconditionally");
  d.option("step", &Powell::step, "first step along an axis, relative to max(1, |x0_i|)").above(0.0);
  d.option("line_tolerance", &Powell::line_tolerance,
           "of a line's minimum, relative to its length; 1e-8 where basic, and in the last sweep")
      .at_least(1e-15);
  d.option("x_tolerance", &Powell::x_tolerance, "largest component of a sweep's step").at_least(0.0);
  d.option("f_tolerance", &Powell::f_tolerance, "a sweep's decrease, relative to |f|").at_least(0.0);
  return d;
}

void Powell::run(Objective<double>& f, Search& search) const {
  const auto x0 = search.start();
  const std::size_t n = x0.size();
  const Bounds& bounds = search.bounds();
  const double x_tol = search.tolerance().x.value_or(x_tolerance);
  const double f_tol = search.tolerance().f.value_or(f_tolerance);
  std::vector<double> steps(n);
  for (std::size_t i = 0; i < n; ++i)
    steps[i] = std::min(step * std::max(1.0, std::abs(x0[i])), 0.5 * (bounds.high(i) - bounds.low(i)));
  PowellState s(x0, f.value(x0), steps);
  search.iteration(s.x, s.value);
  Powell confirmation = *this;
  confirmation.line_tolerance = std::min(line_tolerance, exact);
  for (bool axes = true, confirming = false;;) {  // whether this sweep began with the axes, and is exact
    const double before = s.value;
    powell_sweep(f, bounds, confirming ? confirmation : *this, s);
    search.iteration(s.x, s.value);
    double moved = 0.0;
    for (std::size_t i = 0; i < n; ++i) moved = std::max(moved, std::abs(s.x[i] - s.before[i]));
    const double decrease = before - s.value;
    if (moved > x_tol && !(decrease <= f_tol * std::abs(s.value))) {
      axes = confirming = false;
      continue;
    }
    if (!axes || !confirming) {
      s.reset_directions();
      axes = confirming = true;
      continue;
    }
    if (!std::isfinite(s.value))
      return search.finish(Status::numerical_failure, "no finite value met; try another start or a larger step");
    return search.finish(Status::converged,
                         fmt::format("a sweep along the axes moved by {:.1e} (tolerance {:.1e}) and "
                                     "lowered f by {:.1e}",
                                     moved, x_tol, decrease));
  }
}

}  // namespace thalweg
