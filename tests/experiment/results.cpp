#include "thalweg/experiment/results.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "scratch_folder.hpp"
#include "thalweg/experiment/run_store.hpp"

namespace thalweg {
namespace {

const double inf = std::numeric_limits<double>::infinity();

RunRecord sample_run() {
  RunRecord run;
  run.problem = "digits";
  run.seed = 7;
  run.status = "flop_budget";
  run.message = "used \"all\",\nof it";
  run.crashed = true;
  run.train = {inf, 0.25};
  run.test = {0.1, 1.0 / 3.0};
  run.samples = 12345;
  run.f = -inf;
  run.x = {0.1, std::nan(""), 1e-300};
  run.evaluations = {{"value", 10}, {"gradient", 3}};
  run.curve = {{"samples", {0, 10}}, {"loss", {2.5, inf}}};
  run.path = {{1, 2}, {0.3, -4}};
  return run;
}

ComparisonResults sample_results() {
  ComparisonResults r;
  r.comparison.name = "sample";
  r.comparison.toml = "name = \"sample\"";
  r.comparison.seeds = {7, 8};
  r.comparison.task = TaskSpec{.data = "digits", .model = "64-10", .loss = ""};
  r.comparison.budget.flops = 1e9;
  r.version = "0.1.0";
  r.problems = {"digits"};
  MethodRecord m;
  m.spec.label = "backprop · adam";
  m.spec.credit = "backprop", m.spec.rule = "adam";
  m.tuned = {{"rule.rate", "0.01"}};
  m.tuning = TuningRecord{.runs = 3,
                          .flops = 2e9,
                          .seconds = 1.5,
                          .measure = "validation accuracy",
                          .table = {},
                          .at_edge = {"rule.rate"}};
  m.tuning->table.push_back({.settings = {{"rule.rate", "0.01"}}, .score = 0.9});
  for (const double accuracy : {0.9, 0.8}) {
    RunRecord run = sample_run();
    run.crashed = false;
    run.test = {0.5, accuracy};
    run.flops = 1e9;
    m.runs.push_back(run);
  }
  r.methods.push_back(m);
  r.warnings = {"mind the gap"};
  return r;
}

TEST(Results, ARunSurvivesItsJson) {
  const RunRecord run = sample_run();
  const std::string text = run_to_json(run);
  EXPECT_EQ(text.find('\n'), std::string::npos);  // one line
  const RunRecord back = run_from_json(text);
  EXPECT_EQ(run_to_json(back), text);
  EXPECT_EQ(back.message, run.message);
  EXPECT_EQ(back.test.accuracy, 1.0 / 3.0);  // bit for bit
  EXPECT_EQ(back.train.loss, inf);
  EXPECT_EQ(back.f, -inf);
  EXPECT_TRUE(std::isnan(back.x[1]));
  EXPECT_EQ(back.x[2], 1e-300);
  EXPECT_TRUE(std::isnan(back.validation.loss));
  EXPECT_EQ(back.curve, run.curve);
  EXPECT_EQ(back.path, run.path);
  EXPECT_EQ(back.evaluations, run.evaluations);
  EXPECT_THROW(run_from_json("{}"), InvalidArgument);
  EXPECT_THROW(run_from_json("rubbish"), InvalidArgument);
  EXPECT_THROW(run_from_json(R"({"problem":1})"), InvalidArgument);
}

TEST(Results, JsonHasTheSchemasKeys) {
  const auto json = nlohmann::json::parse(to_json(sample_results()));
  EXPECT_EQ(json["kind"], "train");
  EXPECT_EQ(json["seeds"], (std::vector<int>{7, 8}));
  EXPECT_EQ(json["budget"]["flops"], 1e9);
  const auto& m = json["methods"][0];
  EXPECT_EQ(m["credit"], "backprop");
  EXPECT_TRUE(m["method"].is_null());
  EXPECT_EQ(m["tuned"]["rule.rate"], "0.01");
  EXPECT_EQ(m["tuning"]["runs"], 3);
  EXPECT_EQ(m["tuning"]["table"][0]["score"], 0.9);
  EXPECT_EQ(m["runs"].size(), 2u);
  EXPECT_EQ(m["runs"][0]["x"][1], "nan");
  EXPECT_EQ(m["runs"][0]["curve"]["loss"][1], "inf");
  EXPECT_FALSE(m["runs"][0].contains("cosine"));  // what does not apply is left out
}

TEST(Results, CsvHasALineARunAndQuotes) {
  ComparisonResults r = sample_results();
  r.methods[0].spec.label = "a, \"b\"";
  const std::string csv = to_csv(r);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3);
  EXPECT_NE(csv.find("\"a, \"\"b\"\"\",backprop,,,adam,,rule.rate=0.01,digits,7,flop_budget,false"),
            std::string::npos)
      << csv;
  const auto commas = [&](const std::string& line) { return std::count(line.begin(), line.end(), ','); };
  const std::string header = csv.substr(0, csv.find('\n'));
  const std::string last = csv.substr(csv.rfind('\n', csv.size() - 2) + 1);
  EXPECT_EQ(commas(last), commas(header) + 1);  // the comma inside the quoted label
}

TEST(Results, TableOfTraining) {
  const std::string table = to_table(sample_results());
  EXPECT_NE(table.find("0.8500 ± 0.0707"), std::string::npos) << table;  // sample deviation of 0.9, 0.8
  EXPECT_NE(table.find("0/2"), std::string::npos);
  EXPECT_NE(table.find("rule.rate=0.01 (edge)"), std::string::npos);
  EXPECT_NE(table.find("warning: mind the gap"), std::string::npos);
}

TEST(Results, TableOfProblems) {
  ComparisonResults r = sample_results();
  r.comparison.task.reset();
  r.problems = {"sphere"};
  r.optimum = {{"sphere", 1.0}};
  r.methods[0].tuning.reset();
  for (std::size_t i = 0; i < 2; ++i) {
    r.methods[0].runs[i].problem = "sphere";
    r.methods[0].runs[i].f = i == 0 ? 3.0 : 5.0;
  }
  const std::string table = to_table(r);
  EXPECT_NE(table.find("f − f*"), std::string::npos) << table;
  EXPECT_NE(table.find("gradient"), std::string::npos);
  EXPECT_EQ(table.find("hessian"), std::string::npos);  // nobody asked one
  const std::string line = table.substr(table.find("sphere"));
  EXPECT_EQ(line.find(" 4 "), std::string::npos) << table;  // f − f*, not f
  EXPECT_NE(line.find(" 3 "), std::string::npos) << table;  // above the optimum
}

class Store : public ::testing::Test {
 protected:
  ScratchFolder scratch_;
  std::filesystem::path folder_ = scratch_.path() / "store";
};

TEST_F(Store, FindsFinishedRunsAgain) {
  {
    RunStore store(folder_, false);
    EXPECT_FALSE(store.find("{\"seed\":1}").has_value());
    store.append(0, "a · b", "{\"seed\":1}", false, sample_run());
    store.append(11, "c/../d", "{\"seed\":2}", true, sample_run());
  }
  EXPECT_TRUE(std::filesystem::exists(folder_ / "runs" / "01-a-b.jsonl"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "runs" / "12-c-d.jsonl"));
  RunStore again(folder_, true);
  ASSERT_TRUE(again.find("{\"seed\":1}").has_value());
  EXPECT_EQ(run_to_json(*again.find("{\"seed\":2}")), run_to_json(sample_run()));
  RunStore fresh(folder_, false);  // not resumed: set aside, not deleted
  EXPECT_FALSE(fresh.find("{\"seed\":1}").has_value());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "runs.old" / "01-a-b.jsonl"));
}

