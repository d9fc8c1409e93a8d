// The harness end to end, training networks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "complaint.hpp"
#include "experiment/comparing.hpp"
#include "thalweg/experiment/compare.hpp"
#include "thalweg/report/report.hpp"

namespace thalweg {
namespace {

class CompareTraining : public Comparing {};

const char* const credit = R"(
seeds = 2
budget = { samples = 3000 }
tuning = { budget = 0.5 }
[task]
data = "digits"
model = "64-16-10"
measurements = 5
[[method]]
credit = "backprop"
rule = "adam"
tune = { "rule.rate" = [0.00001, 0.01, 100] }
[[method]]
credit = ["feedback-alignment", "spsa"]
rule = "sgd"
set = { "rule.rate" = 0.05 }
)";

TEST_F(CompareTraining, TrainsTunesAndScores) {
  const auto results = compare(read(credit), {.threads = 2});
  ASSERT_EQ(results.methods.size(), 3u);
  const auto& backprop = results.methods[0];
  EXPECT_EQ(backprop.tuned, (Settings{{"rule.rate", "0.01"}}));
  EXPECT_EQ(backprop.tuning->measure, "validation accuracy");
  EXPECT_EQ(backprop.tuning->runs, 3u);
  EXPECT_GT(backprop.tuning->flops, 0.0);
  for (const auto& run : backprop.runs) {
    EXPECT_GT(run.test.accuracy, 0.8);
    EXPECT_FALSE(run.crashed);
    EXPECT_NEAR(run.cosine, 1.0, 1e-5);
    EXPECT_EQ(run.samples, 3000.0);
    EXPECT_EQ(run.forward_passes, run.iterations);
    EXPECT_GE(run.curve.at("accuracy").size(), 5u);
  }
  const auto& feedback = results.methods[1];
  EXPECT_EQ(feedback.spec.label, "feedback-alignment · sgd");
  EXPECT_LT(feedback.runs[0].cosine, 0.999);
  EXPECT_GT(feedback.runs[0].cosine, 0.0);
  EXPECT_GT(results.methods[2].runs[0].variance,
            10.0);  // of one random direction among 1210 parameters
  const std::string table = to_table(results);
  EXPECT_NE(table.find("test accuracy"), std::string::npos);
  EXPECT_NE(report::html_report(file("results.json")).find("digits"), std::string::npos);
}

TEST_F(CompareTraining, TrainingIsTheSameOnAnyNumberOfThreads) {
  const auto one = timeless(to_json(compare(read(credit), {.threads = 1, .files = false})));
  EXPECT_EQ(timeless(to_json(compare(read(credit), {.threads = 3, .files = false}))), one);
}

TEST_F(CompareTraining, AUselessNetworkIsACrash) {
  const auto results = compare(read(R"(
seeds = 1
budget = { samples = 2000 }
[task]
data = "digits"
model = "64-16-10"
[[method]]
credit = "backprop"
rule = "sgd"
set = { "rule.rate" = 1e9 }
)"));
  EXPECT_TRUE(results.methods[0].runs[0].crashed);
}

TEST_F(CompareTraining, TrainingMistakesAreFoundBeforeAnythingRuns) {
  const std::string task = "budget = { samples = 100 }\n[task]\ndata = \"digits\"\n";
  const std::string good = "[[method]]\ncredit = \"backprop\"\nrule = \"sgd\"\n";
  const auto of = [&](const std::string& body) { return complaint([&] { compare(read(body), {.files = false}); }); };
  EXPECT_NE(of(task + "model = \"63-10\"\n" + good).find("64 features and 10 classes"), std::string::npos);
  EXPECT_NE(of(task + "model = \"64-10\"\nloss = \"x\"\n" + good), "(nothing was thrown)");
  EXPECT_NE(of(task + "model = \"64-10\"\ninitialisation = \"x\"\n" + good).find("glorot"), std::string::npos);
  EXPECT_NE(of(task + "model = \"64-10\"\n" + good + "set = { rate = 1 }\n").find("rule.NAME"), std::string::npos);
  EXPECT_NE(of(task + "model = \"64-10\"\n[[method]]\ncredit = "
                      "\"backprob\"\nrule = \"sgd\"\n")
                .find("`backprop`"),
            std::string::npos);
}

}  // namespace
}  // namespace thalweg
