// The driver: budgets, limits, non-finite answers, exceptions, callbacks, threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "tests/core/probe_methods.hpp"
#include "thalweg/core/minimize.hpp"

namespace thalweg {
namespace {

double sphere(std::span<const double> x) { return std::inner_product(x.begin(), x.end(), x.begin(), 0.0); }

TEST(Driver, NeverOneEvaluationOverBudgetWhateverTheBatch) {
  for (const int batch : {1, 3, 7, 64})
    for (const std::uint64_t budget : {1u, 5u, 20u, 64u}) {
      std::uint64_t calls = 0;
      const auto f = [&](std::span<const double> x) { return ++calls, sphere(x); };
      const Result r = minimize(f, {1.0, 2.0}, RandomProbe{.batch = batch}, {.max_evaluations = budget});
      EXPECT_EQ(calls, budget);
      EXPECT_EQ(r.evaluations(), budget);
      EXPECT_EQ(r.status, Status::evaluation_budget);
    }
}

TEST(Driver, ReturnsTheBestSeenNotTheLast) {
  std::vector<double> values;
  const auto f = [&](std::span<const double> x) { return values.emplace_back(sphere(x)); };
  const Result r = minimize(f, {1.0, 2.0}, RandomProbe{}, {.max_evaluations = 100});
  EXPECT_EQ(r.f, *std::min_element(values.begin(), values.end()));
  EXPECT_EQ(r.f, sphere(r.x));
  EXPECT_NE(values.back(), r.f);
}

TEST(Driver, CapsOfSingleKindsAreKept) {
  const auto fg = [](std::span<const double> x, std::span<double> g) {
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = 2 * x[i];
    return sphere(x);
  };
  const Result r = minimize(fg, {1.0}, GradientProbe{}, {.max_answers = {{AnswerKind::gradient, 7}}});
  EXPECT_EQ(r.ledger.of(AnswerKind::gradient), 7u);
  EXPECT_EQ(r.status, Status::answer_budget);
  EXPECT_NE(r.message.find("gradient"), std::string::npos);
}

// A method may look before it asks: the same end, without unwinding.
TEST(Driver, AMethodThatLooksAheadEndsAsOneThatIsUnwound) {
  const auto fg = [](std::span<const double> x, std::span<double> g) {
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = 2 * x[i];
    return sphere(x);
  };
  const auto ended = [&](bool look, const Limits& limits) {
    Method m;
    m.entry.id = "looking";
    m.entry.asks = {AnswerKind::value, AnswerKind::gradient};
    bool returned = false;
    m.run = [look, &returned](Objective<double>& f, Search& search) {
      std::vector<double> x(search.start().begin(), search.start().end()), g(x.size());
      for (; !look || !search.spent({AnswerKind::value, AnswerKind::gradient}); x[0] *= 0.5)
        f.value_and_gradient(x, g);
      returned = true;
    };
    FunctionObjective f(1, FunctionObjective::ValueAndGradient(fg));
    const Result r = minimize(f, {1.0}, m, limits);
    EXPECT_EQ(returned, look);
    return r;
  };
  for (const Limits& limits :
       {Limits{.max_evaluations = 9}, Limits{.max_answers = {{AnswerKind::gradient, 9}}}, Limits{}}) {
    const Result a = ended(true, limits), b = ended(false, limits);
    EXPECT_EQ(a.status, b.status);
    EXPECT_EQ(a.message, b.message);
    EXPECT_EQ(a.ledger.answers, b.ledger.answers);
    EXPECT_EQ(a.x, b.x);
  }
}

TEST(Driver, GradientOnlyRunsEndWithOneCountedValue) {
  const auto fg = [](std::span<const double> x, std::span<double> g) {
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = 2 * x[i];
    return sphere(x);
  };
  const Result r = minimize(fg, {1.0}, GradientProbe{}, {.max_evaluations = 30});
  EXPECT_EQ(r.ledger.of(AnswerKind::gradient), 30u);
  EXPECT_EQ(r.evaluations(), 1u);
  EXPECT_EQ(r.f, sphere(r.x));
  EXPECT_EQ(r.x, r.recommended);
}

TEST(Driver, TargetIterationsTimeCallbackAndInterruptEndARun) {
  const auto f = [](std::span<const double> x) { return sphere(x); };
  EXPECT_EQ(minimize(f, {1.0}, RandomProbe{}, {.max_evaluations = 100000, .target = 1e-2}).status,
            Status::target_reached);
  const Result r = minimize(f, {1.0}, RandomProbe{}, {.max_iterations = 5});
  EXPECT_EQ(r.status, Status::iteration_budget);
  EXPECT_EQ(r.iterations, 5u);
  EXPECT_EQ(minimize(f, {1.0}, RandomProbe{}, {.max_seconds = 0.01}).status, Status::time_budget);
  std::uint64_t seen = 0;
  const Result stopped =
      minimize(f, {1.0}, RandomProbe{}, {.max_evaluations = 1000, .callback = [&](const Progress& p) {
                                           seen = p.iteration;
                                           return p.iteration == 3 ? Control::stop : Control::proceed;
                                         }});
  EXPECT_EQ(stopped.status, Status::stopped_by_callback);
  EXPECT_EQ(seen, 3u);
  const std::atomic<bool> interrupt{true};
  const Result interrupted = minimize(f, {1.0}, RandomProbe{}, {.max_evaluations = 1000, .interrupt = &interrupt});
  EXPECT_EQ(interrupted.status, Status::interrupted);
  EXPECT_EQ(interrupted.evaluations(), 1u);
}

// A budget of operations that nothing counts would never end the run.
TEST(Driver, ABudgetOfFlopsWantsAnObjectiveThatCountsThem) {
  const auto f = [](std::span<const double> x) { return sphere(x); };
  EXPECT_THROW(minimize(f, {1.0}, RandomProbe{}, {.max_evaluations = 50, .max_flops = 1e6}), InvalidArgument);
  struct Counting : Objective<double> {
    [[nodiscard]] std::size_t dimension() const override { return 1; }
    [[nodiscard]] Offers offers() const override { return {}; }
    void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
      for (std::size_t i = 0; i < questions.size(); ++i)
        answers[i].value = sphere(questions[i].point), answers[i].flops = 10.0;
    }
  } counting;
  const Result r = minimize(counting, std::vector{1.0}, RandomProbe{}, {.max_flops = 95.0});
  EXPECT_EQ(r.status, Status::flop_budget);
  EXPECT_EQ(r.evaluations(), 10u);
  EXPECT_EQ(r.ledger.flops, 100.0);
  // What a method charges of its own is not the run's sum where the answers are not counted.
  Method charging = method(RandomProbe{});
  charging.run = [run = charging.run](Objective<double>& objective, Search& search) {
    search.charge_flops(1e3);
    run(objective, search);
  };
  FunctionObjective plain(1, f);
  const std::vector<double> start = {1.0};
  EXPECT_EQ(minimize(plain, start, charging, {.max_evaluations = 9}).ledger.flops, 0.0);
  EXPECT_EQ(minimize(plain, start, charging, {.max_evaluations = 9, .threads = 2}).ledger.flops, 0.0);
}

TEST(Driver, LimitsThatAreNoLimitsAreErrors) {
  const auto f = [](std::span<const double> x) { return sphere(x); };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Limits& limits : {Limits{.target = nan}, Limits{.tolerance = {.f = -1.0}},
                               Limits{.tolerance = {.x = nan}}, Limits{.tolerance = {.gradient = -1e-9}}})
    EXPECT_THROW(minimize(f, {1.0}, RandomProbe{}, limits), InvalidArgument);
}

