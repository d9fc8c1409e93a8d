// Univariate Taylor jets: Jet<T, K> carries the coefficients c₀ … c_K (K ≤ 3) of φ(t) = f(x + t d), so that the k-th
// derivative along d is k!·c_k. T may nest.
//
// Cost: a product is (K+1)(K+2)/2 multiplications and K(K+1)/2 additions; an elementary function is its value, the
// coefficients of its own series and a composition of at most 12 operations.
// Reference: Griewank & Walther, Evaluating Derivatives, 2nd ed. (2008), §13.2 (product and quotient: table 13.1);
// composition by Faà di Bruno's formula to order 3.
// The kinks are those of dual.hpp.
#pragma once

#include <array>
#include <cmath>
#include <compare>
#include <concepts>
#include <cstddef>

#include "thalweg/autodiff/elementary.hpp"

namespace thalweg::autodiff {

template <class T = double, int K = 3>
requires(K >= 1 && K <= 3) struct Jet {
  static constexpr std::size_t size = static_cast<std::size_t>(K) + 1;
  std::array<T, size> c{};

  Jet() = default;
  Jet(const T& v) : c{v} {}  // NOLINT: a number is a jet
  template <Arithmetic A>
  requires(!std::same_as<A, T>) Jet(A v) : c{T(static_cast<double>(v))} {}  // NOLINT
  static Jet line(const T& x, const T& d) {                                 // x + t d
    Jet j(x);
    j.c[1] = d;
    return j;
  }

  // f(x) from the Taylor coefficients of f at c₀.
  [[nodiscard]] Jet chain(const std::array<T, size>& s) const {
    Jet r(s[0]);
    r.c[1] = s[1] * c[1];
    if constexpr (K >= 2) {
      const T square = c[1] * c[1];
      r.c[2] = s[1] * c[2] + s[2] * square;
      if constexpr (K >= 3) r.c[3] = s[1] * c[3] + 2.0 * (s[2] * (c[1] * c[2])) + s[3] * (square * c[1]);
    }
    return r;
  }

  Jet& operator+=(const Jet& b) {
    for (std::size_t k = 0; k < size; ++k) c[k] += b.c[k];
    return *this;
  }
  Jet& operator-=(const Jet& b) {
    for (std::size_t k = 0; k < size; ++k) c[k] -= b.c[k];
    return *this;
  }
  Jet& operator*=(const Jet& b) { return *this = *this * b; }
  Jet& operator/=(const Jet& b) { return *this = *this / b; }
  friend Jet operator+(Jet a, const Jet& b) { return a += b; }
  friend Jet operator-(Jet a, const Jet& b) { return a -= b; }
  friend Jet operator*(const Jet& a, const Jet& b) {
    Jet r;
    for (std::size_t k = 0; k < size; ++k) {
      r.c[k] = a.c[0] * b.c[k];
      for (std::size_t j = 1; j <= k; ++j) r.c[k] += a.c[j] * b.c[k - j];
    }
    return r;
  }
  friend Jet operator/(const Jet& a, const Jet& b) {
    Jet r;
    for (std::size_t k = 0; k < size; ++k) {
      T rest = a.c[k];
      for (std::size_t j = 1; j <= k; ++j) rest -= b.c[j] * r.c[k - j];
      r.c[k] = rest / b.c[0];
    }
    return r;
  }
  friend Jet operator-(Jet a) {
    for (T& ck : a.c) ck = -ck;
    return a;
  }
  friend Jet operator+(const Jet& a) { return a; }

  template <Arithmetic A>
  friend Jet operator+(Jet a, A b) {
    return a.c[0] += static_cast<double>(b), a;
  }
  template <Arithmetic A>
  friend Jet operator+(A b, Jet a) {
    return a.c[0] += static_cast<double>(b), a;
  }
  template <Arithmetic A>
  friend Jet operator-(Jet a, A b) {
    return a.c[0] -= static_cast<double>(b), a;
  }
  template <Arithmetic A>
  friend Jet operator*(Jet a, A b) {
    for (T& ck : a.c) ck *= static_cast<double>(b);
    return a;
  }
  template <Arithmetic A>
  friend Jet operator*(A b, const Jet& a) {
    return a * b;
  }
  template <Arithmetic A>
  friend Jet operator/(Jet a, A b) {
    for (T& ck : a.c) ck /= static_cast<double>(b);
    return a;
  }

  friend double value_of(const Jet& x) { return value_of(x.c[0]); }
  friend bool operator==(const Jet& a, const Jet& b) { return value_of(a) == value_of(b); }
  friend std::partial_ordering operator<=>(const Jet& a, const Jet& b) { return value_of(a) <=> value_of(b); }

#define THALWEG_JET(name) \
  friend Jet name(const Jet& x) { return x.chain(series::name<K>(x.c[0])); }
  THALWEG_UNARY_FUNCTIONS(THALWEG_JET)
#undef THALWEG_JET

  friend Jet pow(const Jet& x, double p) { return x.chain(series::pow<K>(x.c[0], p)); }
  template <std::integral I>
  friend Jet pow(const Jet& x, I p) {
    return pow(x, static_cast<double>(p));
  }
  template <Arithmetic A>
  friend Jet pow(A a, const Jet& b) {
    return pow(Jet(a), b);
  }
  friend Jet pow(const Jet& a, const Jet& b) {  // p₀·exp(b log a − b₀ log a₀)
    using std::pow;
    if (value_of(a) <= 0.0) {  // defined along t only for a constant exponent; at 0, the one-sided limit for b > 0
      Jet r = pow(a, value_of(b));
      if (value_of(a) < 0.0)
        for (std::size_t k = 1; k < size; ++k)
          if (value_of(b.c[k]) != 0.0) r.c[k] = T(std::nan(""));
      return r;
    }
    Jet u = b * log(a);
    u.c[0] = T(0.0);
    return pow(a.c[0], b.c[0]) * exp(u);
  }
  friend Jet atan2(const Jet& y, const Jet& x) {  // the angle at t = 0 and the angle turned since
    using std::atan2;
    Jet r = atan((y * x.c[0] - x * y.c[0]) / (x * x.c[0] + y * y.c[0]));
    r.c[0] = atan2(y.c[0], x.c[0]);
    return r;
  }
  friend Jet hypot(const Jet& x, const Jet& y) {
    using std::hypot;
    const T h = hypot(x.c[0], y.c[0]);
    if (value_of(h) == 0.0) return Jet(h);
    const Jet u = x / Jet(h), v = y / Jet(h);
    Jet r = Jet(h) * sqrt(u * u + v * v);
    r.c[0] = h;
    return r;
  }
  friend Jet abs(const Jet& x) { return value_of(x) > 0.0 ? x : value_of(x) < 0.0 ? -x : x * 0.0; }
  friend Jet fabs(const Jet& x) { return abs(x); }
  friend Jet min(const Jet& a, const Jet& b) { return value_of(b) < value_of(a) ? b : a; }
  friend Jet max(const Jet& a, const Jet& b) { return value_of(a) < value_of(b) ? b : a; }
  friend Jet floor(const Jet& x) { return Jet(T(std::floor(value_of(x)))); }
  friend Jet ceil(const Jet& x) { return Jet(T(std::ceil(value_of(x)))); }
  friend bool isfinite(const Jet& x) { return std::isfinite(value_of(x)); }
  friend bool isnan(const Jet& x) { return std::isnan(value_of(x)); }
};

}  // namespace thalweg::autodiff
