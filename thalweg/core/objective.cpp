#include "thalweg/core/objective.hpp"

#include <stdexcept>

#include "thalweg/core/options.hpp"

namespace thalweg {

namespace {
[[noreturn]] void refuse_size(const char* what, std::size_t got, std::size_t expected) {
  throw std::logic_error(std::string(what) + " has " + std::to_string(got) + " entries; this objective needs " +
                         std::to_string(expected));
}
void require_size(const char* what, std::size_t got, std::size_t expected) {
  if (got != expected) refuse_size(what, got, expected);
}
}  // namespace

template <class S>
void Objective<S>::one(const Question<S>& question, Answer<S>& answer_) {
  require_size("the point", question.point.size(), dimension());
  answer(std::span(&question, 1), std::span(&answer_, 1));
}

template <class S>
double Objective<S>::value(std::span<const S> x, SampleKey sample) {
  const Question<S> q{.asks = AnswerKind::value, .point = x, .sample = sample};
  Answer<S> a;
  one(q, a);
  return a.value;
}

template <class S>
double Objective<S>::value_and_gradient(std::span<const S> x, std::span<S> gradient_, SampleKey sample) {
  require_size("the gradient", gradient_.size(), x.size());
  const Question<S> q{.asks = {AnswerKind::value, AnswerKind::gradient}, .point = x, .sample = sample};
  Answer<S> a;
  a.gradient = gradient_;
  one(q, a);
  return a.value;
}

template <class S>
void Objective<S>::gradient(std::span<const S> x, std::span<S> gradient_, SampleKey sample) {
  require_size("the gradient", gradient_.size(), x.size());
  const Question<S> q{.asks = AnswerKind::gradient, .point = x, .sample = sample};
  Answer<S> a;
  a.gradient = gradient_;
  one(q, a);
}

template <class S>
double Objective<S>::directional(std::span<const S> x, std::span<const S> direction, SampleKey sample) {
  require_size("the direction", direction.size(), x.size());
  const Question<S> q{.asks = AnswerKind::directional, .point = x, .direction = direction, .sample = sample};
  Answer<S> a;
  one(q, a);
  return a.directional;
}

template <class S>
void Objective<S>::hessian_vector(std::span<const S> x, std::span<const S> direction, std::span<S> out,
                                  SampleKey sample) {
  require_size("the direction", direction.size(), x.size());
  require_size("the product", out.size(), x.size());
  const Question<S> q{.asks = AnswerKind::hessian_vector, .point = x, .direction = direction, .sample = sample};
  Answer<S> a;
  a.hessian_vector = out;
  one(q, a);
}

template <class S>
void Objective<S>::fisher_vector(std::span<const S> x, std::span<const S> direction, std::span<S> out,
                                 SampleKey sample) {
  require_size("the direction", direction.size(), x.size());
  require_size("the product", out.size(), x.size());
  const Question<S> q{.asks = AnswerKind::fisher_vector, .point = x, .direction = direction, .sample = sample};
  Answer<S> a;
  a.fisher_vector = out;
  one(q, a);
}

template <class S>
void Objective<S>::hessian(std::span<const S> x, std::span<S> out, SampleKey sample) {
  require_size("the Hessian", out.size(), x.size() * x.size());
  const Question<S> q{.asks = AnswerKind::hessian, .point = x, .sample = sample};
  Answer<S> a;
  a.hessian = out;
  one(q, a);
}

template <class S>
void Objective<S>::third(std::span<const S> x, std::span<const S> direction, std::span<S> out, SampleKey sample) {
  require_size("the direction", direction.size(), x.size());
  require_size("the contraction", out.size(), x.size());
  const Question<S> q{.asks = AnswerKind::third, .point = x, .direction = direction, .sample = sample};
  Answer<S> a;
  a.third = out;
  one(q, a);
}

template <class S>
void Objective<S>::residual(std::span<const S> x, std::span<S> out, SampleKey sample) {
  const Question<S> q{.asks = AnswerKind::residual, .point = x, .sample = sample};
  Answer<S> a;
  a.residual = out;
  one(q, a);
}

template <class S>
void Objective<S>::jacobian(std::span<const S> x, std::span<S> out, SampleKey sample) {
  const Question<S> q{.asks = AnswerKind::jacobian, .point = x, .sample = sample};
  Answer<S> a;
  a.jacobian = out;
  one(q, a);
}

template <class S>
void Objective<S>::values(std::span<const S> points, std::span<double> values_, SampleKey sample) {
  const std::size_t n = dimension();
  require_size("the block of points", points.size(), n * values_.size());
  // Buffers of the objective's own, so that a steady-state batch allocates nothing.
  batch_questions_.assign(values_.size(), Question<S>{.asks = AnswerKind::value, .point = {}, .sample = sample});
  batch_answers_.resize(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i) {
    batch_questions_[i].point = points.subspan(i * n, n);
    batch_answers_[i] = Answer<S>{};
  }
  answer(batch_questions_, batch_answers_);
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = batch_answers_[i].value;
}

template class Objective<float>;
template class Objective<double>;

Offers FunctionObjective::offers() const {
  Offers offers;
  if (both_) offers.add(AnswerKind::gradient);
  return offers;
}

void FunctionObjective::answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) {
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Question<double>& q = questions[i];
    Answer<double>& a = answers[i];
    if (value_)
      a.value = value_(q.point);
    else
      a.value = both_(q.point, q.asks.has(AnswerKind::gradient) ? a.gradient : std::span<double>{});
  }
}

void FunctionObjective::wrong_size(std::size_t size) const { refuse_size("the point", size, dimension_); }

double FunctionObjective::value_and_gradient(std::span<const double> x, std::span<double> gradient,
                                             SampleKey sample) {
  if (!both_) return Objective::value_and_gradient(x, gradient, sample);
  require_size("the point", x.size(), dimension_);
  require_size("the gradient", gradient.size(), dimension_);
  return both_(x, gradient);
}

}  // namespace thalweg
