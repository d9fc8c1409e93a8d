// Certificates of the credit rules: what each is in expectation, and the published learning curves.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "thalweg/credit/backprop.hpp"
#include "thalweg/credit/feedback_alignment.hpp"
#include "thalweg/credit/forward_gradient.hpp"
#include "thalweg/credit/frozen_features.hpp"
#include "thalweg/credit/node_perturbation.hpp"
#include "thalweg/credit/weight_perturbation.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

struct Sample {  // a batch of normal inputs with labels or zero targets
  Sample(const Network& net, std::size_t size, std::uint64_t seed, bool classes) : inputs(size * net.inputs()) {
    Generator random(Stream(seed, Purpose("test.batch")));
    for (double& x : inputs) x = random.normal();
    if (classes)
      for (std::size_t b = 0; b < size; ++b) labels.push_back(static_cast<std::int32_t>(random.index(net.outputs())));
    else
      targets.assign(size * net.outputs(), 0.0);
    batch = {.inputs = inputs, .labels = labels, .targets = targets, .size = size};
  }
  std::vector<double> inputs, targets;
  std::vector<std::int32_t> labels;
  Batch<double> batch;
};

struct Moments {
  double sum = 0.0, squares = 0.0;
  int count = 0;
  void add(double v) { sum += v, squares += v * v, ++count; }
  [[nodiscard]] double mean() const { return sum / count; }
  [[nodiscard]] double error() const { return std::sqrt((squares / count - mean() * mean()) / count); }
};

// E[ĝ·u] = g·u for random u, and E‖ĝ − g‖²/‖g‖² near `relative_variance`; z-tests at 4.5 standard errors.
void expect_gradient(const Credit& credit, double relative_variance, double bias_allowed, int draws) {
  const Network net = network("6-5-4:tanh");
  Plan<double> plan(net, Loss::cross_entropy, 8);
  const std::vector<double> theta = net.initial<double>(1);
  const Sample sample(net, 8, 2, true);
  std::vector<double> truth(theta.size()), estimate(theta.size()), u(theta.size());
  auto exact = Credit(Backprop{}).make<double>();
  auto rule = credit.make<double>();
  CreditWork work;
  exact->begin(plan, 0);
  rule->begin(plan, 3);
  exact->gradient(theta, sample.batch, 1, truth, work);
  Generator random(Stream(4, Purpose("test.u")));
  for (double& v : u) v = random.normal();
  Moments along, size;
  for (int t = 1; t <= draws; ++t) {
    rule->gradient(theta, sample.batch, static_cast<std::uint64_t>(t), estimate, work);
    along.add(dot(estimate, u));
    double error = 0.0;
    for (std::size_t i = 0; i < u.size(); ++i) error += (estimate[i] - truth[i]) * (estimate[i] - truth[i]);
    size.add(error / dot(truth, truth));
  }
  EXPECT_LT(std::abs(along.mean() - dot(truth, u)), 4.5 * along.error() + bias_allowed) << credit.id();
  if (relative_variance < 0.0) return;
  EXPECT_LT(std::abs(size.mean() - relative_variance), 4.5 * size.error() + 0.01 * relative_variance) << credit.id();
}

constexpr double weights = 6 * 5 + 5 + 5 * 4 + 4;  // of 6-5-4

TEST(Credit, ForwardGradientIsUnbiasedWithItsVariance) {
  expect_gradient(ForwardGradient{}, weights - 1, 0.0, 4000);
  expect_gradient(ForwardGradient{.directions = 8}, (weights - 1) / 8, 0.0, 1000);
  expect_gradient(ForwardGradient{.noise = Noise::gaussian}, weights + 1, 0.0, 8000);
}

TEST(Credit, WeightPerturbationIsTheGradientWithItsVariance) {
  expect_gradient(WeightPerturbation{.sigma = 1e-4}, weights - 1, 1e-6, 4000);
  expect_gradient(WeightPerturbation{.directions = 4, .sigma = 1e-4, .noise = Noise::gaussian}, (weights + 1) / 4,
                  1e-6, 4000);
  expect_gradient(WeightPerturbation{.sigma = 1e-5, .antithetic = false}, weights - 1, 1e-3, 4000);
}

