#include "second_order/mgh.hpp"

#include <gtest/gtest.h>

#include "thalweg/higher_order/ar3.hpp"
#include "thalweg/higher_order/cubic_newton.hpp"

namespace {

using thalweg::Ar3;
using thalweg::CubicNewton;
using thalweg::Problem;
using thalweg::Status;

// Outer iterations (every model solved counts, refused steps too) and calls of f.
struct Work {
  std::uint64_t iterations = 0, evaluations = 0;
};
template <class M>
Work solve_all(const M& method) {
  Work work;
  mgh::for_each_problem([&](Problem& p) {
    const auto result = thalweg::minimize(*p.objective, p.start, method, {.max_evaluations = 5000});
    EXPECT_EQ(result.status, Status::converged) << p.id << ": " << result.message;
    EXPECT_TRUE(mgh::is_minimum(p, result.f)) << p.id << ": f = " << result.f;
    work.iterations += result.iterations;
    work.evaluations += result.evaluations();
  });
  return work;
}

TEST(Mgh, ThirdOrderTakesFewerIterationsThanSecond) {
  const Work second = solve_all(CubicNewton{}), third = solve_all(Ar3{});
  EXPECT_LE(third.iterations, second.iterations);
  EXPECT_LE(third.evaluations, second.evaluations);
  RecordProperty("cubic-newton", static_cast<int>(second.iterations));
  RecordProperty("ar3", static_cast<int>(third.iterations));
}

}  // namespace
