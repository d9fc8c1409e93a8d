#include "second_order/mgh.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/higher_order/ar3.hpp"
#include "thalweg/higher_order/cubic_newton.hpp"
#include "thalweg/second_order/newton_cg.hpp"

namespace {

using thalweg::Ar3;
using thalweg::CubicNewton;
using thalweg::NewtonCg;
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

// The published start times `scale`; a start of zeros becomes `scale` in every entry (MINPACK's INITPT).
std::vector<double> scaled_start(const Problem& p, double scale) {
  std::vector<double> x = p.start;
  const bool zero = std::all_of(x.begin(), x.end(), [](double v) { return v == 0.0; });
  for (double& v : x) v = scale == 1.0 ? v : zero ? scale : scale * v;
  return x;
}

// Over the problems on which the three converge to one minimum.
TEST(Mgh, EachOrderTakesFewerIterationsFromNearAndFarLongForm) {
  for (const double scale : {1.0, 10.0, 100.0}) {
    std::uint64_t first = 0, second = 0, third = 0;
    int problems = 0;
    mgh::for_each_problem([&](Problem& p) {
      const auto x0 = scaled_start(p, scale);
      const thalweg::Limits limits{.max_evaluations = 5000};
      const auto a = thalweg::minimize(*p.objective, x0, NewtonCg{}, limits);
      const auto b = thalweg::minimize(*p.objective, x0, CubicNewton{}, limits);
      const auto c = thalweg::minimize(*p.objective, x0, Ar3{}, limits);
      for (const auto* r : {&a, &b})
        if (r->status != Status::converged || !(std::abs(r->f - c.f) <= 1e-6 * std::max(1.0, std::abs(c.f)))) return;
      if (c.status != Status::converged) return;
      first += a.iterations, second += b.iterations, third += c.iterations;
      ++problems;
    });
    EXPECT_GE(problems, 25);
    EXPECT_LT(third, second) << "start times " << scale;
    EXPECT_LT(second, first) << "start times " << scale;
  }
}

TEST(Mgh, ThirdOrderTakesFewerIterationsThanSecond) {
  const Work second = solve_all(CubicNewton{}), third = solve_all(Ar3{});
  EXPECT_LE(third.iterations, second.iterations);
  EXPECT_LE(third.evaluations, second.evaluations);
  RecordProperty("cubic-newton", static_cast<int>(second.iterations));
  RecordProperty("ar3", static_cast<int>(third.iterations));
}

}  // namespace
