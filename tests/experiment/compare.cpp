// The harness end to end, on problems.
#include "thalweg/experiment/compare.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "complaint.hpp"
#include "experiment/comparing.hpp"
#include "thalweg/report/report.hpp"

namespace thalweg {
namespace {

class Compare : public Comparing {};

const char* const orders = R"(
seeds = 3
budget = { evaluations = 300 }
[[problem]]
id = "rosenbrock:n=2"
[[problem]]
id = "sphere:n=4"
[[method]]
id = "nelder-mead"
[[method]]
id = "l-bfgs"
[[method]]
id = "random-search"
[[method]]
rule = "adam"
tune = { "rule.rate" = [0.001, 0.1, 10] }
)";

TEST_F(Compare, RunsEveryMethodOnEveryProblemWithEverySeed) {
  std::size_t calls = 0;
  CompareProgress last;
  const auto results = compare(read(orders), {.threads = 2, .command = "a command", .progress = [&](const auto& p) {
                                                ++calls;
                                                EXPECT_GE(p.fraction, last.fraction);
                                                last = p;
                                              }});
  ASSERT_EQ(results.methods.size(), 4u);
  for (const auto& m : results.methods) {
    EXPECT_EQ(m.runs.size(), 6u) << m.spec.label;
    for (const auto& run : m.runs) {
      EXPECT_FALSE(run.crashed) << run.message;
      double values = 0;
      for (const auto& [kind, n] : run.evaluations) values = kind == "value" ? n : values;
      EXPECT_LE(values, 300.0);
      EXPECT_EQ(run.path.empty(), run.problem != "rosenbrock:n=2");
      ASSERT_FALSE(run.curve.at("f").empty());
      EXPECT_EQ(run.curve.at("f").size(), run.curve.at("evaluations").size());
      EXPECT_TRUE(std::ranges::is_sorted(run.curve.at("f"), std::greater<>()));
      EXPECT_EQ(run.curve.at("f").back(), run.f);
    }
  }
  // 3 points × 2 problems × 1 seed of tuning, 4 × 2 × 3 runs.
  EXPECT_EQ(calls, 6u + 24u);
  EXPECT_EQ(last.done, last.total);
  EXPECT_DOUBLE_EQ(last.fraction, 1.0);
  EXPECT_EQ(results.methods[3].tuning->runs, 6u);
  EXPECT_EQ(results.methods[3].tuning->measure, "mean rank over problems");
  EXPECT_EQ(results.methods[3].tuned, (Settings{{"rule.rate", "0.1"}}));
  EXPECT_TRUE(results.methods[3].tuning->at_edge.empty());
  // l-bfgs solves both; its value on the sphere is the optimum to rounding.
  EXPECT_LT(results.methods[1].runs.back().f, 1e-12);
  // The landscape of the one plane, with its minimiser inside.
  ASSERT_EQ(results.landscapes.size(), 1u);
  const auto& l = results.landscapes[0];
  EXPECT_EQ(l.values.size(), l.columns * l.rows);
  ASSERT_EQ(l.minimisers.size(), 1u);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_LT(l.lower[k], 1.0);
    EXPECT_GT(l.upper[k], 1.0);
  }
  EXPECT_NE(to_table(results).find("l-bfgs"), std::string::npos);
}

TEST_F(Compare, WritesFilesThatTheReportReads) {
  const auto results = compare(read(orders), {.command = "a command"});
  EXPECT_EQ(file("results.json"), to_json(results));
  const std::string csv = file("results.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 24);
  const std::string log = file("runs/04-adam.jsonl");
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 6 + 6);  // tuning runs too
  EXPECT_NE(report::html_report(file("results.json")).find("rosenbrock"), std::string::npos);
}

TEST_F(Compare, ThreadsChangeNothing) {
  const Comparison c = read(orders);
  const auto one = timeless(to_json(compare(c, {.threads = 1, .files = false})));
  EXPECT_EQ(timeless(to_json(compare(c, {.threads = 4, .files = false}))), one);
  EXPECT_FALSE(std::filesystem::exists(out()));  // files = false
}

