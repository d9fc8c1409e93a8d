// Certificates of the named zeroth-order methods.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "test_objectives.hpp"
#include "thalweg/first_order/descent.hpp"
#include "thalweg/gradient_estimation/estimators.hpp"
#include "thalweg/gradient_estimation/zo_adamm.hpp"
#include "thalweg/gradient_estimation/zo_sgd.hpp"
#include "thalweg/gradient_estimation/zo_signsgd.hpp"
#include "thalweg/gradient_estimation/zo_svrg.hpp"

namespace thalweg {
namespace {

using testing_estimators::Watched;

double bowl(std::span<const double> x) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (1.0 + static_cast<double>(i)) * (x[i] - 0.3) * (x[i] - 0.3);
  return sum + 0.5 * x[0] * x[1];
}
const std::vector<double> start = {2.0, -1.0, 1.5};

TEST(ZoSgd, IsSgdOverGaussianSmoothing) {
  Watched<double> f(3, bowl);
  const Limits limits{.max_iterations = 50, .seed = 3, .keep_path = true};
  auto estimate = estimated(f, GaussianSmoothing{.sigma = 0.01, .directions = 2, .sides = Sides::one});
  const auto composed = minimize(estimate, start, descent(sgd({.rate = 0.02})), limits);
  const auto named = minimize(f, start, ZoSgd{.rate = 0.02, .sigma = 0.01, .directions = 2}, limits);
  EXPECT_EQ(named.path, composed.path);
  EXPECT_EQ(named.ledger.answers, composed.ledger.answers);
}

// Only the sign of each coordinate of the average counts: a step moves every coordinate by δ, whatever the scale of
// f.
TEST(ZoSignsgd, StepsAreSignsAndDoNotChangeWithTheScaleOfTheLoss) {
  const Limits limits{.max_iterations = 200, .seed = 5, .keep_path = true};
  const ZoSignsgd options{.rate = 0.0625, .sigma = 0.01, .directions = 3};
  std::vector<std::vector<double>> plain;
  for (const double scale : {1.0, 1e-6, 3.7, 1e9}) {
    Watched<double> f(3, [scale](std::span<const double> x) { return scale * bowl(x); });
    const auto r = minimize(f, start, options, limits);
    if (plain.empty()) plain = r.path;
    EXPECT_EQ(r.path, plain) << scale;
  }
  std::vector<double> before = start;
  for (const auto& x : plain) {
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(std::abs(x[i] - before[i]), 0.0625);
    before = x;
  }
  Watched<double> g(3, [](std::span<const double> x) { return -bowl(x); });
  EXPECT_NE(minimize(g, start, options, limits).path, plain);
}

TEST(ZoSignsgd, StepsDecayAsStated) {
  Watched<double> f(1, [](std::span<const double> x) { return x[0]; });
  const auto r = minimize(f, {0.0}, ZoSignsgd{.rate = 1.0, .decay = 0.5}, {.max_iterations = 30, .keep_path = true});
  double expected = 0.0;
  for (std::size_t t = 1; t <= 30; ++t) {
    expected -= 1.0 / std::sqrt(static_cast<double>(t));
    EXPECT_NEAR(r.path[t - 1][0], expected, 1e-12);
  }
}

TEST(ZoAdamm, FollowsItsAlgorithm) {
  Watched<double> f(3, bowl);
  const ZoAdamm o{.rate = 0.03, .beta1 = 0.8, .beta2 = 0.6, .sigma = 0.01, .directions = 2};
  const auto r = minimize(f, start, o, {.max_iterations = 60, .seed = 9, .keep_path = true});
  const auto estimator = SphereSmoothing{.sigma = 0.01, .directions = 2, .sides = Sides::one}.make(f);
  estimator->begin(9);
  std::vector<double> x = start, g(3), m(3, 0.0), v(3, 0.0), top(3, 0.0);
  for (std::size_t t = 0; t < 60; ++t) {
    estimator->gradient(x, g);
    for (std::size_t i = 0; i < 3; ++i) {
      m[i] = 0.8 * m[i] + 0.2 * g[i];
      v[i] = 0.6 * v[i] + 0.4 * g[i] * g[i];
      top[i] = std::max(top[i], v[i]);
      x[i] -= 0.03 * m[i] / std::sqrt(top[i]);
      EXPECT_NEAR(r.path[t][i], x[i], 1e-9);
    }
    x = r.path[t];  // rounding does not add up
  }
}

TEST(ZoMethods, StayInABoxAndFindItsBestCorner) {
  const Bounds box{{-1.0, -1.0, -1.0}, {1.0, 0.5, 1.0}};
  std::size_t outside = 0;
  Watched<double> f(3, [&](std::span<const double> x) {
    outside += box.contains(x) ? 0 : 1;
    return (x[0] - 2.0) * (x[0] - 2.0) + 3.0 * (x[1] - 2.0) * (x[1] - 2.0) + 10.0 * (x[2] + 0.25) * (x[2] + 0.25);
  });
  const Limits limits{.max_evaluations = 6000, .bounds = box};
  const auto expect_corner = [&](const Result& r) {
    EXPECT_NEAR(r.recommended[0], 1.0, 0.05);
    EXPECT_NEAR(r.recommended[1], 0.5, 0.05);
    EXPECT_NEAR(r.recommended[2], -0.25, 0.25);  // the corner pulls hard, and noise of it is in every ĝ
  };
  const std::vector<double> corner = {-1.0, -1.0, 1.0};
  expect_corner(minimize(f, corner, ZoAdamm{.rate = 0.02, .directions = 4}, limits));
  expect_corner(minimize(f, corner, ZoSgd{.rate = 0.01, .directions = 4}, limits));
  expect_corner(minimize(f, corner, ZoSignsgd{.rate = 0.01, .directions = 4}, limits));
  expect_corner(minimize(f, corner, ZoSvrg{.rate = 0.01, .directions = 4}, limits));
  EXPECT_EQ(outside, 0u);
}

// f = mean of f_i = ½ a_i‖x − b_i‖²; key k names the minibatch of the one sample (k·step + 1) mod 8; 0 is the whole.
class FiniteSum final : public Objective<double> {
 public:
  explicit FiniteSum(std::uint64_t step) : step_(step) {}
  [[nodiscard]] std::size_t dimension() const override { return 3; }
  [[nodiscard]] Offers offers() const override {
    Offers offers;
    offers.kinds = AnswerKind::value;
    offers.stochastic = true;
    offers.samples = 8;
    return offers;
  }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
    for (std::size_t q = 0; q < questions.size(); ++q) {
      const std::uint64_t key = questions[q].sample.id;
      double sum = 0.0;
      for (std::uint64_t i = 0; i < 8; ++i)
        if (key == 0 || i == (key * step_ + 1) % 8) sum += part(i, questions[q].point) / (key == 0 ? 8.0 : 1.0);
      answers[q].value = sum;
    }
  }
  [[nodiscard]] static double part(std::uint64_t i, std::span<const double> x) {
    double sum = 0.0;
    for (std::size_t j = 0; j < 3; ++j) {
      const double off = x[j] - std::sin(static_cast<double>(3 * i + j));
      sum += 0.5 * (1.0 + 0.3 * static_cast<double>(i)) * off * off;
    }
    return sum;
  }
  [[nodiscard]] static std::vector<double> minimiser() {
    std::vector<double> x(3, 0.0);
    double weights = 0.0;
    for (std::uint64_t i = 0; i < 8; ++i) {
      const double weight = 1.0 + 0.3 * static_cast<double>(i);
      weights += weight;
      for (std::size_t j = 0; j < 3; ++j) x[j] += weight * std::sin(static_cast<double>(3 * i + j));
    }
    for (double& v : x) v /= weights;
    return x;
  }

