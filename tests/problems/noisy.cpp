// The models of noise against their distributions: fixed seeds, |z| < 4 (one in 16,000 by chance).
#include "thalweg/problems/noisy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "thalweg/core/minimize.hpp"
#include "thalweg/problems/problem.hpp"

namespace {

using namespace thalweg;

constexpr int count = 40000;

std::unique_ptr<Problem> make(const std::string& options) {
  return registry::make_problem("noisy/sphere:n=4,instance=0," + options);
}

// Draws at (1, 1, 1, 1), where f = 4, of the samples 1, 2, ….
std::vector<double> draws(const Problem& p) {
  const std::vector<double> x(4, 1.0);
  std::vector<double> values;
  for (int k = 1; k <= count; ++k) values.push_back(p.objective->value(x, {static_cast<std::uint64_t>(k)}));
  return values;
}
// Of the mean and the variance of a sample of independent numbers with these moments (and kurtosis).
void expect_moments(const std::vector<double>& v, double mean, double variance, double kurtosis) {
  const double n = static_cast<double>(v.size());
  double sum = 0.0, squares = 0.0;
  for (const double x : v) sum += x - mean, squares += (x - mean) * (x - mean);
  EXPECT_LT(std::fabs(sum / n) / std::sqrt(variance / n), 4.0);
  EXPECT_LT(std::fabs(squares / n / variance - 1) / std::sqrt((kurtosis - 1) / n), 4.0);
}

TEST(Noisy, Additive) { expect_moments(draws(*make("noise=additive,level=0.5")), 4.0, 0.25, 3.0); }

TEST(Noisy, Multiplicative) {
  const auto v = draws(*make("noise=multiplicative,level=0.3"));
  expect_moments(v, 4.0, 16 * 0.09 / 3, 1.8);
  EXPECT_GE(*std::ranges::min_element(v), 4 * 0.7);
  EXPECT_LE(*std::ranges::max_element(v), 4 * 1.3);
}

TEST(Noisy, Gauss) {
  for (const char* level : {"0.01", "1"}) {
    auto v = draws(*make(std::string("noise=gauss,level=") + level));
    for (double& y : v) y = std::log((y - 1.01e-8) / 4);
    const double beta = std::stod(level);
    expect_moments(v, 0.0, beta * beta, 3.0);
  }
}

TEST(Noisy, Uniform) {  // ln(y/f) = β ln U₁ + α U₂ ln(10⁹/f): a negative exponential plus a uniform
  for (const char* level : {"0.01", "1"}) {
    auto v = draws(*make(std::string("noise=uniform,level=") + level));
    for (double& y : v) y = std::log((y - 1.01e-8) / 4);
    const double beta = std::stod(level), width = beta * (0.49 + 0.25) * std::log(1e9 / 4);
    const double exponential = beta * beta, flat = width * width / 12, variance = exponential + flat;
    // Fourth central moments: 9β⁴ and w⁴/80.
    const double fourth = 9 * exponential * exponential + 6 * exponential * flat + std::pow(width, 4) / 80;
    expect_moments(v, -beta + width / 2, variance, fourth / (variance * variance));
  }
}

TEST(Noisy, Cauchy) {
  for (const auto& [level, p] : {std::pair{0.01, 0.05}, std::pair{1.0, 0.2}}) {
    const auto v = draws(*make("noise=cauchy,level=" + std::to_string(level)));
    int outliers = 0, near = 0;
    for (const double y : v) {
      const double heavy = (y - 4 - 1.01e-8) / level - 1000;
      if (std::fabs(heavy) < 1e-6) continue;
      ++outliers;
      near += std::fabs(heavy) < 1;
    }
    EXPECT_LT(std::fabs(outliers - count * p) / std::sqrt(count * p * (1 - p)), 4.0);
    EXPECT_LT(std::fabs(near - 0.5 * outliers) / std::sqrt(0.25 * outliers), 4.0);  // |N/N′| < 1 half the time
  }
}

TEST(Noisy, BbobsModelsEndAtTheTarget) {
  const std::vector<double> best(4, 0.0), close(4, 1e-5), far(4, 1e-3);  // f = 0, 4·10⁻¹⁰ and 4·10⁻⁶
  for (const char* noise : {"gauss", "uniform", "cauchy"}) {
    const auto p = make(std::string("noise=") + noise + ",level=1");
    for (const std::uint64_t sample : {0u, 1u, 2u}) {
      EXPECT_EQ(p->objective->value(best, {sample}), 0.0);
      EXPECT_DOUBLE_EQ(p->objective->value(close, {sample}), 4e-10);
      EXPECT_GT(p->objective->value(far, {sample}), 1.01e-8);
    }
  }
}

TEST(Noisy, AnInstanceMovesTheMinimiser) {
  for (const char* base : {"sphere", "rosenbrock", "rastrigin"}) {
    const auto name = [&](int k) { return std::string("noisy/") + base + ":n=3,instance=" + std::to_string(k); };
    const auto plain = registry::make_problem(name(0)), one = registry::make_problem(name(1)),
               two = registry::make_problem(name(2));
    ASSERT_EQ(one->minimisers.size(), 1u);
    EXPECT_EQ(one->start, plain->start);
    EXPECT_NEAR(one->noiseless->value(one->minimisers[0]), 0.0, 1e-12);
    for (std::size_t i = 0; i < 3; ++i) {
      const double by = one->minimisers[0][i] - plain->minimisers[0][i];
      EXPECT_TRUE(std::fabs(by) < 1.0 && by != 0.0) << by;
      EXPECT_NE(one->minimisers[0][i], two->minimisers[0][i]);
    }
    EXPECT_GT(one->noiseless->value(plain->minimisers[0]), 1e-3);
  }
  EXPECT_EQ(registry::suite_problems("noisy:noise=gauss,level=1,instances=1-3").size(), 24u);
}

TEST(Noisy, ASampleIsCommonToAllPointsAndAPointOfTheWholeHasItsOwn) {
  const auto p = make("noise=additive,level=1");
  const std::vector<double> a(4, 1.0), b(4, 2.0);
  EXPECT_NEAR(p->objective->value(b, {3}) - p->objective->value(a, {3}), 12.0, 1e-12);
  EXPECT_GT(std::fabs(p->objective->value(b) - p->objective->value(a) - 12.0), 1e-3);
  EXPECT_EQ(p->objective->value(a), p->objective->value(a));
  // Those of the whole are draws of the model too.
  std::vector<double> v, x(4, 1.0);
  for (int k = 0; k < count; ++k) {
    x[3] = k * 1e-6;
    v.push_back(p->objective->value(x) - 3 - x[3] * x[3]);
  }
  expect_moments(v, 0.0, 1.0, 3.0);
}

TEST(Noisy, ARunIsTheSameForAnyNumberOfThreads) {
  for (const char* id : {"cma-es", "nelder-mead"}) {
    const auto p = registry::make_problem("noisy/rosenbrock:n=4,noise=gauss,level=1");
    const auto run = [&](int threads) {
      return minimize(*p->objective, p->start, registry::method(id).make({}),
                      {.max_evaluations = 400, .seed = 2, .threads = threads});
    };
    const Result one = run(1), four = run(4);
    EXPECT_TRUE(one.stochastic);
    EXPECT_EQ(one.x, four.x) << id;
    EXPECT_EQ(one.recommended, four.recommended) << id;
  }
}

TEST(Noisy, TheSuite) {
  EXPECT_EQ(registry::suite_problems("noisy").size(), 80u);
  const auto list = registry::suite_problems("noisy:n=5,noise=gauss+cauchy,level=1,seeds=0+3");
  ASSERT_EQ(list.size(), 32u);
  EXPECT_EQ(list[0], "noisy/sphere:n=5,noise=gauss,level=1");
  EXPECT_EQ(list[1], "noisy/sphere:n=5,noise=gauss,level=1,seed=3");
  for (const std::string& text : list) {
    const auto p = registry::make_problem(text);
    EXPECT_EQ(p->optimum_f, 0.0);
    EXPECT_NEAR(p->noiseless->value(p->minimisers.front()), 0.0, 1e-12) << text;
  }
  EXPECT_THROW(registry::suite_problems("noisy:noise=loud"), InvalidArgument);
  EXPECT_THROW(registry::make_problem("noisy/sphere:level=0"), InvalidArgument);
  EXPECT_THROW(registry::make_problem(registry::suite_problems("noisy:level=x").front()), InvalidArgument);
}

}  // namespace
