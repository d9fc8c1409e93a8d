// Certificate of swa: the running average is exact, of the iterates that it says; the cyclic rate is the paper's.
// That its minimum is wider than SGD's end point: tests/credit/swa_width.cpp.
#include "thalweg/first_order/swa.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/first_order/rules.hpp"

namespace thalweg {
namespace {

constexpr std::size_t n = 7;

std::vector<double> gradient(const std::vector<double>& x, std::uint64_t t) {
  Generator random(Stream(3, Purpose("test.noise"), t));
  std::vector<double> g(n);
  for (std::size_t i = 0; i < n; ++i) g[i] = static_cast<double>(i + 1) * x[i] + random.normal();
  return g;
}

// The iterates of a chain, θ_0 first, and what it recommends after each step.
struct Path {
  std::vector<std::vector<double>> iterates, recommended;
};
Path walk(const std::string& text, std::uint64_t steps) {
  const auto rule = parse_rule(text).make<double>();
  rule->begin(n);
  std::vector<double> x(n, 1.0);
  Path path;
  const auto keep = [&] {
    path.iterates.push_back(x);
    const auto bet = rule->recommended(x);
    path.recommended.emplace_back(bet.begin(), bet.end());
  };
  keep();
  for (std::uint64_t t = 1; t <= steps; ++t) {
    auto g = gradient(x, t);
    rule->apply(x, g, t);
    keep();
  }
  return path;
}

TEST(Swa, AverageIsExactAndTheIteratesAreLeftAlone) {
  for (const auto& [start, period] : {std::pair{0, 1}, {0, 4}, {10, 1}, {11, 5}, {20, 20}, {50, 3}})
    for (const std::string after : {"", " | lr-cosine(steps=40, end=0.1)", " | weight-decay(decay=1e-3)"}) {
      const std::string options = "swa(start=" + std::to_string(start) + ", period=" + std::to_string(period) + ")";
      const Path plain = walk("sgd(rate=0.05)" + after, 40),
                 averaged = walk("sgd(rate=0.05) | " + options + after, 40);
      for (std::size_t t = 0; t < plain.iterates.size(); ++t)  // the schedule's factor may be multiplied in elsewhere
        for (std::size_t j = 0; j < n; ++j)
          ASSERT_NEAR(plain.iterates[t][j], averaged.iterates[t][j], 1e-14) << options << after;
      for (std::size_t s = 0; s < plain.iterates.size(); ++s) {
        std::vector<double> mean(n, 0.0);
        double count = 0.0;
        for (std::size_t i = static_cast<std::size_t>(start); i <= s; i += static_cast<std::size_t>(period)) {
          for (std::size_t j = 0; j < n; ++j) mean[j] += averaged.iterates[i][j];
          count += 1.0;
        }
        for (std::size_t j = 0; j < n; ++j)
          EXPECT_NEAR(averaged.recommended[s][j], count > 0.0 ? mean[j] / count : averaged.iterates[s][j], 1e-14)
              << options << after << " after " << s;
      }
    }
}

TEST(Swa, CyclicRateIsThePapers) {
  const auto rule = swa({.start = 6, .period = 4, .low = 0.2}).make<double>();
  rule->begin(1);
  std::vector<double> theta = {1.0};
  for (std::uint64_t t = 1; t <= 30; ++t) {
    std::vector<double> u = {2.0};
    rule->update(u, theta, t);
    double factor = 1.0;
    if (t > 6) {
      const double tau = static_cast<double>((t - 6 - 1) % 4 + 1) / 4.0;
      factor = (1.0 - tau) + tau * 0.2;  // α(i) = (1 − τ)α₁ + τα₂
    }
    EXPECT_NEAR(u[0], 2.0 * factor, 1e-15) << t;
  }
}

TEST(Swa, ARestoredRuleRecommendsTheSame) {
  const auto rule = parse_rule("sgd(rate=0.05) | swa(start=3, period=2)").make<float>();
  rule->begin(n);
  std::vector<float> x(n, 1.0F);
  for (std::uint64_t t = 1; t <= 9; ++t) {
    std::vector<float> g(n, 0.3F);
    rule->apply(x, g, t);
  }
  const auto fresh = parse_rule("sgd(rate=0.05) | swa(start=3, period=2)").make<float>();
  fresh->begin(n);
  const auto from = rule->state(), to = fresh->state();
  ASSERT_EQ(from.size(), to.size());
  for (std::size_t k = 0; k < from.size(); ++k)
    std::copy(from[k].values.begin(), from[k].values.end(), to[k].values.begin());
  const auto a = rule->recommended(x), b = fresh->recommended(x);
  EXPECT_EQ(std::vector<float>(a.begin(), a.end()), std::vector<float>(b.begin(), b.end()));
  EXPECT_NE(std::vector<float>(a.begin(), a.end()), x);
}

}  // namespace
}  // namespace thalweg