TEST(Driver, NonFiniteValuesAreCountedAndNeverBest) {
  int call = 0;
  const auto f = [&](std::span<const double> x) {
    switch (++call % 4) {
      case 0:
        return std::numeric_limits<double>::quiet_NaN();
      case 1:
        return -std::numeric_limits<double>::infinity();
      case 2:
        return std::numeric_limits<double>::infinity();
      default:
        return sphere(x);
    }
  };
  const Result r = minimize(f, {1.0}, RandomProbe{}, {.max_evaluations = 40});
  EXPECT_EQ(r.ledger.non_finite, 30u);
  EXPECT_TRUE(std::isfinite(r.f));
  EXPECT_EQ(r.f, sphere(r.x));
}

TEST(Driver, TheUsersOwnExceptionComesBackAndTheBestPointIsKept) {
  struct Mine : std::runtime_error {
    using std::runtime_error::runtime_error;
  };
  for (const int threads : {1, 2}) {
    std::atomic<int> calls{0};
    Result kept;
    const auto f = [&](std::span<const double> x) {
      if (++calls == 25) throw Mine("the licence server is down");
      return sphere(x);
    };
    EXPECT_THROW(
        minimize(f, {1.0}, RandomProbe{.batch = 4}, {.max_evaluations = 100, .threads = threads, .progress = &kept}),
        Mine);
    EXPECT_EQ(kept.status, Status::objective_failed);
    EXPECT_EQ(kept.message, "the licence server is down");
    EXPECT_GE(kept.evaluations(), 24u);
    EXPECT_EQ(kept.f, sphere(kept.x));
  }
}

