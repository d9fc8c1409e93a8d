// The descent loop: budgets, convergence, what it recommends, and trouble.
#include "thalweg/first_order/descent.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/first_order/rules.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

double quadratic(std::span<const double> x, std::span<double> g) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double curvature = 1.0 + static_cast<double>(i);
    sum += 0.5 * curvature * x[i] * x[i];
    if (!g.empty()) g[i] = curvature * x[i];
  }
  return sum;
}

// A quadratic with noise in value and gradient, a function of the sample key; `whole` is exact.
template <class S>
class Noisy final : public Objective<S> {
 public:
  explicit Noisy(std::size_t n, double noise) : n_(n), noise_(noise) {}
  [[nodiscard]] std::size_t dimension() const override { return n_; }
  [[nodiscard]] Offers offers() const override {
    Offers offers;
    offers.kinds = AnswerKind::value;
    offers.add(AnswerKind::gradient, Quality::unbiased);
    offers.stochastic = true;
    return offers;
  }
  void answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) override {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const Question<S>& q = questions[i];
      const double scale = q.sample.whole() ? 0.0 : noise_;
      Generator random(Stream(1, Purpose("test.noise"), q.sample.id));
      double sum = scale * random.normal();
      for (std::size_t k = 0; k < n_; ++k) {
        const double x = static_cast<double>(q.point[k]);
        sum += 0.5 * x * x;
        if (q.asks.has(AnswerKind::gradient)) answers[i].gradient[k] = static_cast<S>(x + scale * random.normal());
      }
      answers[i].value = sum;
      keys.push_back(q.sample.id);
    }
  }
  std::vector<std::uint64_t> keys;

 private:
  std::size_t n_;
  double noise_;
};

TEST(Descent, ConvergesWhereTheGradientSaysSo) {
  FunctionObjective f(5, quadratic);
  for (const Rule& rule : {sgd({.rate = 0.3}), momentum({.rate = 0.1}), nesterov({.lipschitz = 5.0})}) {
    const auto r = minimize(f, std::vector<double>(5, 1.0), descent(rule), {.max_evaluations = 20000});
    SCOPED_TRACE(rule.text() + ": " + r.message);
    EXPECT_EQ(r.status, Status::converged);
    std::vector<double> g(5);
    quadratic(r.recommended, g);
    for (const double e : g) EXPECT_LE(std::abs(e), 1e-8);
    EXPECT_EQ(r.evaluations(), r.iterations + 1);
    EXPECT_EQ(r.ledger.of(AnswerKind::gradient), r.iterations + 1);
  }
}

TEST(Descent, TakesTheTolerancesGiven) {
  FunctionObjective f(5, quadratic);
  Limits limits;
  limits.tolerance.gradient = 1e-3;
  const auto loose = minimize(f, std::vector<double>(5, 1.0), descent(sgd({.rate = 0.3})), limits);
  const auto tight =
      minimize(f, std::vector<double>(5, 1.0), Descent{.rule = sgd({.rate = 0.3}), .gradient_tolerance = 1e-12});
  EXPECT_EQ(loose.status, Status::converged);
  EXPECT_EQ(tight.status, Status::converged);
  EXPECT_LT(loose.iterations, tight.iterations);
  const auto at_once = minimize(f, std::vector<double>(5, 0.0), descent(sgd()));
  EXPECT_EQ(at_once.status, Status::converged);
  EXPECT_EQ(at_once.iterations, 0u);
}

TEST(Descent, EveryRuleOfTheRegistryIsAMethodThatDescends) {
  FunctionObjective f(3, quadratic);
  int count = 0;
  for (const auto& rule : registry::rules()) {
    bool known = false;
    for (const auto& m : registry::methods()) known = known || m.entry.id == rule.entry.id;
    if (!known) continue;
    ++count;
    SCOPED_TRACE(rule.entry.id);
    const auto method = registry::method(rule.entry.id).make({{"rate", "0.01"}});
    const std::vector<double> x0 = {1.0, -1.0, 0.5};
    const auto r = minimize(f, x0, method, {.max_iterations = 300});
    EXPECT_LT(r.f, 0.5 * quadratic(x0, {}));
    // The method named after the rule is the descent loop with that rule.
    const auto same = minimize(f, x0, descent(parse_rule(rule.entry.id + "(rate=0.01)")), {.max_iterations = 300});
    EXPECT_EQ(r.recommended, same.recommended);
  }
  EXPECT_EQ(count, 10);
  EXPECT_THROW(registry::method("adam").make({{"rte", "0.1"}}), InvalidArgument);
  EXPECT_NO_THROW(registry::method("descent").make({{"rule", "clip | adam"}}));
  EXPECT_THROW(registry::method("descent").make({{"rule", "clip | adamm"}}), InvalidArgument);
}

