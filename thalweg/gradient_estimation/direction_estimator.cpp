#include "thalweg/gradient_estimation/direction_estimator.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg {
namespace {

constexpr std::size_t most_stored = std::size_t{1} << 23;  // coordinates of materialised points in one batch

}  // namespace

template <class S>
DirectionEstimator<S>::DirectionEstimator(Objective<S>& base, Entry entry, Noise noise, std::size_t directions,
                                          Sides sides, bool frozen, Quality quality)
    : Estimator<S>(base, entry, quality, frozen ? Draws::frozen : Draws::fresh),
      noise_(noise),
      directions_(directions),
      sides_(sides),
      purpose_(entry.id + ".direction"),
      plus_(directions),
      minus_(sides == Sides::two ? directions : 0),
      weights_(directions),
      stretches_(directions),
      coefficients_(directions) {}

// The probes of directions first … first+count−1, inside the bounds. One-sided, all are around one centre_.
template <class S>
void DirectionEstimator<S>::place_inside(std::span<const S> theta, std::size_t first, std::size_t count, double c,
                                         const Stream& stream) {
  const std::size_t n = theta.size(), per = sides_ == Sides::two ? 2 : 1;
  const Bounds& box = this->bounds();
  for (std::size_t k = 0; k < count; ++k) {  // the steps, where the + side will be
    const std::span<S> step(points_.data() + per * k * n, n);
    std::fill(step.begin(), step.end(), S(0));
    add_direction(step, static_cast<S>(c * stretches_[first + k]),
                  stream.at(stream.step, static_cast<std::uint32_t>(first + k)));
  }
  for (std::size_t i = 0; i < n; ++i) {
    double longest = 0.0;
    for (std::size_t k = 0; k < count; ++k)
      longest = std::max(longest, std::abs(static_cast<double>(points_[per * k * n + i])));
    centre_[i] = static_cast<S>(moved_inside(static_cast<double>(theta[i]), longest, box.lower[i], box.upper[i]));
    for (std::size_t k = 0; k < count; ++k) {
      S* const plus = points_.data() + per * k * n + i;
      const S step = *plus;
      *plus = centre_[i] + step;
      if (per == 2) plus[n] = centre_[i] - step;
    }
  }
  for (std::size_t p = 0; p < per * count; ++p) box.clamp(std::span<S>(points_.data() + p * n, n));
  box.clamp(std::span<S>(centre_));
}

template <class S>
void DirectionEstimator<S>::estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t call) {
  const std::size_t n = question.point.size(), k_count = directions_, per = sides_ == Sides::two ? 2 : 1;
  const bool wants_value = question.asks.has(AnswerKind::value);
  const bool bounded = !this->bounds().empty(), regenerated = regenerates() && !bounded;
  const double c = spacing(call);
  const Stream base_stream(this->seed(), purpose_, call);
  const std::size_t most = regenerated ? k_count : std::clamp<std::size_t>(most_stored / (per * n), 1, k_count);
  if (!regenerated) points_.resize(per * most * n);
  if (bounded) centre_.resize(n);

  double beside = 0.0;  // f where one-sided differences begin
  for (std::size_t k0 = 0; k0 < k_count; k0 += most) {
    const std::size_t count = std::min(most, k_count - k0);
    for (std::size_t k = 0; k < count; ++k)
      stretches_[k0 + k] = stretch(base_stream.at(call, static_cast<std::uint32_t>(k0 + k)), n);
    if (bounded) place_inside(question.point, k0, count, c, base_stream);
    // f(θ) leads the first batch where it is wanted; f where one-sided differences begin leads each that needs it.
    const bool value_here = k0 == 0 && wants_value;
    const bool beside_here = sides_ == Sides::one && (bounded || (k0 == 0 && !wants_value));
    const std::size_t first = (value_here ? 1 : 0) + (beside_here ? 1 : 0);
    this->start_batch(question, first + per * count);
    if (beside_here && bounded) this->question(first - 1).point = centre_;
    for (std::size_t k = 0; k < count; ++k) {
      const Stream stream = base_stream.at(call, static_cast<std::uint32_t>(k0 + k));
      for (std::size_t side = 0; side < per; ++side) {
        const double scale = (side == 0 ? c : -c) * stretches_[k0 + k];
        Question<S>& q = this->question(first + per * k + side);
        if (regenerated) {
          q.perturbation = {noise_, scale, stream, rank()};
          continue;
        }
        const std::span<S> point(points_.data() + (per * k + side) * n, n);
        if (!bounded) {
          std::copy(question.point.begin(), question.point.end(), point.begin());
          add_direction(point, static_cast<S>(scale), stream);
        }
        q.point = point;
      }
    }
    this->ask_batch(answer);
    if (value_here) answer.value = this->reply_value(0);
    if (beside_here)
      beside = this->reply_value(first - 1);
    else if (value_here)
      beside = answer.value;
    for (std::size_t k = 0; k < count; ++k) {
      plus_[k0 + k] = this->reply_value(first + per * k);
      if (per == 2) minus_[k0 + k] = this->reply_value(first + per * k + 1);
      weights_[k0 + k] = sides_ == Sides::two   ? (plus_[k0 + k] - minus_[k0 + k]) / (2.0 * c)
                         : sides_ == Sides::one ? (plus_[k0 + k] - beside) / c
                                                : plus_[k0 + k] / c;
    }
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
  add_directions(answer.gradient, std::span<const S>(coefficients_), base_stream);

  const double made = static_cast<double>(k_count) * flops_of_direction(n);
  answer.flops += regenerated ? made : made * static_cast<double>(1 + per);
}

template <class S>
void DirectionEstimator<S>::weigh(std::span<const double>, std::span<const double>, double,
                                  std::span<double> weights) {
  for (double& w : weights) w /= static_cast<double>(weights.size());
}

template class DirectionEstimator<float>;
template class DirectionEstimator<double>;

}  // namespace thalweg
