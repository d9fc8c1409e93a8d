// A steady-state step of a rule, a chain and the descent loop allocates nothing.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "counted_allocations.hpp"
#include "thalweg/first_order/descent.hpp"
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

TEST(Allocations, NoneInAStepOfAnyRule) {
  const std::size_t n = 50;
  const std::vector<ParameterBlock> blocks = {{"w", 0, 8, 6}, {"b", 48, 2, 1}};
  for (const auto& item : rules_of_the_gradient()) {
    for (const std::string& text : {item.entry.id, "clip(norm=0.1) | " + item.entry.id + " | lr-cosine"}) {
      const auto rule = parse_rule(text).make<double>();
      rule->begin(n, blocks);
      std::vector<double> x(n, 1.0), g(n, 0.5);
      rule->apply(x, g, 1);
      const long before = testing_allocations::count;
      for (std::uint64_t t = 2; t < 10; ++t) {
        rule->apply(x, g, t);
        rule->update(g, x, t);
        static_cast<void>(rule->recommended(x));
      }
      EXPECT_EQ(testing_allocations::count - before, 0) << text;
    }
  }
}

class GradientOnly final : public Objective<double> {
 public:
  [[nodiscard]] std::size_t dimension() const override { return 20; }
  [[nodiscard]] Offers offers() const override {
    Offers offers;
    offers.kinds = Kinds{};
    offers.add(AnswerKind::gradient);
    return offers;
  }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
    for (std::size_t i = 0; i < questions.size(); ++i)
      for (std::size_t k = 0; k < 20; ++k) answers[i].gradient[k] = std::sin(questions[i].point[k] + 1.0);
  }
};

TEST(Allocations, NoneInAStepOfTheDescentLoop) {
  const auto allocations = [](std::uint64_t steps) {
    GradientOnly f;
    const long before = testing_allocations::count;
    minimize(f, std::vector<double>(20, 1.0), descent(chain(clip(1.0), adam({.rate = 1e-3}), lr_cosine())),
             {.max_iterations = steps});
    return testing_allocations::count - before;
  };
  allocations(1);  // what is made once a process
  EXPECT_EQ(allocations(900), allocations(100));
}

}  // namespace
}  // namespace thalweg
