#include "thalweg/second_order/robust_loss.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "thalweg/core/options.hpp"

namespace thalweg {

namespace {
constexpr std::string_view names[] = {"linear", "huber", "soft-l1", "cauchy"};
}

std::string_view name(Robust loss) { return names[static_cast<std::size_t>(loss)]; }

Robust robust_named(std::string_view text) {
  for (std::size_t i = 0; i < std::size(names); ++i)
    if (names[i] == text) return static_cast<Robust>(i);
  if (text == "soft_l1") return Robust::soft_l1;
  throw InvalidArgument("loss `" + std::string(text) +
                        "` is unknown; the losses are linear, huber, soft-l1 and cauchy");
}

RobustPoint robust(Robust loss, double u) {
  const double a = std::abs(u);
  switch (loss) {
    case Robust::linear:
      break;
    case Robust::huber: {
      if (a <= 1.0) break;
      const double root = std::sqrt(2.0 * a - 1.0);
      return {std::copysign(root, u), 1.0 / root};
    }
    case Robust::soft_l1: {  // ρ = u²·2/(√(1 + u²) + 1): no cancellation at 0
      const double h = std::hypot(1.0, u), factor = std::sqrt(2.0 / (h + 1.0));
      return {u * factor, 1.0 / (h * factor)};
    }
    case Robust::cauchy: {
      const double root = a < 1e150 ? std::sqrt(std::log1p(u * u)) : std::sqrt(2.0 * std::log(a));
      if (!(root > 0.0)) break;
      return {std::copysign(root, u), a / (1.0 + u * u) / root};
    }
  }
  return {u, 1.0};
}

RobustLoss::RobustLoss(Objective<double>& residuals, Robust loss, double scale)
    : base_(residuals), loss_(loss), scale_(scale) {
  if (!residuals.offers().kinds.has(AnswerKind::residual))
    throw InvalidArgument("a robust loss needs an objective that answers residuals; this one answers " +
                          to_string(residuals.offers().kinds));
  if (!(scale > 0.0) || !std::isfinite(scale))
    throw InvalidArgument("the scale of a robust loss is " + detail::format(scale) + "; it must be > 0 and finite");
  const std::size_t m = residuals.offers().residuals;
  for (std::vector<double>* v : {&r_, &robust_, &slope_, &scaled_}) v->resize(m);
}

Offers RobustLoss::offers() const {
  const Offers base = base_.offers();
  Offers offers;
  offers.stochastic = base.stochastic;
  offers.residuals = base.residuals;
  offers.samples = base.samples;
  offers.add(AnswerKind::value, base.of(AnswerKind::residual));
  offers.add(AnswerKind::residual, base.of(AnswerKind::residual));
  for (const AnswerKind kind : {AnswerKind::jacobian, AnswerKind::jacobian_vector, AnswerKind::vector_jacobian})
    if (base.kinds.has(kind)) offers.add(kind, base.of(kind));
  if (base.kinds.has(AnswerKind::vector_jacobian))
    offers.add(AnswerKind::gradient, base.of(AnswerKind::vector_jacobian));
  return offers;
}

void RobustLoss::answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) {
  for (std::size_t i = 0; i < questions.size(); ++i) answer_one(questions[i], answers[i]);
}

void RobustLoss::answer_one(const Question<double>& question, Answer<double>& answer) {
  const Kinds asks = question.asks;
  const std::size_t m = r_.size(), n = question.point.size();
  const auto ask = [&](Kinds kinds, std::span<const double> direction, std::span<double> product) {
    Question<double> inner = question;
    inner.asks = kinds;
    inner.direction = direction;
    Answer<double> got;
    got.residual = r_;
    got.jacobian = answer.jacobian;
    got.product = product;
    base_.answer(std::span(&inner, 1), std::span(&got, 1));
    answer.flops += got.flops;
    answer.quality = std::max(answer.quality, got.quality);
    answer.failed = answer.failed || got.failed;
    if (!got.error.empty()) answer.error = got.error;
  };
  // All that does not depend on the slopes, at once.
  Kinds first = AnswerKind::residual;
  if (asks.has(AnswerKind::jacobian)) first = first | AnswerKind::jacobian;
  if (asks.has(AnswerKind::jacobian_vector)) first = first | AnswerKind::jacobian_vector;
  ask(first, question.direction, answer.product);
  double squares = 0.0;
  for (std::size_t i = 0; i < m; ++i) {
    const RobustPoint point = robust(loss_, r_[i] / scale_);
    robust_[i] = scale_ * point.value;
    slope_[i] = point.slope;
    squares += robust_[i] * robust_[i];
  }
  if (asks.has(AnswerKind::value)) answer.value = 0.5 * squares;
  if (asks.has(AnswerKind::residual)) std::copy(robust_.begin(), robust_.end(), answer.residual.begin());
  if (asks.has(AnswerKind::jacobian))
    for (std::size_t i = 0; i < m; ++i)
      for (std::size_t j = 0; j < n; ++j) answer.jacobian[i * n + j] *= slope_[i];
  if (asks.has(AnswerKind::jacobian_vector))
    for (std::size_t i = 0; i < m; ++i) answer.product[i] *= slope_[i];
  const auto transposed = [&](std::span<const double> u, std::span<double> out) {  // J̃ᵀu = Jᵀ(slope ∘ u)
    for (std::size_t i = 0; i < m; ++i) scaled_[i] = slope_[i] * u[i];
    ask(AnswerKind::vector_jacobian, scaled_, out);
  };
  if (asks.has(AnswerKind::vector_jacobian)) transposed(question.direction, answer.product);
  if (asks.has(AnswerKind::gradient)) transposed(robust_, answer.gradient);
}

}  // namespace thalweg
