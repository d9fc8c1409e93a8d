// What every registered estimator, update rule, schedule, credit rule and problem owes.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/conformance/probe.hpp"
#include "tests/second_order/layers.hpp"
#include "thalweg/credit/train.hpp"
#include "thalweg/first_order/descent.hpp"
#include "thalweg/first_order/rule.hpp"

namespace thalweg::conformance {
namespace {

template <class Items>
std::vector<std::string> ids_of(const Items& items) {
  std::vector<std::string> list;
  for (const auto& item : items) list.push_back(item.entry.id);
  return list;
}
const auto named = [](const auto& parameter) { return test_name(parameter.param); };

void expect_described(const Entry& e, bool of_the_review = true) {
  EXPECT_FALSE(e.name.empty()) << e.id;
  EXPECT_NE(e.section.empty(), of_the_review) << e.id;
  EXPECT_FALSE(e.reference.empty()) << e.id;
  for (const OptionInfo& o : e.options) EXPECT_FALSE(o.help.empty()) << e.id << " " << o.name;
}

template <class Make>
void expect_unknown_option_refused(Make&& make) {
  try {
    make(Settings{{"no_such_option", "1"}});
    FAIL() << "accepted an unknown option";
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("no_such_option"), std::string::npos);
  }
}

class EveryEstimator : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryEstimator, ConformsUnderAdam) {
  const auto& item = registry::estimator(GetParam());
  expect_described(item.entry);
  const auto p = registry::make_problem("rosenbrock:n=4");
  expect_unknown_option_refused([&](const Settings& s) { return item.make(*p->objective, s); });
  const auto run = [&](Probe& f, std::uint64_t budget, int threads) {
    const auto estimator = item.make(f, {});
    const Limits limits{.max_evaluations = budget,
                        .max_answers = {{AnswerKind::directional, budget}},
                        .max_iterations = 40,
                        .seed = 5,
                        .threads = threads};
    return minimize(*estimator, p->start, registry::method("adam").make({}), limits);
  };
  Probe first(p->objective);
  const Result one = run(first, 400, 1);
  EXPECT_GT(first.calls, 4u);
  for (const int threads : {1, 2, 4}) {
    Probe f(p->objective);
    const Result r = run(f, 400, threads);
    EXPECT_EQ(r.recommended, one.recommended);
    EXPECT_EQ(r.ledger.answers, one.ledger.answers);
  }
  for (const std::uint64_t budget : {1u, 5u, 30u}) {
    Probe f(p->objective);
    const Result r = run(f, budget, 1);
    EXPECT_LE(f.values, budget);
    EXPECT_EQ(r.ledger.of(AnswerKind::value), f.values);  // charged in the answers it really takes
    EXPECT_EQ(f.gradients, 0u);
  }
  Probe fails(p->objective);
  fails.throw_at = 7;
  EXPECT_THROW(run(fails, 400, 1), Fault);
  Probe bad(p->objective);
  bad.bad_every = 3;
  EXPECT_TRUE(std::isfinite(run(bad, 400, 1).f) || bad.values == 0);
}
INSTANTIATE_TEST_SUITE_P(Registry, EveryEstimator, ::testing::ValuesIn(ids_of(registry::estimators())), named);

class EveryRule : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryRule, IsDeterministicRestartsAndResumesFromItsState) {
  const auto& item = registry::rule(GetParam());
  expect_described(item.entry);
  expect_unknown_option_refused([&](const Settings& s) { return item.make(s); });
  // A rule that looks into the layers of a network is given one; all others a made-up gradient.
  layers_of_a_network::Bench<double> bench("2-2-2:tanh", 9);
  const auto rule = item.make({});
  const bool looks_inside = rule->needs() != LayerDetail::none;
  const std::size_t n = bench.task.theta.size();
  const std::vector<ParameterBlock> blocks =
      looks_inside ? bench.blocks() : std::vector<ParameterBlock>{{"w", 0, 3, 4}};
  const auto gradient = [&](UpdateRule<double>& r, std::span<const double> x, std::uint64_t t) {
    std::vector<double> g(x.size());
    for (std::size_t i = 0; i < g.size(); ++i)
      g[i] = x[i] * static_cast<double>(i + 1) + std::sin(static_cast<double>(t * i));
    if (!looks_inside) return g;
    bench.task.theta.assign(x.begin(), x.end());
    bench.look(t, r.needs_at(t));
    if (r.needs_at(t) != LayerDetail::none) {
      EXPECT_GT(r.observe(bench.layers, t), 0.0);
    }
    return bench.gradient;
  };
  const auto steps = [&](UpdateRule<double>& r, std::vector<double> x, std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t t = from; t <= to; ++t) {
      auto g = gradient(r, x, t);
      r.apply(x, g, t);
    }
    return x;
  };
  const std::vector<double> start = looks_inside ? bench.task.theta : std::vector<double>(n, 1.0);
  rule->begin(n, blocks);
  const auto whole = steps(*rule, start, 1, 20);
  for (double v : whole) EXPECT_TRUE(std::isfinite(v));
  rule->begin(n, blocks);  // forgets
  EXPECT_EQ(steps(*rule, start, 1, 20), whole);
  const auto a = item.make({}), b = item.make({});
  a->begin(n, blocks);
  const auto half = steps(*a, start, 1, 10);
  b->begin(n, blocks);
  const auto from = a->state(), to = b->state();
  ASSERT_EQ(from.size(), to.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    EXPECT_EQ(from[i].name, to[i].name);
    std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
  }
  EXPECT_EQ(steps(*b, half, 11, 20), whole);
  EXPECT_EQ(steps(*a->clone(), half, 11, 20), whole);
  EXPECT_GE(a->flops(n), 0.0);
  // update is apply without the step
  const auto c = item.make({}), d = item.make({});
  c->begin(n, blocks), d->begin(n, blocks);
  std::vector<double> x = start;
  for (std::uint64_t t = 1; t <= 5; ++t) {
    auto g = gradient(*c, x, t), u = gradient(*d, x, t);
    auto y = x;
    c->apply(x, g, t);
    d->update(u, y, t);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(y[i] - u[i], x[i], 1e-14);
  }
  // one parameter
  const auto one = item.make({});
  if (looks_inside) {
    EXPECT_THROW(one->begin(1), InvalidArgument);
  } else {
    one->begin(1);
    std::vector<double> z = {1.0}, g = {0.5};
    one->apply(z, g, 1);
    EXPECT_TRUE(std::isfinite(z[0]));
  }
  EXPECT_NO_THROW(static_cast<void>(parse_rule(rule->text()))) << rule->text();
}
INSTANTIATE_TEST_SUITE_P(Registry, EveryRule, ::testing::ValuesIn(ids_of(registry::rules())), named);

