// Ask/tell: the same answers as minimize(), abandoned studies, other threads, exceptions in flight.
#include "thalweg/core/ask_tell.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "tests/core/probe_methods.hpp"

namespace thalweg {
namespace {

double sphere(std::span<const double> x) { return std::inner_product(x.begin(), x.end(), x.begin(), 0.0); }

std::vector<double> measure(const std::vector<Question<double>>& questions) {
  std::vector<double> values;
  for (const auto& q : questions) values.push_back(sphere(q.point));
  return values;
}

TEST(AskTell, GivesWhatMinimizeGives) {
  const Limits limits{.max_evaluations = 200, .seed = 3};
  const Result direct =
      minimize([](std::span<const double> x) { return sphere(x); }, {1.0, 2.0}, RandomProbe{.batch = 3}, limits);
  AskTell study(RandomProbe{.batch = 3}, {1.0, 2.0}, limits);
  while (const auto* questions = study.ask()) {
    EXPECT_EQ(study.ask(), questions);  // asking again changes nothing
    study.tell(measure(*questions));
  }
  EXPECT_TRUE(study.ended());
  EXPECT_EQ(study.result().x, direct.x);
  EXPECT_EQ(study.result().f, direct.f);
  EXPECT_EQ(study.result().evaluations(), 200u);
  EXPECT_EQ(study.result().message, direct.message);
}

TEST(AskTell, EachStepOnAnotherThread) {
  const Limits limits{.max_evaluations = 60, .seed = 3};
  const Result direct =
      minimize([](std::span<const double> x) { return sphere(x); }, {1.0, 2.0}, RandomProbe{}, limits);
  AskTell study(RandomProbe{}, {1.0, 2.0}, limits);
  for (bool more = true; more;) {
    const std::vector<Question<double>>* questions = nullptr;
    std::thread([&] { questions = study.ask(); }).join();
    more = questions != nullptr;
    if (more) std::thread([&] { study.tell(measure(*questions)); }).join();
  }
  EXPECT_EQ(study.result().x, direct.x);
}

// A method that owns something and asks from inside a catch block.
struct Careful {
  static inline int alive = 0;
  static Description<Careful> describe() {
    Description<Careful> d("careful", "careful", "test");
    d.asks(AnswerKind::value);
    return d;
  }
  struct Guard {
    Guard() { ++alive; }
    ~Guard() { --alive; }
  };
  void run(Objective<double>& f, Search& search) const {
    const Guard guard;
    for (;;) {
      try {
        throw std::runtime_error("inside");
      } catch (const std::runtime_error& e) {
        const std::string before = e.what();
        f.value(search.start());  // pauses with an exception being handled
        if (before != e.what()) throw;
      }
      search.iteration();
    }
  }
};

TEST(AskTell, AnAbandonedStudyUnwindsItsMethod) {
  Careful::alive = 0;
  {
    AskTell study(Careful{}, {1.0}, {.max_evaluations = 100});
    study.tell(measure(*(study.ask(), study.ask())));
    EXPECT_EQ(Careful::alive, 1);
  }
  EXPECT_EQ(Careful::alive, 0);
  { const AskTell never_begun(Careful{}, {1.0}); }
  EXPECT_EQ(Careful::alive, 0);
}

TEST(AskTell, AbandonedWhileTheCallersExceptionIsInFlight) {
  Careful::alive = 0;
  try {
    AskTell study(Careful{}, {1.0}, {.max_evaluations = 100});
    study.ask();
    throw std::logic_error("the caller's");
  } catch (const std::logic_error& e) {
    EXPECT_STREQ(e.what(), "the caller's");
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    // and a study lived through inside a catch block, paused inside its own
    AskTell study(Careful{}, {1.0}, {.max_evaluations = 5});
    while (const auto* questions = study.ask()) {
      study.tell(measure(*questions));
      EXPECT_STREQ(e.what(), "the caller's");
    }
    EXPECT_EQ(study.result().status, Status::evaluation_budget);
  }
  EXPECT_EQ(Careful::alive, 0);
}

TEST(AskTell, FailuresNansAndStopAreSurvived) {
  AskTell study(RandomProbe{.batch = 2}, {1.0}, {.max_evaluations = 40});
  study.ask();
  study.fail("the machine caught fire");
  study.tell(std::vector<double>{std::numeric_limits<double>::quiet_NaN(), 1.0});
  study.tell(std::vector<double>{0.5, 2.0});
  EXPECT_EQ(study.result().ledger.failed, 2u);
  EXPECT_EQ(study.result().ledger.non_finite, 1u);
  study.stop();
  EXPECT_TRUE(study.ended());
  EXPECT_EQ(study.ask(), nullptr);
  EXPECT_EQ(study.result().status, Status::stopped_by_callback);
  EXPECT_EQ(study.result().f, 0.5);
  EXPECT_THROW(study.tell(std::vector<double>{1.0}), std::logic_error);
}

TEST(AskTell, WrongSizesAreNamed) {
  AskTell study(RandomProbe{.batch = 2}, {1.0}, {.max_evaluations = 40});
  EXPECT_THROW(study.tell(std::vector<double>{1.0}), std::logic_error);
  study.ask();
  EXPECT_THROW(study.tell(std::vector<double>{1.0}), InvalidArgument);
  study.tell(std::vector<double>{1.0, 2.0});
}

TEST(AskTell, CallbacksRunOnTheCallersStackAndMayThrow) {
  int calls = 0;
  const std::thread::id here = std::this_thread::get_id();
  AskTell study(RandomProbe{}, {1.0}, {.max_evaluations = 40, .callback = [&](const Progress&) {
                                         EXPECT_EQ(std::this_thread::get_id(), here);
                                         if (++calls == 3) throw std::runtime_error("mine");
                                         return calls == 6 ? Control::stop : Control::proceed;
                                       }});
  int thrown = 0;
  for (;;) {
    try {
      const auto* questions = study.ask();
      if (questions == nullptr) break;
      study.tell(measure(*questions));
    } catch (const std::runtime_error&) {
      ++thrown;
    }
  }
  EXPECT_EQ(thrown, 1);
  EXPECT_EQ(calls, 6);
  EXPECT_EQ(study.result().status, Status::stopped_by_callback);
}

TEST(AskTell, GradientsAreToldAsAnswers) {
  AskTell study(GradientProbe{}, {1.0, -2.0}, {.max_evaluations = 20}, Offers{}.add(AnswerKind::gradient));
  while (const auto* questions = study.ask()) {
    std::vector<Answer<double>> answers(questions->size());
    std::vector<double> g(2);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const auto& q = (*questions)[i];
      for (std::size_t j = 0; j < 2; ++j) g[j] = 2 * q.point[j];
      answers[i].gradient = g;
      answers[i].value = sphere(q.point);
    }
    study.tell(answers);
  }
  EXPECT_LT(study.result().f, 1e-2);
  EXPECT_EQ(study.result().ledger.of(AnswerKind::gradient), 20u);
}

}  // namespace
}  // namespace thalweg
