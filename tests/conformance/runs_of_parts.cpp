// What an estimator, an update rule and a credit rule owe to the run that uses them: an estimator below a method, a
// rule in the descent loop on a network, a credit rule in training.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "tests/conformance/probe.hpp"
#include "thalweg/core/study_log.hpp"
#include "thalweg/credit/train.hpp"
#include "thalweg/first_order/descent.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/network/network_objective.hpp"

namespace thalweg::conformance {
namespace {

namespace fs = std::filesystem;

const auto named = [](const auto& parameter) { return test_name(parameter.param); };
template <class Items>
std::vector<std::string> ids_of(const Items& items) {
  std::vector<std::string> list;
  for (const auto& item : items) list.push_back(item.entry.id);
  return list;
}
// A study that dies at answer `at`, resumed: `run` with limits that hold the log, twice.
template <class Run>
void expect_resumes(const std::shared_ptr<Objective<double>>& f, std::uint64_t at, const Limits& limits, Run&& run) {
  Probe whole(f);
  const Result expected = run(whole, limits);
  ASSERT_GT(whole.calls, at);
  const fs::path file = fs::temp_directory_path() / ("thalweg-parts-" + std::to_string(::getpid()) + ".db");
  fs::remove(file);
  {
    Probe dies(f);
    dies.throw_at = at;
    StudyLog log(file.string(), StudyLog::Mode::create);
    Limits l = limits;
    l.log = &log;
    EXPECT_THROW(run(dies, l), Fault);
  }
  StudyLog log(file.string(), StudyLog::Mode::resume);
  Limits l = limits;
  l.log = &log;
  Probe rest(f);
  expect_same(run(rest, l), expected);
  EXPECT_EQ(rest.calls + at - 1, whole.calls);
  fs::remove(file);
}

class EstimatorInARun : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] const registry::EstimatorItem& item() const { return registry::estimator(GetParam()); }
  [[nodiscard]] static Limits limits(std::uint64_t budget) {
    return {.max_evaluations = budget, .max_answers = {{AnswerKind::directional, budget}}, .seed = 5};
  }
  [[nodiscard]] static Method adam() { return registry::method("adam").make({{"rate", "0.02"}}); }
  std::unique_ptr<Problem> p = registry::make_problem("rosenbrock:n=4");
};

TEST_P(EstimatorInARun, ASecondRunOfTheSameObjectGivesTheSameAnswer) {
  Probe f(p->objective);
  const auto estimator = item().make(f, {});
  const Result one = minimize(*estimator, p->start, adam(), limits(300));
  expect_same(minimize(*estimator, p->start, adam(), limits(300)), one);
  Limits threaded = limits(300);
  threaded.threads = 3;
  expect_same(minimize(*estimator, p->start, adam(), threaded), one);
}

TEST_P(EstimatorInARun, TheBestPointOfAllThatWereAskedIsReturned) {
  Probe f(p->objective);
  const auto estimator = item().make(f, {});
  const Result r = minimize(*estimator, p->start, adam(), limits(300));
  EXPECT_EQ(r.f, f.lowest);
  EXPECT_EQ(p->objective->value(r.x), r.f);
  EXPECT_EQ(p->objective->value(r.recommended), r.recommended_f);
  EXPECT_LT(r.recommended_f, p->objective->value(p->start));
}

TEST_P(EstimatorInARun, ACallbackStopsIt) {
  const auto estimator = item().make(*p->objective, {});
  Limits l = limits(5000);
  l.callback = [](const Progress& now) { return now.iteration == 3 ? Control::stop : Control::proceed; };
  const Result r = minimize(*estimator, p->start, adam(), l);
  EXPECT_EQ(r.status, Status::stopped_by_callback);
  EXPECT_EQ(r.iterations, 3u);
}

TEST_P(EstimatorInARun, ResumesFromItsLogToTheSameBits) {
  for (const std::uint64_t at : {2u, 23u})
    expect_resumes(p->objective, at, limits(300), [&](Objective<double>& f, const Limits& l) {
      const auto estimator = item().make(f, {});
      return minimize(*estimator, p->start, adam(), l);
    });
}