TEST_F(Compare, SeveralSettingsAreTunedOnOneProblemByItsF) {
  const auto results = compare(read(R"(
seeds = 2
budget = { iterations = 30 }
[[problem]]
id = "sphere:n=2"
[[method]]
rule = "momentum"
tune = { "rule.rate" = [1e-5, 1e-4, 0.05], "rule.beta" = [0.0, 0.5] }
)"));
  const auto& m = results.methods[0];
  EXPECT_EQ(m.tuning->table.size(), 6u);
  EXPECT_EQ(m.tuning->measure, "lowest f");
  for (const auto& trial : m.tuning->table) EXPECT_GE(trial.score, m.runs[0].f);
  EXPECT_EQ(m.tuned[1], (Settings::value_type{"rule.rate", "0.05"}));
  EXPECT_NE(std::ranges::find(m.tuning->at_edge, "rule.rate"), m.tuning->at_edge.end());  // the largest tried
  ASSERT_FALSE(results.warnings.empty());
  EXPECT_NE(results.warnings[0].find("edge of its grid"), std::string::npos);
}

TEST_F(Compare, ADivergedRunIsACrashAndTheRestGoesOn) {
  const auto results = compare(read(R"(
seeds = 2
budget = { iterations = 2000 }
[[problem]]
id = "rosenbrock:n=2"
[[method]]
rule = "sgd"
set = { "rule.rate" = 10 }
[[method]]
id = "l-bfgs"
)"));
  for (const auto& run : results.methods[0].runs) EXPECT_TRUE(run.crashed) << run.status;
  for (const auto& run : results.methods[1].runs) EXPECT_FALSE(run.crashed);
  EXPECT_NE(results.warnings.at(0).find("2 of 2 runs crashed"), std::string::npos);
  EXPECT_NE(to_table(results).find("2/2"), std::string::npos);
}

TEST_F(Compare, MistakesAreFoundBeforeAnythingRuns) {
  const auto of = [&](const std::string& body) {
    std::size_t runs = 0;
    const std::string message = complaint(
        [&] { compare(read("budget = { evaluations = 10 }\n" + body), {.progress = [&](const auto&) { ++runs; }}); });
    EXPECT_EQ(runs, 0u);
    EXPECT_FALSE(std::filesystem::exists(out()));
    return message;
  };
  const std::string sphere = "[[problem]]\nid = \"sphere:n=2\"\n", good = "[[method]]\nid = \"nelder-mead\"\n";
  const auto has = [](const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos
               ? ::testing::AssertionSuccess()
               : ::testing::AssertionFailure() << "\"" << text << "\" lacks " << part;
  };
  EXPECT_TRUE(has(of(sphere + good + "[[method]]\nid = \"nelder-meat\"\n"), "did you mean `nelder-mead`"));
  EXPECT_TRUE(has(of(sphere + good + "[[method]]\nid = \"l-bfgs\"\nset = { memroy = 3 }\n"), "`memory`"));
  EXPECT_TRUE(has(of(sphere + good + "[[method]]\nrule = \"adam\"\ntune = { \"rule.rate\" = [0.1, -1] }\n"), "adam"));
  EXPECT_TRUE(has(of("[[problem]]\nid = \"spere\"\n" + good), "`sphere`"));
  EXPECT_TRUE(has(of("[[problem]]\nid = \"sphere:n=2\"\nx0 = [1, 2, 3]\n" + good), "x0 has 3 entries"));
  EXPECT_TRUE(has(complaint([&] { compare(read("budget = { flops = 1e5 }\n" + sphere + good)); }), "budget.flops"));
}

TEST_F(Compare, AnInterruptionKeepsWhatHasFinishedAndResumeDoesTheRest) {
  const auto uninterrupted = timeless(to_json(compare(read(orders), {.files = false})));
  std::atomic<bool> stop{false};
  const auto part = compare(read(orders), {.progress =
                                               [&](const CompareProgress& p) {
                                                 if (p.done == 11) stop = true;
                                               },
                                           .interrupt = &stop});
  EXPECT_TRUE(part.interrupted);
  std::size_t kept = 0;
  for (const auto& m : part.methods) kept += m.runs.size();
  EXPECT_EQ(kept, 11u - 6u);
  EXPECT_EQ(nlohmann::json::parse(file("results.json"))["interrupted"], true);

  Comparison again = read(orders);
  again.resume = true;
  CompareProgress last;
  const auto whole = compare(again, {.progress = [&](const auto& p) { last = p; }});
  EXPECT_EQ(last.reused, 11u);
  EXPECT_EQ(last.done, 30u);
  EXPECT_EQ(timeless(to_json(whole)), uninterrupted);
}

TEST_F(Compare, AnInterruptedTuningChoosesNothing) {
  std::atomic<bool> stop{false};
  const auto part =
      compare(read(orders), {.progress = [&](const CompareProgress& p) { stop = p.done >= 4; }, .interrupt = &stop});
  EXPECT_EQ(part.methods[3].tuning->runs, 4u);
  EXPECT_TRUE(part.methods[3].tuned.empty());
  EXPECT_TRUE(part.methods[3].tuning->at_edge.empty());
  for (const auto& m : part.methods) EXPECT_TRUE(m.runs.empty());
  EXPECT_FALSE(to_table(part).empty());
  EXPECT_FALSE(report::html_report(file("results.json")).empty());
}

}  // namespace
}  // namespace thalweg
