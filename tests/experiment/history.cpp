#include "thalweg/experiment/history.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace thalweg {
namespace {

TEST(History, KeepsImprovementsOnly) {
  History h;
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> values = {inf, 5, 7, 5, std::nan(""), 3, -inf, 4};
  for (std::size_t i = 0; i < values.size(); ++i) h.add(static_cast<double>(i + 1), values[i]);
  EXPECT_EQ(h.evaluations, (std::vector<double>{2, 6}));
  EXPECT_EQ(h.f, (std::vector<double>{5, 3}));
  EXPECT_EQ(h.end, 8.0);
  EXPECT_EQ(h.hitting_time(5.5), 2.0);
  EXPECT_EQ(h.hitting_time(5.0), 2.0);
  EXPECT_EQ(h.hitting_time(4.9), 6.0);
  EXPECT_EQ(h.hitting_time(2.9), inf);
  EXPECT_EQ(h.lowest(1), inf);
  EXPECT_EQ(h.lowest(5.9), 5.0);
  EXPECT_EQ(h.lowest(), 3.0);
}

// A long one is resolved to 0.1 %: no time early, none late by more, and it stays small.
TEST(History, LongOnesAreResolvedToAThousandth) {
  History h;
  constexpr int steps = 300000;
  for (int i = 1; i <= steps; ++i) h.add(i, 1.0 / i);
  EXPECT_LT(h.f.size(), 40000u);
  EXPECT_EQ(h.f.back(), 1.0 / steps);
  for (int i = 1; i <= steps; i += 7) {
    const double t = h.hitting_time(1.0 / i);
    ASSERT_GE(t, i);
    ASSERT_LE(t, 1.001 * i);
  }
  const History few = h.thinned(100);
  EXPECT_EQ(few.f.size(), 100u);
  EXPECT_EQ(few.f.back(), h.f.back());
  EXPECT_EQ(few.end, h.end);
}

// f + noise by the sample key alone.
class Noisy final : public Objective<double> {
 public:
  [[nodiscard]] std::size_t dimension() const override { return 1; }
  [[nodiscard]] Offers offers() const override {
    Offers o;
    o.stochastic = true;
    return o;
  }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      keys.push_back(questions[i].sample.id);
      answers[i].value = questions[i].point[0] - 100.0;
    }
  }
  std::vector<std::uint64_t> keys;
};

std::vector<std::uint64_t> keys_of(std::uint64_t seed) {
  const auto noisy = std::make_shared<Noisy>();
  const auto exact = std::make_shared<FunctionObjective>(
      1, FunctionObjective::Value([](std::span<const double> x) { return x[0] * x[0]; }));
  Recorder recorder(noisy, exact, seed);
  for (const double x : {3.0, 1.0, 2.0}) EXPECT_EQ(recorder.value(std::vector<double>{x}), x - 100.0);
  EXPECT_EQ(recorder.value(std::vector<double>{0.5}, SampleKey{7}), -99.5);
  EXPECT_EQ(recorder.value(std::vector<double>{0.5}, SampleKey{7}), -99.5);
  EXPECT_EQ(recorder.history().evaluations, (std::vector<double>{1, 2, 4}));  // by the function without noise
  EXPECT_EQ(recorder.history().f, (std::vector<double>{9, 1, 0.25}));
  return noisy->keys;
}

TEST(Recorder, ScoresWithoutNoiseAndDrawsFreshSamples) {
  const auto keys = keys_of(3);
  ASSERT_EQ(keys.size(), 5u);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(keys[i], keys[j]);
  EXPECT_EQ(keys[3], keys[4]);  // a named sample is one sample
  for (const auto key : keys) EXPECT_NE(key, 0u);
  EXPECT_EQ(keys, keys_of(3));
  EXPECT_NE(keys, keys_of(4));
}

TEST(Recorder, CountsEveryKindOfAnswer) {
  const auto f = std::make_shared<FunctionObjective>(
      1, FunctionObjective::ValueAndGradient([](std::span<const double> x, std::span<double> g) {
        if (!g.empty()) g[0] = 2 * x[0];
        return x[0] * x[0];
      }));
  Recorder recorder(f, nullptr, 0);
  std::vector<double> g(1);
  recorder.value_and_gradient(std::vector<double>{2.0}, g);
  recorder.gradient(std::vector<double>{1.0}, g);
  recorder.value(std::vector<double>{1.0});
  EXPECT_EQ(recorder.history().evaluations, (std::vector<double>{2, 4}));
  EXPECT_EQ(recorder.history().end, 4.0);
}

}  // namespace
}  // namespace thalweg
