// What every estimator shares: an adapter that adds the answer *gradient* to an objective, made of other answers.
//
// Whatever else the base offers passes through. An estimator is charged in the answers that it takes, since the
// driver's ledger stands below it. Its randomness is a function of the run's seed and of the number of the call, so a
// run repeats bit by bit.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

template <class S>
class Estimator : public Adapter<S> {
 public:
  // Throws MissingAnswer if the base lacks what the estimator asks. `random`: two calls at one point differ.
  Estimator(Objective<S>& base, Entry entry, Quality quality, bool random);

  [[nodiscard]] Offers offers() const final;
  void begin(std::uint64_t seed) override;
  void seek(std::uint64_t call) override { call_ = call - 1; }
  void answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) final;

 protected:
  // Writes answer.gradient at question.point, and answer.value where question.asks says so. Everything it asks of
  // base() goes in one batch with question.sample. `call` counts gradient questions since begin, from 1.
  virtual void estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t call) = 0;

  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  // A batch of `count` fresh questions to the base under the sample and fidelity of `like`, at its point.
  void start_batch(const Question<S>& like, std::size_t count);
  // Asks the batch; quality and FLOPs of its answers are added to `total`.
  void ask_batch(Answer<S>& total);
  [[nodiscard]] Question<S>& question(std::size_t i) { return questions_[i]; }
  [[nodiscard]] const Answer<S>& reply(std::size_t i) const { return replies_[i]; }
  // The value of reply i; not finite if its evaluation failed.
  [[nodiscard]] double value(std::size_t i) const;

 private:
  Entry entry_;
  Quality quality_;
  bool random_;
  std::uint64_t seed_ = 0, call_ = 0;
  std::vector<Question<S>> questions_;
  std::vector<Answer<S>> replies_;
};

extern template class Estimator<float>;
extern template class Estimator<double>;

}  // namespace thalweg
