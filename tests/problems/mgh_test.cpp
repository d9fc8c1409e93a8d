// The Moré–Garbow–Hillstrom set against values that were not computed here.
#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/autodiff/check.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace {

using namespace thalweg;

TEST(Mgh, AllThirtyFiveAreThere) {
  std::size_t count = 0;
  for (const auto& item : registry::problems()) count += item.entry.id.starts_with("mgh/");
  EXPECT_EQ(count, 35u);
}

// f at the standard start. Most numbers are the sums of squares that MINPACK's own test functions (SSQFCN and VECFCN,
// Fortran, double precision, Debian's minpack-dev 19961126+dfsg1) give at the starts of its INITPT; those of the
// problems that MINPACK lacks are worked out from the definitions, or written where another implementation publishes
// them.
TEST(Mgh, ValuesAtTheStandardStarts) {
  struct Case {
    const char* problem;
    double f;
    double tolerance = 1e-13;
  };
  const Case cases[] = {
      {"mgh/rosenbrock", 24.2},
      {"mgh/freudenstein-roth", 400.5},
      {"mgh/powell-badly-scaled", 1.1352617173483783},
      {"mgh/brown-badly-scaled", 999998000003.0},  // (1 − 10⁶)² + (1 − 2·10⁻⁶)² + 1
      {"mgh/beale", 14.203125},
      {"mgh/jennrich-sampson", 4171.3061619604923},
      {"mgh/helical-valley", 2500.0},
      {"mgh/bard", 41.681695861678008},
      {"mgh/gaussian", 3.88810699e-6, 1e-8},
      {"mgh/meyer", 1693607809.4361455},
      {"mgh/gulf", 12.11070582556949},
      {"mgh/box-3d", 1031.1538106093983},
      {"mgh/powell-singular", 215.0},
      {"mgh/wood", 19192.0},
      {"mgh/kowalik-osborne", 5.3131722721085402e-3},
      {"mgh/brown-dennis", 7926693.3369974317},
      {"mgh/osborne-1", 0.87902629354464046},
      {"mgh/biggs-exp6", 0.77907007565597, 1e-12},
      {"mgh/osborne-2", 2.0934195142120648},
      {"mgh/watson:n=6", 30.0},
      {"mgh/watson:n=12", 30.0},
      {"mgh/extended-rosenbrock:n=10", 5 * 24.2},
      {"mgh/extended-powell-singular:n=12", 3 * 215.0},
      {"mgh/penalty-1:n=4", 885.06264},  // 10⁻⁵·14 + 29.75²
      {"mgh/penalty-2:n=4", 2.34000880546302, 1e-12},
      {"mgh/variably-dimensioned:n=10", 2198551.1625},  // Σ j²/n² = 3.85, σ = −38.5: 3.85 + σ² + σ⁴
      {"mgh/trigonometric:n=10", 7.0757594662226066e-3},
      {"mgh/brown-almost-linear:n=10", 273.24804782867432},
      {"mgh/brown-almost-linear:n=30", 6968.2499999981374},
      {"mgh/discrete-boundary-value:n=10", 7.8851910126482303e-4, 1e-12},
      {"mgh/discrete-integral-equation:n=10", 6.3416841579452654e-2},
      {"mgh/discrete-integral-equation:n=1", 1.6366004943847656e-2},
      {"mgh/broyden-tridiagonal:n=10", 21.0},
      {"mgh/broyden-banded:n=10", 360.0},
      {"mgh/linear-full-rank:n=5,m=10", 25.0},
      {"mgh/linear-full-rank:n=5,m=50", 65.0},
      {"mgh/linear-rank-1:n=5,m=10", 84985.0},
      {"mgh/linear-rank-1:n=5,m=50", 9619925.0},
      {"mgh/linear-rank-1-zero:n=5,m=10", 15886.0},
      {"mgh/linear-rank-1-zero:n=5,m=50", 3058826.0},
      {"mgh/chebyquad:n=1,m=8", 3.5578936759889142},
      {"mgh/chebyquad:n=8", 3.8617698285930230e-2},
      {"mgh/chebyquad:n=9", 2.8882980288225953e-2},
      {"mgh/chebyquad:n=10", 3.3763265462879992e-2},
  };
  for (const Case& c : cases) {
    const auto p = registry::make_problem(c.problem);
    EXPECT_NEAR(p->objective->value(p->start), c.f, c.tolerance * c.f) << c.problem;
  }
}