class EveryCredit : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryCredit, TrainsTheSameWhateverTheThreadsAndNeverOverBudget) {
  DataSet<float> d;
  d.id = "blobs", d.samples = 90, d.features = 3, d.classes = 3;
  Generator random(Stream(1, Purpose("conformance.blobs")));
  for (std::size_t i = 0; i < d.samples; ++i) {
    d.labels.push_back(static_cast<std::int32_t>(i % 3));
    for (std::size_t j = 0; j < 3; ++j)
      d.inputs.push_back(static_cast<float>((i % 3 == j ? 2.0 : 0.0) + 0.3 * random.normal()));
  }
  const auto data = split(d, {});
  const Credit credit = registry::make_credit(GetParam());
  expect_unknown_option_refused([](const Settings& s) { return registry::make_credit(GetParam(), s); });
  const auto run = [&](int threads, double flops) {
    return train<float>(network("3-8-3"), data, credit, parse_rule("adam(rate=1e-2)"),
                        {.batch = 16, .max_epochs = 4.0, .max_flops = flops, .seed = 3, .threads = threads});
  };
  const auto one = run(1, 1e12);
  EXPECT_FALSE(one.diverged);
  EXPECT_GT(one.work.forward_passes, 0u);
  EXPECT_GT(one.work.flops, 0.0);
  for (const int threads : {1, 2, 4}) EXPECT_EQ(run(threads, 1e12).theta, one.theta) << threads << " threads";
  EXPECT_LE(run(1, one.work.flops / 3).work.flops, one.work.flops / 3);
  EXPECT_EQ(one.samples, static_cast<std::uint64_t>(4 * data.train.samples));
}
std::vector<std::string> credit_ids() {
  auto list = ids_of(registry::credit_rules());
  for (const auto& id : ids_of(registry::estimators())) list.push_back(id);  // used as such
  return list;
}
INSTANTIATE_TEST_SUITE_P(Registry, EveryCredit, ::testing::ValuesIn(credit_ids()), named);

TEST(Differentiation, EveryModeIsListedAndDescribed) {
  std::set<std::string> listed;
  for (const Entry& e : registry::entries("differentiation")) {
    expect_described(e);
    EXPECT_FALSE(e.formula.empty() || e.cost.empty() || e.notes.empty() || e.example.empty()) << e.id;
    EXPECT_EQ(registry::find(e.id).kind, "differentiation");
    listed.insert(e.id);
  }
  EXPECT_EQ(listed, (std::set<std::string>{"ad-forward", "ad-reverse", "ad-taylor"}));
}

class EveryProblem : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryProblem, StartsInsideItsBoundsAndKeepsItsOptimum) {
  const auto& item = registry::problem(GetParam());
  expect_described(item.entry, false);
  expect_unknown_option_refused([&](const Settings& s) { return item.make(s); });
  const auto p = item.make({});
  ASSERT_EQ(p->start.size(), p->objective->dimension());
  EXPECT_TRUE(p->bounds.contains(std::span<const double>(p->start)));
  const double f0 = p->objective->value(p->start);
  EXPECT_TRUE(std::isfinite(f0));
  if (p->optimum_f) {
    const double exact = p->noiseless ? p->noiseless->value(p->start) : f0;
    EXPECT_LE(*p->optimum_f, exact + 1e-9 * std::abs(exact));
  }
}
INSTANTIATE_TEST_SUITE_P(Registry, EveryProblem, ::testing::ValuesIn(ids_of(registry::problems())), named);

class EverySuite : public ::testing::TestWithParam<std::string> {};

TEST_P(EverySuite, ListsProblemsThatCanBeMade) {
  const auto& item = registry::suite(GetParam());
  expect_described(item.entry, false);
  expect_unknown_option_refused([&](const Settings& s) { return item.problems(s); });
  const std::vector<std::string> problems = registry::suite_problems(GetParam());
  EXPECT_FALSE(problems.empty());
  std::set<std::string> different(problems.begin(), problems.end());
  EXPECT_EQ(different.size(), problems.size());
  for (const std::string& text : problems) EXPECT_EQ(registry::make_problem(text)->id, text);
}
INSTANTIATE_TEST_SUITE_P(Registry, EverySuite, ::testing::ValuesIn(ids_of(registry::suites())), named);

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EverySuite);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EveryEstimator);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EveryRule);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EveryCredit);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EveryProblem);

}  // namespace
}  // namespace thalweg::conformance
