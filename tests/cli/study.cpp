// minimize --study and resume: what was answered survives anything.
#include <sqlite3.h>

#include <random>

#include "subprocess.hpp"

namespace thalweg::test {
namespace {

using Words = std::vector<std::string>;

Json without_seconds(Json json) {
  json.erase("seconds");
  return json;
}

// Kills a study at a moment drawn from the seed, until it gets through; the result must be that of a quiet run.
void kill_and_resume(int kills, double longest_ms, const Words& request, unsigned seed) {
  const Json quiet = without_seconds(thalweg(request).json());
  std::mt19937 random(seed);
  int killed = 0;
  for (int round = 0; round < 10 * kills && killed < kills; ++round) {
    Folder folder;
    Words words = request;
    words.insert(words.end(), {"--study", folder / "s.db", "--resume"});
    bool done = false;
    Outcome o;
    while (!done) {
      Tool tool(words);
      if (killed < kills) {
        const double ms = std::uniform_real_distribution<>(5.0, longest_ms)(random);
        std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(ms));
        if (!tool.ended()) ++killed;
        tool.kill(SIGKILL);
      }
      o = tool.wait();
      done = o.status == 0;
      ASSERT_TRUE(done || o.status == 1000 + SIGKILL) << o.status << o.err;
    }
    EXPECT_EQ(without_seconds(o.json()), quiet) << "after " << killed << " kills";
    const Outcome again = thalweg({"resume", folder / "s.db", "--json"});  // finished: replays to the same
    EXPECT_EQ(without_seconds(again.json()), quiet);
  }
  EXPECT_GE(killed, kills);
}

TEST(Study, KilledTwentyTimesGivesTheSameResult) {
  kill_and_resume(20, 400.0,
                  {"minimize", "--command", program("sleepy:0.001"), "--dimension", "3", "--method", "nelder-mead",
                   "--max-evaluations", "250", "--seed", "3", "--json", "--quiet"},
                  20261121);
}

TEST(Study, LongFormKilledInBatchesWithWorkers) {
  kill_and_resume(20, 700.0,
                  {"minimize", "--command", program("sleepy:0.002"), "--dimension", "4", "--method", "cma-es",
                   "--max-evaluations", "400", "--workers", "2", "--seed", "3", "--json", "--quiet"},
                  7);
}

TEST(Study, ResumeGoesOnWhereTheBudgetEnded) {
  Folder folder;
  const Words request = {"minimize", "--problem", "rosenbrock:n=3", "--method", "nelder-mead", "--json"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), request.begin(), request.end());
    return thalweg(more);
  };
  const Json whole = without_seconds(with({"--max-evaluations", "200"}).json());
  Outcome o = with({"--max-evaluations", "80", "--study", folder / "s.db"});
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(o.json()["evaluations"]["value"], 80);
  o = thalweg({"resume", folder / "s.db", "--max-evaluations", "200", "--json"});
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(without_seconds(o.json()), whole);
  o = thalweg({"resume", folder / "s.db", "--json"});  // keeps the budget that it was given last
  EXPECT_EQ(without_seconds(o.json()), whole);
}

TEST(Study, InterruptedThenResumed) {
  Folder folder;
  // Its twentieth answer takes a minute, but only as long as `began` is not there.
  const Words request = {"minimize",
                         "--command",
                         program("slow:20:60:" + (folder / "began")),
                         "--dimension",
                         "2",
                         "--method",
                         "nelder-mead",
                         "--max-evaluations",
                         "150",
                         "--json"};
  Words words = request;
  words.insert(words.end(), {"--study", folder / "s.db"});
  Tool tool(words);
  ASSERT_TRUE(appears(folder / "began"));
  tool.kill(SIGINT);
  Outcome o = tool.wait();
  ASSERT_EQ(o.status, 130) << o.err;
  EXPECT_EQ(o.json()["evaluations"]["value"], 19);
  EXPECT_TRUE(has(o.err, "thalweg resume " + (folder / "s.db"))) << o.err;
  o = thalweg({"resume", folder / "s.db", "--json"});
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(without_seconds(o.json()), without_seconds(thalweg(request).json()));
}

TEST(Study, OfAProgramThatDiesIsKept) {
  Folder folder;
  const Outcome o = thalweg({"minimize", "--command", program("dies:9"), "--dimension", "2", "--method",
                             "nelder-mead", "--study", folder / "s.db", "--json"});
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.err, "every answer so far is kept in " + (folder / "s.db"))) << o.err;
  const Outcome again = thalweg({"resume", folder / "s.db", "--json"});
  EXPECT_EQ(again.status, 1) << "the program dies at its ninth question, which is the run's seventeenth now";
  EXPECT_EQ(again.json()["evaluations"]["value"], 16);
}

