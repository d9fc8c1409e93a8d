// The history of a run, kept small: the lowest f so far against the answers taken, at improvements only.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "thalweg/core/objective.hpp"

namespace thalweg {

// f[i] is the lowest value after evaluations[i] answers; both are monotone, evaluations strictly. The history is
// exact up to 16384 improvements; a longer one is resolved to 0.1 % of the evaluations, never early.
class History {
 public:
  std::vector<double> evaluations, f;
  double end = 0.0;  // answers taken when the run ended

  // The run has taken `at` answers, the last with value `value`. Values that are not lower than all before, or not
  // finite, are no improvement.
  void add(double at, double value);
  // The first count of answers at which f ≤ target; +inf when that never came.
  [[nodiscard]] double hitting_time(double target) const;
  // The lowest f within `budget` answers; +inf before the first finite value.
  [[nodiscard]] double lowest(double budget = std::numeric_limits<double>::infinity()) const;
  [[nodiscard]] bool empty() const { return f.empty(); }
  // At most `most` points (≥ 2) of it, first and last among them, spread evenly over the improvements, and the end.
  [[nodiscard]] History thinned(std::size_t most) const;
  friend bool operator==(const History&, const History&) = default;

 private:
  void compress();
  std::size_t full_ = 16384;
};

// Stands between a run and a problem's objective and keeps the history. Answers of every kind count one each, as the
// ledger counts them. `noiseless`, where there is one, scores each point at which a value was asked: it is asked
// beside the run, is in no ledger, and changes nothing that the run sees. Where the objective is stochastic, a
// question that names no sample gets the next one of `seed`, and a named sample is the seed's own: the noise is a
// function of the seed and the run, and the expectation itself is never answered.
class Recorder final : public Objective<double> {
 public:
  Recorder(std::shared_ptr<Objective<double>> base, std::shared_ptr<Objective<double>> noiseless, std::uint64_t seed);
  [[nodiscard]] const History& history() const { return history_; }
  [[nodiscard]] std::size_t dimension() const override { return base_->dimension(); }
  [[nodiscard]] Offers offers() const override { return offers_; }
  [[nodiscard]] bool regenerates_noise() const override { return base_->regenerates_noise(); }
  [[nodiscard]] bool parallel_inside() const override { return base_->parallel_inside(); }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override;

 private:
  std::shared_ptr<Objective<double>> base_, noiseless_;
  Offers offers_;
  std::uint64_t seed_;
  std::uint64_t count_ = 0, samples_ = 0;
  History history_;
};

}  // namespace thalweg
