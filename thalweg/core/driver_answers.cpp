// The driver's dealings with the objective: batches, the log, the ledger.
#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/driver.hpp"
#include "thalweg/core/thread_pool.hpp"

namespace thalweg {

template <class S>
std::size_t Driver<S>::allowed(std::span<const Question<S>> questions, AnswerKind& crossed) const {
  const auto crosses = [&](const Question<S>& question, const auto& counts) {
    for (std::uint32_t bits = question.asks.bits(); bits != 0; bits &= bits - 1) {
      const auto k = static_cast<std::size_t>(std::countr_zero(bits));
      if (counts[k] >= caps_[k]) {
        crossed = static_cast<AnswerKind>(k);
        return true;
      }
    }
    return false;
  };
  if (questions.size() == 1) return crosses(questions[0], result_.ledger.answers) ? 0 : 1;
  auto counts = result_.ledger.answers;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (crosses(questions[i], counts)) return i;
    detail::for_each_kind(questions[i].asks, [&](std::size_t k) { ++counts[k]; });
  }
  return questions.size();
}

// A batch whose answers the log holds, all or some: a run that died within a batch may have logged any of them.
template <class S>
void Driver<S>::replay(std::span<const Question<S>> questions, std::span<Answer<S>> answers) {
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < questions.size(); ++i)
    if (!limits_.log->replay(question_ + i, questions[i], answers[i], replayed_seconds_)) missing.push_back(i);
  const std::size_t prefix = missing.empty() ? questions.size() : missing.front();
  for (std::size_t i = 0; i < prefix; ++i) note(questions[i], answers[i]);
  question_ += prefix;
  if (missing.empty()) return;
  replaying_ = false;  // live from here, on a clock that goes on where the log stopped
  seconds_before_ = replayed_seconds_;
  began_ = std::chrono::steady_clock::now();
  check_limits();
  if (missing.size() == questions.size() - prefix) {
    ask_leaf(questions.subspan(prefix), answers.subspan(prefix));
    return;
  }
  std::vector<Question<S>> asked;
  std::vector<Answer<S>> given;
  numbers_.clear();
  for (const std::size_t i : missing) {
    asked.push_back(questions[i]);
    given.push_back(answers[i]);
    numbers_.push_back(question_ + i - prefix);
  }
  ask_batch(asked, given);
  for (std::size_t j = 0; j < missing.size(); ++j) answers[missing[j]] = given[j];
  for (std::size_t i = prefix; i < questions.size(); ++i) note(questions[i], answers[i]);
  question_ += questions.size() - prefix;
}

template <class S>
void Driver<S>::ask_leaf(std::span<const Question<S>> questions, std::span<Answer<S>> answers) {
  const bool at_once = leaf_->parallel_inside() || (pool_ && questions.size() > 1);
  const std::size_t piece = at_once ? questions.size() : 1;
  for (std::size_t first = 0; first < questions.size(); first += piece) {
    if (first > 0) check_limits();
    const auto q = questions.subspan(first, piece);
    const auto a = answers.subspan(first, piece);
    numbers_.clear();
    try {
      ask_batch(q, a);
    } catch (...) {  // what was answered before is kept
      for (std::size_t i = 0; i < piece; ++i)
        if (answered_[i]) note(q[i], a[i]);
      throw;
    }
    for (std::size_t i = 0; i < piece; ++i) note(q[i], a[i]);
    question_ += piece;
  }
}

// Asks the leaf; each answer is durable in the log as soon as it is complete. Question i is number numbers_[i] of the
// run, or question_ + i when numbers_ is empty. answered_ says which are complete when an exception leaves.
template <class S>
void Driver<S>::ask_batch(std::span<const Question<S>> questions, std::span<Answer<S>> answers) {
  answered_.assign(questions.size(), false);
  asked_ = questions;
  given_ = answers;
  if (pool_ && questions.size() > 1) {
    std::vector<std::exception_ptr> thrown(questions.size());
    pool_->run(questions.size(), [&](std::size_t i) {
      try {
        leaf_->answer(questions.subspan(i, 1), answers.subspan(i, 1));
        complete(i);
      } catch (...) {
        thrown[i] = std::current_exception();  // rethrown below, on the method's thread
      }
    });
    for (const auto& e : thrown)
      if (e) std::rethrow_exception(e);
    return;
  }
  leaf_->answer(questions, answers);
  for (std::size_t i = 0; i < questions.size(); ++i) complete(i);
}

