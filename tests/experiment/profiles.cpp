// The yardsticks against examples worked by hand.
#include "thalweg/experiment/profiles.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/experiment/results.hpp"

namespace thalweg {
namespace {

using profiles::Steps;
constexpr double never = std::numeric_limits<double>::infinity();

History history(std::vector<std::pair<double, double>> points, double end) {
  History h;
  for (const auto& [at, f] : points) h.add(at, f);
  h.end = end;
  return h;
}
RunRecord run(const std::string& problem, History h, std::uint64_t seed = 0) {
  RunRecord r;
  r.problem = problem;
  r.seed = seed;
  r.history = std::move(h);
  return r;
}
MethodRecord method(const std::string& label, std::vector<RunRecord> runs) {
  MethodRecord m;
  m.spec.label = label;
  m.runs = std::move(runs);
  return m;
}
ProblemFacts problem(const std::string& id, std::size_t n, double f0, double optimum = not_known,
                     double budget = never) {
  return {.id = id,
          .function = function_of(id),
          .n = n,
          .f0 = f0,
          .optimum = optimum,
          .budget = budget,
          .precision = 1e-9};
}

TEST(Profiles, DistributionIsTheShareNotAbove) {
  const std::vector<double> times = {4, never, 2, 4};
  EXPECT_EQ(profiles::distribution(times), (Steps{{2, 4}, {0.25, 0.75}}));
  const std::vector<double> weights = {1, 2, 3, 2};
  EXPECT_EQ(profiles::distribution(times, weights), (Steps{{2, 4}, {3.0 / 8, 6.0 / 8}}));
  const Steps s = profiles::distribution(times);
  EXPECT_EQ(s.at(1.99), 0.0);
  EXPECT_EQ(s.at(2), 0.25);
  EXPECT_EQ(s.at(1e9), 0.75);
  EXPECT_TRUE(profiles::distribution(std::vector<double>{never}).x.empty());
}

TEST(Profiles, LogArea) {
  EXPECT_DOUBLE_EQ(profiles::log_area({{10}, {1}}, 1, 100), 0.5);
  EXPECT_DOUBLE_EQ(profiles::log_area({{0.5, 10}, {0.4, 0.8}}, 1, 100), 0.6);
  EXPECT_DOUBLE_EQ(profiles::log_area({}, 1, 100), 0.0);
}

TEST(Profiles, ThinnedKeepsTheEnds) {
  Steps s;
  for (int i = 0; i < 1000; ++i) s.x.push_back(i), s.y.push_back(i / 999.0);
  const Steps few = profiles::thinned(s, 11);
  EXPECT_EQ(few.x.size(), 11u);
  EXPECT_EQ(few.x.front(), 0.0);
  EXPECT_EQ(few.x.back(), 999.0);
}

TEST(Profiles, CocoPrecisions) {
  const auto all = profiles::coco_precisions();
  ASSERT_EQ(all.size(), 51u);
  EXPECT_DOUBLE_EQ(all.front(), 100.0);
  EXPECT_DOUBLE_EQ(all[10], 1.0);
  EXPECT_DOUBLE_EQ(all[1], std::pow(10.0, 1.8));
  EXPECT_DOUBLE_EQ(all.back(), 1e-8);
}

// Three trials: successes after 100 and 200, a failure after 300: 600 evaluations for two successes.
TEST(Profiles, ExpectedRunningTime) {
  const std::vector<double> times = {100, never, 200}, ends = {1000, 300, 250};
  const auto t = profiles::running_time(times, ends);
  EXPECT_EQ(t.expected, 300.0);
  EXPECT_EQ(t.successes, 2u);
  EXPECT_EQ(t.trials, 3u);
  const auto none = profiles::running_time(std::vector<double>{never}, std::vector<double>{50});
  EXPECT_EQ(none.expected, never);
  EXPECT_EQ(none.successes, 0u);
}

TEST(Profiles, ConvergenceLevel) {  // the reduction is 1 − τ of the best possible
  EXPECT_DOUBLE_EQ(profiles::convergence_level(11.0, 1.0, 0.1), 2.0);
  EXPECT_DOUBLE_EQ(profiles::convergence_level(11.0, 1.0, 1e-3), 1.01);
}

// Two problems, n = 1 and n = 3, both from f0 = 10. On the first A reaches 0 and B 0.5; on the second A stops at 5,
// B reaches 1. So f_L = 0 and 1; at τ = 0.1 the levels are 1 and 1.9, at 10^-3 they are 0.01 and 1.009.
const std::vector<ProblemFacts> two = {problem("p:n=1", 1, 10.0, 0.0), problem("q:n=3", 3, 10.0)};
std::vector<MethodRecord> solvers() {
  return {method("A", {run("p:n=1", history({{1, 10}, {4, 0.9}, {6, 0}}, 20)),
                       run("q:n=3", history({{1, 10}, {2, 5}}, 40))}),
          method("B", {run("p:n=1", history({{1, 10}, {8, 0.5}}, 20)),
                       run("q:n=3", history({{1, 10}, {12, 1.5}, {16, 1}}, 40))})};
}

TEST(Profiles, DataAndPerformanceProfilesByHand) {
  const Profiles p = make_profiles(two, solvers(), false);
  ASSERT_EQ(p.levels.size(), 4u);
  EXPECT_EQ(p.methods, (std::vector<std::string>{"A", "B"}));
  // τ = 0.1. A: 4/(1+1) on p. B: 8/2 on p, 12/4 on q.
  EXPECT_EQ(p.levels[0].data[0], (Steps{{2}, {0.5}}));
  EXPECT_EQ(p.levels[0].data[1], (Steps{{3, 4}, {0.5, 1.0}}));
  EXPECT_EQ(p.levels[0].performance[0], (Steps{{1}, {0.5}}));
  EXPECT_EQ(p.levels[0].performance[1], (Steps{{1, 2}, {0.5, 1.0}}));
  // τ = 1e-3. A: 6/2 on p. B: nothing on p, 16/4 on q.
  EXPECT_EQ(p.levels[1].data[0], (Steps{{3}, {0.5}}));
  EXPECT_EQ(p.levels[1].data[1], (Steps{{4}, {0.5}}));
  EXPECT_EQ(p.budget, 10.0);  // no budget: the longest run, 20/2 and 40/4
  EXPECT_EQ(p.horizon, 20.0);
}

TEST(Profiles, TheBudgetCutsTimesAndLowestValues) {
  auto facts = two;
  facts[0].budget = 5.0;   // A has 0.9 by then, B 10: f_L = 0.9, and at τ = 0.1 the level is 1.81
  facts[1].budget = 12.0;  // B has 1.5
  const Profiles p = make_profiles(facts, solvers(), false);
  EXPECT_EQ(p.levels[0].data[0], (Steps{{2}, {0.5}}));
  EXPECT_EQ(p.levels[3].data[0], (Steps{{2}, {0.5}}));  // f_L itself
  EXPECT_EQ(p.levels[3].data[1], (Steps{{3}, {0.5}}));
  EXPECT_EQ(p.budget, 3.0);
}

TEST(Profiles, TheKnownOptimumMayBeTheLow) {
  auto facts = two;
  facts[1].optimum = -90.0;  // at τ = 0.1 the level of q is 0, which nobody reaches
  const Profiles p = make_profiles(facts, solvers(), true);
  EXPECT_EQ(p.levels[0].data[1], (Steps{{4}, {0.5}}));
  EXPECT_EQ(make_profiles(facts, solvers(), false).levels[0].data[1], (Steps{{3, 4}, {0.5, 1.0}}));
}

// Problems weigh the same however many seeds a method has; what it has no run on is not solved.
TEST(Profiles, SeedsShareAProblemsWeight) {
  const std::vector<MethodRecord> methods = {
      method("one", {run("p:n=1", history({{2, 0}}, 9))}),
      method("many", {run("p:n=1", history({{4, 0}}, 9), 0), run("p:n=1", history({{9, 5}}, 9), 1),
                      run("q:n=3", history({{8, 0}}, 9), 0)})};
  const Profiles p = make_profiles(two, methods, false);
  EXPECT_EQ(p.levels[3].data[0], (Steps{{1}, {0.5}}));
  // p: 4/2 with half of its weight; q: 8/4.
  EXPECT_EQ(p.levels[3].data[1], (Steps{{2}, {0.75}}));
}

// Of 51 targets above 0, f = 1 reaches those ≥ 1: 10^2 … 10^0, which are 11; f = 0 the other 40.
TEST(Profiles, RunTimesCountTargets) {
  const std::vector<MethodRecord> methods = {method("A", {run("p:n=2", history({{4, 1.0}, {10, 0.0}}, 10))}),
                                             method("B", {run("p:n=2", history({{2, 1e9}}, 10))})};
  const std::vector<ProblemFacts> facts = {problem("p:n=2", 2, 1e9, 0.0), problem("q:n=3", 3, 10.0)};
  const Profiles p = make_profiles(facts, methods, false);
  EXPECT_EQ(p.problems_with_optimum, 1u);
  ASSERT_EQ(p.run_times.size(), 2u);
  ASSERT_EQ(p.run_times[0].x, (std::vector<double>{2, 5}));
  EXPECT_NEAR(p.run_times[0].y[0], 11.0 / 51.0, 1e-15);
  EXPECT_NEAR(p.run_times[0].y[1], 1.0, 1e-15);
  EXPECT_TRUE(p.run_times[1].x.empty());
}

TEST(Profiles, CellsAreByFunctionAndDimension) {
  const std::vector<ProblemFacts> facts = {problem("s/f1:n=4,instance=1", 4, 100, 0.0),
                                           problem("s/f1:n=4,instance=2", 4, 100, 7.0),
                                           problem("s/f1:n=2,instance=1", 2, 100, 0.0)};
  const std::vector<MethodRecord> methods = {method("A", {run("s/f1:n=4,instance=1", history({{30, 0.05}}, 50)),
                                                          run("s/f1:n=4,instance=2", history({{10, 7.5}}, 50)),
                                                          run("s/f1:n=2,instance=1", history({{6, 0.0}}, 50))})};
  const Profiles p = make_profiles(facts, methods, false);
  ASSERT_EQ(p.cells.size(), 2u);
  EXPECT_EQ(p.cells[0].n, 2u);
  EXPECT_EQ(p.cells[1].function, "s/f1");
  // To 10^-1: a success after 30 and a failure after 50.
  EXPECT_EQ(p.precisions[2], 0.1);
  EXPECT_EQ(p.cells[1].times[2].expected, 80.0);
  EXPECT_EQ(p.cells[1].times[2].successes, 1u);
  EXPECT_EQ(p.cells[1].times[1].expected, 20.0);  // to 1: (30 + 10)/2
  EXPECT_EQ(p.cells[1].times[6].successes, 0u);
  const std::string csv = to_csv(p);
  EXPECT_NE(csv.find("expected_running_time,0.1,s/f1,4,A,4,80,1,2\n"), std::string::npos) << csv;
  EXPECT_NE(to_table(p, {}).find("80 1/2"), std::string::npos) << to_table(p, {});
}

TEST(Profiles, TargetsFinerThanTheOptimumIsKnownAreLeftOut) {
  auto facts = std::vector<ProblemFacts>{problem("p:n=1", 1, 10.0, 0.0)};
  facts[0].precision = 0.5;  // 10^2 … 10^-0.2 are left: 12 targets
  const std::vector<MethodRecord> methods = {method("A", {run("p:n=1", history({{4, 1.0}}, 10))})};
  const Profiles p = make_profiles(facts, methods, false);
  EXPECT_NEAR(p.run_times[0].at(4), 11.0 / 12.0, 1e-15);
  EXPECT_EQ(p.cells[0].times[3].trials, 0u);
}

TEST(Profiles, FunctionsAreProblemsWithoutSizeAndInstance) {
  EXPECT_EQ(function_of("bbob/f8:n=5,instance=3"), "bbob/f8");
  EXPECT_EQ(function_of("mgh/watson:n=6,start=10"), "mgh/watson:start=10");
  EXPECT_EQ(function_of("beale"), "beale");
}

}  // namespace
}  // namespace thalweg
