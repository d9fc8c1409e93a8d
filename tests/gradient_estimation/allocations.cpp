// A steady-state gradient of an estimator allocates nothing.
#include <gtest/gtest.h>

#include <vector>

#include "counted_allocations.hpp"
#include "test_objectives.hpp"
#include "thalweg/gradient_estimation/estimators.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

TEST(Allocations, NoneInAGradientOfAnyEstimator) {
  for (const auto& item : registry::estimators()) {
    const std::size_t n = 40;
    testing_estimators::Linear<double> linear(std::vector<double>(n, 1.0));
    testing_estimators::Watched<double> regenerating(
        n, [](std::span<const double> x) { return x[0]; }, true);
    for (Objective<double>* f :
         {static_cast<Objective<double>*>(&linear), static_cast<Objective<double>*>(&regenerating)}) {
      if (!f->offers().kinds.has_all(item.entry.asks)) continue;
      const auto estimator = item.make(*f, {});
      estimator->begin(1);
      std::vector<double> x(n, 0.5), g(n);
      estimator->value_and_gradient(x, g);
      const long before = testing_allocations::count;
      for (int call = 0; call < 10; ++call) estimator->value_and_gradient(x, g);
      EXPECT_EQ(testing_allocations::count - before, 0) << item.entry.id;
    }
  }
}

}  // namespace
}  // namespace thalweg
