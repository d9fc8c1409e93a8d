#include "thalweg/second_order/fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
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

// Sets of higher difficulty of the same source, with their certified parameters, residual sums of squares and
// residual standard deviations; start 2 of each, and start 1 where a local method has a chance.
struct Certified {
  std::string model;
  Numbers x, y, parameters;
  double rss, deviation;
  std::vector<Numbers> starts;
};
std::vector<Certified> harder_sets() {
  Numbers tens(33), ones(15), fives(16);
  for (std::size_t i = 0; i < 33; ++i) tens[i] = 10.0 * static_cast<double>(i);
  for (std::size_t i = 0; i < 15; ++i) ones[i] = static_cast<double>(i + 1);
  for (std::size_t i = 0; i < 16; ++i) fives[i] = 50.0 + 5.0 * static_cast<double>(i);
  return {
      {"y ~ b1 + b2*exp(-x*b4) + b3*exp(-x*b5)",  // MGH17
       tens,
       {.844, .908, .932, .936, .925, .908, .881, .850, .818, .784, .751, .718, .685, .658, .628, .603, .580,
        .558, .538, .522, .506, .490, .478, .467, .457, .448, .438, .431, .424, .420, .414, .411, .406},
       {3.7541005211e-01, 1.9358469127e+00, -1.4646871366e+00, 1.2867534640e-02, 2.2122699662e-02},
       5.4648946975e-05,
       1.3970497866e-03,
       {{50, 150, -100, 1, 2}, {0.5, 1.5, -1, 0.01, 0.02}}},
      {"y ~ b1*(1-exp(-b2*x))",  // BoxBOD
       {1, 2, 3, 5, 7, 10},
       {109, 149, 149, 191, 213, 224},
       {2.1380940889e+02, 5.4723748542e-01},
       1.1680088766e+03,
       1.7088072423e+01,
       {{1, 1}, {100, 0.75}}},
      {"y ~ b1*exp(b2/(x+b3))",  // MGH10
       fives,
       {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872},
       {5.6096364710e-03, 6.1813463463e+03, 3.4522363462e+02},
       8.7945855171e+01,
       2.6009740065e+00,
       {{0.02, 4000, 250}}},
      {"y ~ b1*(x^2+x*b2)/(x^2+x*b3+b4)",  // MGH09
       {4, 2, 1, .5, .25, .167, .125, .1, .0833, .0714, .0625},
       {.1957, .1947, .1735, .16, .0844, .0627, .0456, .0342, .0323, .0235, .0246},
       {1.9280693458e-01, 1.9128232873e-01, 1.2305650693e-01, 1.3606233068e-01},
       3.0750560385e-04,
       6.6279236551e-03,
       {{25, 39, 41.5, 39}, {0.25, 0.39, 0.415, 0.39}}},
      {"y ~ b1/(1+exp(b2-b3*x))",  // Rat42
       {9, 14, 21, 28, 42, 57, 63, 70, 79},
       {8.93, 10.8, 18.59, 22.33, 39.35, 56.11, 61.73, 64.62, 67.08},
       {7.2462237576e+01, 2.6180768402e+00, 6.7359200066e-02},
       8.0565229338e+00,
       1.1587725499e+00,
       {{100, 1, 0.1}, {75, 2.5, 0.07}}},
      {"y ~ b1/((1+exp(b2-b3*x))^(1/b4))",  // Rat43
       ones,
       {16.08, 33.83, 65.80, 97.20, 191.55, 326.20, 386.87, 520.53, 590.03, 651.92, 724.93, 699.56, 689.96, 637.56,
        717.41},
       {6.9964151270e+02, 5.2771253025e+00, 7.5962938329e-01, 1.2792483859e+00},
       8.7864049080e+03,
       2.8262414662e+01,
       {{100, 10, 1, 1}, {700, 5, 0.75, 1.3}}},
  };
}

TEST(Fit, CertifiedValuesOfHarderSets) {
  for (const Certified& set : harder_sets())
    for (const Numbers& from : set.starts) {
      std::vector<std::pair<std::string, double>> start;
      for (std::size_t j = 0; j < from.size(); ++j) start.emplace_back("b" + std::to_string(j + 1), from[j]);
      const Fit fit = fit_formula(set.model, {"x", "y"}, {set.x, set.y}, start);
      EXPECT_EQ(fit.result.status, Status::converged) << set.model << " " << fit.result.message;
      for (std::size_t j = 0; j < from.size(); ++j) expect_digits(fit.parameters[j].value, set.parameters[j], 6);
      expect_digits(fit.rss, set.rss, 8);
      expect_digits(fit.residual_standard_deviation, set.deviation, 8);
    }
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
