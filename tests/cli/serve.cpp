// thalweg serve: our problems for optimisers elsewhere.
#include "subprocess.hpp"

namespace thalweg::test {
namespace {

// What the service answers to the lines.
std::vector<std::string> asked(const Folder& folder, const std::string& options, const std::string& lines) {
  std::ofstream(folder / "in") << lines;
  const std::string command = "'" THALWEG_BINARY_DIR "/bin/thalweg' serve " + options + " <'" + (folder / "in") +
                              "' >'" + (folder / "out") + "' 2>'" + (folder / "err") + "'";
  EXPECT_EQ(std::system(command.c_str()), 0) << content(folder / "err");
  std::vector<std::string> answers;
  std::istringstream out(content(folder / "out"));
  for (std::string line; std::getline(out, line);) answers.push_back(line);
  return answers;
}

TEST(Serve, SpeaksTheProtocol) {
  const Folder folder;
  const auto answers = asked(folder, "--problem rosenbrock:n=2",
                             "{\"id\":1,\"x\":[-1.2,1],\"kind\":\"value\",\"seed\":0}\n"
                             "{\"x\":[1,1]}\n"
                             "{\"id\":\"g\",\"x\":[0,0],\"kind\":\"value_and_gradient\"}\n"
                             "{\"id\":3,\"x\":[1]}\n"
                             "{\"id\":4,\"x\":[1,null]}\n"
                             "rubbish\n"
                             "{\"id\":5,\"x\":[1,1],\"kind\":\"hessian\"}\n"
                             "{\"id\":6,\"kind\":\"describe\"}\n"
                             "{\"id\":7,\"x\":[0,0]}");  // the last line has no end
  ASSERT_EQ(answers.size(), 9u);
  EXPECT_EQ(answers[0], "{\"id\":1,\"f\":24.199999999999996}");
  EXPECT_EQ(answers[1], "{\"f\":0}");
  EXPECT_EQ(answers[2], "{\"id\":\"g\",\"f\":1,\"g\":[-2,0]}");
  EXPECT_EQ(answers[3], "{\"id\":3,\"error\":\"`x` has 1 number; the problem has 2 variables\"}");
  EXPECT_TRUE(has(answers[4], "expected numbers"));
  EXPECT_TRUE(has(answers[5], "{\"error\":\"a line must be a JSON object"));
  EXPECT_TRUE(has(answers[6], "`kind` is one of"));
  const Json described = Json::parse(answers[7]);
  EXPECT_EQ(described["id"], 6);
  EXPECT_EQ(described["n"], 2);
  EXPECT_EQ(described["start"], Json::array({-1.2, 1}));
  EXPECT_EQ(described["optimum"], 0);
  EXPECT_EQ(answers[8], "{\"id\":7,\"f\":1}");
}

TEST(Serve, KeepsTheBudgetAndRecords) {
  const Folder folder;
  const std::string options =
      "--problem sphere:n=1 --max-evaluations 2 --seed 5 --label me --record '" + (folder / "r") + "'";
  const auto answers = asked(folder, options, "{\"x\":[3]}\n{\"x\":[2]}\n{\"x\":[1]}\n");
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_TRUE(has(answers[2], "the budget of 2 evaluations is used"));
  asked(folder, options, "{\"x\":[3]}\n");  // a second run, another line
  std::istringstream lines(content(folder / "r"));
  std::string first, second;
  std::getline(lines, first), std::getline(lines, second);
  const Json run = Json::parse(first);
  EXPECT_EQ(run["problem"], "sphere:n=1");
  EXPECT_EQ(run["method"], "me");
  EXPECT_EQ(run["seed"], 5);
  EXPECT_EQ(run["evaluations"], 2);
  EXPECT_EQ(run["history"].size(), 2u);
  EXPECT_EQ(Json::parse(second)["evaluations"], 1);
}

// The other side of --command: a method through the pipes takes the steps that it takes without them.
TEST(Serve, IsWhatCommandAsks) {
  const Folder folder;
  const std::string command = "'" THALWEG_BINARY_DIR
                              "/bin/thalweg' serve --problem rosenbrock:n=2 --label nm --record '" +
                              (folder / "r.jsonl") + "'";
  const std::vector<std::string> rest = {"--method",          "nelder-mead", "--x0",  "-1.2,1",
                                         "--max-evaluations", "150",         "--json"};
  std::vector<std::string> outside = {"minimize", "--command", command};
  std::vector<std::string> inside = {"minimize", "--problem", "rosenbrock:n=2"};
  outside.insert(outside.end(), rest.begin(), rest.end());
  inside.insert(inside.end(), rest.begin(), rest.end());
  const Outcome a = thalweg(outside), b = thalweg(inside);
  ASSERT_EQ(a.status, 0) << a.err;
  ASSERT_EQ(b.status, 0) << b.err;
  EXPECT_EQ(a.json()["x"], b.json()["x"]);
  const Json run = Json::parse(content(folder / "r.jsonl"));
  EXPECT_EQ(run["evaluations"], 150);
  EXPECT_EQ(run["history"].back()[1], a.json()["f"]);
}

TEST(Serve, DescribesASuite) {
  const Outcome o = thalweg({"serve", "--suite", "classic:n=2", "--describe"});
  ASSERT_EQ(o.status, 0) << o.err;
  std::istringstream lines(o.out);
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_TRUE(Json::parse(line).contains("start")) << line;
  EXPECT_GT(count, 10u);
}

TEST(Serve, WrongRequests) {
  for (const auto& [words, said] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"serve"}, "give --problem"},
           {{"serve", "--suite", "classic"}, "--describe"},
           {{"serve", "--problem", "rosenbrok"}, "did you mean"},
           {{"serve", "--problem", "beale", "--record", "x"}, "--record and --label go together"},
           {{"serve", "--problem", "beale", "--max-evaluations", "0"}, "--max-evaluations is \"0\""},
           {{"serve", "--problem", "beale", "--label", "a", "--record", "/no/such/folder/x"}, "cannot write"},
       }) {
    const Outcome o = thalweg(words);
    EXPECT_EQ(o.status, 2) << o.err;
    EXPECT_TRUE(has(o.err, said)) << o.err;
  }
}