TEST(Study, FailedAnswersAreReplayed) {
  Folder folder;
  const Words request = {"minimize", "--command",   program("error:5"), "--dimension",   "2",
                         "--method", "nelder-mead", "--study",          folder / "s.db", "--json"};
  const Outcome o = thalweg(request);
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(without_seconds(thalweg({"resume", folder / "s.db", "--json"}).json()), without_seconds(o.json()));
}

TEST(Study, AnotherRunIsRefused) {
  Folder folder;
  const auto run = [&](const Words& more) {
    Words words = {"minimize", "--study", folder / "s.db", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return thalweg(words);
  };
  const Words same = {"--problem", "sphere:n=2", "--method", "nelder-mead", "--max-evaluations", "30"};
  ASSERT_EQ(run(same).status, 0);
  Outcome o = run(same);
  EXPECT_EQ(o.status, 2);
  EXPECT_TRUE(has(o.err, "exists already; --resume goes on with it")) << o.err;
  Words resumed = same;
  resumed.push_back("--resume");
  EXPECT_EQ(run(resumed).status, 0);
  for (const auto& [more, said] : std::vector<std::pair<Words, std::string>>{
           {{"--problem", "sphere:n=3", "--method", "nelder-mead", "--resume"}, "its --problem is sphere:n=2"},
           {{"--problem", "sphere:n=2", "--method", "l-bfgs", "--resume"}, "its --method is nelder-mead"},
           {{"--problem", "sphere:n=2", "--method", "nelder-mead", "--seed", "4", "--resume"}, "its --seed is 0"},
           {{"--problem", "sphere:n=2", "--method", "nelder-mead", "--x0", "1,1", "--resume"},
            "its --x0 is not given"},
       }) {
    o = run(more);
    EXPECT_EQ(o.status, 2) << said;
    EXPECT_TRUE(has(o.err, said)) << o.err;
  }
}

TEST(Study, WhatIsNoStudy) {
  Folder folder;
  EXPECT_EQ(thalweg({"resume", folder / "none.db"}).status, 2);
  std::ofstream(folder / "text.db") << "this is not a database, though it is long enough to look like one perhaps";
  const Outcome o = thalweg({"resume", folder / "text.db"});
  EXPECT_NE(o.status, 0);
  EXPECT_TRUE(o.err.starts_with("thalweg: error: ")) << o.err;
  EXPECT_EQ(thalweg({"resume", folder / ""}).status, 2);
}

TEST(Study, CutOffBeforeItHeldAnything) {
  Folder folder;
  sqlite3* db = nullptr;  // what a kill between opening and creating leaves behind
  ASSERT_EQ(sqlite3_open((folder / "s.db").c_str(), &db), SQLITE_OK);
  sqlite3_exec(db, "PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  ASSERT_GT(fs::file_size(folder / "s.db"), 0u);
  const Outcome resumed = thalweg({"resume", folder / "s.db"});
  EXPECT_EQ(resumed.status, 2);
  EXPECT_TRUE(has(resumed.err, "run minimize --study --resume again")) << resumed.err;
  const Outcome o =
      thalweg({"minimize", "--problem", "sphere:n=2", "--study", folder / "s.db", "--resume", "--json"});
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(without_seconds(thalweg({"resume", folder / "s.db", "--json"}).json()), without_seconds(o.json()));
}

TEST(Study, AutoIsRememberedAsWhatItChose) {
  Folder folder;
  const Outcome o = thalweg({"minimize", "--problem", "rosenbrock:n=3", "--study", folder / "s.db", "--json"});
  ASSERT_EQ(o.status, 0) << o.err;
  const Outcome again = thalweg({"resume", folder / "s.db", "--json"});
  EXPECT_EQ(without_seconds(again.json()), without_seconds(o.json()));
  EXPECT_TRUE(has(thalweg({"resume", folder / "s.db"}).out, "(auto)"));
  const Outcome large = thalweg({"minimize", "--problem", "sphere:n=1200", "--bounds", "-1,1", "--max-evaluations",
                                 "90", "--study", folder / "large.db", "--json"});  // auto chose a setting too
  ASSERT_EQ(large.status, 0) << large.err;
  EXPECT_EQ(without_seconds(thalweg({"resume", folder / "large.db", "--json"}).json()),
            without_seconds(large.json()));
}

TEST(Study, RulesAndEstimatorsResume) {
  Folder folder;
  const Outcome o =
      thalweg({"minimize", "--problem", "rosenbrock:n=3", "--rule", "clip(norm=1) | adam", "--set", "rule.rate=0.01",
               "--estimator", "spsa", "--max-evaluations", "300", "--study", folder / "s.db", "--json"});
  ASSERT_EQ(o.status, 0) << o.err;
  const Outcome again = thalweg({"resume", folder / "s.db", "--json"});
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(without_seconds(again.json()), without_seconds(o.json()));
}

}  // namespace
}  // namespace thalweg::test