TEST(Driver, ThreadsDoNotChangeTheResult) {
  const auto f = [](std::span<const double> x) { return sphere(x); };
  const Result one = minimize(f, {1.0, 2.0, 3.0}, RandomProbe{.batch = 16}, {.max_evaluations = 1000, .seed = 7});
  for (const int threads : {2, 4}) {
    const Result r = minimize(f, {1.0, 2.0, 3.0}, RandomProbe{.batch = 16},
                              {.max_evaluations = 1000, .seed = 7, .threads = threads});
    EXPECT_EQ(r.x, one.x);
    EXPECT_EQ(r.f, one.f);
    EXPECT_EQ(r.improvements.size(), one.improvements.size());
  }
}

std::string error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const InvalidArgument& e) {
    return e.what();
  }
  return "";
}

TEST(Driver, AWrongRequestIsAClearErrorBeforeAnythingIsEvaluated) {
  int calls = 0;
  const auto f = [&](std::span<const double> x) { return ++calls, sphere(x); };
  EXPECT_NE(error_of([&] { minimize(f, {}, RandomProbe{}); }).find("x0 is empty"), std::string::npos);
  EXPECT_NE(error_of([&] { minimize(f, {NAN}, RandomProbe{}); }).find("not finite"), std::string::npos);
  EXPECT_NE(error_of([&] { minimize(f, {1.0}, GradientProbe{}); }).find("missing: gradient"), std::string::npos);
  EXPECT_NE(error_of([&] { minimize(f, {1.0}, GradientProbe{}); }).find("estimated(f"), std::string::npos);
  EXPECT_NE(error_of([&] {
              minimize(f, {1.0}, RandomProbe{}, {.bounds = {{2.0}, {3.0}}});
            }).find("x0[0] is 1, outside its bounds [2, 3]"),
            std::string::npos);
  EXPECT_NE(error_of([&] {
              minimize(f, {1.0}, RandomProbe{}, {.bounds = {{3.0}, {2.0}}});
            }).find("must not exceed"),
            std::string::npos);
  EXPECT_NE(error_of([&] { minimize(f, {1.0}, RandomProbe{}, {.threads = 0}); }).find("threads is 0"),
            std::string::npos);
  EXPECT_EQ(calls, 0);
}

TEST(Options, ErrorsNameTheOptionTheValueAndWhatIsRight) {
  const auto d = RandomProbe::describe();
  EXPECT_EQ(error_of([&] {
              (void)d.make({{"bacth", "3"}});
            }),
            "unknown option `bacth` of random-probe; did you mean `batch`?");
  EXPECT_EQ(error_of([&] { (void)d.make({{"batch", "0"}}); }), "option `batch` is 0; it must be ≥ 1");
  EXPECT_EQ(error_of([&] {
              (void)d.make({{"batch", "two"}});
            }),
            "option `batch` is \"two\"; it must be a whole number");
  EXPECT_EQ(d.make({{"batch", "1e3"}}).batch, 1000);
}

}  // namespace
}  // namespace thalweg
