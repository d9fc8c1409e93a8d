// COCO's and IOHprofiler's logs, read back as cocopp (readalign.py, pproc.py) and IOHinspector (data.py) read them.
#include "thalweg/experiment/run_logs.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scratch_folder.hpp"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

class RunLogs : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto run = [](const std::string& problem, std::uint64_t seed, std::vector<std::pair<double, double>> points,
                        double end) {
      RunRecord r;
      r.problem = problem;
      r.seed = seed;
      r.x = {0.5, -1.0};
      for (const auto& [at, f] : points) r.history.add(at, f);
      r.history.end = end;
      return r;
    };
    const auto facts = [](const std::string& id, std::size_t n, double optimum) {
      return ProblemFacts{.id = id,
                          .function = function_of(id),
                          .n = n,
                          .f0 = 0,
                          .optimum = optimum,
                          .budget = 1e9,
                          .precision = 1e-9};
    };
    results_.version = "1";
    results_.facts = {facts("bbob/f8:n=2,instance=3", 2, 100.0), facts("bbob/f8:n=2,instance=4", 2, -1.0),
                      facts("bbob/f8:n=5,instance=3", 5, 0.0), facts("other", 2, not_known)};
    results_.methods.resize(2);
    results_.methods[0].spec.label = "Nelder–Mead · ours";
    results_.methods[0].runs = {run("bbob/f8:n=2,instance=3", 0, {{1, 350.25}, {7, 101.5}, {31, 100.0}}, 55),
                                run("bbob/f8:n=2,instance=4", 0, {{2, 4.0}, {9, -0.5}}, 9),
                                run("bbob/f8:n=5,instance=3", 0, {{1, 1e-3}}, 1), run("other", 0, {{1, -5}}, 4),
                                run("other", 1, {{1, -6}}, 4)};
    results_.methods[1].spec.label = "Nelder Mead ours";  // a folder of the same name
    results_.methods[1].runs = {run("bbob/f8:n=5,instance=3", 0, {}, 3)};
  }
  ScratchFolder scratch_;
  fs::path folder_ = scratch_.path() / "logs";
  ComparisonResults results_;
};

// readalign.split: a comment begins a data set; columns by blanks.
std::vector<std::vector<std::vector<double>>> data_sets(const std::string& text) {
  std::vector<std::vector<std::vector<double>>> sets;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('%')) {
      sets.emplace_back();
      continue;
    }
    std::istringstream fields(line);
    sets.back().emplace_back(std::istream_iterator<double>(fields), std::istream_iterator<double>());
  }
  return sets;
}

TEST_F(RunLogs, CocoIsReadAsCocoppReads) {
  write_coco_logs(results_, folder_);
  const fs::path mine = folder_ / "Nelder-Mead-ours";
  EXPECT_EQ(content(mine / "bbobexp_f8_i1.info"),
            "suite = 'bbob', funcId = 8, DIM = 2, Precision = 1.000e-08, algId = 'Nelder–Mead_·_ours', "
            "logger = 'thalweg', data_format = 'bbob-new2'\n%\n"
            "data_f8/bbobexp_f8_DIM2_i1.dat, 3:55|0.0e+00, 4:9|5.0e-01\n"
            "suite = 'bbob', funcId = 8, DIM = 5, Precision = 1.000e-08, algId = 'Nelder–Mead_·_ours', "
            "logger = 'thalweg', data_format = 'bbob-new2'\n%\n"
            "data_f8/bbobexp_f8_DIM5_i1.dat, 3:1|1.0e-03\n");
  const auto dat = data_sets(content(mine / "data_f8/bbobexp_f8_DIM2_i1.dat"));
  ASSERT_EQ(dat.size(), 2u);
  ASSERT_EQ(dat[0].size(), 3u);
  EXPECT_EQ(dat[0][1], (std::vector<double>{7, 0, 1.5, 101.5, 101.5}));
  EXPECT_EQ(dat[0][2][2], 0.0);
  // cocopp asserts that the first line is the first evaluation
  for (const auto& set : dat) EXPECT_EQ(set[0][0], 1.0);
  EXPECT_EQ(dat[1][0][2], 3e21);
  const auto tdat = data_sets(content(mine / "data_f8/bbobexp_f8_DIM2_i1.tdat"));
  ASSERT_EQ(tdat.size(), 2u);
  EXPECT_EQ(tdat[0].back(), (std::vector<double>{55, 0, 0, 100, 100}));
  EXPECT_EQ(tdat[1].back()[0], 9.0);
  std::vector<double> counts;
  for (const auto& line : tdat[0]) counts.push_back(line[0]);
  EXPECT_EQ(counts, (std::vector<double>{1,  2,  3,  4,  5,  6,  7,  8,  10, 11, 12, 14, 15,
                                         17, 19, 20, 22, 25, 28, 31, 35, 39, 40, 44, 50, 55}));
  EXPECT_EQ(tdat[0][5][2], 250.25);  // at 6 evaluations
  EXPECT_EQ(tdat[0][6][2], 1.5);     // at 7
  // Functions that are not BBOB's are numbered in order; seeds are their instances.
  EXPECT_NE(content(mine / "bbobexp_f2_i1.info").find("suite = 'thalweg', funcId = 2"), std::string::npos);
  EXPECT_NE(content(mine / "bbobexp_f2_i1.info").find(".dat, 1:4|-5.0e+00, 2:4|-6.0e+00"), std::string::npos);
  EXPECT_TRUE(fs::exists(folder_ / "Nelder-Mead-ours-2" / "bbobexp_f8_i1.info"));
}

TEST_F(RunLogs, IohIsReadAsIohInspectorReads) {
  write_ioh_logs(results_, folder_);
  const fs::path mine = folder_ / "Nelder-Mead-ours";
  const auto json = nlohmann::json::parse(content(mine / "IOHprofiler_f8_bbob_f8.json"));
  for (const char* key :
       {"version", "suite", "function_id", "function_name", "maximization", "algorithm", "attributes", "scenarios"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["function_id"], 8);
  EXPECT_EQ(json["algorithm"]["name"], "Nelder–Mead · ours");
  ASSERT_EQ(json["scenarios"].size(), 2u);
  const auto& scenario = json["scenarios"][0];
  EXPECT_EQ(scenario["dimension"], 2);
  ASSERT_EQ(scenario["runs"].size(), 2u);
  EXPECT_EQ(scenario["runs"][0]["instance"], 3);
  EXPECT_EQ(scenario["runs"][0]["evals"], 55);
  EXPECT_EQ(scenario["runs"][0]["best"]["evals"], 31);
  EXPECT_EQ(scenario["runs"][0]["best"]["y"], 0.0);
  // A run is the lines from each evaluation 1 on; the lines that are no numbers are heads.
  std::istringstream in(content(mine / scenario["path"].get<std::string>()));
  std::vector<std::vector<std::pair<double, double>>> runs;
  for (std::string line; std::getline(in, line);) {
    double at = 0, y = 0;
    std::istringstream fields(line);
    if (!(fields >> at >> y)) {
      EXPECT_EQ(line, "evaluations raw_y");
      continue;
    }
    if (at == 1) runs.emplace_back();
    runs.back().emplace_back(at, y);
  }
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0], (std::vector<std::pair<double, double>>{{1, 250.25}, {7, 1.5}, {31, 0}, {55, 0}}));
  EXPECT_EQ(runs[1], (std::vector<std::pair<double, double>>{{1, 3e21}, {2, 5}, {9, 0.5}}));
}

}  // namespace
}  // namespace thalweg
