// Sweeps over a tape with any number type T.
//
// forward: the values of every node at the point x; with T = Jet<double, K>::line(x, d) the Taylor coefficients along
// d, with T = Dual<double, N> the first derivatives along N directions.
// reverse: ȧ_j += (∂node_i/∂node_j) ā_i from the last node to the first, so that from adjoint 1 at an output the
// inputs' adjoints are its gradient. With jets the adjoints are jets too: coefficient 1 is ∇²f d, twice coefficient 2
// is ∇³f[d, d, ·].
//
// Cost of values and gradient together, in operations, for one of the function: sum 3, product 5, quotient 5, square
// 4, elementary function about 4; so at most 5 for a function of sums, products, quotients and most elementary
// functions (tests/autodiff counts). Reference: Griewank & Walther (2008), §3.2, and §3.3 for bounds of
// this kind (the cheap gradient principle).
#pragma once

#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "thalweg/autodiff/dual.hpp"
#include "thalweg/autodiff/jet.hpp"
#include "thalweg/autodiff/tape.hpp"

namespace thalweg::autodiff {

#define THALWEG_USING(name) using std::name;

inline bool is_zero(double x) { return x == 0.0; }
template <class T, std::size_t N>
bool is_zero(const Dual<T, N>& x) {
  if (!is_zero(x.value)) return false;
  for (const T& d : x.d)
    if (!is_zero(d)) return false;
  return true;
}
template <class T, int K>
bool is_zero(const Jet<T, K>& x) {
  for (const T& c : x.c)
    if (!is_zero(c)) return false;
  return true;
}

// v[i] of every node, from x[j] of the j-th input. `v` grows to the tape's size and is not shrunk.
template <class T>
void forward(const Tape& tape, std::span<const T> x, std::vector<T>& v) {
  THALWEG_UNARY_FUNCTIONS(THALWEG_USING) using std::atan2, std::hypot, std::pow;
  const auto nodes = tape.nodes();
  const auto c = tape.constants();
  if (v.size() < nodes.size()) v.resize(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto [op, a, b] = nodes[i];
    switch (op) {
      case Op::input:
        v[i] = x[a];
        break;
      case Op::constant:
        v[i] = T(c[b]);
        break;
      case Op::add:
        v[i] = v[a] + v[b];
        break;
      case Op::add_c:
        v[i] = v[a] + c[b];
        break;
      case Op::sub:
        v[i] = v[a] - v[b];
        break;
      case Op::c_sub:
        v[i] = c[b] - v[a];
        break;
      case Op::mul:
        v[i] = v[a] * v[b];
        break;
      case Op::mul_c:
        v[i] = v[a] * c[b];
        break;
      case Op::div:
        v[i] = v[a] / v[b];
        break;
      case Op::div_c:
        v[i] = v[a] / c[b];
        break;
      case Op::c_div:
        v[i] = c[b] / v[a];
        break;
      case Op::neg:
        v[i] = -v[a];
        break;
      case Op::square:
        v[i] = v[a] * v[a];
        break;
      case Op::pow_c:
        v[i] = pow(v[a], c[b]);
        break;
      case Op::pow:
        v[i] = pow(v[a], v[b]);
        break;
      case Op::atan2:
        v[i] = atan2(v[a], v[b]);
        break;
      case Op::hypot:
        v[i] = hypot(v[a], v[b]);
        break;
#define THALWEG_CASE(name) \
  case Op::name##_:        \
    v[i] = name(v[a]);     \
    break;
        THALWEG_UNARY_FUNCTIONS(THALWEG_CASE)
#undef THALWEG_CASE
    }
  }
}

// The derivative of x^p for a constant p.
template <class T>
T pow_slope(const T& x, double p) {
  using std::pow;
  return p == 2.0 ? T(2.0 * x) : T(p * pow(x, p - 1.0));
}

// The derivative of an elementary function at x, where it is y.
template <class T>
T slope(Op op, const T& x, const T& y) {
  THALWEG_UNARY_FUNCTIONS(THALWEG_USING)
  switch (op) {
    case Op::sqrt_:
      return 0.5 / y;
    case Op::cbrt_:
      return 1.0 / (3.0 * (y * y));
    case Op::exp_:
      return y;
    case Op::exp2_:
      return std::numbers::ln2 * y;
    case Op::expm1_:
      return exp(x);
    case Op::log_:
      return 1.0 / x;
    case Op::log2_:
      return std::numbers::log2e / x;
    case Op::log10_:
      return std::numbers::log10e / x;
    case Op::log1p_:
      return 1.0 / (1.0 + x);
    case Op::sin_:
      return cos(x);
    case Op::cos_:
      return -sin(x);
    case Op::tan_:
      return 1.0 + y * y;
    case Op::asin_:
      return 1.0 / sqrt((1.0 - x) * (1.0 + x));
    case Op::acos_:
      return -1.0 / sqrt((1.0 - x) * (1.0 + x));
    case Op::atan_:
      return 1.0 / (1.0 + x * x);
    case Op::sinh_:
      return cosh(x);
    case Op::cosh_:
      return sinh(x);
    case Op::tanh_: {
      const T r = 1.0 / cosh(x);
      return r * r;
    }
    case Op::asinh_:
      return 1.0 / sqrt(1.0 + x * x);
    case Op::acosh_:
      return 1.0 / sqrt((x - 1.0) * (x + 1.0));
    case Op::atanh_:
      return 1.0 / ((1.0 - x) * (1.0 + x));
    case Op::erf_:
      return (2.0 * std::numbers::inv_sqrtpi) * exp(-(x * x));
    case Op::erfc_:
      return (-2.0 * std::numbers::inv_sqrtpi) * exp(-(x * x));
    default:
      return T(0.0);
  }
}

// Adds to the adjoints of all nodes what flows from those set. `v` are the values of `forward` (for double the tape's
// own). An adjoint of 0 ends its branch: 0·∞ does not arise.
template <class T>
void reverse(const Tape& tape, std::span<const T> v, std::span<T> adjoint) {
  THALWEG_UNARY_FUNCTIONS(THALWEG_USING) using std::atan2, std::hypot, std::pow;
  const auto nodes = tape.nodes();
  const auto c = tape.constants();
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const T g = adjoint[i];
    if (is_zero(g)) continue;
    const auto [op, a, b] = nodes[i];
    switch (op) {
      case Op::input:
      case Op::constant:
        break;
      case Op::add:
        adjoint[a] += g;
        adjoint[b] += g;
        break;
      case Op::add_c:
        adjoint[a] += g;
        break;
      case Op::sub:
        adjoint[a] += g;
        adjoint[b] -= g;
        break;
      case Op::c_sub:
      case Op::neg:
        adjoint[a] -= g;
        break;
      case Op::mul:
        adjoint[a] += g * v[b];
        adjoint[b] += g * v[a];
        break;
      case Op::mul_c:
        adjoint[a] += g * c[b];
        break;
      case Op::div: {
        const T q = g / v[b];
        adjoint[a] += q;
        adjoint[b] -= q * v[i];
        break;
      }
      case Op::div_c:
        adjoint[a] += g / c[b];
        break;
      case Op::c_div:
        adjoint[a] -= g * v[i] / v[a];
        break;
      case Op::square:
        adjoint[a] += (g + g) * v[a];
        break;
      case Op::pow_c:
        adjoint[a] += g * pow_slope(v[a], c[b]);
        break;
      case Op::pow: {
        const double base = value_of(v[a]);
        adjoint[a] += g * (v[b] * pow(v[a], v[b] - 1.0));
        if (base != 0.0) adjoint[b] += g * (v[i] * log(v[a]));  // 0 at base 0 (exponent > 0)
        break;
      }
      case Op::atan2: {
        const T q = g / (v[a] * v[a] + v[b] * v[b]);
        adjoint[a] += q * v[b];
        adjoint[b] -= q * v[a];
        break;
      }
      case Op::hypot: {
        if (value_of(v[i]) == 0.0) break;
        const T q = g / v[i];
        adjoint[a] += q * v[a];
        adjoint[b] += q * v[b];
        break;
      }
      default:
        adjoint[a] += g * slope(op, v[a], v[i]);
        break;
    }
  }
}

#undef THALWEG_USING

}  // namespace thalweg::autodiff
