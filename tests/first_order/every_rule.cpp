// What every registered update rule and schedule promises, in both scalars.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "thalweg/first_order/rules.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

// Those that look into the layers of a network are tested on one (tests/second_order, tests/conformance).
std::vector<registry::RuleItem> rules_of_the_gradient() {
  std::vector<registry::RuleItem> list;
  for (const auto& item : registry::rules())
    if (item.make({})->needs() == LayerDetail::none) list.push_back(item);
  return list;
}

template <class S>
std::unique_ptr<UpdateRule<S>> make(const registry::RuleItem& item) {
  if constexpr (std::is_same_v<S, float>)
    return item.make_float({});
  else
    return item.make({});
}

template <class S>
std::vector<S> random_vector(std::size_t n, std::uint64_t step) {
  Generator random(Stream(7, Purpose("test.vector"), step));
  std::vector<S> v(n);
  for (S& e : v) e = static_cast<S>(random.normal());
  return v;
}

template <class S>
bool same_bits(const std::vector<S>& a, const std::vector<S>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(S)) == 0;
}

enum class How { apply, update, parts_of_apply, parts_of_update };

// 30 steps of a rule from a fixed start under fixed gradients.
template <class S>
std::vector<S> walk(UpdateRule<S>& rule, std::size_t n, How how, std::uint64_t from = 1, std::uint64_t to = 30,
                    std::vector<S> x = {}) {
  if (x.empty()) x = random_vector<S>(n, 0);
  const std::size_t cut = n / 3;
  for (std::uint64_t t = from; t <= to; ++t) {
    std::vector<S> g = random_vector<S>(n, t);
    const std::span<S> u(g), theta(x);
    switch (how) {
      case How::apply:
        rule.apply(theta, u, t);
        break;
      case How::update:
        rule.update(u, theta, t);
        break;
      case How::parts_of_apply:
        rule.prepare(t);
        rule.apply_part(cut, theta.subspan(cut), u.subspan(cut), S(1));
        rule.apply_part(0, theta.first(cut), u.first(cut), S(1));
        break;
      case How::parts_of_update:
        rule.prepare(t);
        rule.update_part(cut, u.subspan(cut), theta.subspan(cut));
        rule.update_part(0, u.first(cut), theta.first(cut));
        break;
    }
    if (how == How::update || how == How::parts_of_update)
      for (std::size_t i = 0; i < n; ++i) x[i] -= g[i];
  }
  return x;
}

template <class S>
class EveryRule : public testing::Test {};
using Scalars = testing::Types<float, double>;
TYPED_TEST_SUITE(EveryRule, Scalars);

TYPED_TEST(EveryRule, ApplyIsUpdateThenSubtract) {
  using S = TypeParam;
  for (const auto& item : rules_of_the_gradient())
    for (const std::size_t n : {std::size_t{1}, std::size_t{37}}) {
      SCOPED_TRACE(item.entry.id);
      auto a = make<S>(item), b = make<S>(item);
      a->begin(n), b->begin(n);
      const auto x = walk(*a, n, How::apply), y = walk(*b, n, How::update);
      for (std::size_t i = 0; i < n; ++i)
        EXPECT_NEAR(x[i], y[i], 60 * std::numeric_limits<S>::epsilon() * std::fmax(S(1), std::abs(x[i])));
    }
}

TYPED_TEST(EveryRule, PartsGiveTheBitsOfTheWhole) {
  using S = TypeParam;
  for (const auto& item : rules_of_the_gradient()) {
    SCOPED_TRACE(item.entry.id);
    const std::size_t n = 101;
    auto a = make<S>(item), b = make<S>(item);
    a->begin(n), b->begin(n);
    if (!a->element_wise()) {
      std::vector<S> x(n), g(n);
      EXPECT_THROW(a->apply_part(0, x, g, S(1)), std::logic_error);
      EXPECT_THROW(a->update_part(0, g, x), std::logic_error);
      continue;
    }
    EXPECT_TRUE(same_bits(walk(*a, n, How::apply), walk(*b, n, How::parts_of_apply)));
    a->begin(n), b->begin(n);
    EXPECT_TRUE(same_bits(walk(*a, n, How::update), walk(*b, n, How::parts_of_update)));
  }
}

