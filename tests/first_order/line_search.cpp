#include "thalweg/first_order/line_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace {

using thalweg::LineOutcome;
using thalweg::LineResult;
using thalweg::LineTrial;
using thalweg::WolfeOptions;
using Phi = std::function<LineTrial(double)>;

// The six functions of Moré & Thuente (1994), §5.
double gamma(double b) { return std::sqrt(1.0 + b * b) - b; }
LineTrial yanai(double a, double b1, double b2) {
  const double u = std::hypot(1.0 - a, b2), v = std::hypot(a, b1);
  return {gamma(b1) * u + gamma(b2) * v, gamma(b1) * (a - 1.0) / u + gamma(b2) * a / v};
}
LineTrial one(double a) {
  const double b = 2.0, q = a * a + b;
  return {-a / q, (a * a - b) / (q * q)};
}
LineTrial two(double a) {
  const double b = 0.004, u = a + b;
  return {std::pow(u, 5) - 2.0 * std::pow(u, 4), 5.0 * std::pow(u, 4) - 8.0 * std::pow(u, 3)};
}
LineTrial three(double a) {
  const double b = 0.01, l = 39.0, pi = std::acos(-1.0);
  double value, slope;
  if (a <= 1.0 - b) {
    value = 1.0 - a, slope = -1.0;
  } else if (a >= 1.0 + b) {
    value = a - 1.0, slope = 1.0;
  } else {
    value = (a - 1.0) * (a - 1.0) / (2.0 * b) + b / 2.0, slope = (a - 1.0) / b;
  }
  value += 2.0 * (1.0 - b) / (l * pi) * std::sin(l * pi / 2.0 * a);
  slope += (1.0 - b) * std::cos(l * pi / 2.0 * a);
  return {value, slope};
}

struct Case {
  const char* name;
  Phi phi;
  double decrease, curvature;
};
const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"1", one, 1e-3, 0.1},
      {"2", two, 0.1, 0.1},
      {"3", three, 0.1, 0.1},
      {"4", [](double a) { return yanai(a, 1e-3, 1e-3); }, 1e-3, 1e-3},
      {"5", [](double a) { return yanai(a, 1e-2, 1e-3); }, 1e-3, 1e-3},
      {"6", [](double a) { return yanai(a, 1e-3, 1e-2); }, 1e-3, 1e-3},
  };
  return list;
}

TEST(LineSearch, StrongWolfeHoldsOnTheFunctionsOfMoreAndThuente) {
  // Tables I–VI of the paper end within 12 evaluations for every start 1e-3 … 1e3.
  for (const Case& c : cases())
    for (const double start : {1e-3, 1e-1, 1e1, 1e3}) {
      const LineTrial zero = c.phi(0.0);
      const WolfeOptions options{.decrease = c.decrease, .curvature = c.curvature};
      const LineResult r = thalweg::strong_wolfe(c.phi, zero.value, zero.slope, start, options);
      SCOPED_TRACE(std::string("function ") + c.name + ", start " + std::to_string(start));
      ASSERT_EQ(r.outcome, LineOutcome::wolfe);
      const LineTrial at = c.phi(r.step);
      EXPECT_EQ(at.value, r.value);
      EXPECT_LE(at.value, zero.value + c.decrease * r.step * zero.slope);
      EXPECT_LE(std::abs(at.slope), c.curvature * std::abs(zero.slope));
      EXPECT_LE(r.trials, 14);
    }
}

TEST(LineSearch, CountsAreThoseOfTheOriginal) {
  // Moré & Thuente, Table I (function 1, μ = .001, η = .1): 6, 3, 1, 4 evaluations.
  const int published[] = {6, 3, 1, 4};
  int k = 0;
  for (const double start : {1e-3, 1e-1, 1e1, 1e3}) {
    const LineTrial zero = one(0.0);
    const LineResult r =
        thalweg::strong_wolfe(one, zero.value, zero.slope, start, {.decrease = 1e-3, .curvature = 0.1});
    EXPECT_EQ(r.trials, published[k++]) << "start " << start;
  }
}

