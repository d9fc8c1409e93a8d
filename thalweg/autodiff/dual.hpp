// Dual numbers: forward mode, N directions at once. Dual<T, N> carries x and N first derivatives; T may be a Dual, a
// Jet or a Var again, so orders nest (Dual<Dual<double>> carries a mixed second derivative).
//
// What it answers: with x = point and the derivatives seeded by d, f(x) and ∇f(x)·d in one pass.
// Cost: a product is 1 + 3N operations, a sum 1 + N; no memory beside the numbers.
// Reference: Griewank & Walther, Evaluating Derivatives, 2nd ed. (2008), §3.1, vector mode too.
//
// Kinks: abs and hypot take the derivative 0 at 0; min and max take the branch that is chosen, the first on a tie;
// floor and ceil are constants. Comparisons look at the value alone.
#pragma once

#include <array>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstddef>

#include "thalweg/autodiff/elementary.hpp"

namespace thalweg::autodiff {

template <class T = double, std::size_t N = 1>
struct Dual {
  T value{};
  std::array<T, N> d{};

  Dual() = default;
  Dual(const T& v) : value(v) {}  // NOLINT: a number is a dual number
  template <Arithmetic A>
  requires(!std::same_as<A, T>) Dual(A v) : value(static_cast<double>(v)) {}  // NOLINT
  Dual(const T& v, const std::array<T, N>& derivatives) : value(v), d(derivatives) {}
  static Dual variable(const T& v, std::size_t direction = 0) {
    Dual x(v);
    x.d[direction] = T(1.0);
    return x;
  }

  // f(x) from f and f' at its value.
  [[nodiscard]] Dual chain(const T& f, const T& slope) const {
    Dual r(f);
    for (std::size_t i = 0; i < N; ++i) r.d[i] = slope * d[i];
    return r;
  }
  [[nodiscard]] Dual chain(const std::array<T, 2>& s) const { return chain(s[0], s[1]); }
  // f(a, b) from f, ∂f/∂a and ∂f/∂b.
  static Dual chain(const Dual& a, const Dual& b, const T& f, const T& fa, const T& fb) {
    Dual r(f);
    for (std::size_t i = 0; i < N; ++i) r.d[i] = fa * a.d[i] + fb * b.d[i];
    return r;
  }

  Dual& operator+=(const Dual& b) {
    value += b.value;
    for (std::size_t i = 0; i < N; ++i) d[i] += b.d[i];
    return *this;
  }
  Dual& operator-=(const Dual& b) {
    value -= b.value;
    for (std::size_t i = 0; i < N; ++i) d[i] -= b.d[i];
    return *this;
  }
  Dual& operator*=(const Dual& b) { return *this = *this * b; }
  Dual& operator/=(const Dual& b) { return *this = *this / b; }
  friend Dual operator+(Dual a, const Dual& b) { return a += b; }
  friend Dual operator-(Dual a, const Dual& b) { return a -= b; }
  friend Dual operator*(const Dual& a, const Dual& b) { return chain(a, b, a.value * b.value, b.value, a.value); }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const T q = a.value / b.value;
    Dual r(q);
    for (std::size_t i = 0; i < N; ++i) r.d[i] = (a.d[i] - q * b.d[i]) / b.value;
    return r;
  }
  friend Dual operator-(const Dual& a) { return a.chain(-a.value, T(-1.0)); }
  friend Dual operator+(const Dual& a) { return a; }

  template <Arithmetic A>
  friend Dual operator+(Dual a, A b) {
    return a.value += static_cast<double>(b), a;
  }
  template <Arithmetic A>
  friend Dual operator+(A b, Dual a) {
    return a.value += static_cast<double>(b), a;
  }
  template <Arithmetic A>
  friend Dual operator-(Dual a, A b) {
    return a.value -= static_cast<double>(b), a;
  }
  template <Arithmetic A>
  friend Dual operator*(const Dual& a, A b) {
    const T c(static_cast<double>(b));
    return a.chain(a.value * c, c);
  }
  template <Arithmetic A>
  friend Dual operator*(A b, const Dual& a) {
    return a * b;
  }
  template <Arithmetic A>
  friend Dual operator/(Dual a, A b) {
    a.value /= static_cast<double>(b);
    for (T& di : a.d) di /= static_cast<double>(b);
    return a;
  }

  friend double value_of(const Dual& x) { return value_of(x.value); }
  friend bool operator==(const Dual& a, const Dual& b) { return value_of(a) == value_of(b); }
  friend std::partial_ordering operator<=>(const Dual& a, const Dual& b) { return value_of(a) <=> value_of(b); }

#define THALWEG_DUAL(name) \
  friend Dual name(const Dual& x) { return x.chain(series::name<1>(x.value)); }
  THALWEG_UNARY_FUNCTIONS(THALWEG_DUAL)
#undef THALWEG_DUAL

  friend Dual pow(const Dual& x, double p) { return x.chain(series::pow<1>(x.value, p)); }
  template <std::integral I>
  friend Dual pow(const Dual& x, I p) {
    return pow(x, static_cast<double>(p));
  }
  template <Arithmetic A>
  friend Dual pow(A a, const Dual& b) {
    return pow(Dual(a), b);
  }
  friend Dual pow(const Dual& a, const Dual& b) {
    using std::log, std::pow;
    const T f = pow(a.value, b.value);
    // At a = 0 the derivative by b is 0 (b > 0).
    const T fb = value_of(a) == 0.0 ? T(0.0) : T(f * log(a.value));
    const T fa = value_of(b) == 0.0 ? T(0.0) : T(b.value * pow(a.value, b.value - 1.0));
    Dual r(f);
    for (std::size_t i = 0; i < N; ++i) {
      r.d[i] = fa * a.d[i];
      // A negative base with a constant exponent is fine; log of it is not.
      if (value_of(b.d[i]) != 0.0 || value_of(a) > 0.0) r.d[i] += fb * b.d[i];
    }
    return r;
  }
  friend Dual atan2(const Dual& y, const Dual& x) {
    using std::atan2;
    const T q = 1.0 / (x.value * x.value + y.value * y.value);
    return chain(y, x, atan2(y.value, x.value), x.value * q, -(y.value * q));
  }
  friend Dual hypot(const Dual& x, const Dual& y) {
    using std::hypot;
    const T h = hypot(x.value, y.value);
    if (value_of(h) == 0.0) return Dual(h);
    return chain(x, y, h, x.value / h, y.value / h);
  }
  friend Dual abs(const Dual& x) { return value_of(x) > 0.0 ? x : value_of(x) < 0.0 ? -x : x * 0.0; }
  friend Dual fabs(const Dual& x) { return abs(x); }
  friend Dual min(const Dual& a, const Dual& b) { return value_of(b) < value_of(a) ? b : a; }
  friend Dual max(const Dual& a, const Dual& b) { return value_of(a) < value_of(b) ? b : a; }
  friend Dual floor(const Dual& x) { return Dual(T(std::floor(value_of(x)))); }
  friend Dual ceil(const Dual& x) { return Dual(T(std::ceil(value_of(x)))); }
  friend bool isfinite(const Dual& x) { return std::isfinite(value_of(x)); }
  friend bool isnan(const Dual& x) { return std::isnan(value_of(x)); }
};

}  // namespace thalweg::autodiff
