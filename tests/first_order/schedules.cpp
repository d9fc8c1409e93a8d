// Certificate of the schedules: the closed form at every step, alone and folded into the rule before.
#include "thalweg/first_order/schedules.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "thalweg/first_order/rules.hpp"

namespace thalweg {
namespace {

// a(k) of the schedule, k = 0 … steps−1, seen three ways: factor(t), update alone, the step of a chain with sgd.
void expect_closed_form(const Rule& schedule, int steps, const std::function<double(double)>& a) {
  SCOPED_TRACE(schedule.text());
  const auto rule = schedule.make<double>();
  const auto chained = chain(sgd({.rate = 0.5}), schedule).make<double>();
  rule->begin(1), chained->begin(1);
  EXPECT_TRUE(rule->scales());
  for (int k = 0; k < steps; ++k) {
    const auto t = static_cast<std::uint64_t>(k + 1);
    const double expected = a(k);
    EXPECT_NEAR(rule->factor(t), expected, 1e-15) << "k = " << k;
    double u[1] = {3.0}, x[1] = {0.0}, g[1] = {3.0};
    rule->update(u, x, t);
    EXPECT_NEAR(u[0], 3.0 * expected, 4e-15) << "k = " << k;
    chained->apply(x, g, t);
    EXPECT_NEAR(x[0], -1.5 * expected, 2e-15) << "k = " << k;
  }
}

constexpr double pi = std::numbers::pi;

TEST(Schedules, ClosedForms) {
  expect_closed_form(lr_constant({.factor = 0.25}), 5, [](double) { return 0.25; });
  expect_closed_form(lr_step({.every = 7, .gamma = 0.3}), 40,
                     [](double k) { return std::pow(0.3, std::floor(k / 7)); });
  expect_closed_form(lr_exponential({.gamma = 0.9}), 50, [](double k) { return std::pow(0.9, k); });
  expect_closed_form(lr_cosine({.steps = 30, .end = 0.1}), 50,
                     [](double k) { return 0.1 + 0.9 * (1 + std::cos(pi * std::fmin(k, 30) / 30)) / 2; });
  expect_closed_form(lr_warm_up({.steps = 8, .start = 0.2}), 20,
                     [](double k) { return 0.2 + 0.8 * std::fmin(1.0, (k + 1) / 8); });
  expect_closed_form(lr_one_cycle({.steps = 21, .warm = 1.0 / 3.0, .start = 0.1, .end = 0.01}), 30, [](double k) {
    if (k <= 6) return 1.0 + (0.1 - 1.0) * (1 + std::cos(pi * k / 6)) / 2;
    return 0.01 + (1.0 - 0.01) * (1 + std::cos(pi * (std::fmin(k, 20) - 6) / 14)) / 2;
  });
  expect_closed_form(lr_search_then_converge({.tau = 12.0}), 40, [](double k) { return 1 / (1 + k / 12); });
  expect_closed_form(lr_search_then_converge({.tau = 12.0, .c = 2.5}), 40,
                     [](double k) { return (1 + 2.5 * k / 12) / (1 + 2.5 * k / 12 + 12 * (k / 12) * (k / 12)); });
  expect_closed_form(lr_power({.exponent = 0.602, .offset = 10.0}), 40,
                     [](double k) { return 1 / std::pow(10 + k + 1, 0.602); });
  expect_closed_form(scale({.factor = -2.0}), 3, [](double) { return -2.0; });
}

TEST(Schedules, SearchThenConvergeTendsToCOverK) {
  const auto rule = lr_search_then_converge({.tau = 100.0, .c = 3.0}).make<double>();
  const double k = 1e8;
  EXPECT_NEAR(rule->factor(static_cast<std::uint64_t>(k) + 1) * k, 3.0, 1e-5);
}

TEST(Schedules, MultiplyOneAnother) {
  const auto both = chain(lr_warm_up({.steps = 10}), lr_exponential({.gamma = 0.9})).make<double>();
  both->begin(1);
  EXPECT_TRUE(both->scales());
  for (int k = 0; k < 20; ++k)
    EXPECT_NEAR(both->factor(static_cast<std::uint64_t>(k + 1)), std::fmin(1.0, (k + 1) / 10.0) * std::pow(0.9, k),
                1e-15);
}

TEST(Schedules, RefuseWhatMakesNoSense) {
  EXPECT_THROW(lr_step({.every = 0}), InvalidArgument);
  EXPECT_THROW(lr_cosine({.steps = 0}), InvalidArgument);
  EXPECT_THROW(lr_exponential({.gamma = 1.5}), InvalidArgument);
  EXPECT_THROW(lr_one_cycle({.steps = 2}), InvalidArgument);
  EXPECT_THROW(lr_search_then_converge({.tau = 0.0}), InvalidArgument);
}

}  // namespace
}  // namespace thalweg