template <class S>
void Driver<S>::complete(std::size_t i) {
  const std::lock_guard lock(complete_mutex_);
  if (i >= answered_.size() || answered_[i]) return;  // a question asked by the short way has no place here
  answered_[i] = true;
  if (limits_.log == nullptr) return;
  limits_.log->record(numbers_.empty() ? question_ + i : numbers_[i], asked_[i], given_[i], seconds());
  limits_.log->commit();
}

template <class S>
void Driver<S>::note(const Question<S>& question, Answer<S>& answer) {
  Ledger& ledger = result_.ledger;
  detail::for_each_kind(question.asks, [&](std::size_t k) { ++ledger.answers[k]; });
  ledger.flops += answer.flops;
  if (answer.flops == 0.0 && !answer.failed) uncounted_ = true;
  if (limits_.max_flops && uncounted_)
    throw InvalidArgument("max_flops is " + detail::format(*limits_.max_flops) +
                          ", but this objective does not say how many operations an answer takes, so that the limit "
                          "would never be met; give max_evaluations or max_seconds");
  bool finite = true;
  if (question.asks.has(AnswerKind::gradient) && !detail::all_finite<S>(answer.gradient)) finite = false;
  if (question.asks.has(AnswerKind::directional) && !std::isfinite(answer.directional)) finite = false;
  if (question.asks.has(AnswerKind::value)) {
    if (!std::isfinite(answer.value)) finite = false;
    if (answer.failed || !finite) answer.value = std::numeric_limits<double>::infinity();
    const bool deterministic = question.sample.whole() || !leaf_offers_.stochastic;
    if (deterministic && question.perturbation.noise == Noise::none && question.fidelity == 1.0) {
      consider(question.point, answer.value);
    }
  }
  const auto check = [&](AnswerKind kind, std::span<const S> numbers) {
    if (question.asks.has(kind)) finite &= detail::all_finite(numbers);
  };
  check(AnswerKind::hessian_vector, answer.hessian_vector);
  check(AnswerKind::hessian, answer.hessian);
  check(AnswerKind::third, answer.third);
  check(AnswerKind::residual, answer.residual);
  check(AnswerKind::jacobian, answer.jacobian);
  check(AnswerKind::jacobian_vector, answer.product);
  check(AnswerKind::vector_jacobian, answer.product);
  check(AnswerKind::fisher_vector, answer.fisher_vector);
  if (answer.failed)
    ++ledger.failed;
  else if (!finite)
    ++ledger.non_finite;
  if (limits_.events != nullptr)
    limits_.events->answer(question.asks, question.sample.id, answer.value, answer.failed, ledger);
}

template std::size_t Driver<float>::allowed(std::span<const Question<float>>, AnswerKind&) const;
template std::size_t Driver<double>::allowed(std::span<const Question<double>>, AnswerKind&) const;
template void Driver<float>::replay(std::span<const Question<float>>, std::span<Answer<float>>);
template void Driver<double>::replay(std::span<const Question<double>>, std::span<Answer<double>>);
template void Driver<float>::ask_leaf(std::span<const Question<float>>, std::span<Answer<float>>);
template void Driver<double>::ask_leaf(std::span<const Question<double>>, std::span<Answer<double>>);
template void Driver<float>::complete(std::size_t);
template void Driver<double>::complete(std::size_t);
template void Driver<float>::note(const Question<float>&, Answer<float>&);
template void Driver<double>::note(const Question<double>&, Answer<double>&);

}  // namespace thalweg