TEST_P(EstimatorInARun, OneVariableWorks) {
  const auto sphere = registry::make_problem("sphere:n=1");
  const auto estimator = item().make(*sphere->objective, {});
  const Result r = minimize(*estimator, {1.5}, adam(), limits(300));
  EXPECT_LT(r.recommended_f, sphere->objective->value(std::vector{1.5})) << r.message;
}

TEST_P(EstimatorInARun, WhereNothingIsFiniteTheRunFailsAndSaysSo) {
  Probe f(p->objective);
  f.bad_every = 1, f.bad_entries_every = 1;
  const auto estimator = item().make(f, {});
  const Result r = minimize(*estimator, p->start, adam(), limits(2000));
  EXPECT_EQ(r.status, Status::numerical_failure) << r.message;
  EXPECT_FALSE(r.message.empty());
  for (const double v : r.x) EXPECT_TRUE(std::isfinite(v));
  // Now and then one is not: the iterates stay finite, and the driver counts.
  Probe some(p->objective);
  some.bad_every = 7, some.bad_entries_every = 7;
  const auto beside = item().make(some, {});
  const Result s = minimize(*beside, p->start, adam(), limits(300));
  EXPECT_NE(s.status, Status::objective_failed);
  EXPECT_GT(s.ledger.non_finite, 0u);
  EXPECT_TRUE(std::isfinite(s.f));
  for (const double v : s.recommended) EXPECT_TRUE(std::isfinite(v));
}

TEST_P(EstimatorInARun, AnAnswerThatTheObjectiveLacksIsNamed) {
  for (std::size_t k = 0; k < answer_kinds; ++k) {
    const auto kind = static_cast<AnswerKind>(k);
    if (!item().entry.asks.has(kind)) continue;
    Probe f(p->objective);
    f.hidden = kind;
    try {
      const auto estimator = item().make(f, {});
      minimize(*estimator, p->start, adam(), limits(20));
      FAIL() << "ran without " << name(kind);
    } catch (const MissingAnswer& e) {
      EXPECT_NE(std::string(e.what()).find(name(kind)), std::string::npos) << e.what();
      EXPECT_NE(std::string(e.what()).find(GetParam()), std::string::npos) << e.what();
    }
    EXPECT_EQ(f.calls, 0u);
  }
}
INSTANTIATE_TEST_SUITE_P(Registry, EstimatorInARun, ::testing::ValuesIn(ids_of(registry::estimators())), named);

// A rule, or a schedule behind sgd, in the descent loop on minibatches of a network.
class RuleInARun : public ::testing::TestWithParam<std::string> {
 protected:
  RuleInARun() {
    data_.id = "points", data_.samples = 24, data_.features = 3, data_.classes = 2;
    for (std::size_t i = 0; i < data_.samples * data_.features; ++i)
      data_.inputs.push_back(std::sin(static_cast<double>(i * i)));
    for (std::size_t i = 0; i < data_.samples; ++i) data_.labels.push_back(data_.inputs[3 * i] > 0.0 ? 1 : 0);
  }
  [[nodiscard]] std::shared_ptr<Objective<double>> objective(int threads = 1) const {
    return std::make_shared<NetworkObjective<double>>(
        net_, Loss::cross_entropy, data_, NetworkObjectiveOptions{.batch = 8, .seed = 2, .threads = threads});
  }
  [[nodiscard]] Method method() const {
    const std::string id = GetParam();
    return thalweg::method(
        descent(parse_rule(id.starts_with("lr-") ? "sgd(rate=0.05) | " + id : id + " | scale(factor=0.05)")));
  }
  [[nodiscard]] bool looks_inside() const {
    return registry::rule(GetParam()).make({})->needs() != LayerDetail::none;
  }
  Network net_ = network("3-4-2:tanh");
  DataSet<double> data_;
  std::vector<double> start_ = net_.initial<double>(1);
  Limits limits_{.max_iterations = 20, .seed = 7, .final_value = true, .keep_path = true};
};

