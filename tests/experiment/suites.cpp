// compare on suites: budgets by n, profiles, runs made elsewhere, logs.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "complaint.hpp"
#include "experiment/comparing.hpp"
#include "thalweg/experiment/compare.hpp"
#include "thalweg/report/report.hpp"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

class SuiteCompare : public Comparing {};

std::string refusal(const std::string& body) {
  return complaint([&] { static_cast<void>(parse_comparison("name = \"t\"\n" + body, "t.toml")); });
}

const char* const suite = R"(
seeds = 2
budget = { simplex_gradients = 30 }
logs = ["coco", "ioh"]
[[suite]]
id = "classic:n=2+4"
[[problem]]
id = "sphere:n=3"
[[method]]
id = ["nelder-mead", "random-search", "l-bfgs"]
)";

TEST(SuiteToml, BudgetsByN) {
  RunBudget b;
  EXPECT_FALSE(b.evaluations_for(3));
  b.simplex_gradients = 10.5;
  EXPECT_EQ(b.evaluations_for(3), 42u);
  b.evaluations_per_dimension = 2;
  EXPECT_EQ(b.evaluations_for(3), 6u);
  b.evaluations = 5;
  EXPECT_EQ(b.evaluations_for(3), 5u);
  EXPECT_EQ(b.scaled(0.5).evaluations_for(1), 1u);
}

TEST(SuiteToml, MistakesAreNamedWithTheirLine) {
  const std::string method = "[[method]]\nid = \"nelder-mead\"\n";
  for (const auto& [body, said] : std::vector<std::pair<std::string, std::string>>{
           {"budget = { simplex_gradients = 0 }\n[[suite]]\nid = \"classic\"\n", "`budget.simplex_gradients` is 0"},
           {"budget = { simplex_gradiens = 5 }\n", "line 2: unknown key `budget.simplex_gradiens`; did you mean"},
           {"budget = { evaluations = 5 }\n[[suite]]\nid = \"clasic\"\n", "line 4"},
           {"budget = { evaluations = 5 }\n[[suite]]\nid = \"classic\"\nn = 2\n", "line 5: unknown key `suite.n`"},
           {"budget = { evaluations = 5 }\n[[suite]]\n", "[[suite]] needs `id`"},
           {"budget = { evaluations = 5 }\n[[runs]]\n", "[[runs]] needs `file`"},
           {"budget = { evaluations = 5 }\n[profiles]\nlow = \"lowest\"\n", "\"best\" or \"optimum\""},
           {"budget = { evaluations = 5 }\nlogs = [\"cocoa\"]\n", "\"coco\" and \"ioh\""},
           {"budget = { flops = 5 }\nlogs = [\"coco\"]\n[task]\ndata = \"digits\"\nmodel = \"64-10\"\n",
            "line 3: `logs` is for [[problem]]"},
       })
    EXPECT_NE(refusal(body + method).find(said), std::string::npos) << refusal(body + method);
}

