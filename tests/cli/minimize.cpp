// thalweg minimize: its options, JSON, exit statuses, interruption and log.
#include <algorithm>
#include <cmath>
#include <map>

#include "subprocess.hpp"
#include "thalweg/core/stamp.hpp"

namespace thalweg::test {
namespace {

using Words = std::vector<std::string>;

Words minimize(Words more) {
  more.insert(more.begin(), "minimize");
  return more;
}

std::vector<std::string> keys(const nlohmann::ordered_json& json) {
  std::vector<std::string> names;
  for (const auto& [key, value] : json.items()) names.push_back(key);
  return names;
}

TEST(Minimize, JsonHasItsKeysInOrder) {
  const Outcome o = thalweg(minimize({"--problem", "rosenbrock:n=4", "--method", "l-bfgs", "--seed", "7", "--json"}));
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(o.err, "");
  const auto json = nlohmann::ordered_json::parse(o.out);
  EXPECT_EQ(keys(json), (Words{"method", "problem", "status", "message", "x", "f", "recommended", "iterations",
                               "evaluations", "flops", "seconds", "seed", "version"}));
  EXPECT_EQ(keys(json["evaluations"]), (Words{"value", "gradient", "hessian_vector", "hessian", "third",
                                              "directional", "residual", "jacobian"}));
  EXPECT_EQ(json["method"], "l-bfgs");
  EXPECT_EQ(json["problem"], "rosenbrock:n=4");
  EXPECT_EQ(json["status"], "converged");
  EXPECT_EQ(json["x"].size(), 4u);
  EXPECT_NEAR(json["x"][3].get<double>(), 1.0, 1e-4);
  EXPECT_EQ(json["recommended"]["x"].size(), 4u);
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["version"], version());
  EXPECT_GT(json["evaluations"]["gradient"], 0);
}

TEST(Minimize, NumbersRoundTripAndInfinitiesAreText) {
  const Outcome o = thalweg(minimize({"--command", program("no-id"), "--x0", "0.1,1e-310", "--method", "nelder-mead",
                                      "--max-evaluations", "1", "--json"}));
  ASSERT_EQ(o.status, 0) << o.err;
  const Json json = o.json();
  EXPECT_EQ(json["x"], (Json{0.1, 1e-310}));
  EXPECT_EQ(json["f"].get<double>(), (0.1 - 1) * (0.1 - 1) + 4.0);
  EXPECT_EQ(json["status"], "evaluation_budget");
  EXPECT_EQ(json["flops"], nullptr);
  const Outcome drawn =
      thalweg(minimize({"--problem", "sphere:n=4", "--method", "zo-sgd", "--max-evaluations", "20", "--json"}));
  EXPECT_EQ(drawn.json()["flops"], nullptr);  // the noise is counted, f is not
  const Outcome none = thalweg(minimize(
      {"--command", program("nan:1"), "--x0", "1,1", "--method", "nelder-mead", "--max-evaluations", "1", "--json"}));
  EXPECT_EQ(none.json()["f"], "inf");
  EXPECT_EQ(none.json()["status"], "numerical_failure");
  EXPECT_EQ(none.status, 1);
}

TEST(Minimize, BudgetsAreKept) {
  const Words base = {"minimize", "--problem", "rosenbrock:n=10", "--json", "--quiet"};
  const auto with = [&](Words more) {
    more.insert(more.begin(), base.begin(), base.end());
    const Outcome o = thalweg(more);
    EXPECT_EQ(o.status, 0) << o.err;
    return o.json();
  };
  Json j = with({"--method", "nelder-mead", "--max-evaluations", "57"});
  EXPECT_EQ(j["status"], "evaluation_budget");
  EXPECT_EQ(j["evaluations"]["value"], 57);
  j = with({"--method", "l-bfgs", "--max-answers", "gradient=5"});
  EXPECT_EQ(j["status"], "answer_budget");
  EXPECT_EQ(j["evaluations"]["gradient"], 5);
  j = with({"--method", "l-bfgs", "--max-iterations", "3"});
  EXPECT_EQ(j["status"], "iteration_budget");
  EXPECT_EQ(j["iterations"], 3);
  j = with({"--method", "nelder-mead", "--target", "5e0"});
  EXPECT_EQ(j["status"], "target_reached");
  EXPECT_LE(j["f"].get<double>(), 5.0);
  j = thalweg(minimize({"--command", program("sleepy:0.02"), "--dimension", "2", "--max-seconds", "0.3", "--json"}))
          .json();
  EXPECT_EQ(j["status"], "time_budget");
}

TEST(Minimize, AutoTakesWhatIsAnswered) {
  const auto method_of = [](Words more) {
    more.insert(more.end(), {"--json", "--max-evaluations", "200"});
    return thalweg(minimize(std::move(more))).json()["method"].get<std::string>();
  };
  EXPECT_EQ(method_of({"--problem", "rosenbrock:n=4"}), "newton");
  EXPECT_EQ(method_of({"--problem", "rosenbrock:n=150"}), "l-bfgs");
  EXPECT_EQ(method_of({"--problem", "rosenbrock:n=4", "--bounds", "-2,2"}), "l-bfgs");
  EXPECT_EQ(method_of({"--command", program("good"), "--dimension", "4", "--bounds", "-2,2"}), "nelder-mead");
  EXPECT_EQ(method_of({"--command", program("good"), "--dimension", "30", "--bounds", "-2,2"}), "cma-es");
  EXPECT_EQ(method_of({"--command", program("good"), "--dimension", "3"}), "nelder-mead");
  EXPECT_EQ(method_of({"--command", program("gradient"), "--dimension", "3", "--gradient"}), "l-bfgs");
  EXPECT_EQ(method_of({"--command", program("good"), "--dimension", "3", "--estimator", "fd-central"}), "l-bfgs");
  const Outcome large = thalweg(minimize({"--command", program("good"), "--dimension", "2000", "--bounds", "-1,1",
                                          "--max-evaluations", "30", "--quiet"}));
  EXPECT_TRUE(has(large.out, "cma-es (auto)") && has(large.out, "diagonal=true")) << large.out << large.err;
  const Outcome text = thalweg(minimize({"--problem", "rosenbrock:n=4"}));
  EXPECT_TRUE(has(text.out, "newton (auto): exact Hessians are answered")) << text.out;
}

TEST(Minimize, LeavingTheProblemsBoxIsTold) {
  const Words words = minimize({"--problem", "schwefel:n=2", "--x0", "400,-490", "--method", "bfgs", "--json"});
  const Outcome o = thalweg(words);
  EXPECT_LT(o.json()["f"].get<double>(), -1.0) << "below the minimum within the box, which is 0";
  EXPECT_TRUE(has(o.err, "x lies outside the box of schwefel:n=2, -500 to 500, which bfgs does not take")) << o.err;
  EXPECT_EQ(thalweg(minimize({"--problem", "schwefel:n=2", "--x0", "400,-490", "--method", "bfgs", "--json",
                              "--bounds", "none"}))
                .err,
            "");
}

TEST(Minimize, RulesEstimatorsAndTheirOptions) {
  Json j = thalweg(minimize({"--problem", "sphere:n=3", "--rule", "clip(norm=10) | adam", "--set", "rule.rate=0.05",
                             "--max-iterations", "400", "--json"}))
               .json();
  EXPECT_EQ(j["method"], "descent");
  EXPECT_LT(j["f"].get<double>(), 1e-3);
  j = thalweg(minimize({"--problem", "sphere:n=3", "--method", "l-bfgs", "--estimator", "fd-central", "--set",
                        "memory=3", "--json"}))
          .json();
  EXPECT_LT(j["f"].get<double>(), 1e-8);
  EXPECT_EQ(j["evaluations"]["gradient"], 0) << "charged in what is really asked";
  EXPECT_GT(j["evaluations"]["value"], 6);
}

TEST(Minimize, GradientsOfAProgram) {
  const Words base = {"minimize", "--dimension", "3", "--method", "l-bfgs", "--json", "--command"};
  Words words = base;
  words.push_back(program("gradient"));
  Outcome o = thalweg(words);
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_LT(o.json()["f"].get<double>(), 1e-12);
  EXPECT_EQ(o.json()["evaluations"]["gradient"], o.json()["evaluations"]["value"]);
  words = base;
  words.push_back(program("good"));  // answers values alone
  o = thalweg(words);
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.err, "which has no array \"g\"")) << o.err;
  EXPECT_TRUE(has(o.err, "fd-central")) << o.err;
}