TEST(LineSearch, ComesBackFromWalls) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double wall : {1e-3, 0.4, 3.0}) {
    // −log(wall − t) − 5t: defined for t < wall only
    const Phi phi = [&](double t) {
      return t < wall ? LineTrial{-std::log(wall - t) - 5000.0 * t, 1.0 / (wall - t) - 5000.0}
                      : LineTrial{infinity, std::nan("")};
    };
    const LineTrial zero = phi(0.0);
    const LineResult r = thalweg::strong_wolfe(phi, zero.value, zero.slope, 100.0, {.curvature = 0.9});
    EXPECT_TRUE(r.accepted()) << wall;
    EXPECT_LT(r.step, wall);
    EXPECT_LT(r.value, zero.value);
    const auto values = [&](double t) { return phi(t).value; };
    const LineResult back = thalweg::armijo(values, zero.value, zero.slope, 100.0, {});
    EXPECT_EQ(back.outcome, LineOutcome::wolfe);
    EXPECT_LE(back.value, zero.value + 1e-4 * back.step * zero.slope);
  }
}

// (t/τ − 1)² on top of 10⁹: from steps whose promise is beyond the digits of φ to one that shows, in few trials.
TEST(LineSearch, LengthensStepsThatPromiseLessThanCanBeSeen) {
  for (const double tau : {1.0, 1e10, 1e15}) {
    const auto phi = [tau](double t) {
      return LineTrial{1e9 + 1e7 * (t / tau - 1.0) * (t / tau - 1.0), 2e7 * (t / tau - 1.0) / tau};
    };
    const LineTrial start = phi(0.0);
    const LineResult r = thalweg::strong_wolfe(phi, start.value, start.slope, 1e-18 * tau, {});
    EXPECT_EQ(r.outcome, LineOutcome::wolfe) << describe(r, start.value, start.slope);
    EXPECT_NEAR(r.step, tau, 0.9 * tau);
    EXPECT_LE(r.trials, 25);
  }
}

TEST(LineSearch, SaysWhyItFails) {
  // A slope of the wrong sign: f rises.
  const auto rising = [](double t) { return LineTrial{t, -1.0}; };
  const LineResult r = thalweg::strong_wolfe(rising, 0.0, -1.0, 1.0, {});
  EXPECT_FALSE(r.accepted());
  EXPECT_NE(thalweg::describe(r, 0.0, -1.0).find("gradient"), std::string::npos);
  EXPECT_FALSE(thalweg::strong_wolfe(rising, 0.0, 1.0, 1.0, {}).accepted());
  EXPECT_FALSE(thalweg::armijo([](double t) { return t; }, 0.0, -1.0, 1.0, {.max_trials = 10}).accepted());
}

TEST(LineSearch, ExactFindsTheRootOfTheSlope) {
  const auto quadratic = [](double t) { return LineTrial{1.5 * t * t - 6.0 * t, 3.0 * t - 6.0}; };
  const LineResult r = thalweg::exact_line_search(quadratic, 0.0, -6.0, 0.1);
  EXPECT_NEAR(r.step, 2.0, 1e-14);
  EXPECT_LE(r.trials, 3);
  const auto quartic = [](double t) { return LineTrial{std::pow(t, 4) - t, 4.0 * t * t * t - 1.0}; };
  for (const double start : {1e-3, 1.0, 50.0})
    EXPECT_NEAR(thalweg::exact_line_search(quartic, 0.0, -1.0, start).step, std::cbrt(0.25), 1e-12);
}

// A kink: no point has a small slope, and the search ends on its narrowest interval, of which the lowest end may be
// an earlier trial. Who relies on `last` then has the point of another value.
TEST(LineSearch, LastIsSaidOfTheLastTrialAlone) {
  WolfeOptions options;
  options.narrowest = 0.01;
  int earlier = 0;
  for (int k = 1; k <= 40; ++k) {
    const double kink = 0.11 * k;
    const auto phi = [kink](double t) {
      return LineTrial{std::abs(t - kink) + 0.25 * t, (t < kink ? -1.0 : 1.0) + 0.25};
    };
    double tried = 0.0;
    const LineResult found =
        thalweg::strong_wolfe([&](double t) { return phi(tried = t); }, kink, -0.75, 1.0, options);
    ASSERT_EQ(found.outcome, LineOutcome::decrease_only) << kink;
    EXPECT_EQ(found.value, phi(found.step).value) << kink;
    EXPECT_EQ(found.last, found.step == tried) << kink;
    if (!found.last) ++earlier;
  }
  EXPECT_GT(earlier, 0);
}

}  // namespace
