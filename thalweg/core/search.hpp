// The method's view of its run (Search) and the limits of a run.
//
// The driver owns everything that is not the algorithm: budgets, time, targets, callbacks, interruption,
// non-finite answers, the best point, the trace and the log. A method asks its objective, reports each
// iteration, and ends with `return search.finish(status, why)`. When a limit is met the driver ends the run by
// unwinding the method's stack: a method needs no code for that, and must not catch what it does not rethrow.
#pragma once

#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/result.hpp"

namespace thalweg {

// Box constraints; empty means none. ±inf for a free side.
struct Bounds {
  std::vector<double> lower, upper;
  [[nodiscard]] bool empty() const { return lower.empty(); }
  [[nodiscard]] double low(std::size_t i) const {
    return empty() ? -std::numeric_limits<double>::infinity() : lower[i];
  }
  [[nodiscard]] double high(std::size_t i) const {
    return empty() ? std::numeric_limits<double>::infinity() : upper[i];
  }
  [[nodiscard]] bool finite() const;  // every side of every variable
  template <class S>
  void clamp(std::span<S> x) const {
    if (empty()) return;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (static_cast<double>(x[i]) < lower[i]) x[i] = static_cast<S>(lower[i]);
      if (static_cast<double>(x[i]) > upper[i]) x[i] = static_cast<S>(upper[i]);
    }
  }
  template <class S>
  [[nodiscard]] bool contains(std::span<const S> x) const {
    for (std::size_t i = 0; i < x.size() && !empty(); ++i)
      if (!(static_cast<double>(x[i]) >= lower[i] && static_cast<double>(x[i]) <= upper[i])) return false;
    return true;
  }
};

enum class Control : std::uint8_t { proceed, stop };

struct Progress {  // handed to callbacks once an iteration
  std::uint64_t iteration = 0;
  const Ledger* ledger = nullptr;
  double f = 0.0;  // of the current iterate, NaN if unknown
  double best_f = 0.0;
  double seconds = 0.0;
};

// Tolerances of the user's; a method that has the notion uses them instead of its own default.
struct Tolerances {
  std::optional<double> f{};         // relative decrease of f between iterations
  std::optional<double> x{};         // size of step, simplex or mesh, absolute
  std::optional<double> gradient{};  // ‖∇f‖∞, absolute
};

template <class S>
class AnswerLog;  // answer_log.hpp: durable record and replay of questions and answers
class EventSink;  // events.hpp: iterations, improvements and stops as they happen

template <class S>
struct BasicLimits {
  std::optional<std::uint64_t> max_evaluations{};  // points at which f (or its gradient) is computed; never one more
  std::map<AnswerKind, std::uint64_t> max_answers{};  // caps of single kinds
  std::optional<std::uint64_t> max_iterations{};
  std::optional<double> max_seconds{};  // checked between answers
  std::optional<double> max_flops{};
  std::optional<double> target{};  // stop when f ≤ target at the best point
  Tolerances tolerance{};
  Bounds bounds{};  // handed to methods that support them; others refuse
  std::uint64_t seed = 0;
  int threads = 1;          // for batches of questions; > 1 states that the objective may be called at once
  bool final_value = true;  // one counted value of the recommended point when the run did not ask it itself
  bool keep_path = false;   // keep every iterate in Result::path
  std::function<Control(const Progress&)> callback{};
  const std::atomic<bool>* interrupt = nullptr;  // set from a signal handler: the run stops with `interrupted`
  AnswerLog<S>* log = nullptr;
  EventSink* events = nullptr;
  BasicResult<S>* progress = nullptr;  // filled even when the objective's exception leaves minimize()
};
using Limits = BasicLimits<double>;

template <class S>
class Driver;

template <class S>
class BasicSearch {
 public:
  explicit BasicSearch(Driver<S>& driver) : driver_(&driver) {}
  [[nodiscard]] std::span<const S> start() const;  // x0, inside the bounds
  [[nodiscard]] const Bounds& bounds() const;
  [[nodiscard]] const Tolerances& tolerance() const;
  [[nodiscard]] std::uint64_t seed() const;
  [[nodiscard]] Stream stream(Purpose purpose, std::uint64_t step = 0) const { return {seed(), purpose, step}; }
  [[nodiscard]] Generator random(Purpose purpose, std::uint64_t step = 0) const {
    return Generator(stream(purpose, step));
  }

  // One outer iteration ended at x with value f (NaN if the method has no value there). Runs the callback and
  // checks limits; may not return.
  void iteration(std::span<const S> x = {}, double f = std::numeric_limits<double>::quiet_NaN());
  // The point that the method would bet on, when that is not the best seen (last iterate, a mean).
  void recommend(std::span<const S> x, double f = std::numeric_limits<double>::quiet_NaN());
  // Operations of the method's own that should be charged (noise, update), beside those of answers.
  void charge_flops(double flops);
  // The run's end, as in `return search.finish(Status::converged, "…")`. The first call counts. Of points with the
  // same value the last one asked is the best, so that a method that ends on a tie, where rounding hides the last
  // gain in f, is given back the point at which it ended.
  void finish(Status status, std::string message);
  [[nodiscard]] std::uint64_t iterations() const;
  [[nodiscard]] const Ledger& ledger() const;
  [[nodiscard]] double best_f() const;
  [[nodiscard]] std::span<const S> best_x() const;  // empty before the first finite value
  // Evaluations left under max_evaluations; empty when there is no such limit. For methods that plan.
  [[nodiscard]] std::optional<std::uint64_t> evaluations_left() const;
  // Would a question of these kinds cross a budget? Then the run has its end and its reason, and the method returns.
  // No method need look: the question unwinds its stack. That costs some µs, as much as many short runs do.
  [[nodiscard]] bool spent(Kinds asks);
  // A dear internal result: computed once, stored in the log, read back on resume. `name` must not repeat.
  std::vector<double> remember(const std::string& name, const std::function<std::vector<double>()>& compute);

 private:
  Driver<S>* driver_;
};
using Search = BasicSearch<double>;

extern template class BasicSearch<float>;
extern template class BasicSearch<double>;

}  // namespace thalweg
