// Suites as lists, and what they say of a wrong list.
#include "thalweg/problems/suites.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "complaint.hpp"
#include "thalweg/problems/problem.hpp"

namespace {

using namespace thalweg;

std::string refusal(const char* text) {
  return complaint([&] { registry::suite_problems(text); });
}

TEST(Suites, ListsOfWholeNumbers) {
  using problems::whole_numbers;
  EXPECT_EQ(whole_numbers("n", "2+3+5", 1, 40), (std::vector<std::int64_t>{2, 3, 5}));
  EXPECT_EQ(whole_numbers("n", "1-4+7", 1, 40), (std::vector<std::int64_t>{1, 2, 3, 4, 7}));
  EXPECT_EQ(whole_numbers("n", "40", 1, 40), std::vector<std::int64_t>{40});
  for (const char* wrong : {"", "2+", "+2", "2,3", "a", "5-2", "0", "41", "2-41", "1-", "-3"})
    EXPECT_THROW(whole_numbers("n", wrong, 1, 40), InvalidArgument) << wrong;
}

TEST(Suites, MistakesAreNamed) {
  EXPECT_TRUE(has(refusal("clasic"), "unknown suite `clasic`; did you mean `classic`?")) << refusal("clasic");
  EXPECT_TRUE(has(refusal("mgh:start"), "\"start\" is not name=value, as in mgh:start=1+10"));
  EXPECT_TRUE(has(refusal("mgh:strt=1"), "did you mean `start`?"));
  EXPECT_TRUE(has(refusal("mgh:start=0"), "`start` is 0; it must be > 0")) << refusal("mgh:start=0");
  EXPECT_TRUE(has(refusal("classic:n=2+x"), "as in 2+3+5 or 1-15"));
}

TEST(Suites, TheMghSuiteIsThePapersListAndItsStarts) {
  const auto list = registry::suite_problems("mgh");
  ASSERT_EQ(list.size(), 35u);
  EXPECT_EQ(list[0], "mgh/rosenbrock");
  EXPECT_EQ(list[6], "mgh/helical-valley");
  EXPECT_EQ(list[34], "mgh/chebyquad");
  const auto far = registry::suite_problems("mgh:start=1+10+100");
  EXPECT_EQ(far.size(), 104u);
  EXPECT_EQ(far[35], "mgh/rosenbrock:start=10");
  EXPECT_EQ(std::ranges::count(far, "mgh/jennrich-sampson:start=100"), 0);  // e^{400}²: not finite
  for (const std::string& text : far) {
    const auto p = registry::make_problem(text);
    EXPECT_TRUE(std::isfinite(p->objective->value(p->start))) << text;
  }
}

TEST(Suites, ScaledStartsAreMinpacks) {
  EXPECT_EQ(registry::make_problem("mgh/rosenbrock:start=10")->start, (std::vector<double>{-12.0, 10.0}));
  EXPECT_EQ(registry::make_problem("mgh/gaussian:start=10")->start, (std::vector<double>{4.0, 10.0, 0.0}));
  EXPECT_EQ(registry::make_problem("mgh/watson:start=100,n=2")->start, (std::vector<double>{100.0, 100.0}));
  EXPECT_EQ(registry::make_problem("mgh/watson:n=2")->start, (std::vector<double>{0.0, 0.0}));
  // MINPACK's SSQFCN at INITPT's points: the extended Rosenbrock function is worked out by hand.
  const auto p = registry::make_problem("mgh/extended-rosenbrock:n=2,start=10");
  EXPECT_NEAR(p->objective->value(p->start), 100 * std::pow(10 - 144.0, 2) + 169, 1e-9);
}

TEST(Suites, TheClassicSuiteScalesWhereItCan) {
  const auto own = registry::suite_problems("classic");
  const auto sized = registry::suite_problems("classic:n=2+10");
  EXPECT_GT(sized.size(), own.size());
  EXPECT_EQ(std::ranges::count(sized, "rosenbrock:n=2"), 1);
  EXPECT_EQ(std::ranges::count(sized, "rosenbrock:n=10"), 1);
  EXPECT_EQ(std::ranges::count(sized, "booth"), 1);
  EXPECT_EQ(std::ranges::count(sized, "powell-singular:n=10"), 0);
  for (const std::string& text : sized) EXPECT_NO_THROW(registry::make_problem(text)) << text;
}

// Table of the paper: dimension and lowest value, to its digits.
TEST(Suites, JonesNineHaveThePublishedMinima) {
  const std::tuple<const char*, std::size_t, double, double> published[] = {
      {"shekel:m=5", 4, -10.1532, 5e-5},  {"shekel:m=7", 4, -10.4029, 5e-5},     {"shekel:m=10", 4, -10.5364, 5e-5},
      {"hartmann3", 3, -3.86278, 5e-6},   {"hartmann6", 6, -3.32237, 5e-6},      {"branin", 2, 0.397887, 5e-7},
      {"goldstein-price", 2, 3.0, 1e-12}, {"six-hump-camel", 2, -1.03163, 5e-6}, {"shubert", 2, -186.7309, 5e-5}};
  const auto list = registry::suite_problems("jones");
  ASSERT_EQ(list.size(), 9u);
  for (std::size_t i = 0; i < 9; ++i) {
    const auto& [text, n, lowest, digits] = published[i];
    EXPECT_EQ(list[i], text);
    const auto p = registry::make_problem(list[i]);
    EXPECT_EQ(p->dimension(), n);
    EXPECT_FALSE(p->bounds.empty());
    EXPECT_NEAR(p->optimum_f.value(), lowest, digits) << text;
    std::vector<double> g(n);
    for (const auto& x : p->minimisers) {
      EXPECT_NEAR(p->objective->value(x), p->optimum_f.value(), 1e-9 * std::fabs(lowest)) << text;
      p->objective->gradient(x, g);
      for (const double gi : g) EXPECT_LE(std::fabs(gi), 1e-5) << text;
    }
  }
  EXPECT_EQ(registry::make_problem("shubert")->minimisers.size(), 18u);
}

}  // namespace
