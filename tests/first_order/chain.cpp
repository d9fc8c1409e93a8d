// Chains and their shorthand.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "thalweg/first_order/rules.hpp"

namespace thalweg {
namespace {

std::string error_of(const std::string& text) {
  try {
    parse_rule(text);
  } catch (const InvalidArgument& e) {
    return e.what();
  }
  return "no error";
}

TEST(Shorthand, IsTheChainWrittenInCpp) {
  const Rule written = chain(clip(1.0), adam({.rate = 0.01}), lr_cosine({.steps = 50}));
  for (const std::string text :
       {"clip(norm=1) | adam(rate=0.01) | cosine(steps=50)", "clip|adam(rate=1e-2)|lr-cosine(steps=50)",
        "  clip ( norm = 1 ) |\n adam( rate=.01,beta1=0.9 ) | cosine( steps=50 )  "}) {
    const Rule parsed = parse_rule(text);
    EXPECT_EQ(parsed.text(), written.text());
    const auto a = written.make<double>(), b = parsed.make<double>();
    a->begin(3), b->begin(3);
    std::vector<double> x = {1.0, -2.0, 3.0}, y = x;
    for (std::uint64_t t = 1; t <= 60; ++t) {
      std::vector<double> g = {x[0], 4.0 * x[1], 9.0 * x[2]}, h = {y[0], 4.0 * y[1], 9.0 * y[2]};
      a->apply(x, g, t);
      b->apply(y, h, t);
    }
    EXPECT_EQ(x, y);
  }
  EXPECT_EQ(written.text(), "clip | adam(rate=0.01) | lr-cosine(steps=50)");
  EXPECT_EQ(written.make<float>()->text(), written.text());
}

TEST(Shorthand, OptionNamesTakeDashes) {
  EXPECT_EQ(parse_rule("nadam(momentum-decay=0.01)").text(), parse_rule("nadam(momentum_decay=0.01)").text());
}

TEST(Shorthand, ErrorsNamePlaceAndNearest) {
  EXPECT_EQ(error_of("clip | adamm(rate=1)"),
            "rule \"clip | adamm(rate=1)\", position 8: unknown rule `adamm`; did you mean `adam`?");
  EXPECT_NE(error_of("sgd | cosin(steps=3)").find("position 7: unknown rule `cosin`; did you mean `cosine`?"),
            std::string::npos);
  const std::string option = error_of("adam(rte=1)");
  EXPECT_NE(option.find("position 6"), std::string::npos) << option;
  EXPECT_NE(option.find("rate"), std::string::npos) << option;
  EXPECT_NE(error_of("adam(rate=-1)").find("rate"), std::string::npos);
  EXPECT_NE(error_of("adam(rate=fast)").find("rate"), std::string::npos);
  EXPECT_NE(error_of("adam(rate=1e-3").find("expected `,` or `)`, found the end"), std::string::npos);
  EXPECT_NE(error_of("adam(rate)").find("expected `=` after `rate`, found `)`"), std::string::npos);
  EXPECT_NE(error_of("adam(rate=)").find("expected a value for `rate`"), std::string::npos);
  EXPECT_NE(error_of("adam sgd").find("position 6: expected `|` or the end, found `s`"), std::string::npos);
  EXPECT_NE(error_of("").find("position 1: expected a rule's name"), std::string::npos);
  EXPECT_NE(error_of("adam |").find("expected a rule's name"), std::string::npos);
  EXPECT_NE(error_of("| adam").find("position 1: expected a rule's name"), std::string::npos);
  EXPECT_THROW(chain(std::vector<Rule>{}), InvalidArgument);
}

TEST(Chain, FoldsFactorsAndCountsTheirWorkOnce) {
  const auto plain = sgd().make<double>(), chained = parse_rule("sgd | cosine | warm-up").make<double>();
  plain->begin(10), chained->begin(10);
  EXPECT_EQ(chained->flops(10), plain->flops(10));
  EXPECT_TRUE(chained->element_wise());
  EXPECT_FALSE(parse_rule("clip | sgd").make<double>()->element_wise());
}

TEST(Chain, WeightDecayBeforeIsL2AndAfterIsDecoupled) {
  const auto after = chain(adam({.rate = 0.01}), weight_decay({.decay = 0.01 * 0.3})).make<double>();
  const auto adamw_rule = adamw({.rate = 0.01, .decay = 0.3}).make<double>();
  after->begin(2), adamw_rule->begin(2);
  std::vector<double> x = {1.0, -2.0}, y = x;
  for (std::uint64_t t = 1; t <= 100; ++t) {
    std::vector<double> g = {x[0] - 0.5, 3.0 * x[1]}, h = {y[0] - 0.5, 3.0 * y[1]};
    after->apply(x, g, t);
    adamw_rule->apply(y, h, t);
  }
  EXPECT_NEAR(x[0], y[0], 1e-14);
  EXPECT_NEAR(x[1], y[1], 1e-14);
}

TEST(Chain, StatesAreNamedByPlace) {
  const auto rule = parse_rule("momentum | momentum(beta=0.5)").make<double>();
  rule->begin(4);
  const auto state = rule->state();
  ASSERT_EQ(state.size(), 2u);
  EXPECT_EQ(state[0].name, "0.momentum.v");
  EXPECT_EQ(state[1].name, "1.momentum.v");
}

TEST(Rules, OptionsOutOfRangeAreRefusedInCpp) {
  EXPECT_THROW(adam({.rate = -1.0}), InvalidArgument);
  EXPECT_THROW(adam({.beta1 = 1.0}), InvalidArgument);
  EXPECT_THROW(momentum({.beta = 1.0}), InvalidArgument);
  EXPECT_THROW(sgd({.rate = 0.0}), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