TEST(Credit, NodePerturbationIsTheGradientInTheMean) {
  expect_gradient(NodePerturbation{.sigma = 1e-4}, -1.0, 1e-4, 8000);
  expect_gradient(NodePerturbation{.directions = 3, .sigma = 1e-4, .antithetic = true, .noise = Noise::rademacher},
                  -1.0, 1e-6, 4000);
}

TEST(Credit, FeedbackThroughTheTransposeIsBackprop) {
  const Network net = network("6-5-5-4:tanh");
  Plan<double> plan(net, Loss::cross_entropy, 8);
  const std::vector<double> theta = net.initial<double>(1);
  const Sample sample(net, 8, 2, true);
  std::vector<double> truth(theta.size()), got(theta.size());
  CreditWork work;
  auto exact = Credit(Backprop{}).make<double>();
  exact->begin(plan, 0);
  exact->gradient(theta, sample.batch, 1, truth, work);
  auto aligned = Credit(FeedbackAlignment{.transpose = true}).make<double>();
  aligned->begin(plan, 0);
  aligned->gradient(theta, sample.batch, 1, got, work);
  for (std::size_t i = 0; i < theta.size(); ++i) EXPECT_NEAR(got[i], truth[i], 1e-14);
  auto random = Credit(FeedbackAlignment{}).make<double>();
  random->begin(plan, 0);
  random->gradient(theta, sample.batch, 1, got, work);
  const LayerView& last = net.layers().back();  // no feedback matrix above the last layer: its part is exact
  for (std::size_t i = last.weights; i < theta.size(); ++i) EXPECT_NEAR(got[i], truth[i], 1e-14);
  double difference = 0.0;
  for (std::size_t i = 0; i < last.weights; ++i) difference += std::abs(got[i] - truth[i]);
  EXPECT_GT(difference, 0.1);
}

// Lillicrap et al. 2016, figure 2: a linear network 30-20-10 learns a linear map; the angle between feedback
// alignment's and backprop's hidden updates falls below 45°.
TEST(Credit, FeedbackAlignmentAlignsOnALinearNet) {
  const Network net = network("30-20-10:linear");
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Plan<double> plan(net, Loss::squared_error, 20);
    std::vector<double> theta = net.initial<double>(seed), gradient(theta.size()), truth(theta.size());
    for (double& w : theta) w *= 0.1;  // small weights at the start, as in the paper
    std::vector<double> teacher(300);
    Generator random(Stream(seed, Purpose("test.teacher")));
    for (double& w : teacher) w = random.uniform(-1.0, 1.0);
    auto rule = Credit(FeedbackAlignment{}).make<double>();
    auto exact = Credit(Backprop{}).make<double>();
    rule->begin(plan, seed);
    exact->begin(plan, seed);
    CreditWork work;
    double cosine = 0.0;
    int measured = 0;
    for (std::uint64_t step = 1; step <= 1500; ++step) {
      Sample sample(net, 20, seed * 100000 + step, false);
      for (std::size_t b = 0; b < 20; ++b)
        for (std::size_t j = 0; j < 10; ++j)
          for (std::size_t i = 0; i < 30; ++i)
            sample.targets[b * 10 + j] += sample.inputs[b * 30 + i] * teacher[i * 10 + j];
      rule->gradient(theta, sample.batch, step, gradient, work);
      if (step > 1400) {
        exact->gradient(theta, sample.batch, step, truth, work);
        const std::size_t hidden = net.layers()[1].weights;
        const auto a = std::span<const double>(gradient).first(hidden),
                   b = std::span<const double>(truth).first(hidden);
        cosine += dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
        ++measured;
      }
      for (std::size_t i = 0; i < theta.size(); ++i) theta[i] -= 0.02 * gradient[i];
    }
    EXPECT_GE(cosine / measured, std::cos(M_PI / 4)) << "seed " << seed;
  }
}

