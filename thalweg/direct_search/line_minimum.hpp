// Minima along a line from values alone, φ(t) = f(x + t d) for t in [low, high] ∋ 0 with φ(0) known: to a tolerance,
// or by parabolas from two or three values. Used by `powell`.
//
// References: R. P. Brent, Algorithms for Minimization Without Derivatives (1973), chapter 5 (`localmin`) and 7
// (lines of `praxis`); M. J. D. Powell, Computer J. 7 (1964) 155, §5 (φ″ kept from line to line).
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

namespace thalweg {

struct LineMinimum {
  double t = 0.0, value = 0.0;
};

// φ(t) = f(x + t d) for t in [low, high], with φ(0) known. Finds three points around a minimum, then closes in by
// parabolas and golden sections (Brent 1973, `localmin`). `curvature`: φ″ of the first three, where it is positive.
template <class Phi>
LineMinimum minimise_line(Phi&& phi, double low, double high, double step, double at_zero, double tolerance,
                          double& curvature) {
  constexpr double golden = 1.618033988749895, smaller_golden = 0.3819660112501051;  // (1 + √5)/2, (3 − √5)/2
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

// The same by parabolas. `curvature` is φ″ where it is known (> 0), and is renewed; `first` is the t to ask first,
// small, so that the parabola is that of the neighbourhood; `most` bounds the step. Two values where φ″ is known and
// right, three where it is not known, and up to `retries` (plus as many for φ″) more where that does not go down.
template <class Phi>
LineMinimum minimise_by_parabolas(Phi&& phi, double low, double high, double first, double most, double at_zero,
                                  double& curvature) {
  constexpr int retries = 2;  // as in praxis
  const double t1 = first <= high ? first : (-low > high ? std::max(-first, low) : high);
  const double f1 = phi(t1);
  LineMinimum best{0.0, at_zero};
  const auto consider = [&](double t, double value) {
    if (value < best.value) best = {t, value};
  };
  // φ″ of the parabola through 0, t1 and t
  const auto bend = [&](double t, double value) {
    return 2.0 * ((value - at_zero) / t - (f1 - at_zero) / t1) / (t - t1);
  };
  const auto measure = [&] {
    double t2 = f1 <= at_zero ? 2.0 * t1 : -t1;
    if (t2 < low || t2 > high) t2 = 0.5 * t1;
    const double f2 = phi(t2);
    consider(t2, f2);
    curvature = bend(t2, f2);
  };
  consider(t1, f1);
  if (!(curvature > 0.0)) measure();
  double t3 = 0.0, f3 = at_zero;
  bool again = true;  // with a parabola of its own
  for (int k = 0; again;) {
    again = false;
    const double slope = (f1 - at_zero) / t1 - 0.5 * curvature * t1;
    t3 = curvature > 0.0 ? -slope / curvature : slope < 0.0 ? most : -most;
    t3 = std::clamp(std::clamp(t3, -most, most), low, high);
    while (t3 != 0.0) {
      f3 = phi(t3);
      if (f3 <= at_zero || k == retries) break;
      ++k;
      if (f1 > at_zero && t1 * t3 > 0.0) {  // it rises to both, so φ″ is wrong
        measure();
        again = true;
        break;
      }
      t3 *= 0.5;
    }
  }
  if (t3 != 0.0) consider(t3, f3);
  if (best.t != 0.0 && best.t != t1) {
    curvature = bend(best.t, best.value);
  } else if (t3 != 0.0 && t3 != t1) {
    curvature = bend(t3, f3);
  }
  if (!(curvature > 0.0 && std::isfinite(curvature))) curvature = 0.0;
  return best;
}

}  // namespace thalweg
