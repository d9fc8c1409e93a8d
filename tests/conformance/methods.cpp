// What every registered method owes, whatever it is.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "tests/conformance/probe.hpp"
#include "thalweg/core/ask_tell.hpp"
#include "thalweg/core/study_log.hpp"

namespace thalweg::conformance {
namespace {

namespace fs = std::filesystem;

class EveryMethod : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] const registry::MethodItem& item() const { return registry::method(GetParam()); }
  [[nodiscard]] Method method() const { return item().make({}); }
  // A problem that answers what the method asks: an ellipsoid, or a sum of squares where it asks residuals.
  [[nodiscard]] std::unique_ptr<Problem> problem() const {
    return registry::make_problem(asks_residuals() ? "mgh/bard" : "ellipsoid:n=3,condition=10");
  }
  [[nodiscard]] std::unique_ptr<Problem> problem_of_one_variable() const {
    return registry::make_problem(asks_residuals() ? "mgh/variably-dimensioned:n=1" : "sphere:n=1");
  }
  [[nodiscard]] bool asks_residuals() const {
    const Kinds asks = item().entry.asks;
    return asks.has(AnswerKind::residual) || asks.has(AnswerKind::jacobian) || asks.has(AnswerKind::fisher_vector);
  }
  // A run of at most `budget` points of each kind, in a box where the method cannot do without.
  [[nodiscard]] Limits limits(std::uint64_t budget, int threads = 1, std::size_t n = 3) const {
    Limits l{.max_evaluations = budget, .max_iterations = 10 * budget, .seed = 11, .threads = threads};
    if (item().entry.needs_box) l.bounds = {std::vector<double>(n, -4.1), std::vector<double>(n, 5.3)};
    return l;
  }
  // Of the kinds that max_evaluations caps, the highest count.
  static std::uint64_t most_answers(const Result& r) {
    std::uint64_t most = 0;
    for (const AnswerKind k :
         {AnswerKind::value, AnswerKind::gradient, AnswerKind::residual, AnswerKind::directional})
      most = std::max(most, r.ledger.of(k));
    return most;
  }
};

TEST_P(EveryMethod, SameSeedSameBitsWhateverTheThreadsAndASecondRunToo) {
  const auto p = problem();
  const Method m = method();
  Probe f(p->objective);
  const Result one = minimize(f, p->start, m, limits(300));
  expect_same(minimize(f, p->start, m, limits(300)), one);
  for (const int threads : {2, 4}) expect_same(minimize(f, p->start, m, limits(300, threads)), one);
}

// A plain function is asked without the detour through questions and answers, and batches one point at a time.
TEST_P(EveryMethod, APlainFunctionGetsTheSameRun) {
  const auto p = problem();
  const Entry& e = item().entry;
  if (!(e.asks - Kinds{AnswerKind::value, AnswerKind::gradient}).empty()) return;
  const auto value = [&](std::span<const double> x) { return p->objective->value(x); };
  const auto both = [&](std::span<const double> x, std::span<double> g) {
    return g.empty() ? p->objective->value(x) : p->objective->value_and_gradient(x, g);
  };
  Probe f(p->objective);
  FunctionObjective plain = e.asks.has(AnswerKind::gradient)
                                ? FunctionObjective(3, FunctionObjective::ValueAndGradient(both))
                                : FunctionObjective(3, FunctionObjective::Value(value));
  for (const std::uint64_t budget : {17u, 150u}) {
    const Result expected = minimize(f, p->start, method(), limits(budget));
    for (const int threads : {1, 3})
      expect_same(minimize(plain, p->start, method(), limits(budget, threads)), expected);
  }
}