// Fused or not, on one thread or three: the same bits.
TEST(Credit, AStepIsTheGradientAndTheRulesStep) {
  const Network net = network("40-50-33-10");
  const Sample sample(net, 70, 2, true);
  for (const Credit& credit : {Credit(Backprop{}), Credit(NodePerturbation{}), Credit(WeightPerturbation{}),
                               Credit(NodePerturbation{.directions = 2, .antithetic = true}),
                               Credit(WeightPerturbation{.directions = 3, .antithetic = false}),
                               Credit(WeightPerturbation{.directions = 2, .rank = 1}), Credit(ForwardGradient{})})
    for (const std::string text : {"sgd(rate=0.1)", "weight-decay(decay=0.1) | adam(rate=0.01) | lr-cosine(steps=9)",
                                   "clip(norm=0.1) | sgd(rate=0.1)"}) {
      std::vector<double> ends[2];
      double losses[2] = {};
      CreditWork work[2];
      for (const bool fused : {false, true}) {
        Plan<double> plan(net, Loss::cross_entropy, 70, fused ? 3 : 1);
        auto made = credit.make<double>();
        auto rule = parse_rule(text).make<double>();
        std::vector<double> theta = net.initial<double>(1), gradient(theta.size());
        made->begin(plan, 5);
        rule->begin(theta.size());
        for (std::uint64_t t = 1; t <= 3; ++t)
          if (fused) {
            losses[1] += made->step(theta, sample.batch, t, gradient, *rule, work[1]);
          } else {
            losses[0] += made->gradient(theta, sample.batch, t, gradient, work[0]);
            rule->apply(theta, gradient, t);
          }
        ends[fused] = theta;
      }
      EXPECT_EQ(ends[0], ends[1]) << credit.id() << " " << text;
      EXPECT_EQ(losses[0], losses[1]) << credit.id() << " " << text;
      EXPECT_EQ(work[0].flops, work[1].flops) << credit.id() << " " << text;
    }
}

TEST(Credit, AStepOfALossThatIsNotFiniteIsNotTaken) {
  const Network net = network("6-5-4");
  Sample sample(net, 8, 2, true);
  sample.inputs[3] = std::nan("");
  Plan<double> plan(net, Loss::cross_entropy, 8);
  for (const Credit& credit : {Credit(Backprop{}), Credit(NodePerturbation{}), Credit(WeightPerturbation{})})
    for (const std::string text : {"sgd(rate=0.1)", "clip(norm=0.1) | sgd(rate=0.1)"}) {
      auto made = credit.make<double>();
      auto rule = parse_rule(text).make<double>();
      std::vector<double> theta = net.initial<double>(1), gradient(theta.size());
      made->begin(plan, 5);
      rule->begin(theta.size());
      CreditWork work;
      EXPECT_TRUE(std::isnan(made->step(theta, sample.batch, 1, gradient, *rule, work)));
      EXPECT_EQ(theta, net.initial<double>(1)) << credit.id() << " " << text;
    }
}

TEST(Credit, FrozenFeaturesTeachOnlyTheLastLayer) {
  const Network net = network("6-5-4:tanh");
  Plan<double> plan(net, Loss::cross_entropy, 8);
  const std::vector<double> theta = net.initial<double>(1);
  const Sample sample(net, 8, 2, true);
  std::vector<double> truth(theta.size()), got(theta.size());
  CreditWork work;
  auto exact = Credit(Backprop{}).make<double>();
  exact->begin(plan, 0);
  exact->gradient(theta, sample.batch, 1, truth, work);
  auto frozen = Credit(FrozenFeatures{}).make<double>();
  frozen->begin(plan, 0);
  frozen->gradient(theta, sample.batch, 1, got, work);
  for (std::size_t i = 0; i < theta.size(); ++i)
    EXPECT_NEAR(got[i], i < net.layers().back().weights ? 0.0 : truth[i], 1e-14);
}

