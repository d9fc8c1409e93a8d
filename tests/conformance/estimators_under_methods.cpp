// Estimators are adapters: each works under every update rule, on classical objectives and on networks, and under
// l-bfgs where its answers repeat.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/conformance/probe.hpp"
#include "thalweg/first_order/descent.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/network/network_objective.hpp"

namespace thalweg::conformance {
namespace {

class EstimatorUnderMethods : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] const registry::EstimatorItem& item() const { return registry::estimator(GetParam()); }
  // Ten steps of a rule: the iterates, which repeat, stay finite and move. A rule that looks into the layers of a
  // network asks them of the objective below, and is refused by name where there are none.
  void expect_steps(Objective<double>& f, const std::vector<double>& start, const std::string& rule) const {
    SCOPED_TRACE(rule);
    if (parse_rule(rule).make<double>()->needs() != LayerDetail::none &&
        !f.offers().kinds.has(AnswerKind::layer_statistics)) {
      const auto estimator = item().make(f, {});
      try {
        minimize(*estimator, start, descent(parse_rule(rule)), {.max_iterations = 1});
        FAIL() << "ran without the layers' statistics";
      } catch (const MissingAnswer& e) {
        EXPECT_NE(std::string(e.what()).find("statistics"), std::string::npos) << e.what();
      }
      return;
    }
    const auto walk = [&] {
      const auto estimator = item().make(f, {});
      return minimize(*estimator, start, descent(parse_rule(rule)),
                      {.max_iterations = 10, .seed = 7, .final_value = false, .keep_path = true});
    };
    const Result r = walk();
    EXPECT_EQ(r.status, Status::iteration_budget) << r.message;
    ASSERT_EQ(r.path.size(), 10u);
    for (const auto& x : r.path)
      for (const double v : x) EXPECT_TRUE(std::isfinite(v));
    EXPECT_NE(r.path.back(), start);
    EXPECT_EQ(walk().path, r.path);
    EXPECT_EQ(r.ledger.of(AnswerKind::gradient), 0u);
    EXPECT_GT(r.ledger.of(AnswerKind::value) + r.ledger.of(AnswerKind::directional), 9u);
  }
  // Schedules and the like are factors: they go behind a rule that makes steps small.
  [[nodiscard]] static std::string chained(const std::string& id) {
    return id.starts_with("lr-") ? "sgd(rate=0.001) | " + id : id + " | scale(factor=0.001)";
  }
};

TEST_P(EstimatorUnderMethods, EveryRuleOnAClassicalObjective) {
  const auto p = registry::make_problem("rosenbrock:n=4");
  for (const auto& rule : registry::rules()) expect_steps(*p->objective, p->start, chained(rule.entry.id));
}

TEST_P(EstimatorUnderMethods, EveryRuleOnANetwork) {
  DataSet<double> d;
  d.id = "points", d.samples = 12, d.features = 3, d.classes = 2;
  for (std::size_t i = 0; i < d.samples * d.features; ++i) d.inputs.push_back(std::sin(static_cast<double>(i)));
  for (std::size_t i = 0; i < d.samples; ++i) d.labels.push_back(static_cast<std::int32_t>(i % 2));
  NetworkObjective<double> f(network("3-4-2:tanh"), Loss::cross_entropy, d, {.batch = 4});
  const auto theta = network("3-4-2:tanh").initial<double>(1);
  for (const auto& rule : registry::rules()) expect_steps(f, theta, chained(rule.entry.id));
}

TEST_P(EstimatorUnderMethods, LBfgsTakesWhatRepeatsAndSaysWhatDoesNot) {
  const auto p = registry::make_problem("ellipsoid:n=4,condition=10");
  const Method l_bfgs = registry::method("l-bfgs").make({});
  const Limits limits{.max_evaluations = 4000, .seed = 3};
  const auto fresh = item().make(*p->objective, {});
  if (fresh->offers().stochastic) {
    try {
      static_cast<void>(minimize(*fresh, p->start, l_bfgs, limits));
      FAIL() << "took answers that differ from call to call";
    } catch (const InvalidArgument& e) {
      EXPECT_NE(std::string(e.what()).find("frozen"), std::string::npos) << e.what();
    }
  } else {
    EXPECT_LT(minimize(*fresh, p->start, l_bfgs, limits).f, 1e-6);
  }
  const auto frozen = item().make(*p->objective, {{"frozen", "true"}});
  const Result r = minimize(*frozen, p->start, l_bfgs, limits);
  EXPECT_LT(r.f, p->objective->value(p->start)) << r.message;
}

std::vector<std::string> ids() {
  std::vector<std::string> list;
  for (const auto& item : registry::estimators()) list.push_back(item.entry.id);
  return list;
}
INSTANTIATE_TEST_SUITE_P(Registry, EstimatorUnderMethods, ::testing::ValuesIn(ids()),
                         [](const auto& parameter) { return test_name(parameter.param); });

}  // namespace
}  // namespace thalweg::conformance