// At every point where a sweep, a line search, a poll or a restart can be cut: never one over, and where the budget
// is what ended the run, not one under.
TEST_P(EveryMethod, NeverOneEvaluationOverBudgetNorUnder) {
  const auto p = problem();
  for (const std::uint64_t budget : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 8u, 9u, 10u, 11u, 13u, 17u, 24u, 31u, 50u, 100u}) {
    Probe f(p->objective);
    const Result r = minimize(f, p->start, method(), limits(budget));
    EXPECT_LE(f.values, budget);
    EXPECT_LE(f.gradients, budget);
    EXPECT_EQ(r.ledger.of(AnswerKind::value), f.values);
    EXPECT_EQ(r.ledger.of(AnswerKind::gradient), f.gradients);
    EXPECT_GE(f.values + f.gradients, 1u);
    if (r.status != Status::evaluation_budget) continue;
    EXPECT_EQ(most_answers(r), budget) << r.message;
  }
}

// A cap of one kind of answer, whichever it asks: never one over, and where more is wanted that is what ends the run.
TEST_P(EveryMethod, NeverOneAnswerOverTheCapOfItsKind) {
  const auto p = problem();
  Probe whole(p->objective);
  minimize(whole, p->start, method(), limits(300));
  for (std::size_t k = 0; k < answer_kinds; ++k)
    for (const std::uint64_t cap : {1u, 2u, 7u, 20u}) {
      if (whole.counts[k] == 0) continue;
      SCOPED_TRACE(std::string(name(static_cast<AnswerKind>(k))) + ", " + std::to_string(cap));
      Probe f(p->objective);
      Limits l = limits(300);
      l.max_answers[static_cast<AnswerKind>(k)] = cap;
      const Result r = minimize(f, p->start, method(), l);
      EXPECT_LE(f.counts[k], cap);
      EXPECT_EQ(r.ledger.answers, f.counts);
      if (r.status != Status::answer_budget) continue;
      EXPECT_EQ(f.counts[k], cap) << r.message;
      EXPECT_NE(r.message.find(name(static_cast<AnswerKind>(k))), std::string::npos) << r.message;
    }
}

// A large budget is used, or the method says that it converged or stalled: no cap of its own ends the run.
TEST_P(EveryMethod, HasNoHiddenSecondCap) {
  constexpr std::uint64_t budget = 30'000;
  const auto p = registry::make_problem(asks_residuals() ? "mgh/osborne-2" : "rastrigin:n=5");
  const Kinds beyond = item().entry.asks - Kinds{AnswerKind::value, AnswerKind::gradient};
  Limits l{.max_evaluations = budget, .seed = 11};
  if (item().entry.bounds) l.bounds = p->bounds;
  FunctionObjective plain(p->dimension(), [&](std::span<const double> x) { return p->objective->value(x); });
  const bool by_values = beyond.empty() && !item().entry.asks.has(AnswerKind::gradient);
  const Result r = minimize(by_values ? plain : *p->objective, p->start, method(), l);
  // The natural gradient has a fixed rate and no globalisation: on this problem it diverges, and says so.
  const bool may_diverge = item().entry.asks.has(AnswerKind::fisher_vector) && r.status == Status::numerical_failure;
  EXPECT_TRUE(r.status == Status::evaluation_budget || r.status == Status::converged || r.status == Status::stalled ||
              may_diverge)
      << name(r.status) << ": " << r.message;
  if (r.status != Status::evaluation_budget) return;
  EXPECT_EQ(most_answers(r), budget) << r.message;
}

TEST_P(EveryMethod, ReturnsTheBestPointSeen) {
  const auto p = problem();
  Probe f(p->objective);
  const Result r = minimize(f, p->start, method(), limits(200));
  ASSERT_EQ(r.x.size(), 3u);
  EXPECT_EQ(r.f, f.lowest);
  EXPECT_EQ(p->objective->value(r.x), r.f);
  EXPECT_LT(r.f, p->objective->value(p->start));
  EXPECT_FALSE(r.message.empty());
}