TEST(Minimize, StartsAndBounds) {
  Folder folder;
  std::ofstream(folder / "x0") << "1.5\n2.5\n";
  std::ofstream(folder / "bounds") << "0,4\n1,none\n";
  Json j = thalweg(minimize({"--command", program("good"), "--x0", "@" + (folder / "x0"), "--max-evaluations", "1",
                             "--json"}))
               .json();
  EXPECT_EQ(j["x"], (Json{1.5, 2.5}));
  j = thalweg(minimize({"--command", program("good"), "--bounds", "@" + (folder / "bounds"), "--max-evaluations", "1",
                        "--json"}))
          .json();
  EXPECT_EQ(j["x"], (Json{2.0, 1.0})) << "the middle, and the finite side";
  j = thalweg(minimize({"--command", program("good"), "--bounds", "2,6;-inf,1;none", "--json"})).json();
  EXPECT_NEAR(j["x"][0].get<double>(), 2.0, 1e-5);
  EXPECT_NEAR(j["x"][1].get<double>(), 1.0, 1e-5);
  EXPECT_NEAR(j["x"][2].get<double>(), 3.0, 1e-5);
  j = thalweg(minimize({"--command", program("good"), "--dimension", "2", "--bounds", "-1,3", "--max-evaluations",
                        "1", "--json"}))
          .json();
  EXPECT_EQ(j["x"], (Json{1.0, 1.0}));
}

