// A steady-state iteration of the quasi-Newton and Newton methods allocates nothing.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "counted_allocations.hpp"
#include "second_order/layers.hpp"
#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/higher_order/cubic_newton.hpp"
#include "thalweg/second_order/bfgs.hpp"
#include "thalweg/second_order/l_bfgs.hpp"
#include "thalweg/second_order/newton.hpp"
#include "thalweg/second_order/newton_cg.hpp"

namespace {

using thalweg::AnswerKind;

template <class M>
long allocations(const M& method, std::uint64_t iterations) {
  auto f = thalweg::differentiable([](const auto& x) {
    using S = thalweg::scalar_t<decltype(x)>;
    S sum = 0.0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      const S u = x[i + 1] - x[i] * x[i], v = 1.0 - x[i];
      sum += 100.0 * u * u + v * v;
    }
    return sum;
  });
  std::vector<double> x0(20, 1.0);
  for (std::size_t i = 0; i < 20; i += 2) x0[i] = -1.2;
  const thalweg::Method erased = thalweg::method(method);
  const long before = thalweg::testing_allocations::count;
  const auto result = thalweg::minimize(f, x0, erased, {.max_iterations = iterations});
  EXPECT_EQ(result.iterations, iterations) << result.message;
  return thalweg::testing_allocations::count - before;
}

// The driver's list of improvements doubles now and then: at most once between 17 and 30.
TEST(Allocations, NoneInAnIteration) {
  EXPECT_LE(allocations(thalweg::LBfgs{}, 30) - allocations(thalweg::LBfgs{}, 17), 1);
  EXPECT_LE(allocations(thalweg::Bfgs{}, 30) - allocations(thalweg::Bfgs{}, 17), 1);
  EXPECT_LE(allocations(thalweg::NewtonCg{}, 30) - allocations(thalweg::NewtonCg{}, 17), 1);
  EXPECT_LE(allocations(thalweg::Newton{}, 30) - allocations(thalweg::Newton{}, 17), 1);
}

// Observations and decompositions included.
TEST(Allocations, NoneInAStepOfARuleThatLooksIntoLayers) {
  for (const char* text :
       {"k-fac(statistics_period=2, inverse_period=4)", "ek-fac(statistics_period=2, inverse_period=4)",
        "prong(statistics_period=2, period=4)", "clip | dbp | lr-cosine"}) {
    layers_of_a_network::Bench<float> bench("6-8-3", 10);
    const auto rule = thalweg::parse_rule(text).make<float>();
    rule->begin(bench.task.theta.size(), bench.blocks());
    for (std::uint64_t t = 1; t <= 4; ++t) bench.step(*rule, t);
    const long before = thalweg::testing_allocations::count;
    for (std::uint64_t t = 5; t <= 20; ++t) bench.step(*rule, t);
    EXPECT_EQ(thalweg::testing_allocations::count - before, 0) << text;
  }
}
// A chain of n variables that answers value, gradient and Hessian-vector products, nothing else, and allocates
// nothing: f = Σ (x_i² − 1)²/4 + ½ (x_{i+1} − x_i)².
class Chain final : public thalweg::Objective<double> {
 public:
  explicit Chain(std::size_t n) : n_(n) {}
  [[nodiscard]] std::size_t dimension() const override { return n_; }
  [[nodiscard]] thalweg::Offers offers() const override {
    thalweg::Offers offers;
    return offers.add(AnswerKind::gradient).add(AnswerKind::hessian_vector);
  }
  void answer(std::span<const thalweg::Question<double>> questions,
              std::span<thalweg::Answer<double>> answers) override {
    for (std::size_t k = 0; k < questions.size(); ++k) answer(questions[k], answers[k]);
  }

 private:
  void answer(const thalweg::Question<double>& q, thalweg::Answer<double>& a) const {
    const auto x = q.point;
    if (q.asks.has(AnswerKind::hessian_vector)) {
      const auto d = q.direction;
      for (std::size_t i = 0; i < n_; ++i) {
        double h = (3.0 * x[i] * x[i] - 1.0) * d[i];
        if (i > 0) h += d[i] - d[i - 1];
        if (i + 1 < n_) h += d[i] - d[i + 1];
        a.hessian_vector[i] = h;
      }
    }
    const bool gradient = q.asks.has(AnswerKind::gradient);
    if (!gradient && !q.asks.has(AnswerKind::value)) return;
    a.value = 0.0;
    for (std::size_t i = 0; i < n_; ++i) {
      const double well = x[i] * x[i] - 1.0, step = i + 1 < n_ ? x[i + 1] - x[i] : 0.0;
      a.value += 0.25 * well * well + 0.5 * step * step;
      if (gradient) a.gradient[i] = well * x[i] - step + (i > 0 ? x[i] - x[i - 1] : 0.0);
    }
  }
  std::size_t n_;
};

// Numbers allocated by a whole run, for each variable.
template <class M>
double numbers_a_variable(const M& method, std::size_t n, std::uint64_t iterations) {
  Chain f(n);
  std::vector<double> x0(n);
  for (std::size_t i = 0; i < n; ++i) x0[i] = std::sin(0.7 * static_cast<double>(i)) + 0.2;
  const thalweg::Method erased = thalweg::method(method);
  const long before = thalweg::testing_allocations::bytes;
  const auto result = thalweg::minimize(f, x0, erased, {.max_iterations = iterations});
  EXPECT_LT(result.f, f.value(x0));
  EXPECT_EQ(result.ledger.of(AnswerKind::hessian), 0u);
  EXPECT_GT(result.ledger.of(AnswerKind::hessian_vector), 0u);
  return static_cast<double>(thalweg::testing_allocations::bytes - before) / (8.0 * static_cast<double>(n));
}
void expect_linear_memory(std::size_t n, std::uint64_t iterations) {
  EXPECT_LE(numbers_a_variable(thalweg::NewtonCg{}, n, iterations), 20.0);
  EXPECT_LE(numbers_a_variable(thalweg::CubicNewton{}, n, iterations), 40.0);  // 20 vectors of the basis
  EXPECT_LE(numbers_a_variable(thalweg::CubicNewton{.kept_vectors = 2}, n, iterations), 22.0);
}
TEST(Memory, IsLinearInTheVariablesWithHessianVectorProducts) { expect_linear_memory(20000, 20); }
TEST(Memory, LongFormAMillionVariables) { expect_linear_memory(1'000'000, 8); }

}  // namespace