TEST_P(EveryMethod, ConvergedMeansThatTheGradientToleranceHolds) {
  if (!item().entry.asks.has(AnswerKind::gradient)) return;
  for (const char* id : {"ellipsoid:n=3,condition=10", "rosenbrock:n=3", "mgh/helical-valley"}) {
    const auto p = registry::make_problem(id);
    if (!p->objective->offers().kinds.has_all(item().entry.asks)) continue;
    for (const double tolerance : {1e-2, 1e-6}) {
      Limits l = limits(3000);
      l.tolerance.gradient = tolerance;
      const Result r = minimize(*p->objective, p->start, method(), l);
      if (r.status != Status::converged) continue;
      std::vector<double> g(p->dimension());
      p->objective->gradient(r.x, g);
      for (const double v : g) EXPECT_LE(std::abs(v), tolerance) << id << ": " << r.message;
    }
  }
}

// Without a tolerance of the user's: that of the method, or, said in the message, what f can show.
TEST_P(EveryMethod, ConvergedIsTrueOfTheDefaultToleranceToo) {
  if (!item().entry.asks.has(AnswerKind::gradient)) return;
  int converged = 0;
  for (const char* id :
       {"ellipsoid:n=3,condition=10", "rosenbrock:n=3", "mgh/helical-valley", "mgh/bard", "mgh/box-3d"}) {
    const auto p = registry::make_problem(id);
    if (!p->objective->offers().kinds.has_all(item().entry.asks)) continue;
    const Result r = minimize(*p->objective, p->start, method(), limits(3000));
    if (r.status != Status::converged) continue;
    ++converged;
    std::vector<double> g(p->dimension());
    const double f = p->objective->value_and_gradient(r.x, g);
    const bool floor = r.message.find("rounding of f") != std::string::npos;
    for (std::size_t i = 0; i < g.size(); ++i)
      EXPECT_LE(std::abs(g[i]) * (floor ? std::max(std::abs(r.x[i]), 1e-3) / std::max(std::abs(f), 1.0) : 1.0),
                floor ? 1e-6 : 1e-8)
          << id << ": " << r.message;
  }
  if (item().entry.section != "2.1") {
    EXPECT_GT(converged, 0);
  }
}

// The minimum lies where f has no value: a gradient method ends at the wall, or before, and never says that it
// converged there, however small its steps have become.
TEST_P(EveryMethod, AtAWallItHasNotConverged) {
  if (!item().entry.asks.has(AnswerKind::gradient)) return;
  const auto p = problem();
  Probe f(p->objective);
  f.wall = 0.5;  // x₀ is 1 at the start and below 0.1 at the minimum
  const Result r = minimize(f, p->start, method(), limits(2000));
  EXPECT_NE(r.status, Status::converged) << r.message;
  EXPECT_GE(r.x[0], f.wall);
}

