// What the driver does when a run is over.
#include <algorithm>
#include <cmath>

#include "thalweg/core/driver.hpp"
#include "thalweg/core/interrupted.hpp"

namespace thalweg {

// After the method's stack is gone: the value of the recommended point where the run did not ask it, coordinates,
// times.
template <class S>
void Driver<S>::conclude() {
  // What methods and estimators charge of their own is no sum where the answers' part is unknown.
  if (plain_ || uncounted_) result_.ledger.flops = 0.0;
  if (!result_.recommended.empty()) result_.recommended = in_users_coordinates(result_.recommended);
  const bool may_ask = !error_ && !silent_ && result_.status != Status::interrupted && limits_.final_value &&
                       leaf_offers_.kinds.has(AnswerKind::value) &&
                       result_.ledger.of(AnswerKind::value) < caps_[detail::slot(AnswerKind::value)];
  if (may_ask && !result_.recommended.empty() && (!whole_value_seen_ || std::isnan(result_.recommended_f))) {
    const Question<S> question{.asks = AnswerKind::value, .point = result_.recommended};
    Answer<S> answer;
    try {
      if (replaying_)
        replay(std::span(&question, 1), std::span(&answer, 1));
      else
        ask_leaf(std::span(&question, 1), std::span(&answer, 1));
      result_.recommended_f = answer.value;
    } catch (const Interrupted&) {
      result_.status = Status::interrupted;
      result_.message = detail::interrupted_text;
    } catch (...) {
      error_ = std::current_exception();  // rethrown by run()
      result_.status = Status::objective_failed;
    }
  }
  if (result_.x.empty()) {  // no value was ever finite, or none was asked
    result_.x = result_.recommended.empty() ? in_users_coordinates(start_) : result_.recommended;
    if (!result_.recommended.empty() && std::isfinite(result_.recommended_f)) result_.f = result_.recommended_f;
  }
  if (result_.recommended.empty()) {
    result_.recommended = result_.x;
    result_.recommended_f = result_.f;
  }
  say_if_nothing_was_finite();
  result_.seconds = seconds();
  if (limits_.log != nullptr) {
    try {
      limits_.log->event(name(result_.status), result_.message, result_.seconds);
    } catch (...) {
      if (!error_) error_ = std::current_exception();  // rethrown by run()
    }
  }
  if (limits_.events != nullptr)
    limits_.events->stop(result_.status, result_.message, result_.ledger, result_.seconds);
}

// A run that met values and not one finite has found nothing, whatever limit or tolerance ended it.
template <class S>
void Driver<S>::say_if_nothing_was_finite() {
  constexpr Status said_already[] = {Status::stopped_by_callback, Status::interrupted, Status::objective_failed,
                                     Status::numerical_failure};
  if (!whole_value_seen_ || std::isfinite(result_.f) ||
      std::find(std::begin(said_already), std::end(said_already), result_.status) != std::end(said_already))
    return;
  result_.message =
      "none of the " + std::to_string(result_.evaluations()) +
      " values met was finite; start where f has a value, or give bounds. The run ended so: " + result_.message;
  result_.status = Status::numerical_failure;
}

template void Driver<float>::conclude();
template void Driver<double>::conclude();

}  // namespace thalweg
