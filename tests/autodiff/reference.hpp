// Derivatives by central differences in 50 digits: with h = 1e-10 truncation and rounding are both below 1e-18.
#pragma once

#include <array>
#include <boost/multiprecision/cpp_dec_float.hpp>
#include <span>
#include <vector>

namespace reference {

using Digits50 =
    boost::multiprecision::number<boost::multiprecision::cpp_dec_float<50>, boost::multiprecision::et_off>;

inline const Digits50& step() {
  static const Digits50 h("1e-10");
  return h;
}

// f^(k)(x), k = 0 … 3.
template <class F>
std::array<double, 4> derivatives(F f, double at) {
  const Digits50 x = at, h = step();
  const Digits50 f0 = f(x), p1 = f(x + h), m1 = f(x - h), p2 = f(x + 2 * h), m2 = f(x - 2 * h);
  return {static_cast<double>(f0), static_cast<double>((p1 - m1) / (2 * h)),
          static_cast<double>((p1 - 2 * f0 + m1) / (h * h)),
          static_cast<double>((p2 - 2 * p1 + 2 * m1 - m2) / (2 * h * h * h))};
}

// x + t d + s e_i.
inline std::vector<Digits50> moved(std::span<const double> x, std::span<const double> d, const Digits50& t,
                                   std::size_t i, const Digits50& s) {
  std::vector<Digits50> y(x.begin(), x.end());
  for (std::size_t j = 0; j < y.size(); ++j) y[j] += t * Digits50(d[j]);
  y[i] += s;
  return y;
}

// The i-th entry of ∇f, of ∇²f d and of ∇³f[d, d, ·].
template <class F>
double gradient(F f, std::span<const double> x, std::size_t i) {
  const Digits50 h = step();
  return static_cast<double>((f(moved(x, x, 0, i, h)) - f(moved(x, x, 0, i, -h))) / (2 * h));
}
template <class F>
double hessian_vector(F f, std::span<const double> x, std::span<const double> d, std::size_t i) {
  const Digits50 h = step();
  const auto slope = [&](const Digits50& s) {
    return (f(moved(x, d, h, i, s)) - f(moved(x, d, -h, i, s))) / (2 * h);
  };
  return static_cast<double>((slope(h) - slope(-h)) / (2 * h));
}
template <class F>
double third(F f, std::span<const double> x, std::span<const double> d, std::size_t i) {
  const Digits50 h = step();
  const auto curvature = [&](const Digits50& s) {
    return (f(moved(x, d, h, i, s)) - 2 * f(moved(x, d, 0, i, s)) + f(moved(x, d, -h, i, s))) / (h * h);
  };
  return static_cast<double>((curvature(h) - curvature(-h)) / (2 * h));
}

}  // namespace reference
