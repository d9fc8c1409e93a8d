#include "thalweg/gradient_estimation/direction_estimator.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg {
template <class S>
DirectionEstimator<S>::DirectionEstimator(Objective<S>& base, Entry entry, Noise noise, std::size_t directions,
                                          Sides sides, Quality quality)
    : Estimator<S>(base, entry, quality, true),
      noise_(noise),
      directions_(directions),
      sides_(sides),
      purpose_(entry.id + ".direction"),
      plus_(directions),
      minus_(sides == Sides::two ? directions : 0),
      weights_(directions),
      stretches_(directions),
      coefficients_(directions) {}

template <class S>
void DirectionEstimator<S>::estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t call) {
  const std::size_t n = question.point.size(), k_count = directions_;
  const bool two = sides_ == Sides::two;
  const bool wants_value = question.asks.has(AnswerKind::value);
  const bool at_point = wants_value || !two;  // f(θ) is asked
  const std::size_t first = at_point ? 1 : 0, per = two ? 2 : 1;
  const double c = spacing(call);
  const Stream base_stream(this->seed(), purpose_, call);
  const bool regenerates = this->base().regenerates_noise();

  this->start_batch(question, first + per * k_count);
  if (!regenerates) points_.resize(per * k_count * n);
  for (std::size_t k = 0; k < k_count; ++k) {
    const Stream stream = base_stream.at(call, static_cast<std::uint32_t>(k));
    stretches_[k] = stretch(stream, n);
    for (std::size_t side = 0; side < per; ++side) {
      const double scale = (side == 0 ? c : -c) * stretches_[k];
      Question<S>& q = this->question(first + per * k + side);
      if (regenerates) {
        q.perturbation = {noise_, scale, stream};
      } else {
        const std::span<S> point(points_.data() + (per * k + side) * n, n);
        std::copy(question.point.begin(), question.point.end(), point.begin());
        add_noise(point, static_cast<S>(scale), noise_, stream);
        q.point = point;
      }
    }
  }
  this->ask_batch(answer);
  if (wants_value) answer.value = this->value(0);

  for (std::size_t k = 0; k < k_count; ++k) {
    plus_[k] = this->value(first + per * k);
    if (two) minus_[k] = this->value(first + per * k + 1);
    weights_[k] = (two ? (plus_[k] - minus_[k]) / (2.0 * c) : (plus_[k] - this->value(0)) / c);
  }
  weigh(plus_, minus_, c, weights_);
  const auto finite = static_cast<std::size_t>(
      std::count_if(weights_.begin(), weights_.end(), [](double d) { return std::isfinite(d); }));
  std::fill(answer.gradient.begin(), answer.gradient.end(), S(0));
  if (finite == 0) {
    answer.failed = true;
    answer.error = "no direction had finite values";
    return;
  }
  const double up = static_cast<double>(k_count) / static_cast<double>(finite);
  for (std::size_t k = 0; k < k_count; ++k)
    coefficients_[k] = std::isfinite(weights_[k]) ? static_cast<S>(weights_[k] * up * stretches_[k]) : S(0);
  add_noises(answer.gradient, std::span<const S>(coefficients_), noise_, base_stream);

  const double made = static_cast<double>(n) * static_cast<double>(k_count);
  answer.flops += made * flops_per_noise(noise_);
  if (!regenerates) answer.flops += made * static_cast<double>(per) * flops_per_noise(noise_);
}

template <class S>
void DirectionEstimator<S>::weigh(std::span<const double>, std::span<const double>, double,
                                  std::span<double> weights) {
  for (double& w : weights) w /= static_cast<double>(weights.size());
}

template class DirectionEstimator<float>;
template class DirectionEstimator<double>;

}  // namespace thalweg