TEST(Minimize, WrongRequestsAreUsageErrors) {
  struct Case {
    Words words;
    std::string said;
  };
  const std::string good = program("good");
  for (const Case& c : std::vector<Case>{
           {{}, "give --problem ID or --command"},
           {{"--problem", "sphere", "--command", "true"}, "exclude each other"},
           {{"--command", "true"}, "--command needs --x0"},
           {{"--command", "a | b", "--dimension", "1"}, "needs a shell"},
           {{"--command", "no-such-program-anywhere", "--dimension", "1"}, "cannot start the program"},
           {{"--problem", "sphere", "--dimension", "3"}, "a problem has n"},
           {{"--problem", "sphere", "--timeout", "3"}, "--timeout is for --command"},
           {{"--problem", "sphere:n=2", "--x0", "1"}, "--x0 has 1 entries; sphere:n=2 has 2 variables"},
           {{"--problem", "sphere:n=2", "--x0", "1,a"}, "--x0 is \"a\"; it must be a number"},
           {{"--problem", "sphere:n=2", "--bounds", "@/dev/null"}, "--bounds: the file /dev/null is empty"},
           {{"--problem", "sphere:n=2", "--x0", "@/no/file"}, "cannot read the file /no/file"},
           {{"--problem", "sphere:n=2", "--bounds", "3,1"}, "must not exceed"},
           {{"--problem", "sphere:n=2", "--bounds", "1"}, "is not a pair LOWER,UPPER"},
           {{"--problem", "sphere:n=2", "--bounds", "0,1;0,1;0,1"}, "--bounds has 3 pairs; there are 2"},
           {{"--problem", "sphere:n=2", "--max-evaluations", "-3"}, "--max-evaluations is \"-3\"; it must be"},
           {{"--problem", "sphere:n=2", "--max-evaluations", "1.5"}, "a whole number ≥ 1"},
           {{"--problem", "sphere:n=2", "--max-seconds", "0"}, "--max-seconds is \"0\""},
           {{"--problem", "sphere:n=2", "--target", "nan"}, "--target is \"nan\""},
           {{"--problem", "sphere:n=2", "--tolerance", "g=1"}, "the kinds are f, x and gradient"},
           {{"--problem", "sphere:n=2", "--seed", "x"}, "--seed is \"x\""},
           {{"--problem", "sphere:n=2", "--threads", "0"}, "--threads is \"0\""},
           {{"--command", good, "--dimension", "2", "--threads", "2"}, "--workers 2 runs that many copies"},
           {{"--problem", "sphere:n=2", "--x0", ""}, "--x0 is empty; give a value, or leave it out"},
           {{"--problem", "sphere:n=2", "--seed"}, "--seed needs a value"},
           {{"--problem", "sphere:n=2", "--seed", "1", "--seed", "2"}, "--seed is given more than once"},
           {{"--problem", "sphere:n=2", "--color", "blue"}, "--color is \"blue\"; it is one of auto"},
           {{"--problem", "rosenbrock:n=1"}, "--problem rosenbrock:n=1: option `n` is 1; it must be ≥ 2"},
           {{"--problem", "meyer"}, "did you mean `mgh/meyer`?"},
           {{"--problem", "qqqqqqq"}, "`thalweg list problems` shows"},
           {{"--problem", "sphere:n=2", "--method", "BFGS"}, "did you mean `bfgs`?"},
           {{"--problem", "sphere:n=2", "--method", "lbfgs"}, "did you mean `l-bfgs`?"},
           {{"--problem", "sphere:n=2", "--method", "l-bfgs", "--set", "memory=-1"},
            "--method l-bfgs: option `memory` is -1"},
           {{"--problem", "sphere:n=2", "--estimator", "spsa", "--set", "estimator.c=0"},
            "--estimator spsa: option `c` is 0"},
           {{"--problem", "sphere:n=2", "--estimator", "spsa", "--method", "nelder-mead"},
            "estimator `spsa` makes gradients, and the method nelder-mead asks none"},
           {{"--problem", "rosenbrock,n=3"}, "options follow a colon, as in rosenbrock:n=10"},
           {{"--problem", "rosenbrock:m=3"}, "unknown option `m` of rosenbrock; its options are n"},
           {{"--problem", "sphere:n=2", "--bounds", "1,0"}, "pair 1 is 1,0; the lower side must not exceed"},
           {{"--problem", "sphere:n=2", "--tolerance", "f"}, "it must be KIND=V"},
           {{"--problem", "sphere:n=2", "--study", "/tmp"}, "--study /tmp is a folder"},
           {{"--command", good, "--dimension", "1e9"}, "it must be at most 10000000"},
           {{"--problem", "sphere:n=2", "--set", "memory"}, "it must be NAME=VALUE"},
           {{"--problem", "sphere:n=2", "--set", "rule.rate=1"}, "needs --rule"},
           {{"--problem", "sphere:n=2", "--set", "estimator.h=1"}, "needs --estimator"},
           {{"--problem", "sphere:n=2", "--rule", "adam", "--method", "l-bfgs"}, "does not go with --method l-bfgs"},
           {{"--problem", "sphere:n=2", "--log-answers"}, "--log-answers needs --log"},
           {{"--problem", "sphere:n=2", "--log", "/no/folder/x.jsonl"}, "cannot open /no/folder/x.jsonl"},
           {{"--problem", "sphere:n=2", "--resume"}, "--resume needs --study"},
           {{"--command", good, "--dimension", "2", "--method", "newton"}, "newton asks"},
           {{"--problem", "sphere:n=2", "--method", "l-bfgs", "--bounds", "-1,1", "--x0", "5,5"}, "x0[0] is 5"},
       }) {
    const Outcome o = thalweg(minimize(c.words));
    EXPECT_EQ(o.status, 2) << c.said << "\n" << o.err << o.out;
    EXPECT_TRUE(has(o.err, c.said)) << "wanted: " << c.said << "\ngot: " << o.err;
    EXPECT_EQ(o.out, "") << c.said;
  }
}

