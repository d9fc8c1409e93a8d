#include "thalweg/gradient_estimation/coordinate_differences.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace thalweg {
namespace {

constexpr std::size_t most_stored = std::size_t{1} << 23;  // coordinates of materialised points in one batch

}  // namespace

template <class S>
CoordinateDifferences<S>::CoordinateDifferences(Objective<S>& base, Entry entry, Sides sides, double relative_step,
                                                double fixed_step)
    : Estimator<S>(base, std::move(entry), Quality::biased, false),
      sides_(sides),
      relative_step_(relative_step),
      fixed_step_(fixed_step) {}

// h such that x + h is exact.
template <class S>
S CoordinateDifferences<S>::step_at(S x) const {
  const double wanted =
      fixed_step_ > 0.0 ? fixed_step_ : relative_step_ * std::max(1.0, std::abs(static_cast<double>(x)));
  const S moved = x + static_cast<S>(wanted);
  return moved > x ? moved - x : std::nextafter(x, std::numeric_limits<S>::infinity()) - x;
}

template <class S>
void CoordinateDifferences<S>::estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t) {
  const std::span<const S> x = question.point;
  const std::size_t n = x.size(), per = sides_ == Sides::two ? 2 : 1;
  const std::size_t most = std::clamp<std::size_t>(most_stored / (per * n), 1, n);  // coordinates in one batch
  const bool wants_value = question.asks.has(AnswerKind::value);
  points_.resize(most * per * n);
  double here = 0.0;
  for (std::size_t i0 = 0; i0 < n; i0 += most) {
    const std::size_t count = std::min(most, n - i0);
    const std::size_t first = i0 == 0 && (wants_value || per == 1) ? 1 : 0;  // f(θ) goes with the first batch
    this->start_batch(question, first + per * count);
    for (std::size_t j = 0; j < count; ++j)
      for (std::size_t side = 0; side < per; ++side) {
        const std::span<S> point(points_.data() + (per * j + side) * n, n);
        std::copy(x.begin(), x.end(), point.begin());
        const S h = step_at(x[i0 + j]);
        point[i0 + j] += side == 0 ? h : -h;
        this->question(first + per * j + side).point = point;
      }
    this->ask_batch(answer);
    if (first == 1) here = this->value(0);
    for (std::size_t j = 0; j < count; ++j) {
      const double h = static_cast<double>(step_at(x[i0 + j]));
      const double plus = this->value(first + per * j);
      const double difference = per == 2 ? (plus - this->value(first + per * j + 1)) / (2.0 * h) : (plus - here) / h;
      if (!std::isfinite(difference)) {
        answer.failed = true;
        answer.error = "a value beside coordinate " + std::to_string(i0 + j) + " is not finite";
      }
      answer.gradient[i0 + j] = static_cast<S>(difference);
    }
  }
  if (wants_value) answer.value = here;
  answer.flops += static_cast<double>(n) * static_cast<double>(per + 2);
}

template class CoordinateDifferences<float>;
template class CoordinateDifferences<double>;

}  // namespace thalweg