TEST_P(RuleInARun, SameSeedSameBitsWhateverTheThreadsAndASecondRunToo) {
  const Method m = method();
  const auto f = objective();
  const Result one = minimize(*f, start_, m, limits_);
  EXPECT_EQ(one.status, Status::iteration_budget) << one.message;
  const Result again = minimize(*f, start_, m, limits_);
  expect_same(again, one);
  EXPECT_EQ(again.path, one.path);
  for (const int threads : {2, 4}) EXPECT_EQ(minimize(*objective(threads), start_, m, limits_).path, one.path);
}

TEST_P(RuleInARun, NeverOneGradientOverBudget) {
  for (const std::uint64_t budget : {1u, 2u, 9u}) {
    Probe f(objective());
    Limits l = limits_;
    l.max_evaluations = budget;
    const Result r = minimize(f, start_, method(), l);
    EXPECT_LE(f.gradients, budget);
    EXPECT_LE(f.values, budget);
    EXPECT_EQ(r.ledger.of(AnswerKind::gradient), f.gradients);
    EXPECT_EQ(r.status, Status::evaluation_budget) << r.message;
  }
}

TEST_P(RuleInARun, AGradientThatIsNotFiniteEndsItAtTheLastGoodIterate) {
  Probe f(objective());
  f.bad_entries_every = 6;
  const Result r = minimize(f, start_, method(), limits_);
  EXPECT_EQ(r.status, Status::numerical_failure) << r.message;
  EXPECT_NE(r.message.find("not finite"), std::string::npos) << r.message;
  EXPECT_EQ(r.iterations, 5u);
  for (const double v : r.recommended) EXPECT_TRUE(std::isfinite(v));
}

TEST_P(RuleInARun, ACallbackAndAnExceptionStopIt) {
  Limits l = limits_;
  l.callback = [](const Progress& now) { return now.iteration == 4 ? Control::stop : Control::proceed; };
  const Result r = minimize(*objective(), start_, method(), l);
  EXPECT_EQ(r.status, Status::stopped_by_callback);
  EXPECT_EQ(r.iterations, 4u);
  Probe f(objective());
  f.throw_at = 5;
  Result kept;
  l = limits_, l.progress = &kept;
  EXPECT_THROW(minimize(f, start_, method(), l), Fault);
  EXPECT_EQ(kept.status, Status::objective_failed);
  EXPECT_EQ(kept.message, "fault at call 5");
}

TEST_P(RuleInARun, ResumesFromItsLogToTheSameBits) {
  if (looks_inside()) return;  // the log holds no statistics of layers; train has checkpoints (see below)
  for (const std::uint64_t at : {2u, 13u})
    expect_resumes(objective(), at, limits_,
                   [&](Objective<double>& f, const Limits& l) { return minimize(f, start_, method(), l); });
}

TEST_P(RuleInARun, BoundsAreClearlyRefused) {
  Limits l = limits_;
  l.bounds = {std::vector<double>(start_.size(), -9.0), std::vector<double>(start_.size(), 9.0)};
  try {
    minimize(*objective(), start_, method(), l);
    FAIL() << "took bounds";
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("bounds"), std::string::npos) << e.what();
  }
}
INSTANTIATE_TEST_SUITE_P(Registry, RuleInARun, ::testing::ValuesIn(ids_of(registry::rules())), named);

// Every rule and schedule in training, under a checkpoint that is taken up half way.
TEST_P(RuleInARun, TrainingResumesFromItsCheckpointToTheSameBits) {
  const std::string id = GetParam();
  const Rule rule = parse_rule(id.starts_with("lr-") ? "sgd(rate=0.05) | " + id : id + " | scale(factor=0.05)");
  const fs::path folder = fs::temp_directory_path() / ("thalweg-rules-" + std::to_string(::getpid()));
  fs::remove_all(folder);
  TrainOptions options{.batch = 8, .max_epochs = 8.0, .seed = 5, .diagnostics = false};
  const auto parts = split(data_, {});
  const auto run = [&] { return train<double>(net_, parts, registry::make_credit("backprop"), rule, options); };
  const auto whole = run();
  EXPECT_FALSE(whole.diverged);
  options.checkpoint = folder.string();
  int reports = 0;
  options.callback = [&](const TrainProgress&) { return ++reports == 6 ? Control::stop : Control::proceed; };
  const auto half = run();
  EXPECT_EQ(half.status, Status::stopped_by_callback);
  EXPECT_LT(half.steps, whole.steps);
  options.callback = {};
  options.resume = true;
  const auto rest = run();
  EXPECT_EQ(rest.theta, whole.theta);
  EXPECT_EQ(rest.work.flops, whole.work.flops);
  fs::remove_all(folder);
}