 private:
  std::uint64_t step_;
};

std::vector<std::vector<double>> svrg_path(ZoSvrg options, std::uint64_t order, std::uint64_t steps) {
  FiniteSum f(order);
  options.rate = 0.05;
  return minimize(f, start, options, {.max_iterations = steps, .seed = 2, .final_value = false, .keep_path = true})
      .path;
}

TEST(ZoSvrg, AtTheSnapshotNoNoiseOfTheMinibatchIsLeft) {
  using Law = ZoSvrg::Law;
  for (const Law law : {Law::sphere, Law::gaussian, Law::rademacher, Law::coordinates})
    for (const auto snapshot : {ZoSvrg::Snapshot::coordinates, ZoSvrg::Snapshot::random}) {
      const ZoSvrg options{.steps = 4, .law = law, .snapshot = snapshot};
      const auto a = svrg_path(options, 1, 5), b = svrg_path(options, 3, 5);
      EXPECT_EQ(a[0], b[0]);  // whatever the minibatch was
      EXPECT_NE(a[1], b[1]);  // away from the snapshot it matters
      if (snapshot != ZoSvrg::Snapshot::coordinates) continue;
      // The step is the snapshot's estimate of the whole: −η∇f, by central differences exact on quadratics.
      FiniteSum f(1);
      std::vector<double> g(3);
      FdCentral{.step = options.sigma}.make(f)->gradient(start, g);
      for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(a[0][i], start[i] - 0.05 * g[i], 1e-15);
    }
  // Directions of their own do not cancel (Liu et al. 2018).
  EXPECT_NE(svrg_path({.steps = 4, .shared = false}, 1, 1)[0], svrg_path({.steps = 4, .shared = false}, 3, 1)[0]);
}

TEST(ZoSvrg, ConvergesToTheMinimumWhereSgdStaysInTheNoise) {
  const auto error_of = [](const auto& options) {
    FiniteSum f(3);
    const auto r = minimize(f, start, options, {.max_evaluations = 40000});
    const auto best = FiniteSum::minimiser();
    double error = 0.0;
    for (std::size_t i = 0; i < 3; ++i) error += (r.recommended[i] - best[i]) * (r.recommended[i] - best[i]);
    return error;
  };
  const double svrg = error_of(ZoSvrg{.rate = 0.05, .steps = 20});
  const double by_coordinates = error_of(ZoSvrg{.rate = 0.05, .steps = 20, .law = ZoSvrg::Law::coordinates});
  const double plain = error_of(ZoSgd{.rate = 0.05, .law = ZoLaw::sphere});
  EXPECT_LT(by_coordinates, 1e-20);
  EXPECT_LT(svrg, 1e-9);
  EXPECT_GT(plain, 1e-5);
}

}  // namespace
}  // namespace thalweg