TEST(Minimize, TextSaysWhetherTheKnownOptimumIsReached) {
  const std::string n4 =
      thalweg(minimize({"--problem", "rosenbrock:n=4", "--x0", "-1,1,1,1", "--method", "l-bfgs"})).out;
  EXPECT_TRUE(has(n4, "optimum      0; f is 3.7 above it")) << n4;  // f = 3.70 at the local minimum
  EXPECT_TRUE(
      has(thalweg(minimize({"--problem", "rosenbrock", "--method", "l-bfgs"})).out, "optimum      0, reached"));
  EXPECT_FALSE(has(thalweg(minimize({"--problem", "rosenbrock", "--bounds", "2,3"})).out, "optimum"));
  EXPECT_FALSE(has(thalweg(minimize({"--problem", "noisy/sphere", "--method", "cma-es"})).out, "optimum "));
}

TEST(Minimize, RequireConverged) {
  EXPECT_EQ(thalweg(minimize({"--problem", "rosenbrock", "--method", "nelder-mead", "--max-evaluations", "9",
                              "--require-converged"}))
                .status,
            3);
  EXPECT_EQ(thalweg(minimize({"--problem", "sphere", "--method", "l-bfgs", "--require-converged"})).status, 0);
  EXPECT_EQ(
      thalweg(minimize({"--problem", "sphere", "--method", "nelder-mead", "--target", "0.5", "--require-converged"}))
          .status,
      0);
}

