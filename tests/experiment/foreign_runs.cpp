#include "thalweg/experiment/foreign_runs.hpp"

#include <gtest/gtest.h>

#include "complaint.hpp"

namespace thalweg {
namespace {

std::string refusal(const std::string& text, const std::string& name) {
  return complaint([&] { static_cast<void>(parse_foreign_runs(text, name)); });
}

TEST(ForeignRuns, Jsonl) {
  const auto all = parse_foreign_runs(
      R"({"problem":"p","method":"A","seed":3,"evaluations":50,"history":[[1,9],[4,"nan"],[3,10],[7,2.5]],"seconds":0.5}

{"problem":"q","method":"B","history":[[2,1.5]],"host":"elsewhere"}
{"problem":"q","method":"A","history":[],"evaluations":0}
)",
      "peers.jsonl");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].spec.label, "A");
  EXPECT_EQ(all[0].origin, "peers.jsonl");
  ASSERT_EQ(all[0].runs.size(), 2u);
  const RunRecord& run = all[0].runs[0];
  EXPECT_EQ(run.seed, 3u);
  EXPECT_EQ(run.f, 2.5);
  EXPECT_EQ(run.seconds, 0.5);
  EXPECT_EQ(run.history.evaluations, (std::vector<double>{1, 7}));
  EXPECT_EQ(run.history.end, 50.0);
  EXPECT_EQ(run.curve.at("evaluations"), (std::vector<double>{1, 7, 50}));
  EXPECT_TRUE(all[0].runs[1].crashed);
  EXPECT_EQ(all[1].runs[0].history.end, 2.0);
}

TEST(ForeignRuns, Csv) {
  const auto all = parse_foreign_runs(
      "problem,method,seed,evaluations,f\n"
      "\"p:n=2,start=10\",\"say \"\"A\"\"\",1,5,2\r\n"
      "q,B,0,1,7\n"
      "\"p:n=2,start=10\",\"say \"\"A\"\"\",1,1,9\n"
      "q,B,1,1,6\n"
      "q,B,0,40,8\n",
      "peers.csv");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].spec.label, "say \"A\"");
  EXPECT_EQ(all[0].runs[0].problem, "p:n=2,start=10");
  EXPECT_EQ(all[0].runs[0].history.f, (std::vector<double>{9, 2}));
  ASSERT_EQ(all[1].runs.size(), 2u);
  EXPECT_EQ(all[1].runs[0].history.end, 40.0);
  EXPECT_EQ(all[1].runs[0].f, 7.0);
}

TEST(ForeignRuns, ALineComesBackAsItWas) {
  RunRecord run;
  run.problem = "p";
  run.seed = 12;
  run.history.add(1, 0.1);
  run.history.add(5, 1.0 / 3 - 0.3);
  run.history.end = 9;
  const auto all = parse_foreign_runs(foreign_run_line(run, "me") + foreign_run_line(run, "you"), "x.jsonl");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1].runs[0].history, run.history);
  EXPECT_EQ(all[1].runs[0].seed, 12u);
}

TEST(ForeignRuns, WhatIsWrongIsSaidWithItsLine) {
  for (const auto& [text, name, said] : std::vector<std::array<std::string, 3>>{
           {"\nnot json\n", "x.jsonl", "x.jsonl, line 2: not a JSON object"},
           {R"({"method":"A","history":[]})", "x.jsonl", "line 1: `problem` must be text"},
           {R"({"problem":"p","method":"A"})", "x.jsonl", "`history` must be a list"},
           {R"({"problem":"p","method":"A","history":[[0,1]]})", "x.jsonl", "expected [evaluations ≥ 1, f]"},
           {R"({"problem":"p","method":"A","history":[[9,1]],"evaluations":8})", "x.jsonl",
            "at least the history's 9"},
           {R"({"problem":"p","method":"A","history":[],"seed":-1})", "x.jsonl", "`seed` must be"},
           {R"({"problem":"p","method":"A","history":[[1e300,1]]})", "x.jsonl", "expected [evaluations ≥ 1, f]"},
           {"problem,method,f\n", "x.csv", "x.csv, line 1: the header has no column `evaluations`"},
           {"problem,method,evaluations,f\np,A,1\n", "x.csv", "line 2: 3 fields"},
           {"problem,method,evaluations,f\np,A,x,1\n", "x.csv", "line 2"},
           {"problem,method,evaluations,f\np,A,0,1\n", "x.csv", "expected a number ≥ 1"},
       })
    EXPECT_NE(refusal(text, name).find(said), std::string::npos) << refusal(text, name);
}

}  // namespace
}  // namespace thalweg
