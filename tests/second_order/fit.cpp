#include "thalweg/second_order/fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/core/random.hpp"

namespace {

using namespace thalweg;
using Numbers = std::vector<double>;

// Misra1a of the NIST Statistical Reference Datasets (D. Misra, 1978): data, first start and certified values.
const Numbers misra_y = {10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02,
                         44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78};
const Numbers misra_x = {77.6,  114.9, 141.1, 190.8, 239.9, 289.0, 332.8,
                         378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0};

void expect_digits(double value, double certified, double digits) {
  EXPECT_LE(std::abs(value - certified), std::pow(10.0, -digits) * std::abs(certified)) << value << " " << certified;
}
void expect_certified(const Fit& fit) {
  EXPECT_EQ(fit.result.status, Status::converged) << fit.result.message;
  expect_digits(fit.parameters[0].value, 2.3894212918e+02, 9);
  expect_digits(fit.parameters[1].value, 5.5015643181e-04, 9);
  expect_digits(fit.parameters[0].standard_error, 2.7070075241e+00, 8);
  expect_digits(fit.parameters[1].standard_error, 7.2668688436e-06, 8);
  expect_digits(fit.rss, 1.2455138894e-01, 9);
  expect_digits(fit.residual_standard_deviation, 1.0187876330e-01, 9);
  EXPECT_EQ(fit.degrees_of_freedom, 12u);
}

TEST(Fit, CertifiedValuesOfMisra1aFromCode) {
  expect_certified(fit_curve(
      [](const auto& b, double x) {
        using namespace thalweg::math;
        return b[0] * (1 - exp(-b[1] * x));
      },
      misra_x, misra_y, {500, 1e-4}));
}

TEST(Fit, CertifiedValuesOfMisra1aFromText) {
  for (const auto& start :
       {std::vector<std::pair<std::string, double>>{{"b1", 500}, {"b2", 1e-4}}, {{"b1", 250}, {"b2", 5e-4}}})
    expect_certified(fit_formula("y ~ b1*(1-exp(-b2*x))", {"x", "y"}, {misra_x, misra_y}, start));
}

// A straight line: closed form, with weights.
TEST(Fit, WeightedLineHasItsClosedForm) {
  const Numbers x = {0, 1, 2, 3, 4, 5}, y = {1.1, 2.9, 5.2, 6.8, 9.1, 10.7}, w = {1, 2, 0.5, 1, 0, 3};
  const Fit fit = fit_curve([](const auto& b, double t) { return b[0] + b[1] * t; }, x, y, {0, 0}, {.weights = w});
  double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    s += w[i], sx += w[i] * x[i], sy += w[i] * y[i], sxx += w[i] * x[i] * x[i], sxy += w[i] * x[i] * y[i];
  const double det = s * sxx - sx * sx, slope = (s * sxy - sx * sy) / det, level = (sy - slope * sx) / s;
  double rss = 0;
  for (std::size_t i = 0; i < x.size(); ++i) rss += w[i] * sq(y[i] - level - slope * x[i]);
  EXPECT_NEAR(fit.parameters[0].value, level, 1e-10);
  EXPECT_NEAR(fit.parameters[1].value, slope, 1e-10);
  EXPECT_EQ(fit.points, 5u);  // one has weight 0
  EXPECT_EQ(fit.degrees_of_freedom, 3u);
  EXPECT_NEAR(fit.rss, rss, 1e-12);
  EXPECT_NEAR(fit.parameters[0].standard_error, std::sqrt(rss / 3 * sxx / det), 1e-10);
  EXPECT_NEAR(fit.parameters[1].standard_error, std::sqrt(rss / 3 * s / det), 1e-10);
  EXPECT_NEAR(fit.correlation[1], -sx / std::sqrt(s * sxx), 1e-10);
}

// Coverage of the standard errors: over repeated noise the estimates scatter as the errors say, for every loss. The
// relative standard error of a variance from 400 draws is √(2/399) = 7 %; four of them are allowed, and the robust
// errors are asymptotic.
TEST(Fit, StandardErrorsAreTheScatterOfTheEstimates) {
  for (const Robust loss : {Robust::linear, Robust::huber, Robust::soft_l1, Robust::cauchy}) {
    constexpr int draws = 400;
    double mean = 0, squares = 0, variance = 0;
    for (int k = 0; k < draws; ++k) {
      Generator random(Stream{11, Purpose("test"), static_cast<std::uint64_t>(k)});
      Numbers x(60), y(60);
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = static_cast<double>(i) / 20.0;
        y[i] = 2.0 * std::exp(-0.8 * x[i]) + 0.1 * random.normal();
      }
      const Fit fit = fit_curve(
          [](const auto& b, double t) {
            using namespace thalweg::math;
            return b[0] * exp(-b[1] * t);
          },
          x, y, {1.5, 0.5}, {.loss = loss, .loss_scale = 0.15});
      mean += fit.parameters[1].value / draws;
      squares += sq(fit.parameters[1].value) / draws;
      variance += sq(fit.parameters[1].standard_error) / draws;
    }
    const double ratio = variance / (squares - mean * mean);
    EXPECT_NEAR(ratio, 1.0, 4 * 0.071) << name(loss);
  }
}