// Learning curves of one online step on a linear net, N inputs x ~ N(0, I), M outputs, E = ½‖W − W*‖² (Werfel, Xie
// & Seung 2005; the noise terms as derived for one-sided noise of size σ). The biases start right and do not count.
TEST(Credit, NodePerturbationFollowsWerfelsLearningCurve) {
  const double n = 7, m = 4, sigma = 0.3;
  const Network net = network("7-4:linear");
  Plan<double> plan(net, Loss::squared_error, 1);
  const std::size_t w = 28;
  for (const double eta : {0.01, 0.03}) {
    std::vector<double> theta(net.parameters(), 0.0), gradient(theta.size());
    Generator random(Stream(5, Purpose("test.w")));
    for (std::size_t i = 0; i < w; ++i) theta[i] = random.normal();
    const double e = 0.5 * dot(std::span<const double>(theta).first(w), std::span<const double>(theta).first(w));
    auto rule = Credit(NodePerturbation{.sigma = sigma}).make<double>();
    rule->begin(plan, 6);
    CreditWork work;
    Moments after;
    for (std::uint64_t t = 1; t <= 60000; ++t) {
      const Sample sample(net, 1, t, false);
      rule->gradient(theta, sample.batch, t, gradient, work);
      double sum = 0.0;
      for (std::size_t i = 0; i < w; ++i) sum += std::pow(theta[i] - eta * gradient[i], 2);
      after.add(0.5 * sum);
    }
    const double predicted =
        (1 - 2 * eta + (n + 2) * (m + 2) * eta * eta) * e + eta * eta * sigma * sigma * m * n * (m + 2) * (m + 4) / 8;
    EXPECT_LT(std::abs(after.mean() - predicted), 4.5 * after.error()) << "eta " << eta;
    const double descent =
        (1 - 2 * eta + (n + 2) * eta * eta) * e;  // gradient descent's: the test can tell them apart
    EXPECT_GT(std::abs(predicted - descent), 10 * after.error());
  }
}

// The same for weight perturbation, one-sided and Gaussian, on the same task without biases.
TEST(Credit, WeightPerturbationFollowsItsLearningCurve) {
  constexpr std::size_t n = 3, m = 2;
  const double sigma = 0.3, eta = 0.02;
  std::vector<double> theta(n * m);
  Generator random(Stream(5, Purpose("test.w")));
  for (double& v : theta) v = random.normal();
  const double e = 0.5 * dot(theta, theta);
  std::array<double, n> x{};
  const auto loss = [&](std::span<const double> w) {
    double sum = 0.0;
    for (std::size_t j = 0; j < m; ++j) {
      double y = 0.0;
      for (std::size_t i = 0; i < n; ++i) y += w[i * m + j] * x[i];
      sum += 0.5 * y * y;
    }
    return sum;
  };
  FunctionObjective objective(n * m, FunctionObjective::Value(loss));
  const auto estimator = registry::estimator("gaussian-smoothing")
                             .make(objective, {{"sigma", "0.3"}, {"directions", "1"}, {"sides", "one"}});
  estimator->begin(8);
  std::vector<double> gradient(n * m);
  Moments after;
  for (int t = 0; t < 400000; ++t) {
    for (double& v : x) v = random.normal();
    estimator->gradient(theta, gradient);
    double sum = 0.0;
    for (std::size_t i = 0; i < n * m; ++i) sum += std::pow(theta[i] - eta * gradient[i], 2);
    after.add(0.5 * sum);
  }
  const double mn = m * n, N = n, M = m;
  const double predicted = (1 - 2 * eta + (N + 2) * (mn + 2) * eta * eta) * e +
                           eta * eta * sigma * sigma * mn * (N + 2) * (M + 2) * (mn + 4) / 8;
  EXPECT_LT(std::abs(after.mean() - predicted), 4.5 * after.error());
  const double without_noise_term = (1 - 2 * eta + (N + 2) * (mn + 2) * eta * eta) * e;
  EXPECT_GT(predicted - without_noise_term, 10 * after.error());
}

