#include "thalweg/direct_search/direct_l.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/direct_search/jones.hpp"
#include "thalweg/core/minimize.hpp"

namespace thalweg {
namespace {

using Point = std::span<const double>;

TEST(DirectL, NeedsGablonskysCountsOnJonesFunctions) {
  for (const jones::Problem& p : jones::problems()) EXPECT_EQ(jones::evaluations(p, DirectL{}), p.direct_l) << p.name;
}

// At or below SciPy's and NLopt's locally biased versions, and 10 %, up to the evaluation that hits.
TEST(DirectL, IsBesideSciPyAndNLoptOnJonesFunctions) {
  for (const jones::Problem& p : jones::problems()) {
    const std::uint64_t ours = jones::evaluations_to_target(p, DirectL{});
    EXPECT_GT(ours, 0u) << p.name;
    EXPECT_LE(10 * ours, 11 * p.scipy_l) << p.name;
    if (p.nlopt_l > 0) {
      EXPECT_LE(10 * ours, 11 * p.nlopt_l) << p.name;
    }
  }
}

// A constant function ties everywhere: the oldest rectangle of the longest side alone is divided.
TEST(DirectL, DividesTheOldestOfTies) {
  std::vector<std::uint64_t> after;
  Limits limits{.max_evaluations = 21, .bounds = {{0, 0}, {1, 1}}};
  limits.callback = [&](const Progress& now) {
    after.push_back(now.ledger->of(AnswerKind::value));
    return Control::proceed;
  };
  std::vector<double> second;
  const auto f = [&](Point x) { return second.push_back(x[1]), 7.0; };
  minimize(f, {0.5, 0.5}, DirectL{}, limits);
  EXPECT_EQ(after, (std::vector<std::uint64_t>{1, 5, 7, 9, 13, 17, 21}));
  // Of the nine squares the oldest is one above the middle, which went in after the pieces cut from it.
  EXPECT_NEAR(second[9], 5.0 / 6.0, 1e-15);
}

TEST(DirectL, SearchesBesideRegionsWithoutAValue) {
  const auto disc = [](Point x) {
    return std::hypot(x[0], x[1]) > 1.0 ? std::nan("") : std::pow(x[0] - 1.0, 2) + std::pow(x[1] - 1.0, 2);
  };
  const Result r = minimize(disc, {0.0, 0.0}, DirectL{}, {.max_evaluations = 500, .bounds = {{-2, -2.5}, {3, 2}}});
  EXPECT_LT(r.f, 2.0 * std::pow(1.0 - std::sqrt(0.5), 2) * 1.005);
}

}  // namespace
}  // namespace thalweg
