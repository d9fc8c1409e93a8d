#include "thalweg/autodiff/formula.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "complaint.hpp"
#include "thalweg/autodiff/differentiable.hpp"

namespace {

using thalweg::Formula;
using thalweg::InvalidArgument;
using Numbers = std::vector<double>;

double value(const std::string& text, const Numbers& parameters = {}, const Numbers& columns = {}) {
  return Formula::parse(text, {"a", "b"}, {"x", "dose (mg)"})(std::span<const double>(parameters),
                                                              std::span<const double>(columns));
}

TEST(Formula, PrecedenceIsThatOfMathematics) {
  EXPECT_EQ(value("1 + 2*3"), 7.0);
  EXPECT_EQ(value("8/4/2"), 1.0);
  EXPECT_EQ(value("7 - 2 - 1"), 4.0);
  EXPECT_EQ(value("-2^2"), -4.0);
  EXPECT_EQ(value("2^3^2"), 512.0);
  EXPECT_EQ(value("2**-1"), 0.5);
  EXPECT_EQ(value("(1 + 2)*3"), 9.0);
  EXPECT_EQ(value("2*-3"), -6.0);
  EXPECT_EQ(value("1e-3 + .5"), 0.501);
  EXPECT_EQ(value("- -1"), 1.0);
}

TEST(Formula, EveryFunctionIsTheStandardOne) {
  EXPECT_EQ(value("exp(0.3)"), std::exp(0.3));
  EXPECT_EQ(value("log(0.3)"), std::log(0.3));
  EXPECT_EQ(value("log10(0.3)"), std::log10(0.3));
  EXPECT_EQ(value("sqrt(0.3)"), std::sqrt(0.3));
  EXPECT_EQ(value("abs(-0.3)"), 0.3);
  EXPECT_DOUBLE_EQ(value("sin(0.3) + cos(0.4) + tan(0.5)"), std::sin(0.3) + std::cos(0.4) + std::tan(0.5));
  EXPECT_DOUBLE_EQ(value("asin(0.3) + acos(0.4) + atan(0.5)"), std::asin(0.3) + std::acos(0.4) + std::atan(0.5));
  EXPECT_DOUBLE_EQ(value("sinh(0.3) + cosh(0.4) + tanh(0.5)"), std::sinh(0.3) + std::cosh(0.4) + std::tanh(0.5));
  EXPECT_EQ(value("atan2(0.3, -2)"), std::atan2(0.3, -2.0));
  EXPECT_EQ(value("pow(2, 0.5)"), std::sqrt(2.0));
  EXPECT_EQ(value("min(3, 2) + 10*max(3, 2)"), 32.0);
  EXPECT_EQ(value("pi"), std::numbers::pi);
}

TEST(Formula, NamesAreParametersOrColumns) {
  EXPECT_EQ(value("a*x + b*`dose (mg)`", {2, 3}, {5, 7}), 31.0);
  EXPECT_EQ(Formula::names("a*exp(x) + `dose (mg)` + a + pi"), (std::vector<std::string>{"a", "x", "dose (mg)"}));
}

// d/da and d/db by the tape and by dual numbers (Jacobian) against formulas, powers included.
TEST(Formula, DerivativesAreExact) {
  const auto e = Formula::parse("a^2*exp(-b*x) + x^b + a^x", {"a", "b"}, {"x"});
  const Numbers x = {0.0, 0.5, 2.0};
  auto r = thalweg::differentiable_residuals(
      [&](const auto& p, const auto& out) {
        for (std::size_t i = 0; i < 3; ++i) out[i] = e(std::span(p), std::span<const double>(&x[i], 1));
      },
      3, 2);
  const Numbers p = {1.5, 0.7};
  Numbers jacobian(6);
  r.jacobian(p, jacobian);
  for (std::size_t i = 0; i < 3; ++i) {
    const double a = p[0], b = p[1], u = x[i], decay = std::exp(-b * u);
    const double power = u == 0.0 ? 0.0 : std::pow(u, b) * std::log(u);
    EXPECT_NEAR(jacobian[2 * i], 2 * a * decay + (u == 0.0 ? 0.0 : u * std::pow(a, u - 1)), 1e-14);
    EXPECT_NEAR(jacobian[2 * i + 1], -u * a * a * decay + power, 1e-14);
  }
  // An integer power of a negative parameter.
  const auto cube = Formula::parse("(a - 3)^3", {"a"});
  auto f = thalweg::differentiable([&](const auto& q) { return cube(std::span(q), std::span<const double>()); }, 1);
  Numbers g(1);
  EXPECT_EQ(f.value_and_gradient(Numbers{1.0}, g), -8.0);
  EXPECT_EQ(g[0], 12.0);
}

std::string refusal(const std::string& text) {
  return thalweg::complaint([&] { static_cast<void>(value(text, {1, 1}, {1, 1})); });
}

TEST(Formula, ComplaintsSayWhatAndWhere) {
  EXPECT_NE(refusal("a*(x + 1").find("the end, where `)`"), std::string::npos) << refusal("a*(x + 1");
  EXPECT_NE(refusal("a*x)").find("a `)` too many"), std::string::npos) << refusal("a*x)");
  EXPECT_NE(refusal("a*y").find("neither a column nor a parameter"), std::string::npos);
  EXPECT_NE(refusal("a*y").find("columns: x, dose (mg); parameters: a, b"), std::string::npos) << refusal("a*y");
  EXPECT_NE(refusal("epx(a)").find("did you mean `exp`"), std::string::npos) << refusal("epx(a)");
  EXPECT_NE(refusal("2 a").find("`a`, where an operator"), std::string::npos) << refusal("2 a");
  EXPECT_NE(refusal("a $ b").find("`$`"), std::string::npos);
  EXPECT_NE(refusal("atan2(a)").find("before the second argument of atan2"), std::string::npos);
  EXPECT_NE(refusal("exp").find("needs its arguments"), std::string::npos) << refusal("exp");
  EXPECT_NE(refusal("").find("a value is missing"), std::string::npos);
  EXPECT_NE(refusal("`x").find("not closed"), std::string::npos);
  EXPECT_NE(refusal(std::string(200, '(') + "a" + std::string(200, ')')).find("64 deep"), std::string::npos);
  EXPECT_NE(refusal(std::string(200, '-') + "a").find("64 deep"), std::string::npos);
}

}  // namespace