// E‖ĝ‖²/‖g‖² of low-rank noise on one layer, through the engine that never makes a direction. The loss is a
// quadratic, of which antithetic differences are exact. With g = (G, h) on m×n weights and n biases, constant c of
// the matrix:
//     ‖G‖²(c + n) + ‖h‖²(mn + k),  k = n + 2 for Gaussian noise and n for signs
// (a matrix alone: c). ‖ĝ‖² is of degree 8 in Gaussian factors and settles slowly: 6 standard errors, signs 4.5.
void expect_low_rank_constant(const Credit& credit, double rank, bool gaussian, double directions) {
  const Network net = network("5-3");
  Plan<double> plan(net, Loss::squared_error, 4);
  const std::vector<double> theta = net.initial<double>(1);
  const Sample sample(net, 4, 2, false);
  std::vector<double> truth(theta.size()), estimate(theta.size()), u(theta.size());
  auto exact = Credit(Backprop{}).make<double>();
  auto rule = credit.make<double>();
  CreditWork work;
  exact->begin(plan, 0);
  rule->begin(plan, 3);
  exact->gradient(theta, sample.batch, 1, truth, work);
  for (std::size_t i = 0; i < u.size(); ++i) u[i] = 1.0 - 0.4 * static_cast<double>(i % 5);
  const std::span<const double> g = truth;
  const double of_weights = dot(g.first(15), g.first(15)), of_biases = dot(g.subspan(15), g.subspan(15));
  const double m = 5, n = 3;
  const double c = m * n + 2 + (gaussian ? 2 * m + 2 * n + 2 : -2) / rank;
  const double second = of_weights * (c + n) + of_biases * (m * n + (gaussian ? n + 2 : n));
  Moments along, size;
  for (std::uint64_t t = 1; t <= 20000; ++t) {
    rule->gradient(theta, sample.batch, t, estimate, work);
    along.add(dot(estimate, u));
    for (std::size_t i = 0; i < estimate.size(); ++i) estimate[i] -= truth[i];
    size.add(dot(estimate, estimate));
  }
  const double variance = (second - of_weights - of_biases) / directions, z = gaussian ? 6.0 : 4.5;
  EXPECT_LT(std::abs(along.mean() - dot(truth, u)), z * along.error());
  EXPECT_LT(std::abs(size.mean() - variance), z * size.error()) << "rank " << rank << ", Gaussian " << gaussian;
  if (rank == 1) {  // the test can tell it from the other kind of noise
    EXPECT_GT(of_weights * (2 * m + 2 * n + 4) / directions, 9.0 * size.error());
  }
}
TEST(Credit, LowRankNoiseHasTheStatedVariance) {
  for (const int rank : {1, 3})
    for (const int directions : {1, 3}) {
      const WeightPerturbation gaussian{
          .directions = directions, .sigma = 0.1, .noise = Noise::gaussian, .rank = rank};
      const WeightPerturbation signs{.directions = directions, .sigma = 0.1, .rank = rank};
      expect_low_rank_constant(gaussian, rank, true, directions);
      expect_low_rank_constant(signs, rank, false, directions);
    }
  expect_low_rank_constant(
      registry::make_credit("low-rank-directions", {{"sigma", "0.1"}, {"directions", "2"}, {"rank", "2"}}), 2, true,
      2);
}
TEST(Credit, LowRankNoiseOneSidedIsThePairAsSigmaFalls) {
  const Network net = network("6-5-4");
  Plan<double> plan(net, Loss::cross_entropy, 8);
  const std::vector<double> theta = net.initial<double>(1);
  const Sample sample(net, 8, 2, true);
  std::vector<double> one(theta.size()), two(theta.size());
  CreditWork work_one, work_two;
  auto rule =
      Credit(WeightPerturbation{.directions = 20, .sigma = 1e-6, .antithetic = false, .rank = 2}).make<double>();
  auto pairs = Credit(WeightPerturbation{.directions = 20, .sigma = 1e-6, .rank = 2}).make<double>();
  rule->begin(plan, 3);
  pairs->begin(plan, 3);
  const double loss = rule->gradient(theta, sample.batch, 1, one, work_one);
  EXPECT_NEAR(pairs->gradient(theta, sample.batch, 1, two, work_two), loss, 1e-9);
  for (std::size_t i = 0; i < one.size(); ++i) ASSERT_NEAR(one[i], two[i], 1e-4);
  EXPECT_EQ(work_one.forward_passes, 21u);
  EXPECT_EQ(work_two.forward_passes, 40u);
  EXPECT_LT(work_one.flops, work_two.flops);
  EXPECT_THROW(registry::make_credit("weight-perturbation", {{"rank", "-1"}}), InvalidArgument);
}

TEST(Credit, EstimatorsAreCreditRules) {
  expect_gradient(registry::make_credit("spsa", {{"c", "1e-4"}, {"gamma", "0"}}), weights - 1, 1e-3, 4000);
  EXPECT_THROW(registry::make_credit("bakcprop"), InvalidArgument);
  EXPECT_THROW(registry::make_credit("node-perturbation", {{"sgima", "1"}}), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
