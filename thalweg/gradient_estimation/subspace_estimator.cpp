#include "thalweg/gradient_estimation/subspace_estimator.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/noise.hpp"

namespace thalweg {

template <class S>
SubspaceEstimator<S>::SubspaceEstimator(Objective<S>& base, Entry entry, std::size_t directions, double sigma,
                                        double factor, bool frozen)
    : Estimator<S>(base, entry, Quality::biased, frozen ? Draws::frozen : Draws::fresh),
      n_(base.dimension()),
      directions_(directions),
      sigma_(sigma),
      factor_(factor),
      purpose_(entry.id + ".direction") {
  if (directions_ > n_)
    throw InvalidArgument(entry.id + ": directions is " + std::to_string(directions_) + "; at most the dimension, " +
                          std::to_string(n_) + ", can be orthogonal");
  q_.resize(directions_ * n_);
  sum_.resize(n_);
  centre_.resize(n_);
  points_.resize(2 * directions_ * n_);
}

template <class S>
void SubspaceEstimator<S>::draw_directions(std::uint64_t call) {
  const Stream base_stream(this->seed(), purpose_, call);
  std::uint32_t next = 0;  // streams used; a draw that is nearly dependent (probability ~ 0) is drawn again
  for (std::size_t k = 0; k < directions_;) {
    const std::span<double> q(q_.data() + k * n_, n_);
    fill_noise(q, Noise::gaussian, base_stream.at(call, next++));
    const double before = blas::norm(q);
    for (int pass = 0; pass < 2; ++pass)
      for (std::size_t j = 0; j < k; ++j) {
        const std::span<const double> other(q_.data() + j * n_, n_);
        blas::axpy(-blas::dot(other, q), other, q);
      }
    const double length = blas::norm(q);
    if (!(length > 1e-8 * before)) continue;
    blas::scale(1.0 / length, q);
    ++k;
  }
}

template <class S>
void SubspaceEstimator<S>::estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t call) {
  draw_directions(call);
  const bool wants_value = question.asks.has(AnswerKind::value);
  const std::size_t first = wants_value ? 1 : 0;
  const double h = sigma_ * std::sqrt(static_cast<double>(n_));
  for (std::size_t i = 0; i < n_; ++i) {
    centre_[i] = static_cast<double>(question.point[i]);
    if (this->bounds().empty()) continue;
    double longest = 0.0;
    for (std::size_t k = 0; k < directions_; ++k) longest = std::max(longest, h * std::abs(q_[k * n_ + i]));
    centre_[i] = moved_inside(centre_[i], longest, this->bounds().lower[i], this->bounds().upper[i]);
  }
  this->start_batch(question, first + 2 * directions_);
  for (std::size_t k = 0; k < directions_; ++k)
    for (std::size_t side = 0; side < 2; ++side) {
      const std::span<S> point(points_.data() + (2 * k + side) * n_, n_);
      const double step = side == 0 ? h : -h;
      for (std::size_t i = 0; i < n_; ++i) point[i] = static_cast<S>(centre_[i] + step * q_[k * n_ + i]);
      this->bounds().clamp(point);
      this->question(first + 2 * k + side).point = point;
    }
  this->ask_batch(answer);
  if (wants_value) answer.value = this->reply_value(0);
  std::fill(sum_.begin(), sum_.end(), 0.0);
  for (std::size_t k = 0; k < directions_; ++k) {
    const double d = (this->reply_value(first + 2 * k) - this->reply_value(first + 2 * k + 1)) / (2.0 * h);
    if (!std::isfinite(d)) {
      answer.failed = true;
      answer.error = "a value along direction " + std::to_string(k) + " is not finite";
      continue;
    }
    blas::axpy(factor_ * d, std::span<const double>(q_.data() + k * n_, n_), sum_);
  }
  for (std::size_t i = 0; i < n_; ++i) answer.gradient[i] = static_cast<S>(sum_[i]);
  const auto n = static_cast<double>(n_), k = static_cast<double>(directions_);
  answer.flops += n * k * (13.0 + 4.0 * k + 6.0);  // noise, orthogonalisation, points and sum
}

template class SubspaceEstimator<float>;
template class SubspaceEstimator<double>;

}  // namespace thalweg