// Outliers pull least squares away, robust losses not.
TEST(Fit, RobustLossesLeaveOutliersAside) {
  Numbers x(40), y(40);
  Generator random(Stream{3, Purpose("test"), 0});
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<double>(i);
    y[i] = 1.0 + 0.5 * x[i] + 0.05 * random.normal() + (i % 10 == 9 ? 20.0 : 0.0);
  }
  const auto level = [&](Robust loss) {
    return fit_curve([](const auto& b, double t) { return b[0] + b[1] * t; }, x, y, {0, 0},
                     {.loss = loss, .loss_scale = 0.1})
        .parameters[0]
        .value;
  };
  EXPECT_GT(std::abs(level(Robust::linear) - 1.0), 0.5);
  for (const Robust loss : {Robust::huber, Robust::soft_l1, Robust::cauchy})
    EXPECT_NEAR(level(loss), 1.0, 0.06) << name(loss);
}

TEST(Fit, AParameterOnItsBoundHasNoStandardError) {
  Bounds bounds{{0.0, 6e-4}, {HUGE_VAL, HUGE_VAL}};
  const Fit fit = fit_formula("y ~ b1*(1-exp(-b2*x))", {"x", "y"}, {misra_x, misra_y}, {{"b1", 500}, {"b2", 1e-3}},
                              {.bounds = bounds});
  EXPECT_EQ(fit.result.status, Status::converged) << fit.result.message;
  EXPECT_EQ(fit.parameters[1].value, 6e-4);
  EXPECT_TRUE(fit.parameters[1].at_bound);
  EXPECT_TRUE(std::isnan(fit.parameters[1].standard_error));
  double num = 0, den = 0;  // b1 given b2 is linear
  for (std::size_t i = 0; i < misra_x.size(); ++i) {
    const double h = 1 - std::exp(-6e-4 * misra_x[i]);
    num += h * misra_y[i], den += h * h;
  }
  EXPECT_NEAR(fit.parameters[0].value, num / den, 1e-9 * num / den);
  EXPECT_NEAR(fit.parameters[0].standard_error, std::sqrt(fit.rss / 13 / den), 1e-8);
}

TEST(Fit, UndeterminedParametersAreNaNNotNonsense) {
  const Fit fit = fit_formula("y ~ (a + b)*x", {"x", "y"}, {misra_x, misra_y}, {{"a", 1}, {"b", 1}});
  EXPECT_TRUE(std::isnan(fit.parameters[0].standard_error));
  const Fit few = fit_formula("y ~ a + b*x", {"x", "y"}, {{1, 2}, {3, 4}}, {{"a", 1}, {"b", 1}});
  EXPECT_EQ(few.degrees_of_freedom, 0u);
  EXPECT_TRUE(std::isnan(few.parameters[0].standard_error));
  EXPECT_NEAR(few.parameters[0].value, 2.0, 1e-10);
}

TEST(Fit, WrongRequestsAreNamed) {
  const auto complaint = [](const std::string& formula, std::vector<std::pair<std::string, double>> start) {
    try {
      fit_formula(formula, {"x", "y"}, {misra_x, misra_y}, start);
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(complaint("b1*x", {{"b1", 1}}).find("LEFT ~ RIGHT"), std::string::npos);
  EXPECT_NE(complaint("y ~ b1*x + b2", {{"b1", 1}}).find("neither a column nor a parameter"), std::string::npos);
  EXPECT_NE(complaint("y ~ b1*x", {{"b1", 1}, {"b2", 1}}).find("`b2` of the start does not occur"),
            std::string::npos);
  EXPECT_NE(complaint("y ~ x*y", {{"x", 1}}).find("a column of the data and a parameter"), std::string::npos);
  EXPECT_THROW(fit_curve([](const auto& b, double t) { return b[0] * t; }, {1, 2}, {1}, {0}), InvalidArgument);
  EXPECT_THROW(fit_curve([](const auto& b, double t) { return b[0] * t; }, {1, 2}, {1, 2}, {0}, {.weights = {1, -1}}),
               InvalidArgument);
}

}  // namespace
