#include "thalweg/experiment/composition.hpp"

#include <gtest/gtest.h>

#include "complaint.hpp"

namespace thalweg {
namespace {

TEST(Composition, RoutesSettingsByTheirPrefix) {
  const RoutedSettings parts =
      routed({{"memory", "5"}, {"rule.rate", "1"}, {"rule.clip.norm", "2"}, {"credit.q", "3"}, {"estimator.h", "4"}});
  EXPECT_EQ(parts.method, (Settings{{"memory", "5"}}));
  EXPECT_EQ(parts.rule, (Settings{{"rate", "1"}, {"clip.norm", "2"}}));
  EXPECT_EQ(parts.credit, (Settings{{"q", "3"}}));
  EXPECT_EQ(parts.estimator, (Settings{{"h", "4"}}));
  EXPECT_TRUE(has(complaint([] { routed({{"rules.rate", "1"}}); }), "`rules` is none of"));
}

TEST(Composition, RuleWithSetsTheOptionOfTheOneLinkThatHasIt) {
  EXPECT_EQ(rule_with("adam", {}), "adam");
  EXPECT_EQ(rule_with("adam", {{"rate", "0.1"}}), "adam(rate=0.1)");
  EXPECT_EQ(rule_with("clip(norm=1) | adam(rate=1e-3)", {{"rate", "0.1"}}), "clip(norm=1) | adam(rate=0.1)");
  EXPECT_EQ(rule_with("clip | momentum", {{"norm", "2"}, {"rate", "0.5"}}), "clip(norm=2) | momentum(rate=0.5)");
  EXPECT_EQ(rule_with("adam | cosine(steps=10)", {{"rate", "0.1"}}), "adam(rate=0.1) | cosine(steps=10)");
}

TEST(Composition, RuleWithComplains) {
  EXPECT_TRUE(has(complaint([] { rule_with("adam", {{"rat", "1"}}); }), "did you mean `rate`"));
  EXPECT_TRUE(has(complaint([] { rule_with("adam | sgd", {{"rate", "1"}}); }), "rule.adam.rate"));
  EXPECT_EQ(rule_with("adam | sgd", {{"adam.rate", "1"}}), "adam(rate=1) | sgd");
  EXPECT_NE(complaint([] { rule_with("adam", {{"rate", "-1"}}); }), "(nothing was thrown)");
  EXPECT_NE(complaint([] { rule_with("adm", {}); }), "(nothing was thrown)");
}

TEST(Composition, RefusesWhatDoesNotBelongTogether) {
  EXPECT_TRUE(has(complaint([] { compose("nelder-mead", "", "adam", {}); }), "leave one of them out"));
  EXPECT_TRUE(has(complaint([] { compose("nelder-mead", "", "", {{"rule.rate", "1"}}); }), "no rule is named"));
  EXPECT_TRUE(has(complaint([] { compose("nelder-mead", "", "", {{"estimator.h", "1"}}); }), "no estimator"));
  EXPECT_TRUE(has(complaint([] { compose("", "", "adam", {{"credit.q", "1"}}); }), "train networks only"));
  EXPECT_TRUE(has(complaint([] { compose("nelder-mea", "", "", {}); }), "`nelder-mead`"));
  EXPECT_NE(complaint([] { compose("nelder-mead", "", "", {{"reflection", "-1"}}); }), "(nothing was thrown)");
}

TEST(Composition, ARuleRunsInTheDescentLoop) {
  const Composition c = compose("", "", "sgd", {{"rule.rate", "0.5"}, {"gradient_tolerance", "1e-3"}});
  EXPECT_EQ(c.method.entry.id, "descent");
  FunctionObjective f(1, FunctionObjective::ValueAndGradient([](std::span<const double> x, std::span<double> g) {
                        if (!g.empty()) g[0] = x[0];
                        return x[0] * x[0] / 2;
                      }));
  const Result r = minimize(f, {1.0}, c.method, {});  // halves x each step: 2⁻¹⁰ is the first below 1e-3
  EXPECT_EQ(r.status, Status::converged);
  EXPECT_EQ(r.x[0], 0x1p-10);
}

}  // namespace
}  // namespace thalweg
