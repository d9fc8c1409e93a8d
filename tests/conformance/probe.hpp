// An objective that watches: counts every answer, keeps every point, and misbehaves on request.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "thalweg/core/minimize.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::conformance {

struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Probe final : public Objective<double> {
 public:
  explicit Probe(std::shared_ptr<Objective<double>> base) : base_(std::move(base)) {}
  [[nodiscard]] std::size_t dimension() const override { return base_->dimension(); }
  [[nodiscard]] Offers offers() const override {
    Offers offers = base_->offers();
    offers.kinds = offers.kinds - hidden;
    return offers;
  }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const std::uint64_t call = ++calls;
      if (throw_at != 0 && call == throw_at) throw Fault("fault at call " + std::to_string(call));
      base_->answer(questions.subspan(i, 1), answers.subspan(i, 1));
      const std::scoped_lock lock(mutex_);
      for (std::size_t k = 0; k < answer_kinds; ++k)
        counts[k] += questions[i].asks.has(static_cast<AnswerKind>(k)) ? 1 : 0;
      if (bad_entries_every != 0 && call % bad_entries_every == 0) spoil(questions[i].asks, answers[i], call);
      if (questions[i].asks.has(AnswerKind::value)) {
        ++values;
        points.emplace_back(questions[i].point.begin(), questions[i].point.end());
        if (questions[i].point[0] < wall) answers[i].value = std::numeric_limits<double>::infinity();
        if (values <= bad_until) answers[i].value = std::numeric_limits<double>::quiet_NaN();
        if (bad_every != 0 && values % bad_every == 0) {
          const double bad[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                                -std::numeric_limits<double>::infinity()};
          answers[i].value = bad[(values / bad_every) % 3];
        }
        if (std::isfinite(answers[i].value)) lowest = std::min(lowest, answers[i].value);
      }
      if (questions[i].asks.has(AnswerKind::gradient)) ++gradients;
    }
  }

  Kinds hidden;
  std::atomic<std::uint64_t> calls{0};
  std::array<std::uint64_t, answer_kinds> counts{};  // of each kind
  std::uint64_t values = 0, gradients = 0, throw_at = 0, bad_every = 0, bad_until = 0;
  std::uint64_t bad_entries_every = 0;  // one entry of each derivative of every so-manieth answer; values stay
  double wall = -std::numeric_limits<double>::infinity();  // no value where x₀ is below
  double lowest = std::numeric_limits<double>::infinity();
  std::vector<std::vector<double>> points;

 private:
  static void spoil(Kinds asks, Answer<double>& a, std::uint64_t call) {
    const double bad[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()};
    const auto one = [&](AnswerKind kind, std::span<double> entries) {
      if (asks.has(kind) && !entries.empty()) entries[call % entries.size()] = bad[call % 2];
    };
    one(AnswerKind::gradient, a.gradient), one(AnswerKind::hessian_vector, a.hessian_vector);
    one(AnswerKind::hessian, a.hessian), one(AnswerKind::third, a.third), one(AnswerKind::jacobian, a.jacobian);
    one(AnswerKind::jacobian_vector, a.product), one(AnswerKind::vector_jacobian, a.product);
    one(AnswerKind::fisher_vector, a.fisher_vector), one(AnswerKind::directional, {&a.directional, 1});
  }
  std::shared_ptr<Objective<double>> base_;
  std::mutex mutex_;
};

// The name of a parameter, as GoogleTest wants it.
inline std::string test_name(std::string id) {
  for (char& c : id)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return id;
}

// The same run, bit for bit.
inline void expect_same(const Result& a, const Result& b) {
  EXPECT_EQ(a.x, b.x);
  EXPECT_EQ(a.f, b.f);
  EXPECT_EQ(a.recommended, b.recommended);
  EXPECT_EQ(a.ledger.answers, b.ledger.answers);
  EXPECT_EQ(a.iterations, b.iterations);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.message, b.message);
}

}  // namespace thalweg::conformance
