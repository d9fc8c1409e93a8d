// What every estimator shares: an adapter that adds the answer *gradient* to an objective, made of other answers.
//
// Whatever else the base offers passes through. An estimator is charged in the answers that it takes, since the
// driver's ledger stands below it. Its randomness is a function of the run's seed and of the number of the call, so a
// run repeats bit by bit.
//
// Frozen, it draws what belongs to the first call at every call, and asks everything under one sample key: a sample
// average that is a function of θ, so that line searches and quasi-Newton methods take it (Kleywegt, Shapiro &
// Homem-de-Mello 2002, "The sample average approximation method", SIAM J. Optim. 12:479). The key is the whole where
// the objective is a finite sum, else 1.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "thalweg/core/asks_beside.hpp"
#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

// What an estimator draws: nothing, anew at each call, or the same at each call.
enum class Draws { none, fresh, frozen };

// x, moved by no more than it needs for x ± reach to be in [low, high]; the middle where both cannot be.
inline double moved_inside(double x, double reach, double low, double high) {
  if (high - low < 2.0 * reach) return low + 0.5 * (high - low);
  return std::min(std::max(x, low + reach), high - reach);
}

template <class E>
void describe_frozen(Description<E>& d) {
  d.option("frozen", &E::frozen,
           "the same directions and one sample key at every call: repeatable, so line searches and l-bfgs take it");
}

template <class S>
class Estimator : public Adapter<S>, public AsksBeside {
 public:
  // Throws MissingAnswer if the base lacks what the estimator asks.
  Estimator(Objective<S>& base, Entry entry, Quality quality, Draws draws);

  [[nodiscard]] Offers offers() const final;
  void begin(std::uint64_t seed) override;
  void seek(std::uint64_t call) override { call_ = call - 1; }
  void within(const Bounds& bounds) override { bounds_ = bounds; }
  void answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) final;

 protected:
  // Writes answer.gradient at question.point, and answer.value where question.asks says so. Everything it asks of
  // base() goes in one batch with question.sample. `call` counts gradient questions since begin, from 1.
  virtual void estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t call) = 0;

  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] const Bounds& bounds() const { return bounds_; }
  // A batch of `count` fresh questions to the base under the sample and fidelity of `like`, at its point.
  void start_batch(const Question<S>& like, std::size_t count);
  // Asks the batch; quality and FLOPs of its answers are added to `total`.
  void ask_batch(Answer<S>& total);
  [[nodiscard]] Question<S>& question(std::size_t i) { return questions_[i]; }
  [[nodiscard]] const Answer<S>& reply(std::size_t i) const { return replies_[i]; }
  // The value of reply i; not finite if its evaluation failed.
  [[nodiscard]] double reply_value(std::size_t i) const;

 private:
  void answer_keyed(std::span<const Question<S>> questions, std::span<Answer<S>> answers);

  Entry entry_;
  Quality quality_;
  Draws draws_;
  Bounds bounds_;
  std::uint64_t seed_ = 0, call_ = 0;
  std::vector<Question<S>> rekeyed_;
  std::vector<Question<S>> questions_;
  std::vector<Answer<S>> replies_;
};

extern template class Estimator<float>;
extern template class Estimator<double>;

}  // namespace thalweg
