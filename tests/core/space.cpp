#include "thalweg/core/space.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "complaint.hpp"

namespace thalweg {
namespace {

const double inf = std::numeric_limits<double>::infinity();

std::string adding(Domain domain) {
  return complaint([&] { Space().add("v", std::move(domain)); });
}

TEST(Space, RefusesDomainsThatMakeNoSense) {
  EXPECT_TRUE(has(adding(Real{.lower = 2, .upper = 1}), "`v`: the bounds are 2 to 1"));
  EXPECT_TRUE(has(adding(Real{.lower = std::nan("")}), "bounds"));
  EXPECT_TRUE(has(adding(Real{.lower = inf}), "bounds"));
  EXPECT_TRUE(has(adding(Real{.lower = 0, .log = true}), "lower bound > 0, not 0"));
  EXPECT_TRUE(has(adding(Real{.log = true}), "lower bound > 0"));
  EXPECT_TRUE(has(adding(Real{.granularity = -1}), "granularity is -1"));
  EXPECT_TRUE(has(adding(Real{.lower = 0, .upper = 1, .fixed = 2}), "fixed at 2, outside [0, 1]"));
  EXPECT_TRUE(has(adding(Real{.lower = 0, .upper = 9, .granularity = 2, .fixed = 3}), "off its grid"));
  EXPECT_TRUE(has(adding(Integer{.lower = 2, .upper = 1}), "bounds"));
  EXPECT_TRUE(has(adding(Integer{.lower = 0, .upper = 1, .fixed = 2}), "fixed at 2"));
  EXPECT_TRUE(has(adding(Categorical{}), "no choices"));
  EXPECT_TRUE(has(adding(Categorical{{"a", "b", "a"}}), "\"a\" is there twice"));
  EXPECT_TRUE(has(adding(Bits{0}), "0 bits"));
  EXPECT_TRUE(has(adding(Permutation{0}), "permutation of nothing"));
  EXPECT_TRUE(has(adding(Tree{{{"+", 2}}}), "no symbol of arity 0"));
  EXPECT_TRUE(has(adding(Tree{{{"x", 0}, {"x", 1}}}), "twice"));
  EXPECT_TRUE(has(complaint([] { Space().add("", Bits{1}); }), "name"));
  EXPECT_TRUE(has(complaint([] { Space().add("a", Bits{1}).add("a", Bits{1}); }), "taken"));
}

TEST(Space, FindsVariablesByName) {
  const Space space = std::move(Space().add("momentum", Real{}).add("rate", Real{}));
  EXPECT_EQ(space.variable("rate").name, "rate");
  EXPECT_TRUE(has(complaint([&] { static_cast<void>(space.variable("momentun")); }), "did you mean `momentum`"));
  EXPECT_TRUE(space.all_real());
  EXPECT_EQ(name(VariableKind::permutation), "permutation");
}

TEST(Space, ChecksValuesOfEveryKind) {
  const auto fits = [](Domain domain, VariableValue v) {
    const VariableValue point[] = {std::move(v)};
    return std::move(Space().add("v", std::move(domain))).contains(point);
  };
  EXPECT_TRUE(fits(Real{.lower = 0, .upper = 1}, 0.5));
  EXPECT_FALSE(fits(Real{.lower = 0, .upper = 1}, 1.5));
  EXPECT_FALSE(fits(Real{}, inf));
  EXPECT_FALSE(fits(Real{}, std::nan("")));
  EXPECT_FALSE(fits(Real{}, std::int64_t{1}));  // a value of another kind
  EXPECT_TRUE(fits(Real{.lower = 0.1, .upper = 0.7, .granularity = 0.1}, 0.1 + 3 * 0.1));
  EXPECT_TRUE(fits(Real{.lower = 0.1, .upper = 0.7, .granularity = 0.1}, 0.7));
  EXPECT_FALSE(fits(Real{.lower = 0.1, .upper = 0.7, .granularity = 0.1}, 0.15));
  EXPECT_FALSE(fits(Real{.fixed = 2}, 1.0));
  EXPECT_TRUE(fits(Integer{.lower = -1, .upper = 3}, std::int64_t{-1}));
  EXPECT_FALSE(fits(Integer{.lower = -1, .upper = 3}, std::int64_t{4}));
  EXPECT_TRUE(fits(Categorical{{"a", "b"}}, Choice{1}));
  EXPECT_FALSE(fits(Categorical{{"a", "b"}}, Choice{2}));
  EXPECT_TRUE(fits(Bits{3}, BitString{{0, 1, 1}}));
  EXPECT_FALSE(fits(Bits{3}, BitString{{0, 1}}));
  EXPECT_FALSE(fits(Bits{3}, BitString{{0, 1, 2}}));
  EXPECT_TRUE(fits(Permutation{3}, Order{{2, 0, 1}}));
  EXPECT_FALSE(fits(Permutation{3}, Order{{2, 0, 2}}));
  EXPECT_FALSE(fits(Permutation{3}, Order{{3, 0, 1}}));
  EXPECT_FALSE(fits(Permutation{3}, Order{{0, 1}}));
}

TEST(Space, ChecksTrees) {
  const Tree domain{.symbols = {{"+", 2}, {"sin", 1}, {"x", 0}}, .max_depth = 3, .max_nodes = 7};
  const auto fits = [&](std::vector<std::uint32_t> prefix) {
    const VariableValue point[] = {Expression{std::move(prefix)}};
    return std::move(Space().add("v", domain)).contains(point);
  };
  EXPECT_TRUE(fits({2}));                        // x
  EXPECT_TRUE(fits({0, 2, 2}));                  // x + x
  EXPECT_TRUE(fits({0, 1, 2, 0, 2, 2}));         // sin x + (x + x)
  EXPECT_TRUE(fits({0, 0, 2, 2, 0, 2, 2}));      // 7 nodes, depth 3
  EXPECT_FALSE(fits({}));                        // nothing
  EXPECT_FALSE(fits({0, 2}));                    // incomplete
  EXPECT_FALSE(fits({2, 2}));                    // behind the end
  EXPECT_FALSE(fits({3}));                       // no such symbol
  EXPECT_FALSE(fits({1, 1, 1, 2}));              // depth 4
  EXPECT_FALSE(fits({0, 2, 1, 1, 2}));           // depth 4 on the right
  EXPECT_FALSE(fits({0, 0, 2, 2, 0, 1, 2, 2}));  // 8 nodes, depth 4
}

TEST(Space, Grid) {
  const Real tenth{.lower = 0.1, .upper = 0.75, .granularity = 0.1};
  EXPECT_DOUBLE_EQ(on_grid(tenth, 0.34), 0.3);
  EXPECT_DOUBLE_EQ(on_grid(tenth, 9.0), 0.7);  // the last grid point inside, not the bound
  EXPECT_DOUBLE_EQ(on_grid(tenth, -9.0), 0.1);
  EXPECT_DOUBLE_EQ(on_grid(Real{.granularity = 2}, -3.1), -4.0);  // no lower bound: multiples
  // No grid point drifts: 0.1 + k·0.1 is inside for all k up to the bound.
  const Real unit{.lower = 0.0, .upper = 1.0, .granularity = 0.1};
  for (int k = 0; k <= 10; ++k) EXPECT_NEAR(on_grid(unit, 0.1 * k), 0.1 * k, 1e-15);
}

}  // namespace
}  // namespace thalweg
