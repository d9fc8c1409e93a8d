// The durable study: replay is bit-identical, and says so when it is not.
#include "thalweg/core/study_log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <stdexcept>

#include "tests/core/probe_methods.hpp"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

double sphere(std::span<const double> x) { return std::inner_product(x.begin(), x.end(), x.begin(), 0.0); }

class Study : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("thalweg-study-" + std::to_string(::getpid()) + "-" +
                                           ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    path_ = (folder_ / "study.db").string();
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path folder_;
  std::string path_;
};

TEST_F(Study, AnInterruptedRunResumesToTheSameBits) {
  const auto f = [](std::span<const double> x) { return sphere(x); };
  const Result whole = minimize(f, {1.0, 2.0}, RandomProbe{.batch = 3}, {.max_evaluations = 100, .seed = 5});
  for (const int fatal : {1, 2, 37, 99}) {
    fs::remove(path_);
    int calls = 0;
    const auto dies = [&](std::span<const double> x) {
      if (++calls == fatal) throw std::runtime_error("dead");
      return sphere(x);
    };
    {
      StudyLog log(path_, StudyLog::Mode::create);
      EXPECT_THROW(
          minimize(dies, {1.0, 2.0}, RandomProbe{.batch = 3}, {.max_evaluations = 100, .seed = 5, .log = &log}),
          std::runtime_error);
    }
    StudyLog log(path_, StudyLog::Mode::resume);
    EXPECT_EQ(log.answers(), static_cast<std::uint64_t>(fatal - 1));
    calls = 1000;
    const Result resumed =
        minimize(dies, {1.0, 2.0}, RandomProbe{.batch = 3}, {.max_evaluations = 100, .seed = 5, .log = &log});
    EXPECT_EQ(calls, 1000 + 100 - (fatal - 1));  // nothing was evaluated twice
    EXPECT_EQ(resumed.x, whole.x);
    EXPECT_EQ(resumed.f, whole.f);
    EXPECT_EQ(resumed.evaluations(), whole.evaluations());
  }
}

// Answers whole batches, last question first, and reports each answer as it comes; dies at a given call.
class Pool final : public Objective<double> {
 public:
  [[nodiscard]] std::size_t dimension() const override { return 2; }
  [[nodiscard]] Offers offers() const override { return {}; }
  [[nodiscard]] bool parallel_inside() const override { return true; }
  void report_answers(std::function<void(std::size_t)> answered) override { answered_ = std::move(answered); }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
    for (std::size_t i = questions.size(); i-- > 0;) {
      if (++calls == fatal) throw std::runtime_error("dead");
      answers[i].value = sphere(questions[i].point);
      if (answered_) answered_(i);
    }
  }
  int calls = 0, fatal = 0;

 private:
  std::function<void(std::size_t)> answered_;
};

TEST_F(Study, ARunThatDiesWithinABatchLosesNothingOfIt) {
  const Limits limits{.max_evaluations = 60, .seed = 5};
  const std::vector<double> x0 = {1.0, 2.0};
  Pool whole;
  const Result expected = minimize(whole, x0, RandomProbe{.batch = 8}, limits);
  for (const int fatal : {1, 2, 8, 9, 13, 57, 60}) {
    fs::remove(path_);
    Limits logged = limits;
    Result kept;
    logged.progress = &kept;
    {
      StudyLog log(path_, StudyLog::Mode::create);
      logged.log = &log;
      Pool dies;
      dies.fatal = fatal;
      EXPECT_THROW(minimize(dies, x0, RandomProbe{.batch = 8}, logged), std::runtime_error);
      EXPECT_EQ(log.answers(), static_cast<std::uint64_t>(fatal - 1));
      EXPECT_EQ(kept.evaluations(), static_cast<std::uint64_t>(fatal - 1));
    }
    StudyLog log(path_, StudyLog::Mode::resume);
    logged.log = &log;
    Pool rest;
    const Result resumed = minimize(rest, x0, RandomProbe{.batch = 8}, logged);
    EXPECT_EQ(rest.calls, 60 - (fatal - 1)) << "asked again what the log held";
    EXPECT_EQ(resumed.x, expected.x);
    EXPECT_EQ(resumed.f, expected.f);
    EXPECT_EQ(resumed.ledger.answers, expected.ledger.answers);
    EXPECT_EQ(resumed.improvements.size(), expected.improvements.size());
  }
}