TEST(CompareSuite, FlagsAskForLogs) {
  const Folder folder;
  std::ofstream(folder / "c.toml") << "name = \"c\"\nseeds = 1\nbudget = { evaluations_per_dimension = 20 }\n"
                                      "[[suite]]\nid = \"classic:n=2\"\n[[method]]\nid = \"nelder-mead\"\n";
  const Outcome o = thalweg({"compare", folder / "c.toml", "--out", folder / "out", "--coco", "--ioh"});
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_TRUE(has(o.out, "Data profiles: the share of")) << o.out;
  EXPECT_TRUE(fs::exists(folder / "out/coco/nelder-mead/bbobexp_f1_i1.info"));
  EXPECT_TRUE(fs::exists(folder / "out/ioh/nelder-mead/IOHprofiler_f1_sphere.json"));
  EXPECT_TRUE(fs::exists(folder / "out/profiles.csv"));
  std::ofstream(folder / "t.toml")
      << "name = \"t\"\nseeds = 1\nbudget = { samples = 10 }\n[task]\ndata = \"digits\"\n"
         "model = \"64-10\"\n[[method]]\ncredit = \"backprop\"\nrule = \"sgd\"\n";
  const Outcome t = thalweg({"compare", folder / "t.toml", "--out", folder / "t", "--coco"});
  EXPECT_EQ(t.status, 2);
  EXPECT_TRUE(has(t.err, "--coco and --ioh are for")) << t.err;
}

}  // namespace
}  // namespace thalweg::test
