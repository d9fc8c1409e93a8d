// Every registered problem: its optimum, its bounds, and all its derivatives.
#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/autodiff/check.hpp"
#include "thalweg/core/random.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace {

using namespace thalweg;

class EveryProblem : public testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Problem> problem = registry::make_problem(GetParam());
  // The function that optimum_f belongs to.
  Objective<double>& exact() const { return problem->noiseless ? *problem->noiseless : *problem->objective; }
};

TEST_P(EveryProblem, IsWellFormed) {
  const Problem& p = *problem;
  EXPECT_EQ(p.id, GetParam());
  EXPECT_FALSE(p.name.empty());
  EXPECT_FALSE(p.reference.empty());
  ASSERT_FALSE(p.start.empty());
  EXPECT_EQ(p.objective->dimension(), p.start.size());
  EXPECT_TRUE(p.bounds.contains<double>(p.start));
  EXPECT_TRUE(std::isfinite(p.objective->value(p.start)));
  EXPECT_EQ(p.objective->offers().stochastic, p.noiseless != nullptr);
  if (p.optimum_f) {
    EXPECT_GE(exact().value(p.start), *p.optimum_f);
  }
}

TEST_P(EveryProblem, TheMinimisersReachTheOptimum) {
  const Problem& p = *problem;
  for (const auto& x : p.minimisers) {
    ASSERT_EQ(x.size(), p.start.size());
    EXPECT_TRUE(p.bounds.contains<double>(x));
    ASSERT_TRUE(p.optimum_f.has_value());
    const double f = exact().value(x);
    EXPECT_LE(std::fabs(f - *p.optimum_f), p.optimum_tolerance * std::max(1.0, std::fabs(*p.optimum_f))) << f;
    if (!p.objective->offers().kinds.has(AnswerKind::gradient)) continue;
    std::vector<double> g(x.size());
    p.objective->gradient(x, g);
    for (double gi : g) EXPECT_FALSE(std::isnan(gi));
  }
}

TEST_P(EveryProblem, DerivativesAreThoseOfTheValues) {
  const Problem& p = *problem;
  std::vector<double> near = p.start;
  Generator random(Stream(1, Purpose("tests.problems")));
  for (double& xi : near) xi += 0.05 * (0.1 + std::fabs(xi)) * random.normal();
  p.bounds.clamp<double>(near);
  std::vector<double> start = p.start;
  if (p.id == "more-wild/30") start[1] += 1e-3;  // T₃′ is 0 there, which no difference of rounded values is
  for (const auto& x : {start, near}) {
    const CheckReport report = check_derivatives(*p.objective, x);
    EXPECT_TRUE(report.ok()) << report.text();
  }
}

std::vector<std::string> ids() {
  std::vector<std::string> all;
  for (const auto& item : registry::problems()) all.push_back(item.entry.id);
  return all;
}
std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name;
  for (char c : info.param) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}
INSTANTIATE_TEST_SUITE_P(Problems, EveryProblem, testing::ValuesIn(ids()), test_name);

TEST(Problems, OptionsAreSetAndChecked) {
  EXPECT_EQ(registry::make_problem("rosenbrock:n=7")->dimension(), 7u);
  EXPECT_EQ(registry::make_problem("rosenbrock:n=7")->id, "rosenbrock:n=7");
  EXPECT_EQ(registry::make_problem("ellipsoid:n=2,condition=100")->objective->value(std::vector<double>{1.0, 1.0}),
            101.0);
  EXPECT_THROW(registry::make_problem("rosenbrock:n=1"), InvalidArgument);
  EXPECT_THROW(registry::make_problem("rosenbrock:k=3"), InvalidArgument);
  EXPECT_THROW(registry::make_problem("powell-singular:n=6"), InvalidArgument);
  EXPECT_THROW(registry::make_problem("rosenbrok"), InvalidArgument);
}

TEST(Problems, OtherSizesKeepTheirOptimum) {
  for (const char* text :
       {"sphere:n=1", "ellipsoid:n=1", "rosenbrock:n=20", "rastrigin:n=1", "ackley:n=1", "griewank:n=3", "levy:n=1",
        "powell-singular:n=8", "zakharov:n=1", "dixon-price:n=5", "trid:n=10", "styblinski-tang:n=2", "schwefel:n=2",
        "shekel:m=5", "shekel:m=7", "quadratic:n=1", "quadratic:n=30,condition=1e8,seed=4"}) {
    const auto p = registry::make_problem(text);
    for (const auto& x : p->minimisers)
      EXPECT_LE(std::fabs(p->objective->value(x) - *p->optimum_f),
                p->optimum_tolerance * std::max(1.0, std::fabs(*p->optimum_f)))
          << text;
    EXPECT_TRUE(check_derivatives(*p->objective, p->start).ok()) << text;
  }
}

TEST(Problems, TheQuadraticHasItsConditionNumber) {  // the Hessian's trace is that of the weights: rotations keep it
  const auto p = registry::make_problem("quadratic:n=3,condition=100");
  std::vector<double> h(9);
  p->objective->hessian(p->start, h);
  EXPECT_NEAR(h[0] + h[4] + h[8], 1 + 10 + 100, 1e-9);
  const double det =
      h[0] * (h[4] * h[8] - h[5] * h[7]) - h[1] * (h[3] * h[8] - h[5] * h[6]) + h[2] * (h[3] * h[7] - h[4] * h[6]);
  EXPECT_NEAR(det, 1000.0, 1e-7);
  EXPECT_GT(std::fabs(h[1]), 1e-3);  // it is rotated
}

TEST(Problems, McKinnonsFunctionHasTwoPieces) {
  const auto p = registry::make_problem("mckinnon");
  EXPECT_EQ(p->objective->value(std::vector<double>{-1.0, 0.0}), 360.0);
  EXPECT_EQ(p->objective->value(std::vector<double>{1.0, 0.0}), 6.0);
}

}  // namespace