TEST_F(SuiteCompare, ProfilesOfASuite) {
  const Comparison c = read(suite);
  EXPECT_GT(c.problems.size(), 30u);
  EXPECT_EQ(c.problems[0].id, "sphere:n=3");
  const auto results = compare(c, {.threads = 2});
  ASSERT_TRUE(results.profiles);
  EXPECT_EQ(results.profiles->problems, c.problems.size());
  EXPECT_NEAR(results.profiles->budget, 30.0, 1e-12);
  for (const auto& m : results.methods)
    for (const auto& run : m.runs) {
      double values = 0;
      for (const auto& [kind, n] : run.evaluations) values = kind == "value" ? n : values;
      const auto p = std::ranges::find(results.facts, run.problem, &ProblemFacts::id);
      EXPECT_LE(values, 30.0 * static_cast<double>(p->n + 1));
      EXPECT_LE(run.curve.at("f").size(), 101u + 300u * (p->id == "sphere:n=3"));
    }
  const auto& level = results.profiles->levels[0];
  EXPECT_GT(level.data[0].at(30), level.data[1].at(30));  // nelder-mead above random search
  const auto json = nlohmann::json::parse(file("results.json"));
  EXPECT_EQ(json["profiles"]["levels"].size(), 4u);
  EXPECT_EQ(json["profiles"]["levels"][0]["data"].size(), 3u);
  EXPECT_EQ(json["budget"]["simplex_gradients"], 30);
  EXPECT_FALSE(json["methods"][0]["runs"][0].contains("history"));
  EXPECT_NE(file("profiles.csv").find("\ndata,0.1,,,nelder-mead,"), std::string::npos);
  EXPECT_NE(file("runs/01-nelder-mead.jsonl").find("\"history\":"), std::string::npos);
  EXPECT_TRUE(fs::exists(out() / "coco/nelder-mead/bbobexp_f1_i1.info"));
  EXPECT_TRUE(fs::exists(out() / "ioh/l-bfgs/IOHprofiler_f1_sphere.json"));
  EXPECT_NE(to_table(results).find("Data profiles: the share of"), std::string::npos);
  EXPECT_NE(report::html_report(file("results.json")).find("Data profiles"), std::string::npos);
}

TEST_F(SuiteCompare, ThreadsAndResumeChangeNothing) {
  Comparison c = read(suite);
  const auto essence = [](const ComparisonResults& r) {
    return to_csv(*r.profiles) + std::to_string(r.problems.size());
  };
  const std::string one = essence(compare(c, {.threads = 1, .files = false}));
  EXPECT_EQ(essence(compare(c, {.threads = 3})), one);
  c.resume = true;
  std::size_t reused = 0;
  EXPECT_EQ(essence(compare(c, {.threads = 3, .progress = [&](const CompareProgress& p) { reused = p.reused; }})),
            one);
  EXPECT_EQ(reused, 3 * 2 * c.problems.size());
}

TEST_F(SuiteCompare, RunsMadeElsewhereStandBesideOurs) {
  std::ofstream(folder_.path() / "peers.jsonl")
      << R"({"problem":"sphere:n=2","method":"peer","history":[[1,50],[3,0]],"evaluations":9})"
      << "\n"
      << R"({"problem":"unknown","method":"peer","history":[[1,50]]})"
      << "\n";
  const std::string body =
      "seeds = 1\nbudget = { simplex_gradients = 20 }\n[[problem]]\nid = \"sphere:n=2\"\n[[runs]]\nfile = \"" +
      (folder_.path() / "peers.jsonl").string() + "\"\n";
  const auto results = compare(read(body + "[[method]]\nid = \"nelder-mead\"\n"));
  ASSERT_EQ(results.methods.size(), 2u);
  EXPECT_EQ(results.methods[1].spec.label, "peer");
  ASSERT_TRUE(results.profiles);
  EXPECT_EQ(results.profiles->methods, (std::vector<std::string>{"nelder-mead", "peer"}));
  EXPECT_EQ(results.profiles->levels[3].data[1], (profiles::Steps{{1}, {1}}));  // 3/(2 + 1)
  ASSERT_EQ(results.warnings.size(), 1u);
  EXPECT_NE(results.warnings[0].find("1 runs on problems that are not compared"), std::string::npos);
  EXPECT_NE(file("results.json").find("\"origin\":\""), std::string::npos);
  EXPECT_NE(report::html_report(file("results.json")).find("from "), std::string::npos);
  // Foreign runs alone are a comparison too.
  EXPECT_EQ(compare(read(body)).methods.size(), 1u);
  try {
    static_cast<void>(compare(read(body + "[[method]]\nid = \"nelder-mead\"\nlabel = \"peer\"\n")));
    FAIL();
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("calls a method \"peer\", as another is called"), std::string::npos);
  }
}

}  // namespace
}  // namespace thalweg
