// A steady-state iteration of the quasi-Newton and Newton methods allocates nothing.
#include <gtest/gtest.h>

#include <vector>

#include "counted_allocations.hpp"
#include "second_order/layers.hpp"
#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/second_order/bfgs.hpp"
#include "thalweg/second_order/l_bfgs.hpp"
#include "thalweg/second_order/newton.hpp"
#include "thalweg/second_order/newton_cg.hpp"

namespace {

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

}  // namespace