// A tolerance of x on a bowl of condition 10, whose minimiser is known: within a hundred of it, or not converged.
TEST_P(EveryMethod, ConvergedToATolerancesOfXIsNearTheMinimum) {
  if (!(item().entry.asks - Kinds{AnswerKind::value}).empty()) return;
  const auto p = problem();
  for (const double tolerance : {1e-2, 1e-4}) {
    Limits l = limits(20'000);
    l.tolerance.x = tolerance;
    const Result r = minimize(*p->objective, p->start, method(), l);
    if (r.status != Status::converged) continue;
    EXPECT_LE(r.f, *p->optimum_f + 10.0 * 3.0 * std::pow(100.0 * tolerance, 2.0)) << tolerance << ": " << r.message;
  }
}

TEST_P(EveryMethod, SurvivesNanAndInfinity) {
  const auto p = problem();
  for (const std::uint64_t every : {1u, 2u, 3u, 5u}) {
    Probe f(p->objective);
    f.bad_every = every;
    const Result r = minimize(f, p->start, method(), limits(60));
    EXPECT_LE(f.values, 60u);
    if (f.values > 2 * every) {
      EXPECT_GT(r.ledger.non_finite, 0u);
    }
    EXPECT_FALSE(std::isnan(r.f));
    for (double x : r.x) EXPECT_TRUE(std::isfinite(x));
    if (every > 1 && std::isfinite(f.lowest)) {
      EXPECT_EQ(r.f, f.lowest);
    }
  }
}

// The same of an entry of a gradient, Hessian, product or Jacobian, beside values that are fine: the run goes on or
// ends, truthfully, and the best point is kept.
TEST_P(EveryMethod, SurvivesDerivativesThatAreNotFinite) {
  const auto p = problem();
  if ((item().entry.asks - Kinds{AnswerKind::value, AnswerKind::residual}).empty()) return;
  for (const std::uint64_t every : {1u, 2u, 3u, 5u, 9u}) {
    SCOPED_TRACE(every);
    Probe f(p->objective);
    f.bad_entries_every = every;
    Limits l = limits(60);
    for (std::size_t k = 0; k < answer_kinds; ++k) l.max_answers[static_cast<AnswerKind>(k)] = 400;
    const Result r = minimize(f, p->start, method(), l);
    EXPECT_FALSE(std::isnan(r.f));
    for (double x : r.x) EXPECT_TRUE(std::isfinite(x)) << r.message;
    for (double x : r.recommended) EXPECT_TRUE(std::isfinite(x)) << r.message;
    EXPECT_FALSE(r.message.empty());
    if (every == 1) {
      EXPECT_EQ(r.status, Status::numerical_failure) << r.message;
      EXPECT_GT(r.ledger.non_finite, 0u);
    }
    if (r.status != Status::converged) continue;
    std::vector<double> g(3);
    p->objective->gradient(r.x, g);
    for (const double v : g) EXPECT_LE(std::abs(v), 1e-6) << r.message;
  }
}

// A start without a value is no end; where no point has one, the run has failed, and says so.
TEST_P(EveryMethod, AStartWithoutAValueIsNoEnd) {
  const auto p = problem();
  if (!(item().entry.asks - Kinds{AnswerKind::value}).empty()) return;
  Probe f(p->objective);
  f.bad_until = 1;
  const Result r = minimize(f, p->start, method(), limits(100));
  EXPECT_TRUE(std::isfinite(r.f)) << r.message;
  EXPECT_EQ(r.f, f.lowest);
}

TEST_P(EveryMethod, NoFiniteValueAtAllIsAFailure) {
  const auto p = problem();
  Probe f(p->objective);
  f.bad_every = 1;
  const Result r = minimize(f, p->start, method(), limits(150));
  if (f.values == 0) return;  // it asks none
  EXPECT_EQ(r.status, Status::numerical_failure) << name(r.status) << ": " << r.message;
  EXPECT_FALSE(r.success());
  EXPECT_FALSE(r.message.empty());
  EXPECT_EQ(r.x.size(), 3u);
}

TEST_P(EveryMethod, TheObjectivesExceptionComesBackWithTheBestKept) {
  const auto p = problem();
  Probe whole(p->objective);
  minimize(whole, p->start, method(), limits(60));
  for (const std::uint64_t at : {1u, 2u, 9u}) {
    if (whole.calls < at) continue;  // it needs fewer answers than that
    Probe f(p->objective);
    f.throw_at = at;
    Result kept;
    Limits l = limits(60);
    l.progress = &kept;
    EXPECT_THROW(minimize(f, p->start, method(), l), Fault);
    EXPECT_EQ(kept.status, Status::objective_failed);
    EXPECT_EQ(kept.message, "fault at call " + std::to_string(at));
    EXPECT_EQ(kept.f, f.lowest);
  }
}

TEST_P(EveryMethod, ACallbackStopsIt) {
  const auto p = problem();
  Probe f(p->objective);
  Limits l = limits(20000);
  std::uint64_t seen = 0;
  l.callback = [&](const Progress& progress) {
    seen = progress.iteration;
    return seen == 2 ? Control::stop : Control::proceed;
  };
  const Result r = minimize(f, p->start, method(), l);
  if (r.iterations >= 2) {
    EXPECT_EQ(r.status, Status::stopped_by_callback);
    EXPECT_EQ(seen, 2u);
  } else {
    EXPECT_NE(r.status, Status::evaluation_budget) << "a run of 20000 evaluations reported fewer than two iterations";
  }
}

TEST_P(EveryMethod, ResumingFromTheLogGivesTheSameBits) {
  const auto p = problem();
  Probe whole(p->objective);
  const Result expected = minimize(whole, p->start, method(), limits(120));
  const fs::path file = fs::temp_directory_path() / ("thalweg-conformance-" + std::to_string(::getpid()) + ".db");
  for (const std::uint64_t at : {2u, 31u}) {
    fs::remove(file);
    Probe f(p->objective);
    f.throw_at = at;
    Limits l = limits(120);
    {
      StudyLog log(file.string(), StudyLog::Mode::create);
      l.log = &log;
      if (whole.calls >= at) {
        EXPECT_THROW(minimize(f, p->start, method(), l), Fault);
      }
    }
    if (whole.calls < at) continue;
    StudyLog log(file.string(), StudyLog::Mode::resume);
    l.log = &log;
    Probe rest(p->objective);
    expect_same(minimize(rest, p->start, method(), l), expected);
    EXPECT_EQ(rest.calls + at - 1, whole.calls);
  }
  fs::remove(file);
}

TEST_P(EveryMethod, AskTellGivesWhatMinimizeGives) {
  const auto p = problem();
  const Result expected = minimize(*p->objective, p->start, method(), limits(80));
  AskTell study(method(), p->start, limits(80), p->objective->offers());
  std::vector<double> storage;
  while (const auto* questions = study.ask()) {
    std::vector<Answer<double>> answers(questions->size());
    const std::size_t n = p->start.size(), m = p->objective->offers().residuals;
    const std::size_t most = std::max(m, n), block = 4 * n + n * n + m + m * n + most;
    storage.assign(block * questions->size(), 0.0);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const std::span<double> s = std::span(storage).subspan(i * block, block);
      answers[i].gradient = s.subspan(0, n);
      answers[i].hessian_vector = s.subspan(n, n);
      answers[i].third = s.subspan(2 * n, n);
      answers[i].hessian = s.subspan(3 * n, n * n);
      answers[i].residual = s.subspan(3 * n + n * n, m);
      answers[i].jacobian = s.subspan(3 * n + n * n + m, m * n);
      answers[i].fisher_vector = s.subspan(3 * n + n * n + m + m * n, n);
      const bool forward = (*questions)[i].asks.has(AnswerKind::jacobian_vector);
      answers[i].product = s.last(most).first(forward ? m : n);
    }
    p->objective->answer(*questions, answers);
    study.tell(answers);
  }
  expect_same(study.result(), expected);
}

