// The driver of one run: everything that is not the algorithm. Internal to core; users call minimize().
#pragma once

#include <bit>
#include <chrono>
#include <cmath>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "thalweg/core/answer_log.hpp"
#include "thalweg/core/blas1.hpp"
#include "thalweg/core/events.hpp"
#include "thalweg/core/minimize.hpp"

namespace thalweg {

class ThreadPool;

// Thrown by the driver to unwind a method whose run is over. Not an error: no method may catch it.
struct RunOver {};

namespace detail {
inline constexpr const char* interrupted_text = "interrupted from outside; the best point so far is kept";
template <class S>
bool all_finite(std::span<const S> values) {  // 0·v is 0 of finite v alone
  return blas::sum_of<S>(values.size(), [v = values.data()](std::size_t i) { return v[i] * S{0}; }) == S{0};
}
inline constexpr std::uint64_t no_cap = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t slot(AnswerKind kind) { return static_cast<std::size_t>(kind); }
template <class F>
void for_each_kind(Kinds kinds, F&& f) {
  for (std::uint32_t bits = kinds.bits(); bits != 0; bits &= bits - 1)
    f(static_cast<std::size_t>(std::countr_zero(bits)));
}
}  // namespace detail

template <class S>
class Driver {
 public:
  // Checks the whole request (InvalidArgument, MissingAnswer) before anything is evaluated.
  Driver(Objective<S>& f, std::span<const S> x0, MethodRef<S> method, const BasicLimits<S>& limits);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  void run();  // once; never throws what the objective threw: see error()
  [[nodiscard]] std::exception_ptr error() const { return error_; }
  [[nodiscard]] BasicResult<S>& result() { return result_; }
  // Ends a run that is paused at a question: it unwinds and asks nothing more.
  void stop_from_outside(std::string message) {
    finish(Status::stopped_by_callback, std::move(message));
    silent_ = true;
  }
  // The best and the counts as they stand, for a run that has not ended.
  [[nodiscard]] const BasicResult<S>& so_far() const { return result_; }

 private:
  friend class BasicSearch<S>;
  class Gateway;

  void check_request(const Offers& offers) const;
  void set_caps();
  void ask(std::span<const Question<S>> questions, std::span<Answer<S>> answers);
  double ask_value(std::span<const S> x, SampleKey sample);
  double ask_value_and_gradient(std::span<const S> x, std::span<S> gradient, SampleKey sample);
  void replay(std::span<const Question<S>> questions, std::span<Answer<S>> answers);
  void ask_leaf(std::span<const Question<S>> questions, std::span<Answer<S>> answers);
  void ask_batch(std::span<const Question<S>> questions, std::span<Answer<S>> answers);
  void complete(std::size_t i);
  std::size_t allowed(std::span<const Question<S>> questions, AnswerKind& crossed) const;
  void note(const Question<S>& question, Answer<S>& answer);
  void consider(std::span<const S> x, double f);
  void take_best(std::span<const S> x, double f);
  void check_limits() {
    if (limited_ && limit_met()) throw RunOver{};
  }
  bool limit_met();
  bool spent(Kinds asks);
  void finish_at_cap(AnswerKind crossed);
  void iteration(std::span<const S> x, double f);
  void tell(std::span<const S> x, double f);
  void recommend(std::span<const S> x, double f);
  void finish(Status status, std::string message);
  [[noreturn]] void end(Status status, std::string message);
  void conclude();
  void say_if_nothing_was_finite();
  [[nodiscard]] double seconds() const;
  double seconds_about_now();
  [[nodiscard]] std::vector<S> in_users_coordinates(std::span<const S> x) const;

  MethodRef<S> method_;
  const BasicLimits<S>& limits_;
  std::vector<Adapter<S>*> adapters_;  // from the method down
  Objective<S>* leaf_;
  Objective<S>* top_;
  bool direct_ = false;                 // single questions go to the leaf without the bookkeeping of batches
  FunctionObjective* plain_ = nullptr;  // the leaf, where nobody listens to it: single questions take the short way
  bool limited_ = false;                // a limit other than the caps may end the run between two answers
  bool overlooked_ = false;             // each iteration is told: a callback, events, the path
  std::unique_ptr<Gateway> gateway_;
  std::unique_ptr<ThreadPool> pool_;
  Offers leaf_offers_;
  std::vector<S> start_;
  std::array<std::uint64_t, answer_kinds> caps_{};
  bool default_budget_ = false;
  BasicResult<S> result_;
  bool finished_ = false;
  bool replaying_ = false;
  std::uint64_t question_ = 0;          // the number of the next question of the run
  std::span<const Question<S>> asked_;  // the batch the leaf is answering
  std::span<Answer<S>> given_;
  std::vector<bool> answered_;
  std::vector<std::uint64_t> numbers_;
  std::mutex complete_mutex_;
  bool whole_value_seen_ = false;
  bool uncounted_ = false;  // an answer did not say how many operations it took
  bool silent_ = false;     // ask nothing more
  double replayed_seconds_ = 0.0;
  std::chrono::steady_clock::time_point began_;
  std::uint64_t clock_due_ = 0, clock_at_ = 0;  // seconds_about_now(): the next reading, the last, and what it read
  double clock_read_ = 0.0;
  double seconds_before_ = 0.0;  // of the log's earlier sessions
  std::exception_ptr error_;
};

}  // namespace thalweg
