// Suites as lists, and what they say of a wrong list.
#include "thalweg/problems/suites.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "thalweg/problems/problem.hpp"

namespace {

using namespace thalweg;

std::string complaint(const char* text) {
  try {
    registry::suite_problems(text);
  } catch (const InvalidArgument& e) {
    return e.what();
  }
  return "none";
}
bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

TEST(Suites, ListsOfWholeNumbers) {
  using problems::whole_numbers;
  EXPECT_EQ(whole_numbers("n", "2+3+5", 1, 40), (std::vector<std::int64_t>{2, 3, 5}));
  EXPECT_EQ(whole_numbers("n", "1-4+7", 1, 40), (std::vector<std::int64_t>{1, 2, 3, 4, 7}));
  EXPECT_EQ(whole_numbers("n", "40", 1, 40), std::vector<std::int64_t>{40});
  for (const char* wrong : {"", "2+", "+2", "2,3", "a", "5-2", "0", "41", "2-41", "1-", "-3"})
    EXPECT_THROW(whole_numbers("n", wrong, 1, 40), InvalidArgument) << wrong;
}

TEST(Suites, MistakesAreNamed) {
  EXPECT_TRUE(has(complaint("clasic"), "unknown suite `clasic`; did you mean `classic`?")) << complaint("clasic");
  EXPECT_TRUE(has(complaint("mgh:start"), "\"start\" is not name=value, as in mgh:start=1+10"));
  EXPECT_TRUE(has(complaint("mgh:strt=1"), "did you mean `start`?"));
  EXPECT_TRUE(has(complaint("mgh:start=0"), "`start` is 0; it must be > 0")) << complaint("mgh:start=0");
  EXPECT_TRUE(has(complaint("classic:n=2+x"), "as in 2+3+5 or 1-15"));
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

}  // namespace
