#include "thalweg/report/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <regex>

#include "report/synthetic.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/report/html.hpp"
#include "thalweg/report/look.hpp"
#include "thalweg/report/results.hpp"

namespace thalweg::report {
namespace {

using synthetic::Json;
namespace fs = std::filesystem;

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

std::string without_library(const std::string& html) {  // up to the scripts at the end
  return html.substr(0, html.rfind("</footer>"));
}

TEST(Html, TextIsEscaped) {
  EXPECT_EQ(escaped("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(escaped(std::string("a\0b\x1b\n\tc", 7)), "a\uFFFDb\uFFFD\n\tc");
  EXPECT_EQ(escaped("\xc3\x28 µ"), "\uFFFD( µ");
  EXPECT_EQ(script_safe("[\"</script><!--&\u2028\"]"), "[\"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\"]");
}

TEST(Html, Numbers) {
  EXPECT_EQ(html_number(-1.5e-9), "−1.50×10<sup>−9</sup>");
  EXPECT_EQ(html_number(std::numeric_limits<double>::infinity()), "∞");
  EXPECT_EQ(html_count(31999), "32.0\u202Fk");
  EXPECT_EQ(html_count(1.2e10), "12.0\u202FG");
  EXPECT_EQ(html_percent(0.9712, 0.0021), "97.1 <span class=\"sd\">± 0.2</span>");
  EXPECT_EQ(number_cell(std::nan("")).html, "<span class=\"none\">–</span>");
}

TEST(Results, RoundTrip) {
  const Results r = parse_results(synthetic::training().dump(), "x");
  EXPECT_TRUE(r.training);
  ASSERT_EQ(r.methods.size(), 24u);
  ASSERT_EQ(r.methods[7].runs.size(), 5u);
  EXPECT_TRUE(r.methods[7].runs[4].crashed);
  EXPECT_TRUE(std::isnan(r.methods[7].runs[4].test.loss));
  EXPECT_EQ(r.methods[0].runs[0].curve.find("loss")->size(), 61u);
  ASSERT_TRUE(r.methods[0].tuning.has_value());
  EXPECT_EQ(r.methods[0].tuning->table.size(), 4u);
  EXPECT_EQ(r.methods[0].tuned, (Pairs{{"rule.rate", "0.001"}}));
}

TEST(Results, ErrorsSayWhere) {
  const auto message = [](Json json) {
    try {
      parse_results(json.dump(), "runs/a/results.json");
    } catch (const InvalidArgument& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  EXPECT_NE(message(Json::array()).find("not the results"), std::string::npos);
  Json json = synthetic::minimization();
  json["methods"][1]["runs"][0]["f"] = "many";
  EXPECT_NE(message(json).find("runs/a/results.json.methods[1].runs[0].f: expected a number"), std::string::npos);
  json = synthetic::minimization();
  json["methods"][0]["runs"][0]["curve"]["f"].push_back(1.0);
  EXPECT_NE(message(json).find(".curve: expected lists of one length"), std::string::npos);
  json = synthetic::minimization();
  json["landscapes"][0]["columns"] = 3;
  EXPECT_NE(message(json).find(".values: expected 3·141 numbers"), std::string::npos);
  json = synthetic::minimization();
  json["kind"] = "walk";
  EXPECT_NE(message(json).find(".kind: expected \"train\" or \"minimize\", got \"walk\""), std::string::npos);
  EXPECT_THROW(parse_results("{", "x"), InvalidArgument);
}

TEST(Looks, ColourByCreditDashByRuleBestShown) {
  const auto look = looks(parse_results(synthetic::training().dump(), "x"));
  ASSERT_EQ(look.size(), 24u);
  for (std::size_t i = 0; i < look.size(); ++i) {
    EXPECT_EQ(look[i].color, i / 3);
    EXPECT_EQ(look[i].dash, i % 3);
  }
  EXPECT_EQ(std::count_if(look.begin(), look.end(), [](const Look& l) { return l.shown; }), 8);
  EXPECT_TRUE(look[0].shown);  // backprop · sgd has the best validation accuracy of its three by construction
}

TEST(Report, NothingIsFetched) {
  const std::string html = html_report(synthetic::training().dump()) + html_report(synthetic::minimization().dump());
  const std::string own = without_library(html);
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(html.find("sourceMappingURL"), std::string::npos);
  std::smatch found;
  EXPECT_FALSE(std::regex_search(own, found, std::regex("(src|href|action)\\s*=\\s*[\"']?(https?:|//|file:)")))
      << found[0];
  EXPECT_FALSE(std::regex_search(own, found, std::regex("@import|url\\((?!#)"))) << found[0];
}

TEST(Report, HoldsTheRunAndTheLicence) {
  const std::string html = html_report(synthetic::training().dump());
  EXPECT_NE(html.find("budget = { flops = 2e10 }"), std::string::npos);
  EXPECT_NE(html.find("<code>thalweg compare experiments/digits-credit.toml</code>"), std::string::npos);
  EXPECT_NE(html.find("0, 1, 2, 3, 4"), std::string::npos);
  EXPECT_NE(html.find("Permission is hereby granted, free of charge"), std::string::npos);
  EXPECT_EQ(count(html, "Dygraph=t()"), 1u);  // the library, once
}

TEST(Report, MeansAreOverAllRunsAndCrashesAreCounted) {
  Json json = synthetic::training();
  json["methods"].erase(json["methods"].begin() + 1, json["methods"].end());
  auto& runs = json["methods"][0]["runs"];
  const std::vector<double> accuracy = {0.90, 0.92, 0.94, 0.10};
  for (std::size_t i = 0; i < 4; ++i) runs[i]["test"]["accuracy"] = accuracy[i], runs[i]["crashed"] = i >= 3;
  runs[4]["test"]["accuracy"] = "nan", runs[4]["crashed"] = true;
  const std::string html = html_report(json.dump());
  EXPECT_NE(html.find("71.5 <span class=\"sd\">± 41.0</span>"), std::string::npos);
  EXPECT_NE(html.find("2<span class=\"of\">/5</span>"), std::string::npos);
}

TEST(Report, RegressionIsJudgedByItsLoss) {
  Json json = synthetic::training();
  for (auto& m : json["methods"])
    for (auto& r : m["runs"]) {
      r["test"] = {{"loss", 0.25}};
      r["curve"].erase("accuracy");
    }
  const std::string html = html_report(json.dump());
  EXPECT_NE(html.find("Test loss"), std::string::npos);
  EXPECT_EQ(html.find("Test accuracy,&nbsp;%</button></th><th scope=\"col\" class=\"picture\""), std::string::npos);
  EXPECT_NE(html.find("0.2500 <span class=\"sd\">± 0</span>"), std::string::npos);
}

TEST(Report, SeveralProblemsHaveAnOverview) {
  Json json = synthetic::minimization();
  json["problems"].push_back("sphere");
  for (auto& m : json["methods"]) {
    Json run = m["runs"][0];
    run["problem"] = "sphere", run["f"] = 0.5;
    m["runs"].push_back(run);
  }
  json["warnings"] = {"l-bfgs: 2 < 3"}, json["interrupted"] = true;
  const std::string html = html_report(json.dump());
  EXPECT_NE(html.find("c0-overview"), std::string::npos);
  EXPECT_EQ(count(html, "<figure class=\"curves\""), 1u);
  EXPECT_NE(html.find("<li>l-bfgs: 2 &lt; 3</li>"), std::string::npos);
  EXPECT_NE(html.find("was interrupted"), std::string::npos);
  EXPECT_EQ(count(html_report(synthetic::minimization().dump()), "c0-overview"), 0u);
}

TEST(Report, ForeignTextStaysText) {
  Json json = synthetic::minimization();
  const std::string evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&";
  json["name"] = evil, json["version"] = evil, json["toml"] = evil, json["command"] = evil;
  json["budget"] = {{evil, evil}};
  json["problems"][0] = evil;
  json["landscapes"][0]["problem"] = evil;
  for (auto& m : json["methods"]) {
    m["label"] = m["method"] = m["section"] = evil;
    m["settings"] = m["tuned"] = {{evil, evil}};
    m["tuning"] = {
        {"runs", 1}, {"flops", 1}, {"seconds", 1}, {"table", {{{"settings", {{evil, evil}}}, {"score", 1}}}}};
    auto& r = m["runs"][0];
    r["problem"] = r["seed"] = r["status"] = r["message"] = evil;
    r["evaluations"] = {{evil, 3}};
  }
  const std::string html = html_report(json.dump());
  EXPECT_EQ(html.find("<script>alert"), std::string::npos);
  EXPECT_EQ(html.find("<img"), std::string::npos);
  EXPECT_EQ(count(html, "<script"), 3u);  // the data, the page's script, Dygraphs
  EXPECT_EQ(count(html, "</script>"), 3u);
}

TEST(Report, NumbersThatAreNotFiniteAreShownAsSuch) {
  Json json = synthetic::minimization();
  for (auto& m : json["methods"]) {
    auto& r = m["runs"][0];
    r["f"] = "inf", r["seconds"] = "nan", r["x"] = {"nan", "-inf"};
    for (auto& v : r["curve"]["f"]) v = "nan";
    r["path"][1] = {"nan", "inf"};
  }
  for (std::size_t i = 0; i < 100; ++i) json["landscapes"][0]["values"][i] = i % 2 ? "nan" : "inf";
  const std::string html = without_library(html_report(json.dump()));
  EXPECT_NE(html.find("data-key=\"Infinity\">∞"), std::string::npos);
  std::string picture = html.substr(html.find("<figure class=\"landscape\""));
  picture.resize(picture.find("</svg>"));
  EXPECT_EQ(picture.find("nan"), std::string::npos);
  EXPECT_EQ(picture.find("inf "), std::string::npos);
}

TEST(Report, EmptyComparisonIsStillAPage) {
  const std::string html = html_report(R"({"name":"empty","kind":"train","methods":[]})");
  EXPECT_NE(html.find("<h1>empty</h1>"), std::string::npos);
  EXPECT_EQ(html.find("<figure"), std::string::npos);
  EXPECT_THROW(html_report(std::span<const Source>()), InvalidArgument);
}

TEST(Report, WritesWholeFilesOnly) {
  const fs::path folder = fs::path(THALWEG_BINARY_DIR) / "report-test" / "write";
  fs::remove_all(folder);
  fs::create_directories(folder / "a");
  fs::create_directories(folder / "b");
  std::ofstream(folder / "a" / "results.json") << synthetic::training().dump();
  std::ofstream(folder / "b" / "results.json") << synthetic::minimization().dump();
  write_report({folder / "a", folder / "b" / "results.json"}, folder / "out.html");
  std::ifstream in(folder / "out.html");
  const std::string html(std::istreambuf_iterator<char>(in), {});
  EXPECT_NE(html.find("2 comparisons"), std::string::npos);
  EXPECT_NE(html.find("</html>"), std::string::npos);
  EXPECT_THROW(write_report({folder / "missing"}, folder / "no.html"), InvalidArgument);
  EXPECT_THROW(write_report({folder / "a"}, folder / "out.html" / "b.html"), InvalidArgument);  // a file, no folder
  EXPECT_THROW(write_report({folder / "a"}, folder / "b"), InvalidArgument);  // a folder stands there
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) files += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(files, 1u);  // no half-written file is left
}

}  // namespace
}  // namespace thalweg::report
