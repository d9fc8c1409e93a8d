// Certificate of low-rank directions: unbiased, and E‖ĝ‖²/‖g‖² = mn + 2 + (2m + 2n + 2)/r on linear functions of one
// m×n matrix. E is a product of Gaussians, so that ‖ĝ‖² is of degree 8 in them: its sample variance settles slowly,
// and the short form allows 6 of its standard errors where others here allow 4.5.
#include "thalweg/gradient_estimation/low_rank_directions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "test_objectives.hpp"
#include "thalweg/core/shaped.hpp"
#include "thalweg/gradient_estimation/estimated.hpp"
#include "thalweg/network/network_objective.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

using testing_estimators::Linear;
using testing_estimators::Mean;

struct Setting {
  std::size_t m, n, rank, directions;
  [[nodiscard]] double variance() const {
    const auto rows = static_cast<double>(m), cols = static_cast<double>(n);
    return (rows * cols + 1.0 + (2.0 * rows + 2.0 * cols + 2.0) / static_cast<double>(rank)) /
           static_cast<double>(directions);
  }
};

// Checks one setting; returns the standard error of the measured variance.
double expect_constant(const Setting& c, int draws, double z_limit) {
  const std::size_t n = c.m * c.n;
  std::vector<double> g(n), estimate(n);
  const std::vector<double> x(n, 0.25);
  double squared = 0.0;
  for (std::size_t i = 0; i < n; ++i) g[i] = 1.0 + 0.5 * static_cast<double>(i % 3), squared += g[i] * g[i];
  Linear<double> f(g);
  const auto estimator =
      LowRankDirections{
          .rank = c.rank, .directions = c.directions, .shapes = std::to_string(c.m) + "x" + std::to_string(c.n)}
          .make(f);
  estimator->begin(2026);
  std::vector<Mean> mean(n);
  Mean variance;
  for (int draw = 0; draw < draws; ++draw) {
    estimator->gradient(x, estimate);
    double error = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      mean[i].add(estimate[i]);
      error += (estimate[i] - g[i]) * (estimate[i] - g[i]);
    }
    variance.add(error / squared);
  }
  for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(mean[i].value(), g[i], z_limit * mean[i].error());
  EXPECT_NEAR(variance.value(), c.variance(), z_limit * variance.error())
      << c.m << "×" << c.n << ", r = " << c.rank << ", K = " << c.directions;
  return variance.error();
}

const std::vector<Setting> settings = {{3, 4, 1, 1}, {3, 4, 2, 1}, {5, 2, 4, 1}, {4, 4, 1, 4}, {2, 7, 16, 1}};

TEST(LowRankDirections, VarianceIsTheStatedConstant) {
  for (const Setting& c : settings) {
    const double error = expect_constant(c, 100000, 6.0);
    if (c.rank == 1) {  // the test can tell it from full rank
      EXPECT_GT(c.variance() - static_cast<double>(c.m * c.n + 1) / static_cast<double>(c.directions), 12.0 * error);
    }
  }
}
TEST(LowRankDirections, VarianceIsTheStatedConstantLongForm) {
  for (const Setting& c : settings) expect_constant(c, 1000000, 4.5);
  expect_constant({8, 6, 1, 1}, 1000000, 4.5);
  expect_constant({8, 6, 3, 2}, 1000000, 4.5);
}

TEST(LowRankDirections, APerturbationHasTheRankAskedFor) {
  std::vector<std::vector<double>> points;
  testing_estimators::Watched<double> f(12, [&](std::span<const double> x) {
    points.emplace_back(x.begin(), x.end());
    return x[0];
  });
  const auto estimator = LowRankDirections{.sigma = 1.0, .shapes = "4x3"}.make(f);
  estimator->begin(3);
  const std::vector<double> x(12, 0.0);
  std::vector<double> g(12);
  estimator->gradient(x, g);
  const auto& e = points.front();  // every 2×2 minor of a matrix of rank 1 vanishes
  for (std::size_t i = 0; i + 1 < 4; ++i)
    for (std::size_t j = 0; j + 1 < 3; ++j)
      EXPECT_NEAR(e[i * 3 + j] * e[(i + 1) * 3 + j + 1], e[i * 3 + j + 1] * e[(i + 1) * 3 + j], 1e-12);
}

TEST(LowRankDirections, ShapesAreChecked) {
  Linear<double> f(std::vector<double>(12, 1.0));
  for (const char* wrong : {"3x3", "4x", "x", "4x3,", ",4x3", "4x3x1", "a", "0x3", "4x3,1"})
    EXPECT_THROW(static_cast<void>(LowRankDirections{.shapes = wrong}.make(f)), InvalidArgument) << wrong;
  for (const char* right : {"4x3", "12", "2x5,2", "1x12", "6,2x3"})
    EXPECT_NO_THROW(static_cast<void>(LowRankDirections{.shapes = right}.make(f))) << right;
}

