#include "thalweg/gradient_estimation/fd_jacobian.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/options.hpp"

namespace thalweg {

FdJacobian::FdJacobian(Objective<double>& base, bool central, Bounds bounds)
    : Adapter(base), central_(central), bounds_(std::move(bounds)) {
  if (!base.offers().kinds.has(AnswerKind::residual))
    throw InvalidArgument("differences of residuals need an objective that answers residuals; this one answers " +
                          to_string(base.offers().kinds));
}

Offers FdJacobian::offers() const {
  Offers offers = base().offers();
  return offers.add(AnswerKind::jacobian, Quality::biased);
}

void FdJacobian::answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) {
  for (std::size_t i = 0; i < questions.size(); ++i) {
    Question<double> rest = questions[i];
    rest.asks = rest.asks - AnswerKind::jacobian;
    if (!rest.asks.empty()) base().answer(std::span(&rest, 1), answers.subspan(i, 1));
    if (questions[i].asks.has(AnswerKind::jacobian)) differences(questions[i], answers[i]);
  }
}

void FdJacobian::differences(const Question<double>& question, Answer<double>& answer) {
  const std::size_t n = question.point.size(), m = base().offers().residuals, count = 2 * n;
  const double eta = central_ ? std::cbrt(std::numeric_limits<double>::epsilon())
                              : std::sqrt(std::numeric_limits<double>::epsilon());
  low_.resize(n), high_.resize(n);
  bool here = false;  // some column has an end at x itself
  for (std::size_t j = 0; j < n; ++j) {
    const double x = question.point[j], h = eta * std::max(1.0, std::abs(x));
    const bool up = x + h <= bounds_.high(j), down = x - h >= bounds_.low(j);
    low_[j] = (central_ && down) || (!up && down) ? x - h : x;
    high_[j] = up ? x + h : (low_[j] < x ? x : std::min(x + h, bounds_.high(j)));
    here = here || low_[j] == x || high_[j] == x;
  }
  points_.resize((count + 1) * n);
  residuals_.resize((count + 1) * m);
  questions_.clear();
  answers_.clear();
  const auto ask = [&](std::size_t j, double value) {  // the residuals where variable j has that value
    const std::size_t row = questions_.size();
    const std::span<double> point = std::span(points_).subspan(row * n, n);
    std::copy(question.point.begin(), question.point.end(), point.begin());
    if (j < n) point[j] = value;
    Question<double> q = question;
    q.asks = AnswerKind::residual;
    q.point = point;
    questions_.push_back(q);
    answers_.emplace_back();
    answers_.back().residual = std::span(residuals_).subspan(row * m, m);
  };
  if (here) ask(n, 0.0);
  for (std::size_t j = 0; j < n; ++j) {
    if (low_[j] != question.point[j]) ask(j, low_[j]);
    if (high_[j] != question.point[j]) ask(j, high_[j]);
  }
  base().answer(questions_, answers_);
  std::size_t row = here ? 1 : 0;
  for (std::size_t j = 0; j < n; ++j) {
    const double* low = residuals_.data() + (low_[j] != question.point[j] ? row++ : 0) * m;
    const double* high = residuals_.data() + (high_[j] != question.point[j] ? row++ : 0) * m;
    const double width = high_[j] - low_[j];  // 0: the bounds fix the variable
    for (std::size_t i = 0; i < m; ++i) answer.jacobian[i * n + j] = width > 0.0 ? (high[i] - low[i]) / width : 0.0;
  }
  for (const Answer<double>& a : answers_) {
    answer.flops += a.flops;
    answer.failed = answer.failed || a.failed;
  }
  answer.quality = std::max(answer.quality, Quality::biased);
}

}  // namespace thalweg
