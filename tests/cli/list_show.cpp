// thalweg list, show, --version, --help, and what is said to a mistyped word.
#include "subprocess.hpp"
#include "thalweg/core/stamp.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::test {
namespace {

TEST(Version, ALineEach) {
  const Outcome o = thalweg({"--version"});
  EXPECT_EQ(o.status, 0);
  EXPECT_TRUE(o.out.starts_with("thalweg " + version() + "\ncompiler: ")) << o.out;
  EXPECT_TRUE(has(o.out, "\ninstruction set: " + instruction_set() + "\nbackends: ")) << o.out;
  EXPECT_EQ(std::count(o.out.begin(), o.out.end(), '\n'), 4);
  EXPECT_EQ(o.err, "");
}

TEST(List, EveryKindAsTextAndJson) {
  const Json keys = {"id", "name", "kind", "section", "reference", "asks", "options"};
  const Json option_keys = {"name", "type", "default", "range", "unit", "help"};
  for (const std::string& kind : registry::kinds()) {
    const std::vector<Entry> entries = registry::entries(kind);
    const Outcome o = thalweg({"list", kind, "--json"});
    EXPECT_EQ(o.status, 0) << kind;
    const Json json = o.json();
    ASSERT_TRUE(json.is_array());
    ASSERT_EQ(json.size(), entries.size()) << kind;
    const Outcome text = thalweg({"list", kind});
    EXPECT_EQ(text.status, 0);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      EXPECT_EQ(json[i]["id"], entries[i].id);
      EXPECT_TRUE(has(text.out, entries[i].id)) << text.out;
      for (const auto& key : keys) EXPECT_TRUE(json[i].contains(key)) << kind << " " << key;
      EXPECT_EQ(json[i]["options"].size(), entries[i].options.size());
      for (const Json& option : json[i]["options"]) {
        for (const auto& key : option_keys) EXPECT_TRUE(option.contains(key)) << kind << " " << key;
        if (option["type"] == "int") {
          EXPECT_TRUE(option["default"].is_number_integer()) << entries[i].id << " " << option;
        }
      }
    }
  }
  const Json kinds = thalweg({"list", "--json"}).json();
  EXPECT_EQ(kinds.size(), registry::kinds().size());
}

TEST(Show, WholeEntry) {
  const Outcome o = thalweg({"show", "nelder-mead"});
  EXPECT_EQ(o.status, 0);
  for (const char* part : {"nelder-mead", "reference", "§3.1", "value", "option", "default", "meaning"})
    EXPECT_TRUE(has(o.out, part)) << part << "\n" << o.out;
  EXPECT_FALSE(has(o.out, "\033")) << "no colour where there is no terminal";
  EXPECT_TRUE(has(thalweg({"show", "nelder-mead", "--color", "always"}).out, "\033[1m"));
  EXPECT_FALSE(has(thalweg({"show", "nelder-mead", "--color", "auto"}, {"NO_COLOR=1"}).out, "\033"));
  const Json json = thalweg({"show", "rules/adam", "--json"}).json();
  EXPECT_EQ(json["kind"], "rules");
  EXPECT_EQ(thalweg({"show", "adam", "--json"}).json()["kind"], "methods");
}

TEST(Mistakes, TheNearestNameIsOffered) {
  struct Case {
    std::vector<std::string> arguments;
    std::string said;
  };
  for (const Case& c : std::vector<Case>{
           {{"lst"}, "unknown command `lst`; did you mean `list`?"},
           {{"list", "methodz"}, "unknown kind `methodz`; did you mean `methods`?"},
           {{"show", "nelder-maed"}, "did you mean `nelder-mead`?"},
           {{"show", "nelder-mead", "--jsn"}, "unknown option `--jsn` of thalweg show; did you mean `--json`?"},
           {{"list", "--color", "blue"}, "it is one of auto, always or never"},
           {{}, "no command was given"},
           {{"minimize", "--max-evaluation", "7"}, "did you mean `--max-evaluations`?"},
           {{"minimize", "--command", "true", "--dimension", "2", "--method", "nelder-maed"},
            "unknown method `nelder-maed`; did you mean `nelder-mead`?"},
           {{"minimize", "--command", "true", "--dimension", "2", "--estimator", "spsaa"},
            "unknown estimator `spsaa`"},
           {{"minimize", "--problem", "rosenbrok"}, "unknown problem `rosenbrok`"},
           {{"minimize", "--command", "true", "--dimension", "2", "--method", "nelder-mead", "--set", "reflexion=2"},
            "unknown option `reflexion` of nelder-mead"},
           {{"minimize", "--command", "true", "--dimension", "2", "--rule", "adm"}, "did you mean `adam`?"},
           {{"minimize", "--command", "true", "--dimension", "2", "--rule", "adam", "--set", "rule.rat=1"},
            "did you mean `rate`?"},
           {{"minimize", "--command", "true", "--dimension", "2", "--max-answers", "valeu=3"},
            "did you mean `value`?"},
       }) {
    const Outcome o = thalweg(c.arguments);
    EXPECT_EQ(o.status, 2) << c.said;
    EXPECT_TRUE(o.err.starts_with("thalweg: error: ")) << o.err;
    EXPECT_TRUE(has(o.err, c.said)) << "wanted: " << c.said << "\ngot: " << o.err;
    EXPECT_EQ(o.out, "");
  }
}

TEST(Help, OfEachCommand) {
  const Outcome all = thalweg({"--help"});
  EXPECT_EQ(all.status, 0);
  EXPECT_EQ(thalweg({"help"}).out, all.out);
  EXPECT_EQ(thalweg({"help", "minimize"}).out, thalweg({"minimize", "--help"}).out);
  for (const char* command : {"list", "show", "minimize", "resume"}) {
    EXPECT_TRUE(has(all.out, command));
    const Outcome one = thalweg({command, "--help"});
    EXPECT_EQ(one.status, 0);
    EXPECT_TRUE(has(one.out, "--json")) << one.out;
  }
}

TEST(Output, AFullDiskIsNotSuccess) {
  Tool tool({"list", "methods"}, {}, "/dev/full");
  const Outcome o = tool.wait();
  EXPECT_EQ(o.status, 1);
  EXPECT_TRUE(has(o.err, "could not be written")) << o.err;
}

}  // namespace
}  // namespace thalweg::test