class CreditInARun : public ::testing::TestWithParam<std::string> {
 protected:
  // Half the plane and the other.
  static Split<double> data(std::size_t samples = 60) {
    DataSet<double> d;
    d.id = "halves", d.samples = samples, d.features = 1, d.outputs = 1;
    for (std::size_t i = 0; i < samples; ++i) {
      d.inputs.push_back(std::sin(static_cast<double>(i)));
      d.targets.push_back(0.5 * d.inputs.back() - 0.2);
    }
    return split(d, {});
  }
  [[nodiscard]] TrainResult<double> run(const std::string& model, const Split<double>& on,
                                        const TrainOptions& options) const {
    return train<double>(network(model), on, registry::make_credit(GetParam()), parse_rule("adam(rate=1e-2)"),
                         options);
  }
};

TEST_P(CreditInARun, ResumesFromItsCheckpointToTheSameBitsAfterACallbackStoppedIt) {
  const fs::path folder = fs::temp_directory_path() / ("thalweg-credit-" + std::to_string(::getpid()));
  fs::remove_all(folder);
  TrainOptions options{.batch = 8, .max_epochs = 8.0, .seed = 5};
  const auto whole = run("1-5-1", data(), options);
  options.checkpoint = folder.string();
  int reports = 0;
  options.callback = [&](const TrainProgress&) { return ++reports == 9 ? Control::stop : Control::proceed; };
  const auto half = run("1-5-1", data(), options);
  EXPECT_EQ(half.status, Status::stopped_by_callback);
  EXPECT_LT(half.steps, whole.steps);
  options.callback = {};
  options.resume = true;
  const auto rest = run("1-5-1", data(), options);
  EXPECT_EQ(rest.theta, whole.theta);
  EXPECT_EQ(rest.work.flops, whole.work.flops);
  EXPECT_EQ(rest.curve.loss, whole.curve.loss);
  fs::remove_all(folder);
}

TEST_P(CreditInARun, OneWeightAndOneBiasWork) {
  const auto fit = run("1-1", data(), {.batch = 10, .max_epochs = 60.0, .seed = 3, .diagnostics = false});
  EXPECT_LT(fit.train.loss, fit.curve.loss.front()) << fit.message;
}

TEST_P(CreditInARun, DataThatIsNotFiniteEndsItAndIsReported) {
  auto broken = data();
  broken.train.targets[5] = 1e200;  // finite, as a data set must be, but its square is not
  const auto fit = run("1-5-1", broken, {.batch = 1000, .max_epochs = 20.0, .seed = 3, .diagnostics = false});
  EXPECT_TRUE(fit.diverged) << fit.message;
  EXPECT_EQ(fit.status, Status::numerical_failure);
  EXPECT_FALSE(fit.message.empty());
}

TEST_P(CreditInARun, NeverASampleOverBudget) {
  for (const std::uint64_t samples : {1u, 7u, 50u}) {
    const auto fit = run("1-5-1", data(), {.batch = 8, .max_samples = samples, .seed = 3, .diagnostics = false});
    EXPECT_LE(fit.samples, samples);
    EXPECT_EQ(fit.status, Status::iteration_budget) << fit.message;
  }
}

std::vector<std::string> credit_ids() {
  auto list = ids_of(registry::credit_rules());
  for (const auto& id : ids_of(registry::estimators())) list.push_back(id);  // used as such
  return list;
}
INSTANTIATE_TEST_SUITE_P(Registry, CreditInARun, ::testing::ValuesIn(credit_ids()), named);

}  // namespace
}  // namespace thalweg::conformance