// The optima to the digits of the paper's section 3.
TEST(Mgh, OptimaHaveThePublishedDigits) {
  const std::pair<const char*, double> cases[] = {
      {"mgh/jennrich-sampson", 124.362},   {"mgh/bard", 8.21487e-3},
      {"mgh/gaussian", 1.12793e-8},        {"mgh/meyer", 87.9458},
      {"mgh/kowalik-osborne", 3.07505e-4}, {"mgh/brown-dennis", 85822.2},
      {"mgh/osborne-1", 5.46489e-5},       {"mgh/osborne-2", 4.01377e-2},
      {"mgh/watson:n=6", 2.28767e-3},      {"mgh/watson:n=9", 1.39976e-6},
      {"mgh/watson:n=12", 4.72238e-10},    {"mgh/penalty-1:n=4", 2.24997e-5},
      {"mgh/penalty-1:n=10", 7.08765e-5},  {"mgh/penalty-2:n=4", 9.37629e-6},
      {"mgh/penalty-2:n=10", 2.93660e-4},  {"mgh/chebyquad:n=8", 3.51687e-3},
      {"mgh/chebyquad:n=10", 6.50395e-3}};
  for (const auto& [text, f] : cases) {
    const auto p = registry::make_problem(text);
    ASSERT_FALSE(p->minimisers.empty()) << text;
    EXPECT_NEAR(p->objective->value(p->minimisers.front()), f, 1e-5 * f) << text;  // the paper cuts its digits
    EXPECT_NEAR(*p->optimum_f, f, 1e-5 * f) << text;
  }
}

TEST(Mgh, TheMinimisersAreStationary) {  // |∇f|∞ small against the rounding of its own terms
  for (const auto& item : registry::problems()) {
    if (!item.entry.id.starts_with("mgh/")) continue;
    const auto p = item.make({});
    const std::size_t n = p->dimension();
    std::vector<double> g(n), h(n * n);
    for (const auto& x : p->minimisers) {
      p->objective->gradient(x, g);
      p->objective->hessian(x, h);
      for (std::size_t i = 0; i < n; ++i) {
        double scale = 1e-12;  // what the last of the minimiser's twelve digits changes in the gradient
        for (std::size_t j = 0; j < n; ++j) scale += std::fabs(h[i * n + j]) * std::fabs(x[j]) * 1e-11;
        EXPECT_LE(std::fabs(g[i]), scale) << item.entry.id << " entry " << i;
      }
    }
  }
}

TEST(Mgh, ResidualsAreRootTwoTimesThePapers) {
  const auto p = registry::make_problem("mgh/rosenbrock");
  ASSERT_EQ(p->objective->offers().residuals, 2u);
  std::vector<double> r(2), jacobian(4);
  p->objective->residual(p->start, r);
  p->objective->jacobian(p->start, jacobian);
  EXPECT_DOUBLE_EQ(r[0], -4.4 * std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(r[1], 2.2 * std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(jacobian[0], 24 * std::sqrt(2.0));
}

TEST(Mgh, HelicalValleyIsSmoothAcrossThePositiveAxis) {
  const auto p = registry::make_problem("mgh/helical-valley");
  const CheckReport report = check_derivatives(*p->objective, std::vector<double>{0.0, 1.3, 0.4});
  EXPECT_TRUE(report.ok()) << report.text();
}

TEST(Mgh, SizesThatDoNotFitAreErrors) {
  EXPECT_THROW(registry::make_problem("mgh/extended-rosenbrock:n=3"), InvalidArgument);
  EXPECT_THROW(registry::make_problem("mgh/watson:n=32"), InvalidArgument);
  EXPECT_THROW(registry::make_problem("mgh/linear-full-rank:n=10,m=9"), InvalidArgument);
  EXPECT_THROW(registry::make_problem("mgh/chebyquad:n=8,m=7"), InvalidArgument);
}

}  // namespace
