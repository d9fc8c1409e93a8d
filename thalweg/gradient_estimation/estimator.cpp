#include "thalweg/gradient_estimation/estimator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {

template <class S>
Estimator<S>::Estimator(Objective<S>& base, Entry entry, Quality quality, Draws draws)
    : Adapter<S>(base), entry_(std::move(entry)), quality_(quality), draws_(draws) {
  const Kinds missing = entry_.asks - base.offers().kinds;
  if (!missing.empty())
    throw MissingAnswer(entry_.id + " makes a gradient of " + to_string(entry_.asks) +
                        ", but this objective answers " + to_string(base.offers().kinds) +
                        (missing.has(AnswerKind::directional)
                             ? "; pass differentiable(f), or use gaussian-smoothing, which needs values only"
                             : "; give it values"));
}

template <class S>
Offers Estimator<S>::offers() const {
  Offers offers = this->base().offers();
  offers.add(AnswerKind::gradient, quality_);
  offers.stochastic = draws_ != Draws::frozen && (offers.stochastic || draws_ == Draws::fresh);
  return offers;
}

template <class S>
void Estimator<S>::begin(std::uint64_t seed) {
  seed_ = seed;
  call_ = 0;
}

template <class S>
void Estimator<S>::answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) {
  if (draws_ != Draws::frozen) return answer_keyed(questions, answers);
  const Offers offers = this->base().offers();
  if (!offers.stochastic) return answer_keyed(questions, answers);
  rekeyed_.assign(questions.begin(), questions.end());
  for (Question<S>& q : rekeyed_) q.sample = SampleKey{offers.samples > 0 ? std::uint64_t{0} : std::uint64_t{1}};
  answer_keyed(rekeyed_, answers);
}

template <class S>
void Estimator<S>::answer_keyed(std::span<const Question<S>> questions, std::span<Answer<S>> answers) {
  const auto asks_gradient = [](const Question<S>& q) { return q.asks.has(AnswerKind::gradient); };
  if (std::none_of(questions.begin(), questions.end(), asks_gradient)) return this->base().answer(questions, answers);
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (!asks_gradient(questions[i])) {
      this->base().answer(questions.subspan(i, 1), answers.subspan(i, 1));
      continue;
    }
    const Kinds others = questions[i].asks - Kinds{AnswerKind::gradient, AnswerKind::value};
    answers[i].failed = false;
    answers[i].quality = quality_;
    answers[i].flops = 0.0;
    if (!others.empty()) {
      Question<S> rest = questions[i];
      rest.asks = others;
      this->base().answer(std::span(&rest, 1), answers.subspan(i, 1));
      answers[i].quality = std::max(answers[i].quality, quality_);
    }
    estimate(questions[i], answers[i], draws_ == Draws::frozen ? 1 : ++call_);
  }
}

template <class S>
void Estimator<S>::start_batch(const Question<S>& like, std::size_t count) {
  questions_.assign(
      count,
      Question<S>{.asks = AnswerKind::value, .point = like.point, .sample = like.sample, .fidelity = like.fidelity});
  replies_.resize(count);
  for (Answer<S>& a : replies_) {
    a.value = a.directional = std::numeric_limits<double>::quiet_NaN();
    a.quality = Quality::exact;
    a.flops = 0.0;
    a.failed = false;
    a.error.clear();
  }
}

template <class S>
void Estimator<S>::ask_batch(Answer<S>& total) {
  this->base().answer(questions_, replies_);
  for (const Answer<S>& a : replies_) {
    total.quality = std::max(total.quality, a.quality);
    total.flops += a.flops;
  }
}

template <class S>
double Estimator<S>::reply_value(std::size_t i) const {
  return replies_[i].failed ? std::numeric_limits<double>::infinity() : replies_[i].value;
}

template class Estimator<float>;
template class Estimator<double>;

}  // namespace thalweg