TEST_F(Study, AnotherRunIsRefusedByName) {
  const auto f = [](std::span<const double> x) { return sphere(x); };
  {
    StudyLog log(path_, StudyLog::Mode::create);
    minimize(f, {1.0}, RandomProbe{}, {.max_evaluations = 5, .seed = 1, .log = &log});
  }
  EXPECT_THROW(StudyLog(path_, StudyLog::Mode::create), InvalidArgument);
  StudyLog log(path_, StudyLog::Mode::resume);
  const auto what = [&](const RandomProbe& m, std::vector<double> x0, std::uint64_t seed) -> std::string {
    try {
      minimize(f, x0, m, {.max_evaluations = 9, .seed = seed, .log = &log});
    } catch (const InvalidArgument& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_NE(what({}, {1.0}, 2).find("its seed is 1, this run's is 2"), std::string::npos);
  EXPECT_NE(what({}, {1.5}, 1).find("its x0 is 1, this run's is 1.5"), std::string::npos);
  EXPECT_NE(what({.sigma = 2.0}, {1.0}, 1).find("its option sigma is 0.5, this run's is 2"), std::string::npos);
  EXPECT_EQ(what({}, {1.0}, 1), "");
}

TEST_F(Study, ADifferentQuestionIsADivergence) {
  // A method that depends on something outside: not a function of seed and answers.
  struct Wild {
    static Description<Wild> describe() {
      Description<Wild> d("wild", "wild", "test");
      d.asks(AnswerKind::value);
      return d;
    }
    void run(Objective<double>& f, Search& search) const {
      static double outside = 0.0;
      std::vector<double> x(search.start().begin(), search.start().end());
      f.value(x);
      x[0] = (outside += 1.0);
      f.value(x);
      search.finish(Status::converged, "done");
    }
  };
  const auto f = [](std::span<const double> x) { return sphere(x); };
  {
    StudyLog log(path_, StudyLog::Mode::create);
    minimize(f, {0.5}, Wild{}, {.log = &log});
  }
  StudyLog log(path_, StudyLog::Mode::resume);
  try {
    minimize(f, {0.5}, Wild{}, {.log = &log});
    FAIL() << "the divergence went unnoticed";
  } catch (const Diverged& e) {
    EXPECT_NE(std::string(e.what()).find("diverged at question 1"), std::string::npos);
  }
}

TEST_F(Study, NonFiniteAndFailedAnswersReplay) {
  int calls = 0;
  const auto f = [&](std::span<const double> x) { return ++calls % 3 == 0 ? std::nan("") : sphere(x); };
  Result first;
  {
    StudyLog log(path_, StudyLog::Mode::create);
    first = minimize(f, {1.0}, RandomProbe{}, {.max_evaluations = 30, .log = &log});
  }
  StudyLog log(path_, StudyLog::Mode::resume);
  const Result again = minimize(f, {1.0}, RandomProbe{}, {.max_evaluations = 30, .log = &log});
  EXPECT_EQ(calls, 30);
  EXPECT_EQ(again.ledger.non_finite, first.ledger.non_finite);
  EXPECT_EQ(again.x, first.x);
}

TEST_F(Study, MetaRememberedAndForeignFiles) {
  {
    StudyLog log(path_, StudyLog::Mode::create);
    log.set_meta("cli.request", "{\"a\": 1}");
    log.remember("fit", {1.0, 2.5});
    EXPECT_THROW(StudyLog(path_, StudyLog::Mode::resume), StudyError);  // one owner at a time
  }
  StudyLog log(path_, StudyLog::Mode::resume);
  EXPECT_EQ(log.meta("cli.request"), "{\"a\": 1}");
  EXPECT_EQ(log.remembered("fit"), (std::vector<double>{1.0, 2.5}));
  EXPECT_EQ(log.remembered("other"), std::nullopt);
  EXPECT_THROW(StudyLog((folder_ / "none.db").string(), StudyLog::Mode::resume), InvalidArgument);
  const std::string rubbish = (folder_ / "rubbish.db").string();
  std::ofstream(rubbish) << "this is not a database, but it is long enough to look like one\n";
  EXPECT_THROW(StudyLog(rubbish, StudyLog::Mode::resume), StudyError);
}

}  // namespace
}  // namespace thalweg