TEST(Descent, AsksANewSampleEachStepAndRecommendsTheLastIterate) {
  Noisy<double> f(4, 0.5);
  const auto r = minimize(f, std::vector<double>(4, 3.0), descent(sgd({.rate = 0.1})), {.max_iterations = 200});
  EXPECT_EQ(r.status, Status::iteration_budget);
  ASSERT_EQ(f.keys.size(), 201u);
  for (std::uint64_t t = 0; t < 200; ++t) EXPECT_EQ(f.keys[t], t + 1);
  EXPECT_EQ(f.keys[200], 0u);  // the one value, of the whole, at the end
  EXPECT_EQ(r.evaluations(), 1u);
  double expected = 0.0;
  for (const double x : r.recommended) expected += 0.5 * x * x;
  EXPECT_DOUBLE_EQ(r.recommended_f, expected);
  EXPECT_LT(expected, 1.0);
}

TEST(Descent, WorksInSinglePrecision) {
  Noisy<float> f(4, 0.0);
  const auto r = minimize(f, std::vector<float>(4, 3.0f), descent(chain(clip(1.0), adam({.rate = 0.1}))),
                          {.max_iterations = 400});
  EXPECT_LT(r.recommended_f, 1e-4);
}

TEST(Descent, DivergenceIsANumericalFailureAndTheBestPointIsKept) {
  FunctionObjective f(2, quadratic);
  const auto r =
      minimize(f, std::vector<double>{1.0, 1.0}, descent(sgd({.rate = 10.0})), {.max_evaluations = 100000});
  EXPECT_EQ(r.status, Status::numerical_failure);
  EXPECT_NE(r.message.find("lower the rate"), std::string::npos);
  EXPECT_EQ(r.x, (std::vector<double>{1.0, 1.0}));
  EXPECT_DOUBLE_EQ(r.f, 1.5);

  const auto nan = [](std::span<const double> x, std::span<double> g) {
    if (!g.empty()) g[0] = x[0] < 0.5 ? std::numeric_limits<double>::quiet_NaN() : 1.0;
    return x[0];
  };
  const auto s = minimize(nan, std::vector<double>{1.0}, descent(sgd({.rate = 0.1})), {.max_evaluations = 1000});
  EXPECT_EQ(s.status, Status::numerical_failure);
  EXPECT_TRUE(std::isfinite(s.x[0]));
}

TEST(Descent, SaysWhenItStalls) {
  FunctionObjective f(2, quadratic);
  const auto r = minimize(f, std::vector<double>{1.0, 1.0},
                          descent(chain(sgd({.rate = 0.1}), lr_cosine({.steps = 20}))), {.max_evaluations = 100000});
  EXPECT_EQ(r.status, Status::stalled) << r.message;
  EXPECT_LT(r.iterations, 300u);
}

TEST(Descent, NeverOneEvaluationOverAndStopsFromCallbacks) {
  for (const std::uint64_t budget : {1u, 2u, 17u}) {
    FunctionObjective f(2, quadratic);
    const auto r = minimize(f, std::vector<double>{1.0, 1.0}, descent(sgd()), {.max_evaluations = budget});
    EXPECT_EQ(r.status, Status::evaluation_budget);
    EXPECT_LE(r.evaluations(), budget);
    EXPECT_LE(r.ledger.of(AnswerKind::gradient), budget);
  }
  FunctionObjective f(2, quadratic);
  Limits limits;
  limits.callback = [](const Progress& p) { return p.iteration == 7 ? Control::stop : Control::proceed; };
  const auto r = minimize(f, std::vector<double>{1.0, 1.0}, descent(sgd()), limits);
  EXPECT_EQ(r.status, Status::stopped_by_callback);
  EXPECT_EQ(r.iterations, 7u);
}

TEST(Descent, ChargesTheRulesWork) {
  FunctionObjective f(10, quadratic);
  struct Counting : Objective<double> {
    explicit Counting(FunctionObjective& base) : f(base) {}
    [[nodiscard]] std::size_t dimension() const override { return f.dimension(); }
    [[nodiscard]] Offers offers() const override { return f.offers(); }
    void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
      f.answer(questions, answers);
      for (auto& a : answers) a.flops = 7.0;
    }
    FunctionObjective& f;
  } counting(f);
  const auto r = minimize(counting, std::vector<double>(10, 1.0), descent(sgd()), {.max_iterations = 50});
  EXPECT_DOUBLE_EQ(r.ledger.flops, 50.0 * 20.0 + 7.0 * static_cast<double>(r.ledger.of(AnswerKind::gradient)));
  EXPECT_EQ(minimize(f, std::vector<double>(10, 1.0), descent(sgd()), {.max_iterations = 50}).ledger.flops, 0.0);
}

TEST(Descent, RecommendsNesterovsX) {
  FunctionObjective f(3, quadratic);
  const auto r =
      minimize(f, std::vector<double>(3, 1.0), descent(nesterov({.lipschitz = 3.0})), {.max_iterations = 10});
  const auto rule = nesterov({.lipschitz = 3.0}).make<double>();
  rule->begin(3);
  std::vector<double> y(3, 1.0), g(3);
  for (std::uint64_t t = 1; t <= 10; ++t) {
    quadratic(y, g);
    rule->apply(y, g, t);
  }
  const auto x = rule->recommended(y);
  EXPECT_EQ(r.recommended, std::vector<double>(x.begin(), x.end()));
}

}  // namespace
}  // namespace thalweg
