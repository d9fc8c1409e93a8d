// Loads reports in headless Chromium: the curves are drawn, nothing goes wrong, nothing is fetched.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

#include "report/synthetic.hpp"
#include "thalweg/report/report.hpp"

namespace thalweg::report {
namespace {

namespace fs = std::filesystem;

bool has_chromium() { return std::system("command -v chromium >/dev/null 2>&1") == 0; }

struct Page {
  std::string dom, log;
  // data-NAME of the root element
  [[nodiscard]] std::string data(const std::string& name) const {
    std::smatch found;
    const std::string head = dom.substr(0, dom.find("<head>"));
    return std::regex_search(head, found, std::regex("data-" + name + "=\"([^\"]*)\"")) ? found[1].str() : "(none)";
  }
};

std::string read(const fs::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

class Browser : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_chromium()) GTEST_SKIP() << "chromium is not installed (scripts/packages.txt); the page was not loaded";
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(THALWEG_BINARY_DIR) / "report-test" / info->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }

  Page load(const std::string& html, const std::string& hash) {
    const fs::path file = folder_ / "report.html", dom = folder_ / "dom.html", log = folder_ / "log.txt";
    std::ofstream(file) << html;
    fs::remove_all(folder_ / "profile");
    const std::string command =
        "timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
        "--disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage "
        "--enable-logging=stderr --window-size=1200,1600 --virtual-time-budget=5000 --user-data-dir='" +
        (folder_ / "profile").string() + "' --dump-dom 'file://" + file.string() + hash + "' >'" + dom.string() +
        "' 2>'" + log.string() + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << read(log);
    fs::remove_all(folder_ / "profile");
    return {read(dom), read(log)};
  }

  fs::path folder_;
};

TEST_F(Browser, DrawsLearningCurvesAndReportsNoError) {
  const Page page = load(html_report(synthetic::training().dump()), "");
  EXPECT_EQ(page.data("errors"), "");
  EXPECT_EQ(page.data("charts"), "1");
  EXPECT_EQ(page.data("drawn"), "8");  // the best update rule of each of the eight credit rules
  EXPECT_EQ(page.log.find("CONSOLE"), std::string::npos) << page.log;
}

TEST_F(Browser, EveryViewIsPaintedAndEveryButtonWorks) {
  synthetic::Json problems = synthetic::minimization();
  for (auto& m : problems["methods"]) {
    m["runs"].push_back(m["runs"][0]);
    m["runs"][1]["problem"] = "another";
  }
  const std::string training = synthetic::training().dump(), minimization = problems.dump();
  const std::array<Source, 2> sources = {{{training, "a"}, {minimization, "b"}}};
  const Page page = load(html_report(sources), "#selftest");
  EXPECT_EQ(page.data("errors"), "");
  EXPECT_EQ(page.data("charts"), "2");
  EXPECT_EQ(page.data("drawn"), "28");  // 24 + 4 when all are shown
  int views = 0, ink = 0;
  ASSERT_EQ(std::sscanf(page.data("selftest").c_str(), "views=%d ink=%d", &views, &ink), 2) << page.data("selftest");
  EXPECT_EQ(views, 2 * (3 * 3 + 2 * 2));  // linear and logarithmic: y × x, problems × x
  EXPECT_GT(ink, 1000);                   // coloured pixels of the emptiest view; grid and axes are grey
  EXPECT_EQ(page.log.find("CONSOLE"), std::string::npos) << page.log;
  EXPECT_EQ(page.dom.find("<img"), std::string::npos);  // the TOML's text stayed text
}

TEST_F(Browser, ProfilesAreDrawn) {
  const Page page = load(html_report(synthetic::profiles().dump()), "#selftest");
  EXPECT_EQ(page.data("errors"), "");
  EXPECT_EQ(page.data("charts"), "5");  // data, times, performance, scaling, progress
  EXPECT_EQ(page.data("drawn"), "19");  // of 5 · 4, all but the one that never reached the last target
  int views = 0, ink = 0;
  ASSERT_EQ(std::sscanf(page.data("selftest").c_str(), "views=%d ink=%d", &views, &ink), 2) << page.data("selftest");
  EXPECT_EQ(views, 2 * (4 + 1 + 4 + 7 + 14 * 2));
  EXPECT_GT(ink, 500);
  EXPECT_EQ(page.dom.find("f<1>"), std::string::npos);
  EXPECT_NE(page.dom.find("from peers &lt;1&gt;.jsonl"), std::string::npos);
}

TEST_F(Browser, TroubleIsSeen) {  // so the tests above can fail
  std::string html = html_report(synthetic::training().dump());
  const std::string end = "</body>";
  html.insert(html.rfind(end),
              "<script>console.error('x1'); fetch('http://127.0.0.1:9/').catch(() => {}); boom();</script>");
  const Page page = load(html, "");
  EXPECT_NE(page.data("errors").find("x1"), std::string::npos);
  EXPECT_NE(page.data("errors").find("boom"), std::string::npos);
  EXPECT_NE(page.data("errors").find("blocked: http://127.0.0.1:9"), std::string::npos);
}

}  // namespace
}  // namespace thalweg::report