TEST_P(EveryMethod, AnAbandonedStudyUnwinds) {
  const auto p = problem();
  AskTell study(method(), p->start, limits(80), p->objective->offers());
  ASSERT_NE(study.ask(), nullptr);  // and never told
}

TEST_P(EveryMethod, BoundsAreNeverViolatedOrClearlyRefused) {
  const auto p = problem();
  Limits l = limits(300);
  l.bounds = {{-1.5, -0.5, -2.0}, {0.5, 2.0, 0.25}};
  std::vector<double> start = p->start;
  l.bounds.clamp(std::span(start));  // some methods begin on a bound
  Probe f(p->objective);
  if (!item().entry.bounds) {
    EXPECT_THROW(minimize(f, start, method(), l), InvalidArgument);
    return;
  }
  const Result r = minimize(f, start, method(), l);
  for (const auto& x : f.points) EXPECT_TRUE(l.bounds.contains(std::span<const double>(x)));
  EXPECT_LT(r.f, p->objective->value(start)) << "a start on a bound must still move";
}

// From every corner of a box that holds the minimum, and from the middle of every face: the method moves, and down.
TEST_P(EveryMethod, AStartOnABoundMoves) {
  if (!item().entry.bounds) return;
  // Convex, so that no corner but the minimiser's is a place to stay; finite everywhere.
  const auto p = asks_residuals() ? registry::make_problem("mgh/variably-dimensioned:n=3") : problem();
  Limits l = limits(300);
  const std::vector<double> low = {-1.75, -0.5, -2.25}, high = {0.75, 2.0, 1.25};
  l.bounds = {low, high};
  for (int where = 0; where < 27; ++where) {
    std::vector<double> start(3);
    for (int i = 0, code = where; i < 3; ++i, code /= 3) {
      const auto k = static_cast<std::size_t>(i);
      start[k] = code % 3 == 0 ? low[k] : code % 3 == 1 ? high[k] : 0.5 * (low[k] + high[k]);
    }
    if (start[0] != low[0] && start[0] != high[0] && start[1] != low[1] && start[1] != high[1] &&
        start[2] != low[2] && start[2] != high[2])
      continue;
    Probe f(p->objective);
    const Result r = minimize(f, start, method(), l);
    EXPECT_LT(r.f, p->objective->value(start)) << where << ": " << r.message;
    for (const auto& x : f.points) EXPECT_TRUE(l.bounds.contains(std::span<const double>(x)));
  }
}

