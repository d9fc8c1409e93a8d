// Every elementary function, to order 3, in every mode, against 50-digit differences.
#include "thalweg/autodiff/elementary.hpp"

#include <gtest/gtest.h>

#include "autodiff/reference.hpp"
#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/autodiff/dual.hpp"
#include "thalweg/autodiff/jet.hpp"

namespace {

using namespace thalweg::math;
using reference::Digits50;
using thalweg::autodiff::Dual;
using thalweg::autodiff::Jet;

void expect_close(double got, double expected, const char* what, const char* name, double x) {
  EXPECT_LE(std::fabs(got - expected), 2e-14 * std::max(0.1, std::fabs(expected)))
      << what << " of " << name << " at " << x << ": got " << got << ", expected " << expected;
}

// f of one number, in all modes; `exact` the same in 50 digits.
template <class F, class R>
void expect_derivatives(const char* name, F f, R exact, std::initializer_list<double> points) {
  auto objective = thalweg::differentiable([f](const auto& x) { return f(x[0]); }, 1);
  for (double x : points) {
    const auto d = reference::derivatives(exact, x);
    const Dual<double> first = f(Dual<double>::variable(x));
    expect_close(first.value, d[0], "value", name, x);
    expect_close(first.d[0], d[1], "dual", name, x);
    const Dual<double, 2> wide = f(Dual<double, 2>(x, {1.0, -2.0}));
    expect_close(wide.d[1], -2.0 * d[1], "vector dual", name, x);
    using Second = Dual<Dual<double>>;
    const Second second = f(Second(Dual<double>::variable(x), {Dual<double>(1.0)}));
    expect_close(second.d[0].d[0], d[2], "nested dual", name, x);
    const Jet<double, 3> jet = f(Jet<double, 3>::line(x, 1.0));
    expect_close(jet.c[1], d[1], "jet 1", name, x);
    expect_close(2.0 * jet.c[2], d[2], "jet 2", name, x);
    expect_close(6.0 * jet.c[3], d[3], "jet 3", name, x);
    using Mixed = Jet<Dual<double>, 2>;  // the derivative of the second coefficient
    const Mixed mixed = f(Mixed::line(Dual<double>::variable(x), Dual<double>(1.0)));
    expect_close(2.0 * mixed.c[2].d[0], d[3], "jet of duals", name, x);

    const std::vector<double> point{x}, one{1.0};
    std::vector<double> out(1);
    objective.gradient(point, out);
    expect_close(out[0], d[1], "gradient", name, x);
    objective.hessian_vector(point, one, out);
    expect_close(out[0], d[2], "Hessian-vector", name, x);
    objective.hessian(point, out);
    expect_close(out[0], d[2], "Hessian", name, x);
    objective.third(point, one, out);
    expect_close(out[0], d[3], "third", name, x);
    EXPECT_EQ(objective.value(point), f(x)) << name;
  }
}

Digits50 erf50(const Digits50& x) {  // 2/√π Σ (−1)^k x^{2k+1}/(k!(2k+1))
  Digits50 sum = 0, term = x;
  for (int k = 0; k < 120; ++k) {
    sum += term / (2 * k + 1);
    term *= -x * x / (k + 1);
  }
  return 2 * sum / sqrt(4 * atan(Digits50(1)));
}

#define EXPECT_EXACT(function, exact, ...)                                                                  \
  expect_derivatives(                                                                                       \
      #function, [](const auto& x) { return function; }, [](const Digits50& x) { return Digits50(exact); }, \
      {__VA_ARGS__})

TEST(Elementary, ExponentialsAndLogarithms) {
  EXPECT_EXACT(exp(x), exp(x), -3.0, 0.0, 1.7);
  EXPECT_EXACT(exp2(x), pow(Digits50(2), x), -2.5, 0.0, 3.25);
  EXPECT_EXACT(expm1(x), exp(x) - 1, -1.5, 1e-9, 2.0);
  EXPECT_EXACT(log(x), log(x), 0.02, 0.7, 40.0);
  EXPECT_EXACT(log2(x), log(x) / log(Digits50(2)), 0.3, 5.0);
  EXPECT_EXACT(log10(x), log10(x), 0.3, 50.0);
  EXPECT_EXACT(log1p(x), log(1 + x), -0.5, 1e-9, 3.0);
}

TEST(Elementary, Roots) {
  EXPECT_EXACT(sqrt(x), sqrt(x), 0.01, 2.0, 900.0);
  EXPECT_EXACT(cbrt(x), x < 0 ? -pow(-x, Digits50(1) / 3) : pow(x, Digits50(1) / 3), -8.5, 0.4, 27.0);
}

TEST(Elementary, Trigonometric) {
  EXPECT_EXACT(sin(x), sin(x), -2.0, 0.0, 1.3);
  EXPECT_EXACT(cos(x), cos(x), -2.0, 0.0, 1.3);
  EXPECT_EXACT(tan(x), tan(x), -1.2, 0.1, 0.9);
  EXPECT_EXACT(asin(x), asin(x), -0.9, 0.0, 0.5);
  EXPECT_EXACT(acos(x), acos(x), -0.9, 0.0, 0.5);
  EXPECT_EXACT(atan(x), atan(x), -3.0, 0.0, 0.8);
}

TEST(Elementary, Hyperbolic) {
  EXPECT_EXACT(sinh(x), sinh(x), -2.0, 0.3);
  EXPECT_EXACT(cosh(x), cosh(x), -2.0, 0.3);
  EXPECT_EXACT(tanh(x), tanh(x), -2.0, 0.0, 0.6, 9.0);
  EXPECT_EXACT(asinh(x), log(x + sqrt(x * x + 1)), -0.7, 0.2, 5.0);
  EXPECT_EXACT(acosh(x), log(x + sqrt(x * x - 1)), 1.2, 4.0);
  EXPECT_EXACT(atanh(x), log((1 + x) / (1 - x)) / 2, -0.8, 0.3);
}

TEST(Elementary, ErrorFunction) {
  EXPECT_EXACT(erf(x), erf50(x), -1.5, 0.0, 0.6);
  EXPECT_EXACT(erfc(x), 1 - erf50(x), -1.5, 0.3, 1.2);
}

TEST(Elementary, Powers) {
  EXPECT_EXACT(pow(x, 2.5), pow(x, Digits50("2.5")), 0.2, 3.0);
  EXPECT_EXACT(pow(x, 3), x * x * x, -1.5, 0.0, 2.0);
  EXPECT_EXACT(pow(x, 2), x * x, -1.5, 0.0, 2.0);
  EXPECT_EXACT(pow(x, 1), x, -1.5, 0.0, 2.0);
  EXPECT_EXACT(pow(x, 0) * x, x, -1.5, 0.0, 2.0);
  EXPECT_EXACT(pow(x, -2), 1 / (x * x), -1.5, 0.5);
  EXPECT_EXACT(pow(2.0, x), pow(Digits50(2), x), -1.5, 0.0, 2.0);
  EXPECT_EXACT(pow(x, x), exp(x * log(x)), 0.3, 2.0);
  EXPECT_EXACT(pow(x + 1, 2 * x), exp(2 * x * log(x + 1)), 0.3, 2.0);
  EXPECT_EXACT(sq(x), x * x, -1.5, 0.0, 2.0);
}

TEST(Elementary, TwoArguments) {
  EXPECT_EXACT(atan2(x, 1 - x * x), x < 1 ? atan(x / (1 - x * x)) : 2 * atan(Digits50(1)) + atan((x * x - 1) / x),
               -0.6, 0.3, 1.4);
  EXPECT_EXACT(atan2(x, 2.0), atan(x / 2), -1.0, 0.5);
  EXPECT_EXACT(atan2(2.0, x), atan(2 / x), 1.0, 3.5);
  EXPECT_EXACT(hypot(x, 2 * x + 1), sqrt(x * x + (2 * x + 1) * (2 * x + 1)), -0.2, 0.0, 3.0);
  EXPECT_EXACT(hypot(x, 3.0), sqrt(x * x + 9), -0.2, 0.0, 3.0);
  EXPECT_EXACT(x / (1 + x * x), x / (1 + x * x), -2.0, 0.0, 0.7);
  EXPECT_EXACT((3 - x) / 7 - 2 / x + (-x) * 3 + (x - 4), (3 - x) / 7 - 2 / x - 3 * x + x - 4, -2.0, 0.7);
}

TEST(Elementary, KinksAndBranches) {
  EXPECT_EXACT(abs(x) * x, x < 0 ? -x * x : x * x, -2.0, 3.0);
  EXPECT_EXACT(min(x * x, x + 6), x > 3 || x < -2 ? x + 6 : x * x, -3.0, 1.0, 4.0);
  EXPECT_EXACT(max(x * x, 1.0) + max(0.0, x), (x * x > 1 ? x * x : Digits50(1)) + (x > 0 ? x : Digits50(0)), -3.0,
               -0.5, 0.5, 2.0);
  EXPECT_EXACT(x > 1 ? x * x : 3 * x, x > 1 ? x * x : 3 * x, 0.0, 2.0);
  EXPECT_EXACT(floor(x) * x + ceil(x), floor(x) * x + ceil(x), -1.5, 2.25);
}

TEST(Elementary, CompoundFunctions) {
  EXPECT_EXACT(exp(sin(x)) * log(1 + x * x) / sqrt(2 + cos(3 * x)),
               exp(sin(x)) * log(1 + x * x) / sqrt(2 + cos(3 * x)), -1.1, 0.4, 2.2);
  EXPECT_EXACT(atan(exp(-x) + tanh(x) * x), atan(exp(-x) + tanh(x) * x), -0.4, 1.9);
}

TEST(Elementary, AtKinksTheDerivativeIsZeroOrThatOfTheChosenBranch) {
  auto f = thalweg::differentiable([](const auto& x) { return abs(x[0]) + hypot(x[1], x[2]); }, 3);
  std::vector<double> g(3, 7.0);
  f.gradient(std::vector<double>{0.0, 0.0, 0.0}, g);
  EXPECT_EQ(g, (std::vector<double>{0.0, 0.0, 0.0}));
  auto tie = thalweg::differentiable([](const auto& x) { return max(2 * x[0], 3 * x[0]); }, 1);
  std::vector<double> h(1);
  tie.gradient(std::vector<double>{0.0}, h);
  EXPECT_EQ(h[0], 2.0);
}

}  // namespace
