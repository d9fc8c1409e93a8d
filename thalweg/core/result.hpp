// What a run gives back.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/question.hpp"

namespace thalweg {

enum class Status : std::uint8_t {
  converged,       // the stated tolerance holds at the returned point
  target_reached,  // f ≤ target
  evaluation_budget,
  answer_budget,
  iteration_budget,
  time_budget,
  flop_budget,
  stopped_by_callback,
  interrupted,
  stalled,  // no further progress is possible (rounding, step too small); the message says what to try
  numerical_failure,
  objective_failed,  // the objective threw; the exception is rethrown, the best point kept
};
std::string_view name(Status status);

// Counts of every kind of answer taken, and the work they cost.
struct Ledger {
  std::array<std::uint64_t, answer_kinds> answers{};
  double flops = 0.0;            // 0 where unknown
  std::uint64_t non_finite = 0;  // answers that were NaN or ±Inf
  std::uint64_t failed = 0;      // answers the objective marked as failed
  [[nodiscard]] std::uint64_t of(AnswerKind kind) const { return answers[static_cast<std::size_t>(kind)]; }
};

// A point of the history: the state after one improvement or iteration.
struct TracePoint {
  std::uint64_t iteration = 0;
  std::uint64_t evaluations = 0;  // value answers so far
  double f = std::numeric_limits<double>::quiet_NaN();
  double seconds = 0.0;
};

template <class S>
struct BasicResult {
  std::string method;
  Status status = Status::stalled;
  std::string message;  // why it stopped, and what to try
  std::vector<S> x;     // best seen: the point of the lowest answer (the recommended one if no value was asked)
  double f = std::numeric_limits<double>::infinity();
  std::vector<S> recommended;  // what the method would bet on; best_seen for deterministic objectives
  double recommended_f = std::numeric_limits<double>::quiet_NaN();  // NaN when it was never evaluated
  std::uint64_t iterations = 0;
  Ledger ledger;
  double seconds = 0.0;
  std::uint64_t seed = 0;
  std::vector<TracePoint> improvements;  // each time the best value fell
  std::vector<std::vector<S>> path;      // iterates, when the run was asked to keep them
  bool stochastic = false;               // the objective's answers are random: prefer the recommended point
  // The point to use: the best seen, or, for a stochastic objective (whose lowest draw is biased), the recommended.
  [[nodiscard]] const std::vector<S>& best() const { return stochastic && !recommended.empty() ? recommended : x; }
  [[nodiscard]] bool success() const { return status == Status::converged || status == Status::target_reached; }
  [[nodiscard]] std::uint64_t evaluations() const { return ledger.of(AnswerKind::value); }
};
using Result = BasicResult<double>;

}  // namespace thalweg