TEST_P(EveryMethod, ABoxThatIsNeededIsAskedFor) {
  if (!item().entry.needs_box) return;
  const auto p = problem();
  Probe f(p->objective);
  Limits none = limits(50), half = limits(50);
  none.bounds = {};
  half.bounds.upper[1] = std::numeric_limits<double>::infinity();
  for (const Limits& l : {none, half}) {
    try {
      minimize(f, p->start, method(), l);
      FAIL() << "ran without a box";
    } catch (const InvalidArgument& e) {
      EXPECT_NE(std::string(e.what()).find(GetParam()), std::string::npos) << e.what();
      EXPECT_NE(std::string(e.what()).find("finite"), std::string::npos) << e.what();
    }
  }
  EXPECT_EQ(f.calls, 0u);
}

TEST_P(EveryMethod, OneVariableWorks) {
  const auto p = problem_of_one_variable();
  Probe f(p->objective);
  const Result r = minimize(f, {1.5}, method(), limits(200, 1, 1));
  EXPECT_LT(r.f, p->objective->value(std::vector{1.5}));
}

TEST_P(EveryMethod, AWrongOptionOrAMissingAnswerIsNamed) {
  try {
    item().make({{"no_such_option", "1"}});
    FAIL() << "accepted an unknown option";
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("no_such_option"), std::string::npos);
    EXPECT_NE(std::string(e.what()).find(GetParam()), std::string::npos);
  }
  const auto p = problem();
  for (std::size_t k = 0; k < answer_kinds; ++k) {
    const auto kind = static_cast<AnswerKind>(k);
    if (!item().entry.asks.has(kind)) continue;
    Probe f(p->objective);
    f.hidden = kind;
    try {
      minimize(f, p->start, method(), limits(10));
      FAIL() << "ran without " << name(kind);
    } catch (const MissingAnswer& e) {
      EXPECT_NE(std::string(e.what()).find("missing: " + std::string(name(kind))), std::string::npos) << e.what();
    }
    EXPECT_EQ(f.calls, 0u);
  }
}

TEST_P(EveryMethod, IsDescribed) {
  const Entry& e = item().entry;
  EXPECT_FALSE(e.name.empty());
  EXPECT_FALSE(e.section.empty());
  EXPECT_FALSE(e.reference.empty());
  EXPECT_FALSE(e.asks.empty());
  for (const OptionInfo& o : e.options) {
    EXPECT_FALSE(o.help.empty()) << o.name;
    EXPECT_NO_THROW(item().make({{o.name, o.default_text}})) << o.name << " = " << o.default_text;
    if (o.type == "double" || o.type == "int") {
      EXPECT_THROW(item().make({{o.name, "rubbish"}}), InvalidArgument) << o.name;
    }
  }
}

std::vector<std::string> ids() {
  std::vector<std::string> list;
  for (const auto& m : registry::methods()) list.push_back(m.entry.id);
  return list;
}
INSTANTIATE_TEST_SUITE_P(Registry, EveryMethod, ::testing::ValuesIn(ids()),
                         [](const auto& parameter) { return test_name(parameter.param); });

}  // namespace
}  // namespace thalweg::conformance