// Where there is no matrix it is Gaussian smoothing, draw for draw of its own stream.
TEST(LowRankDirections, AVectorGetsPlainNoise) {
  std::vector<double> seen;
  testing_estimators::Watched<double> f(5, [&](std::span<const double> x) {
    seen.assign(x.begin(), x.end());
    return x[0];
  });
  const auto estimator = LowRankDirections{.sigma = 0.5, .sides = Sides::one}.make(f);
  estimator->begin(7);
  const std::vector<double> x(5, 1.0);
  std::vector<double> g(5), expected(5, 1.0);
  estimator->gradient(x, g);
  add_noise(std::span(expected), 0.5, Noise::gaussian, Stream(7, Purpose("low-rank-directions.direction"), 1));
  EXPECT_EQ(seen, expected);
}

// A network says where its matrices are; biases between them get plain noise.
TEST(LowRankDirections, TakesTheMatricesOfANetwork) {
  DataSet<double> d;
  d.id = "points", d.samples = 6, d.features = 3, d.classes = 2;
  for (std::size_t i = 0; i < d.samples * d.features; ++i) d.inputs.push_back(std::sin(static_cast<double>(i)));
  for (std::size_t i = 0; i < d.samples; ++i) d.labels.push_back(static_cast<std::int32_t>(i % 2));
  NetworkObjective<double> f(network("3-5-2"), Loss::cross_entropy, d);
  EXPECT_EQ(f.matrices(), (std::vector<MatrixShape>{{0, 3, 5}, {20, 5, 2}}));
  const auto theta = network("3-5-2").initial<double>(1);
  std::vector<double> by_itself(theta.size()), told(theta.size());
  const auto a = LowRankDirections{.directions = 2}.make(f);
  const auto b = LowRankDirections{.directions = 2, .shapes = "3x5,5,5x2,2"}.make(f);
  a->begin(1), b->begin(1);
  a->gradient(theta, by_itself);
  b->gradient(theta, told);
  EXPECT_EQ(by_itself, told);
  const auto through = estimated(static_cast<Objective<double>&>(*a), LowRankDirections{.directions = 2});
  EXPECT_EQ(through.dimension(), theta.size());  // an adapter above an adapter finds them too
}

// A made-up task; and a network's objective that has to be asked at materialised points.
struct Made {
  explicit Made(std::size_t features, std::size_t classes) {
    d.id = "points", d.samples = 40, d.features = features, d.classes = classes;
    for (std::size_t i = 0; i < d.samples * features; ++i) d.inputs.push_back(std::sin(1.7 * static_cast<double>(i)));
    for (std::size_t i = 0; i < d.samples; ++i) d.labels.push_back(static_cast<std::int32_t>(i % classes));
  }
  DataSet<double> d;
};
class Materialised final : public Objective<double>, public Shaped {
 public:
  explicit Materialised(NetworkObjective<double>& f) : f_(f) {}
  [[nodiscard]] std::size_t dimension() const override { return f_.dimension(); }
  [[nodiscard]] Offers offers() const override { return f_.offers(); }
  [[nodiscard]] std::vector<MatrixShape> matrices() const override { return f_.matrices(); }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
    f_.answer(questions, answers);
    for (const auto& q : questions) EXPECT_EQ(q.perturbation.noise, Noise::none);
  }

 private:
  NetworkObjective<double>& f_;
};

// What a network makes of factors is what it makes of the directions.
TEST(LowRankDirections, ANetworkIsNotAskedAtPointsAndAnswersTheSame) {
  const Made made(6, 3);
  NetworkObjective<double> f(network("6-12-9-3"), Loss::cross_entropy, made.d);
  Materialised g(f);
  const auto theta = network("6-12-9-3").initial<double>(1);
  std::vector<double> fast(theta.size()), slow(theta.size());
  for (const Sides sides : {Sides::two, Sides::one})
    for (const std::size_t rank : {1u, 3u}) {
      const LowRankDirections options{.rank = rank, .sigma = 1e-2, .directions = 20, .sides = sides};
      const auto a = options.make(f);
      const auto b = options.make(g);
      a->begin(1), b->begin(1);
      for (int call = 0; call < 2; ++call) {
        a->gradient(theta, fast);
        b->gradient(theta, slow);
        for (std::size_t i = 0; i < fast.size(); ++i) ASSERT_NEAR(fast[i], slow[i], 1e-7 * (1 + std::abs(slow[i])));
      }
    }
}
}  // namespace
}  // namespace thalweg
