#include "thalweg/population/cma_es.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "thalweg/core/minimize.hpp"

namespace thalweg {
namespace {

using Point = std::span<const double>;

double sphere(Point x) {
  double f = 0.0;
  for (double v : x) f += v * v;
  return f;
}
double rastrigin(Point x) {
  double f = 10.0 * static_cast<double>(x.size());
  for (double v : x) f += v * v - 10.0 * std::cos(2.0 * std::numbers::pi * v);
  return f;
}

// The oscillation of Hansen, Finck, Ros & Auger, "Real-parameter black-box optimization benchmarking 2009: noiseless
// functions definitions", INRIA RR-6829, section 0.2.
double t_osz(double x) {
  if (x == 0.0) return 0.0;
  const double log = std::log(std::abs(x)), c1 = x > 0.0 ? 10.0 : 5.5, c2 = x > 0.0 ? 7.9 : 3.1;
  return std::copysign(std::exp(log + 0.049 * (std::sin(c1 * log) + std::sin(c2 * log))), x);
}

// The median of the evaluations to f_opt + 1e-7 over 15 instances in 5-D: x_opt and start uniform in [−4, 4]⁵, σ₀
// = 2.
template <class F>
double median_evaluations(const CmaEs& method, F&& of_shift, int instances = 15) {
  const double f_opt = 79.48;
  std::vector<double> counts;
  for (int k = 0; k < instances; ++k) {
    Generator random(Stream(static_cast<std::uint64_t>(k), Purpose("test.bbob")));
    std::vector<double> optimum(5), start(5), shift(5);
    for (auto& v : optimum) v = random.uniform(-4.0, 4.0);
    for (auto& v : start) v = random.uniform(-4.0, 4.0);
    const auto f = [&](Point x) {
      for (std::size_t i = 0; i < 5; ++i) shift[i] = x[i] - optimum[i];
      return of_shift(shift) + f_opt;
    };
    const Result r = minimize(
        f, start, method, {.max_evaluations = 20'000, .target = f_opt + 1e-7, .seed = static_cast<std::uint64_t>(k)});
    EXPECT_EQ(r.status, Status::target_reached) << r.message;
    counts.push_back(static_cast<double>(r.evaluations()));
  }
  std::nth_element(counts.begin(), counts.begin() + instances / 2, counts.end());
  return counts[static_cast<std::size_t>(instances / 2)];
}
double f1(const std::vector<double>& z) { return sphere(z); }
double f2(const std::vector<double>& z) {
  double f = 0.0;
  for (std::size_t i = 0; i < z.size(); ++i)
    f += std::pow(10.0, 6.0 * static_cast<double>(i) / static_cast<double>(z.size() - 1)) * std::pow(t_osz(z[i]), 2);
  return f;
}

TEST(CmaEs, BbobSphereInFiveDimensions) {
  const double median = median_evaluations(CmaEs{.sigma = 2.0}, f1);
  RecordProperty("median", std::to_string(median));
  EXPECT_LE(median, 900.0);
}

TEST(CmaEs, BbobSeparableEllipsoidInFiveDimensions) {
  const double median = median_evaluations(CmaEs{.sigma = 2.0}, f2);
  RecordProperty("median", std::to_string(median));
  EXPECT_LE(median, 2500.0);
  // The diagonal variant needs fewer on what is separable.
  EXPECT_LT(median_evaluations(CmaEs{.sigma = 2.0, .diagonal = true}, f2), median);
}

TEST(CmaEs, ActiveWeightsHelpOnIllConditionedFunctions) {
  const auto discus = [](const std::vector<double>& z) {  // 1e6 z₁² + Σ z_i²
    double f = 1e6 * z[0] * z[0];
    for (std::size_t i = 1; i < z.size(); ++i) f += z[i] * z[i];
    return f;
  };
  EXPECT_LT(median_evaluations(CmaEs{.sigma = 2.0}, discus),
            median_evaluations(CmaEs{.sigma = 2.0, .active = false}, discus));
}

TEST(CmaEs, IsInvariantToIncreasingTransformsOfF) {
  std::vector<double> plain, cubed;
  const auto ask = [](std::vector<double>& seen, auto&& transform) {
    return [&seen, transform](Point x) {
      seen.insert(seen.end(), x.begin(), x.end());
      double f = 1.0;
      for (std::size_t i = 0; i < x.size(); ++i) f += std::pow(4.0, static_cast<double>(i)) * x[i] * x[i];
      return transform(f);
    };
  };
  const Limits limits{.max_evaluations = 800, .seed = 7};
  minimize(ask(plain, [](double f) { return f; }), std::vector<double>(6, 1.0), CmaEs{}, limits);
  minimize(ask(cubed, [](double f) { return f * f * f - 1e3; }), std::vector<double>(6, 1.0), CmaEs{}, limits);
  EXPECT_EQ(plain, cubed);  // every point asked, bit by bit
}

TEST(CmaEs, RotatedProblemsCostTheSame) {
  // The law is invariant (tests/population/cma_state.cpp has the exact part): medians agree within their scatter.
  const auto ellipsoid = [](const std::vector<double>& z) {
    double f = 0.0;
    for (std::size_t i = 0; i < z.size(); ++i) f += std::pow(10.0, static_cast<double>(i)) * z[i] * z[i];
    return f;
  };
  const auto rotated = [&](const std::vector<double>& z) {  // a Householder reflection times cyclic Givens rotations
    std::vector<double> y = z;
    for (std::size_t i = 0; i + 1 < y.size(); ++i) {
      const double c = std::cos(0.7 + static_cast<double>(i)), s = std::sin(0.7 + static_cast<double>(i));
      const double a = y[i], b = y[i + 1];
      y[i] = c * a - s * b, y[i + 1] = s * a + c * b;
    }
    return ellipsoid(y);
  };
  const double straight = median_evaluations(CmaEs{.sigma = 2.0}, ellipsoid, 41);
  const double turned = median_evaluations(CmaEs{.sigma = 2.0}, rotated, 41);
  EXPECT_NEAR(turned / straight, 1.0, 0.08);
  // The diagonal variant is not invariant, and the comparison sees it.
  EXPECT_GT(median_evaluations(CmaEs{.sigma = 2.0, .diagonal = true}, rotated, 5), 1.5 * turned);
}

TEST(CmaEs, OptimumOnTheBoundsIsReachedFromInside) {
  bool inside = true;
  const Bounds box{{0, -1, -HUGE_VAL, 2}, {3, HUGE_VAL, 4, 2}};
  const auto f = [&](Point x) {
    inside = inside && box.contains(x);
    return x[0] + std::pow(x[1] + 3.0, 2) + std::pow(x[2] - 9.0, 2) + x[3];
  };
  const Result r = minimize(f, {1.0, 1.0, 1.0, 2.0}, CmaEs{}, {.max_evaluations = 5000, .bounds = box});
  EXPECT_TRUE(inside);
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_NEAR(r.f, 0.0 + 4.0 + 25.0 + 2.0, 1e-9);
  EXPECT_EQ(r.x[3], 2.0);
}

TEST(CmaEs, RestartsSolveRastrigin) {
  const Limits limits{.max_evaluations = 200'000,
                      .target = 1e-8,
                      .bounds = {std::vector<double>(5, -5.12), std::vector<double>(5, 5.12)}};
  for (auto strategy : {CmaEs::Restarts::ipop, CmaEs::Restarts::bipop}) {
    int solved = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      Limits own = limits;
      own.seed = seed;
      solved += minimize(rastrigin, std::vector<double>(5, 4.1), CmaEs{.strategy = strategy}, own).success();
    }
    EXPECT_GE(solved, 9);
  }
}

TEST(CmaEs, StoppingRulesTellTheTruth) {
  const auto run = [](auto&& f, std::size_t n, const CmaEs& method = {}, Tolerances tolerance = {}) {
    return minimize(f, std::vector<double>(n, 1.0), method, {.max_evaluations = 100'000, .tolerance = tolerance});
  };
  const Result sound = run(sphere, 4);
  EXPECT_EQ(sound.status, Status::converged) << sound.message;
  EXPECT_LT(sound.f, 1e-11);
  const Result by_x = run(sphere, 4, {}, {.x = 1e-3});
  EXPECT_EQ(by_x.status, Status::converged);
  EXPECT_NE(by_x.message.find("TolX"), std::string::npos) << by_x.message;
  EXPECT_LT(std::sqrt(by_x.f), 4e-3);
  const Result by_f = run([](Point x) { return 1e6 + sphere(x); }, 4, {}, {.f = 1e-9});
  EXPECT_EQ(by_f.status, Status::converged) << by_f.message;
  EXPECT_NEAR(by_f.f, 1e6, 1e-2);
  const Result floor = run([](Point x) { return 1e9 + sphere(x); }, 4);  // rounding of f: 1e-7
  EXPECT_EQ(floor.status, Status::converged) << floor.message;
  EXPECT_NE(floor.message.find("EqualFunValues"), std::string::npos) << floor.message;
  EXPECT_LE(floor.f, 1e9 + 1e-6);
  const Result flat = run([](Point) { return 1.0; }, 4);
  EXPECT_EQ(flat.status, Status::stalled) << flat.message;
  const Result falls = run([](Point x) { return x[0]; }, 4);
  EXPECT_EQ(falls.status, Status::stalled);
  EXPECT_NE(falls.message.find("TolXUp"), std::string::npos) << falls.message;
  const Result noise = run(
      [k = std::uint64_t{0}](Point x) mutable {
        Generator random(Stream(k++, Purpose("test.noise")));
        return 1e-3 * sphere(x) + random.normal();
      },
      4);
  EXPECT_NE(noise.status, Status::converged) << noise.message;
  const Result none = run([](Point) { return std::nan(""); }, 4);
  EXPECT_EQ(none.status, Status::numerical_failure) << none.message;
}

TEST(CmaEs, SurvivesHalfASpaceOfNotANumber) {
  const auto f = [](Point x) { return x[0] + x[1] < 0.5 ? std::nan("") : sphere(x); };
  const Result r = minimize(f, {1.0, 1.0}, CmaEs{}, {.max_evaluations = 5000});
  EXPECT_NEAR(r.f, 0.125, 1e-6);
}

TEST(CmaEs, OneVariableAndAHundred) {
  const Result one =
      minimize([](Point x) { return std::cosh(x[0] - 3.0); }, {-5.0}, CmaEs{}, {.max_evaluations = 3000});
  EXPECT_NEAR(one.x[0], 3.0, 1e-5);
  const Result many =
      minimize(sphere, std::vector<double>(100, 1.0), CmaEs{}, {.max_evaluations = 50'000, .target = 1e-6});
  EXPECT_EQ(many.status, Status::target_reached);
}

TEST(CmaEs, WrongPopulationIsAnError) {
  EXPECT_THROW(minimize(sphere, {1.0, 1.0}, CmaEs{.population = 3}), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