TEST(Minimize, ProgramsThatMisbehave) {
  const auto with = [](const std::string& mode, Words more = {}) {
    Words words = {"minimize", "--command", program(mode), "--dimension", "2", "--method", "nelder-mead", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return thalweg(words);
  };
  Outcome o = with("dies:7");
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.err, "exited with status 3")) << o.err;
  EXPECT_TRUE(has(o.err, "| out of patience")) << o.err;
  EXPECT_EQ(o.json()["status"], "objective_failed");
  EXPECT_EQ(o.json()["evaluations"]["value"], 6) << "what was answered is kept";
  EXPECT_EQ(o.json()["x"].size(), 2u);
  o = with("rubbish:3");
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.err, "not a JSON object")) << o.err;
  o = with("slow:3:60", {"--timeout", "0.5"});
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.err, "timeout of 0.5 s")) << o.err;
  EXPECT_LT(o.seconds, 20.0);
  for (const char* mode : {"nan:3", "bare-nan:3", "null:3", "error:3"}) {
    o = with(mode);
    EXPECT_EQ(o.status, 0) << mode << o.err;
    EXPECT_LT(o.json()["f"].get<double>(), 1e-10) << mode;
  }
  o = thalweg(minimize({"--command", "sh '" THALWEG_SOURCE_DIR "/tests/cli/programs/sphere.sh'", "--x0", "0",
                        "--method", "nelder-mead", "--max-evaluations", "80", "--json"}));
  EXPECT_EQ(o.status, 0) << o.err;
  EXPECT_NEAR(o.json()["x"][0].get<double>(), 3.0, 1e-3);
}

TEST(Minimize, WorkersAndThreadsChangeNothing) {
  const auto result = [](Words more) {
    more.insert(more.end(), {"--method", "cma-es", "--max-evaluations", "300", "--seed", "5", "--json"});
    Json json = thalweg(minimize(std::move(more))).json();
    json.erase("seconds");
    return json;
  };
  const Json one = result({"--command", program("good"), "--dimension", "3"});
  EXPECT_EQ(one["evaluations"]["value"], 300);
  EXPECT_EQ(one, result({"--command", program("good"), "--dimension", "3", "--workers", "3"}));
  EXPECT_EQ(one, result({"--command", program("good"), "--dimension", "3", "--in-flight", "4"}));
  const Json problem = result({"--problem", "rastrigin:n=5"});
  for (const char* threads : {"2", "4"})
    EXPECT_EQ(problem, result({"--problem", "rastrigin:n=5", "--threads", threads})) << threads;
}

