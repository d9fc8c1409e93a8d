// The elementary functions once: Taylor coefficients to order 3 at a point, from which dual numbers, Taylor jets and
// the tape's sweeps take what they need.
//
// series::sin<K>(x) is {s₀, …, s_K} with sin(x + t) = Σ s_k t^k + O(t^{K+1}), K ≤ 3. T is double, or another type of
// this folder (so that they nest), or a multiple-precision number. Formulas: the derivatives of any table of
// functions (Abramowitz & Stegun 1964, ch. 4 and 7), written so that no difference of near-equal numbers remains.
//
// In a generic callable write `using namespace thalweg::math;` and call sin(x), pow(x, 2), … without `std::`.
#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <numbers>
#include <type_traits>

namespace thalweg {

template <class T>
constexpr T sq(const T& x) {
  return x * x;
}

namespace math {
using std::abs, std::acos, std::acosh, std::asin, std::asinh, std::atan, std::atan2, std::atanh, std::cbrt, std::ceil,
    std::cos, std::cosh, std::erf, std::erfc, std::exp, std::exp2, std::expm1, std::fabs, std::floor, std::hypot,
    std::isfinite, std::isnan, std::log, std::log10, std::log1p, std::log2, std::pow, std::sin, std::sinh, std::sqrt,
    std::tan, std::tanh;
using thalweg::sq;
inline double min(double a, double b) { return b < a ? b : a; }
inline double max(double a, double b) { return a < b ? b : a; }
}  // namespace math

// The number type of a point, in a generic callable: `scalar_t<decltype(x)> sum = 0;`
template <class X>
using scalar_t = std::remove_cvref_t<decltype(std::declval<const X&>()[0])>;

namespace autodiff {

template <class A>
concept Arithmetic = std::is_arithmetic_v<A>;

// The number itself, without its derivatives; the types of this folder overload it.
inline double value_of(double x) { return x; }

namespace series {
using std::acos, std::acosh, std::asin, std::asinh, std::atan, std::atanh, std::cbrt, std::cos, std::cosh, std::erf,
    std::erfc, std::exp, std::exp2, std::expm1, std::log, std::log10, std::log1p, std::log2, std::pow, std::sin,
    std::sinh, std::sqrt, std::tan, std::tanh;

template <int K, class T>
using Series = std::array<T, static_cast<std::size_t>(K) + 1>;

// {f₀} and the rest where K asks for them.
#define THALWEG_ORDER(k) \
  if constexpr (K >= (k)) c[k]

template <int K, class T>
Series<K, T> exp(const T& x) {
  const T e = exp(x);
  Series<K, T> c{e};
  THALWEG_ORDER(1) = e;
  THALWEG_ORDER(2) = e / 2.0;
  THALWEG_ORDER(3) = e / 6.0;
  return c;
}
template <int K, class T>
Series<K, T> exp2(const T& x) {
  constexpr double ln2 = std::numbers::ln2;
  const T e = exp2(x);
  Series<K, T> c{e};
  THALWEG_ORDER(1) = e * ln2;
  THALWEG_ORDER(2) = e * (ln2 * ln2 / 2);
  THALWEG_ORDER(3) = e * (ln2 * ln2 * ln2 / 6);
  return c;
}
template <int K, class T>
Series<K, T> expm1(const T& x) {
  Series<K, T> c = series::exp<K>(x);
  c[0] = expm1(x);
  return c;
}
template <int K, class T>
Series<K, T> log(const T& x, double scale = 1.0) {  // scale·log x but for s₀
  Series<K, T> c{log(x)};
  if constexpr (K >= 1) {
    const T r = 1.0 / x;
    c[1] = scale * r;
    THALWEG_ORDER(2) = -0.5 * (c[1] * r);
    if constexpr (K >= 3) c[3] = (scale / 3.0) * (r * r * r);
  }
  return c;
}
template <int K, class T>
Series<K, T> log2(const T& x) {
  Series<K, T> c = series::log<K>(x, std::numbers::log2e);
  c[0] = log2(x);
  return c;
}
template <int K, class T>
Series<K, T> log10(const T& x) {
  Series<K, T> c = series::log<K>(x, std::numbers::log10e);
  c[0] = log10(x);
  return c;
}
template <int K, class T>
Series<K, T> log1p(const T& x) {
  Series<K, T> c = series::log<K, T>(1.0 + x);
  c[0] = log1p(x);
  return c;
}
template <int K, class T>
Series<K, T> sqrt(const T& x) {
  Series<K, T> c{sqrt(x)};
  THALWEG_ORDER(1) = 0.5 / c[0];
  THALWEG_ORDER(2) = -0.25 * (c[1] / x);
  THALWEG_ORDER(3) = -0.5 * (c[2] / x);
  return c;
}
template <int K, class T>
Series<K, T> cbrt(const T& x) {
  Series<K, T> c{cbrt(x)};
  THALWEG_ORDER(1) = 1.0 / (3.0 * (c[0] * c[0]));
  THALWEG_ORDER(2) = (-1.0 / 3.0) * (c[1] / x);
  THALWEG_ORDER(3) = (-5.0 / 9.0) * (c[2] / x);
  return c;
}
template <int K, class T>
Series<K, T> sin(const T& x) {
  Series<K, T> c{sin(x)};
  THALWEG_ORDER(1) = cos(x);
  THALWEG_ORDER(2) = -0.5 * c[0];
  THALWEG_ORDER(3) = (-1.0 / 6.0) * c[1];
  return c;
}
template <int K, class T>
Series<K, T> cos(const T& x) {
  Series<K, T> c{cos(x)};
  THALWEG_ORDER(1) = -sin(x);
  THALWEG_ORDER(2) = -0.5 * c[0];
  THALWEG_ORDER(3) = (-1.0 / 6.0) * c[1];
  return c;
}
template <int K, class T>
Series<K, T> tan(const T& x) {
  const T t = tan(x);
  Series<K, T> c{t};
  if constexpr (K >= 1) {
    const T t2 = t * t;
    c[1] = 1.0 + t2;
    THALWEG_ORDER(2) = t * c[1];
    THALWEG_ORDER(3) = c[1] * (1.0 + 3.0 * t2) / 3.0;
  }
  return c;
}
template <int K, class T>
Series<K, T> asin(const T& x) {
  Series<K, T> c{asin(x)};
  if constexpr (K >= 1) {
    const T q = 1.0 / ((1.0 - x) * (1.0 + x));
    c[1] = sqrt(q);
    THALWEG_ORDER(2) = 0.5 * (x * q * c[1]);
    THALWEG_ORDER(3) = (1.0 + 2.0 * (x * x)) * (q * q * c[1]) / 6.0;
  }
  return c;
}
template <int K, class T>
Series<K, T> acos(const T& x) {
  Series<K, T> c = series::asin<K>(x);
  c[0] = acos(x);
  for (std::size_t k = 1; k < c.size(); ++k) c[k] = -c[k];
  return c;
}
template <int K, class T>
Series<K, T> atan(const T& x) {
  Series<K, T> c{atan(x)};
  if constexpr (K >= 1) {
    const T q = 1.0 / (1.0 + x * x);
    c[1] = q;
    THALWEG_ORDER(2) = -(x * (q * q));
    THALWEG_ORDER(3) = (3.0 * (x * x) - 1.0) * (q * q * q) / 3.0;
  }
  return c;
}
template <int K, class T>
Series<K, T> sinh(const T& x) {
  Series<K, T> c{sinh(x)};
  THALWEG_ORDER(1) = cosh(x);
  THALWEG_ORDER(2) = 0.5 * c[0];
  THALWEG_ORDER(3) = c[1] / 6.0;
  return c;
}
template <int K, class T>
Series<K, T> cosh(const T& x) {
  Series<K, T> c{cosh(x)};
  THALWEG_ORDER(1) = sinh(x);
  THALWEG_ORDER(2) = 0.5 * c[0];
  THALWEG_ORDER(3) = c[1] / 6.0;
  return c;
}
template <int K, class T>
Series<K, T> tanh(const T& x) {  // 1 − tanh² as 1/cosh²: right to rounding far from 0 too
  const T t = tanh(x);
  Series<K, T> c{t};
  if constexpr (K >= 1) {
    const T r = 1.0 / cosh(x);
    c[1] = r * r;
    THALWEG_ORDER(2) = -(t * c[1]);
    THALWEG_ORDER(3) = c[1] * (3.0 * (t * t) - 1.0) / 3.0;
  }
  return c;
}
template <int K, class T>
Series<K, T> asinh(const T& x) {
  Series<K, T> c{asinh(x)};
  if constexpr (K >= 1) {
    const T q = 1.0 / (1.0 + x * x);
    c[1] = sqrt(q);
    THALWEG_ORDER(2) = -0.5 * (x * q * c[1]);
    THALWEG_ORDER(3) = (2.0 * (x * x) - 1.0) * (q * q * c[1]) / 6.0;
  }
  return c;
}
template <int K, class T>
Series<K, T> acosh(const T& x) {
  Series<K, T> c{acosh(x)};
  if constexpr (K >= 1) {
    const T q = 1.0 / ((x - 1.0) * (x + 1.0));
    c[1] = sqrt(q);
    THALWEG_ORDER(2) = -0.5 * (x * q * c[1]);
    THALWEG_ORDER(3) = (2.0 * (x * x) + 1.0) * (q * q * c[1]) / 6.0;
  }
  return c;
}
template <int K, class T>
Series<K, T> atanh(const T& x) {
  Series<K, T> c{atanh(x)};
  if constexpr (K >= 1) {
    const T q = 1.0 / ((1.0 - x) * (1.0 + x));
    c[1] = q;
    THALWEG_ORDER(2) = x * (q * q);
    THALWEG_ORDER(3) = (1.0 + 3.0 * (x * x)) * (q * q * q) / 3.0;
  }
  return c;
}
template <int K, class T>
Series<K, T> erf(const T& x) {
  Series<K, T> c{erf(x)};
  if constexpr (K >= 1) {
    const T x2 = x * x;
    c[1] = (2.0 * std::numbers::inv_sqrtpi) * exp(-x2);
    THALWEG_ORDER(2) = -(x * c[1]);
    THALWEG_ORDER(3) = (2.0 * x2 - 1.0) * c[1] / 3.0;
  }
  return c;
}
template <int K, class T>
Series<K, T> erfc(const T& x) {
  Series<K, T> c = series::erf<K>(x);
  c[0] = erfc(x);
  for (std::size_t k = 1; k < c.size(); ++k) c[k] = -c[k];
  return c;
}
// x^p for a constant p. A binomial coefficient that vanishes ends the series, so that integer powers are right at 0.
template <int K, class T>
Series<K, T> pow(const T& x, double p) {
  Series<K, T> c{};
  double binomial = 1.0;
  for (int k = 0; k <= K; ++k) {
    if (binomial == 0.0) {
      c[static_cast<std::size_t>(k)] = T(0.0);
      continue;
    }
    const T power = p == k ? T(1.0) : p == k + 1 ? x : T(pow(x, p - k));
    c[static_cast<std::size_t>(k)] = k == 0 ? power : T(binomial * power);
    binomial *= (p - k) / (k + 1);
  }
  return c;
}
#undef THALWEG_ORDER
}  // namespace series

// Every function of one argument that has a node of its own, a series above and an entry in the sweeps.
// clang-format off
#define THALWEG_UNARY_FUNCTIONS(X)                                                                     \
  X(sqrt) X(cbrt) X(exp) X(exp2) X(expm1) X(log) X(log2) X(log10) X(log1p) X(sin) X(cos) X(tan) X(asin) \
  X(acos) X(atan) X(sinh) X(cosh) X(tanh) X(asinh) X(acosh) X(atanh) X(erf) X(erfc)
// clang-format on

}  // namespace autodiff
}  // namespace thalweg
