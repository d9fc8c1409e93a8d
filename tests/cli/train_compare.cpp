// thalweg train, compare and report, and resume with their folders.
#include "subprocess.hpp"

namespace thalweg::test {
namespace {

using Words = std::vector<std::string>;
constexpr const char* digits = "digits";

Words train(Words more) {
  more.insert(more.begin(), {"train", "--data", digits, "--model", "64-16-10"});
  return more;
}

TEST(Train, JsonHasItsKeys) {
  const Outcome o = thalweg(train({"--max-epochs", "5", "--seed", "4", "--json"}));
  ASSERT_EQ(o.status, 0) << o.err;
  const auto json = nlohmann::ordered_json::parse(o.out);
  Words names;
  for (const auto& [key, value] : json.items()) names.push_back(key);
  EXPECT_EQ(names,
            (Words{"credit", "rule", "model", "data", "status", "message", "train", "validation", "test", "samples",
                   "forward_passes", "backward_passes", "flops", "seconds", "seed", "version", "checkpoint"}));
  EXPECT_EQ(json["credit"], "backprop");
  EXPECT_EQ(json["seed"], 4);
  EXPECT_EQ(json["checkpoint"], nullptr);
  EXPECT_GT(json["flops"].get<double>(), 0.0);
  EXPECT_GT(json["test"]["accuracy"].get<double>(), 0.3) << "three times chance";
  EXPECT_TRUE(json["validation"].contains("loss"));
}

TEST(Train, CreditRuleAndOptions) {
  const Outcome o = thalweg(train({"--credit", "weight-perturbation", "--rule", "sgd", "--set", "rule.rate=0.01",
                                   "--max-samples", "320", "--json"}));
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_EQ(o.json()["credit"], "weight-perturbation");
  EXPECT_EQ(o.json()["samples"], 320);
  EXPECT_EQ(o.json()["backward_passes"], 0);
}

TEST(Train, WrongRequests) {
  for (const auto& [words, said] : std::vector<std::pair<Words, std::string>>{
           {{"train"}, "give --data"},
           {{"train", "--data", digits}, "give --model"},
           {{"train", "--data", "digitz", "--model", "64-10"}, "digits"},
           {train({"--credit", "bakprop"}), "did you mean `backprop`?"},
           {train({"--credit", "node-perturbation", "--set", "credit.sigma=-1"}),
            "--credit node-perturbation: option `sigma` is -1"},
           {train({"--rule", "adm"}), "did you mean `adam`?"},
           {train({"--batch", "0"}), "--batch is \"0\""},
           {train({"--validation", "1.5"}), "--validation is 1.5; it must be in [0, 1)"},
           {train({"--set", "rate=1"}), "names begin with model., credit. or rule."},
           {train({"--scalar", "half"}), "--scalar is \"half\""},
           {{"train", "--data", digits, "--model", "63-10"}, "64"},
       }) {
    const Outcome o = thalweg(words);
    EXPECT_EQ(o.status, 2) << said << "\n" << o.err;
    EXPECT_TRUE(has(o.err, said)) << "wanted: " << said << "\ngot: " << o.err;
  }
}

TEST(Train, ACheckpointGoesOnToTheBitsOfAnUninterruptedRun) {
  Folder folder;
  const auto essence = [](const Outcome& o) {
    Json json = o.json();
    for (const char* key : {"seconds", "checkpoint"}) json.erase(key);
    return json;
  };
  Words request = train({"--max-epochs", "1000", "--json"});
  const Json quiet = essence(thalweg(request));
  request.insert(request.end(), {"--checkpoint", folder / "run"});
  Tool tool(request);
  ASSERT_TRUE(appears(fs::path(folder / "run") / "request.json"));
  tool.kill(SIGINT);
  const Outcome stopped = tool.wait();
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_EQ(stopped.json()["status"], "interrupted");
  EXPECT_TRUE(has(stopped.err, "thalweg resume " + (folder / "run"))) << stopped.err;
  EXPECT_EQ(thalweg(request).status, 2) << "a folder that holds a training is not written over";
  const Outcome resumed = thalweg({"resume", folder / "run", "--json"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(essence(resumed), quiet);
}

TEST(Train, LogOfTheCurve) {
  Folder folder;
  ASSERT_EQ(thalweg(train({"--max-epochs", "1", "--log", folder / "log.jsonl"})).status, 0);
  const std::string log = content(folder / "log.jsonl");
  EXPECT_TRUE(log.starts_with("{\"event\":\"start\",\"version\":")) << log;
  EXPECT_TRUE(has(log, "\"event\":\"iteration\"")) << log;
  EXPECT_TRUE(has(log, "\"event\":\"stop\"")) << log;
}

TEST(Compare, TableFilesAndReport) {
  Folder folder;
  std::ofstream(folder / "c.toml") << "name = \"tiny\"\nseeds = 2\nbudget = { evaluations = 300 }\nout = \""
                                   << folder / "out"
                                   << "\"\n[[problem]]\nid = \"rosenbrock:n=2\"\n"
                                   << "[[method]]\nid = \"nelder-mead\"\n[[method]]\nid = \"l-bfgs\"\n";
  const Outcome o = thalweg({"compare", folder / "c.toml", "--threads", "2"});
  ASSERT_EQ(o.status, 0) << o.err;
  EXPECT_TRUE(has(o.out, "nelder-mead") && has(o.out, "l-bfgs")) << o.out;
  for (const char* file : {"report.html", "results.json", "results.csv", "runs"})
    EXPECT_TRUE(fs::exists(fs::path(folder / "out") / file)) << file;
  const Outcome json = thalweg({"resume", folder / "out", "--json"});
  ASSERT_EQ(json.status, 0) << json.err;
  EXPECT_EQ(json.json()["name"], "tiny");
  EXPECT_EQ(json.json()["methods"].size(), 2u);
  const Outcome report = thalweg({"report", folder / "out", "--out", folder / "r.html"});
  EXPECT_EQ(report.status, 0) << report.err;
  EXPECT_EQ(report.out, (folder / "r.html") + "\n");
  EXPECT_TRUE(has(content(folder / "r.html"), "tiny"));
  EXPECT_EQ(thalweg({"report", folder / "out", "--out", folder / "a/b/r.html"}).status, 0) << "makes the folders";
  EXPECT_TRUE(fs::exists(folder / "a/b/r.html"));
  const Outcome blocked = thalweg({"report", folder / "out", "--out", folder / "r.html/b.html"});
  EXPECT_EQ(blocked.status, 2);
  EXPECT_TRUE(has(blocked.err, "r.html/b.html: can't be written: Not a directory")) << blocked.err;
  EXPECT_EQ(thalweg({"report", folder / "none"}).status, 2);
  for (const auto& [file, said] : {std::pair{"none.toml", "No such file or directory"}, {"out", "Is a directory"}}) {
    const Outcome unread = thalweg({"compare", folder / file});
    EXPECT_EQ(unread.status, 2);
    EXPECT_TRUE(has(unread.err, (folder / file) + ": " + said)) << unread.err;
  }
  std::ofstream(folder / "c.toml") << "name = \"x\"\nbudget = { evaluations = 9 }\nout = \"" << folder / "x"
                                   << "\"\n[[problem]]\nid = \"spher\"\n[[method]]\nid = \"gd\"\n";
  const Outcome unknown = thalweg({"compare", folder / "c.toml"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_TRUE(has(unknown.err, "c.toml: unknown problem `spher`; did you mean `sphere`?")) << unknown.err;
}

}  // namespace
}  // namespace thalweg::test