TEST(Minimize, CtrlCKeepsTheResult) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Folder folder;
    Tool tool(minimize({"--command", program("sleepy:0.2:" + (folder / "began")), "--dimension", "3", "--method",
                        "nelder-mead", "--json"}));
    ASSERT_TRUE(appears(folder / "began"));  // and some hundred answers are still to come
    tool.kill(signal);
    const Outcome o = tool.wait();
    EXPECT_EQ(o.status, 130) << o.err;
    EXPECT_EQ(o.json()["status"], "interrupted");
    EXPECT_EQ(o.json()["x"].size(), 3u);
  }
}

TEST(Minimize, CtrlCInTheMiddleOfALongAnswer) {
  Folder folder;
  Tool tool(minimize({"--command", program("slow:2:60:" + (folder / "began")), "--dimension", "3", "--method",
                      "nelder-mead", "--json"}));
  ASSERT_TRUE(appears(folder / "began"));
  tool.kill(SIGINT);
  const Outcome o = tool.wait();
  EXPECT_EQ(o.status, 130) << o.err;
  EXPECT_LT(o.seconds, 50.0);
  EXPECT_EQ(o.json()["evaluations"]["value"], 1);
}

TEST(Minimize, ASecondCtrlCKills) {
  Folder folder;
  Tool tool(minimize(
      {"--command", program("deaf-slow:1:10:" + (folder / "began")), "--dimension", "3", "--method", "nelder-mead"}));
  ASSERT_TRUE(appears(folder / "began"));
  while (!tool.ended()) {  // after the first it gives the program a second or two to end; two at once are one
    tool.kill(SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(tool.wait().status, 1000 + SIGINT);
}

TEST(Minimize, LogLinesCarryEventAndVersion) {
  Folder folder;
  const Outcome o = thalweg(minimize({"--problem", "rosenbrock:n=2", "--method", "nelder-mead", "--max-evaluations",
                                      "60", "--log", folder / "log.jsonl", "--log-answers", "--json"}));
  ASSERT_EQ(o.status, 0) << o.err;
  std::istringstream lines(content(folder / "log.jsonl"));
  std::map<std::string, int> events;
  std::string line, first, last;
  while (std::getline(lines, line)) {
    const Json json = Json::parse(line);
    ASSERT_TRUE(json.contains("event") && json.contains("version")) << line;
    last = json["event"];
    if (first.empty()) first = last;
    ++events[last];
  }
  EXPECT_EQ(first, "start");
  EXPECT_EQ(last, "stop");
  EXPECT_EQ(events["answer"], 60);
  EXPECT_EQ(events["iteration"], o.json()["iterations"].get<int>());
  EXPECT_GT(events["improvement"], 1);
  ASSERT_EQ(thalweg(minimize({"--problem", "sphere:n=2", "--method", "newton", "--log", folder / "log.jsonl",
                              "--log-answers"}))
                .status,
            0);
  EXPECT_TRUE(has(content(folder / "log.jsonl"), "\"asked\":[\"hessian\"],\"sample\":0,\"failed\":false"))
      << "an answer without a value has no f";
}

TEST(Minimize, AFullDiskUnderTheLogIsReportedAndTheResultKept) {
  const Outcome o = thalweg(minimize({"--problem", "rosenbrock:n=2", "--log", "/dev/full", "--json"}));
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.err, "cannot write /dev/full: No space left on device")) << o.err;
  EXPECT_EQ(o.json()["status"], "converged");
}

TEST(Minimize, TextForPeople) {
  const Outcome o = thalweg(minimize({"--problem", "rosenbrock:n=2", "--method", "l-bfgs"}));
  EXPECT_EQ(o.status, 0);
  for (const char* part :
       {"rosenbrock:n=2 · l-bfgs\n", "  f  ", "  x            1", "converged", "value", "gradient"})
    EXPECT_TRUE(has(o.out, part)) << part << "\n" << o.out;
  EXPECT_FALSE(has(o.out, "\033"));
  EXPECT_TRUE(has(thalweg(minimize({"--problem", "sphere", "--color", "always"})).out, "\033["));
}

}  // namespace
}  // namespace thalweg::test