TYPED_TEST(EveryRule, BeginForgetsAndCloneContinues) {
  using S = TypeParam;
  for (const auto& item : rules_of_the_gradient()) {
    SCOPED_TRACE(item.entry.id);
    const std::size_t n = 19;
    auto rule = make<S>(item);
    rule->begin(n);
    const auto first = walk(*rule, n, How::apply);
    rule->begin(n);
    EXPECT_TRUE(same_bits(first, walk(*rule, n, How::apply)));

    rule->begin(n);
    const auto half = walk(*rule, n, How::apply, 1, 12);
    auto copy = rule->clone();
    const auto on = walk(*rule, n, How::apply, 13, 30, half);
    EXPECT_TRUE(same_bits(first, on));
    EXPECT_TRUE(same_bits(first, walk(*copy, n, How::apply, 13, 30, half)));
  }
}

// A checkpoint holds state() and the time; a fresh rule given both goes on bit by bit.
TYPED_TEST(EveryRule, StateAndTimeAreACheckpoint) {
  using S = TypeParam;
  for (const auto& item : rules_of_the_gradient()) {
    SCOPED_TRACE(item.entry.id);
    const std::size_t n = 19;
    auto rule = make<S>(item), fresh = make<S>(item);
    rule->begin(n), fresh->begin(n);
    const auto half = walk(*rule, n, How::apply, 1, 12);
    auto from = rule->state(), to = fresh->state();
    ASSERT_EQ(from.size(), to.size());
    for (std::size_t k = 0; k < from.size(); ++k) {
      EXPECT_EQ(from[k].name, to[k].name);
      EXPECT_EQ(from[k].values.size(), to[k].values.size());
      std::copy(from[k].values.begin(), from[k].values.end(), to[k].values.begin());
    }
    EXPECT_TRUE(same_bits(walk(*rule, n, How::apply, 13, 30, half), walk(*fresh, n, How::apply, 13, 30, half)));
  }
}

TYPED_TEST(EveryRule, DescribesItselfInShorthand) {
  using S = TypeParam;
  for (const auto& item : rules_of_the_gradient()) {
    SCOPED_TRACE(item.entry.id);
    const auto rule = make<S>(item);
    EXPECT_EQ(rule->text(), item.entry.id);
    EXPECT_EQ(parse_rule(rule->text()).template make<S>()->text(), rule->text());
    EXPECT_GT(rule->flops(10), 0.0);
    EXPECT_DOUBLE_EQ(rule->flops(20), 2.0 * rule->flops(10));
    EXPECT_FALSE(item.entry.reference.empty());
    EXPECT_FALSE(item.entry.formula.empty());
    EXPECT_FALSE(item.entry.cost.empty());
    EXPECT_FALSE(item.entry.notes.empty());
    EXPECT_NO_THROW(parse_rule(item.entry.example)) << item.entry.example;
  }
}

// The chain is the one after the other, to the bit; those that look inside: tests/second_order/layer_rules.cpp.
TYPED_TEST(EveryRule, ClippingAndNormalisationComposeWithIt) {
  using S = TypeParam;
  for (const auto& item : rules_of_the_gradient())
    for (const std::string before :
         {"clip(norm=0.5)", "clip-value(value=0.3)", "normalize", "normalize(over=block)"}) {
      const auto chained = parse_rule(before + " | " + item.entry.id).template make<S>();
      const auto alone = make<S>(item), clipping = parse_rule(before).template make<S>();
      const std::size_t n = 23;
      const std::vector<ParameterBlock> blocks = {{"w", 0, 5, 4}, {"b", 20, 3, 1}};
      chained->begin(n, blocks), alone->begin(n, blocks), clipping->begin(n, blocks);
      auto x = random_vector<S>(n, 0), y = x;
      for (std::uint64_t t = 1; t <= 20; ++t) {
        auto g = random_vector<S>(n, t), h = g;
        chained->apply(x, g, t);
        clipping->update(h, y, t);
        alone->apply(y, h, t);
      }
      EXPECT_TRUE(same_bits(x, y)) << before << " | " << item.entry.id;
    }
}

}  // namespace
}  // namespace thalweg