TEST_F(Store, ALineCutOffByAKillIsNoRecordAndHarmsNoOther) {
  {
    RunStore store(folder_, false);
    store.append(0, "a", "{\"seed\":1}", false, sample_run());
  }
  const auto file = folder_ / "runs" / "01-a.jsonl";
  std::ofstream(file, std::ios::app) << R"({"job":{"seed":2},"tuning":false,"run":{"prob)";
  {
    RunStore store(folder_, true);
    EXPECT_TRUE(store.find("{\"seed\":1}").has_value());
    EXPECT_FALSE(store.find("{\"seed\":2}").has_value());
    store.append(0, "a", "{\"seed\":3}", false, sample_run());
  }
  RunStore store(folder_, true);
  EXPECT_TRUE(store.find("{\"seed\":1}").has_value());
  EXPECT_TRUE(store.find("{\"seed\":3}").has_value());
}

TEST_F(Store, AFolderThatCannotBeMadeIsNamed) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "file") << "x";
  try {
    RunStore store(folder_ / "file", false);
    FAIL();
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("file"), std::string::npos);
  }
}

TEST(JobKey, HoldsWhatTheResultDependsOn) {
  Comparison c = sample_results().comparison;
  c.methods.push_back(
      {.label = "l", .id = "", .estimator = "", .credit = "backprop", .rule = "adam", .set = {}, .tune = {}});
  const Job job{.settings = {{"rule.rate", "1"}}, .seed = 3, .budget = c.budget};
  const std::string key = job_key(c, job, "0.1.0");
  EXPECT_EQ(key, job_key(c, job, "0.1.0"));
  const auto differs = [&](auto&& change) {
    Comparison other = c;
    Job moved = job;
    change(other, moved);
    return job_key(other, moved, "0.1.0") != key;
  };
  EXPECT_TRUE(differs([](Comparison&, Job& j) { j.seed = 4; }));
  EXPECT_TRUE(differs([](Comparison&, Job& j) { j.settings[0].second = "2"; }));
  EXPECT_TRUE(differs([](Comparison&, Job& j) { *j.budget.flops = 2e9; }));
  EXPECT_TRUE(differs([](Comparison& o, Job&) { o.task->batch = 33; }));
  EXPECT_TRUE(differs([](Comparison& o, Job&) { o.methods[0].rule = "sgd"; }));
  EXPECT_FALSE(differs([](Comparison& o, Job&) { o.name = "renamed"; }));
  EXPECT_NE(job_key(c, job, "0.2.0"), key);
}

}  // namespace
}  // namespace thalweg
