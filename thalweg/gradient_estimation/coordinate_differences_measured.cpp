// The steps of finite differences, measured: the noise of f by ECnoise (noise_level.hpp), then the second (forward)
// or third (central) derivative along each coordinate by the test of Moré & Wild (2012), "Estimating derivatives of
// noisy simulations", ACM TOMS 38:19: a difference D(h) tells of the derivative where it stands out of the
// noise, D(h) ≥ τ₁ε_f, and h is still small, |f(θ±h) − f(θ)| ≤ τ₂ max(|f(θ)|, |f(θ±h)|). Two spacings are tried, h_a
// = ε_f^{1/4} and h_b = (ε_f/μ_a)^{1/4} (1/5 for third differences). Departures: spacings are times max(1, |θ_i|),
// and h_b at most that; where even D(h_b) is within the noise, the derivative is taken as the largest that could hide
// there, τ₁ε_f/h_b², in place of giving up.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "thalweg/core/noise.hpp"
#include "thalweg/gradient_estimation/coordinate_differences.hpp"
#include "thalweg/gradient_estimation/noise_level.hpp"

namespace thalweg {
namespace {

constexpr double tau1 = 100.0, tau2 = 0.1;  // Moré & Wild (2012)
constexpr std::size_t noise_points = 7;     // Moré & Wild (2011): "the use of at least 7 is recommended"
constexpr int most_spacings = 6;            // of the search for the noise's: 12 decades from √ε, ±
constexpr std::size_t most_stored = std::size_t{1} << 22;

double size_of(double x) { return std::max(1.0, std::abs(x)); }

}  // namespace

template <class S>
double CoordinateDifferences<S>::measure_noise(const Question<S>& question, Answer<S>& answer) {
  const std::size_t n = question.point.size();
  const Bounds& box = this->bounds();
  points_.resize((noise_points + 1) * n);
  const std::span<S> direction(points_.data() + noise_points * n, n);
  fill_noise(direction, Noise::rademacher, Stream(this->seed(), Purpose("finite-differences.noise-direction")));
  double largest = 1.0, machine = static_cast<double>(std::numeric_limits<S>::epsilon());
  for (const S x : question.point) largest = std::max(largest, std::abs(static_cast<double>(x)));
  double h = std::sqrt(machine) * largest;
  for (int attempt = 0; attempt < most_spacings; ++attempt) {
    this->start_batch(question, noise_points);
    const double reach = h * static_cast<double>(noise_points - 1);
    for (std::size_t j = 0; j < noise_points; ++j) {
      const std::span<S> point(points_.data() + j * n, n);
      for (std::size_t i = 0; i < n; ++i) {
        const double x = static_cast<double>(question.point[i]), sign = static_cast<double>(direction[i]);
        const bool inwards = x + sign * reach <= box.high(i) && x + sign * reach >= box.low(i);
        point[i] = static_cast<S>(x + (inwards ? sign : -sign) * h * static_cast<double>(j));
      }
      box.clamp(point);
      this->question(j).point = point;
    }
    this->ask_batch(answer);
    std::array<double, noise_points> values{};
    for (std::size_t j = 0; j < noise_points; ++j) values[j] = this->reply_value(j);
    measured_here_ = values[0];
    const NoiseLevel level = noise_level(values);
    if (level.verdict == NoiseLevel::Verdict::found && level.noise > 0.0) return level.noise;
    h *= level.verdict == NoiseLevel::Verdict::spacing_too_small ? 100.0 : 0.01;
  }
  return machine * (std::isfinite(measured_here_) ? size_of(measured_here_) : 1.0);  // none found: rounding
}

// size[i]: the absolute second or third difference along coordinate i at spacing[i]; negative where values differ by
// more than τ₂ allows, NaN where it was not asked (spacing 0, no room in the bounds) or is not finite.
template <class S>
void CoordinateDifferences<S>::measure_derivatives(const Question<S>& question, Answer<S>& answer,
                                                   std::span<double> spacing, std::span<double> size) {
  const std::span<const S> x = question.point;
  const std::size_t n = x.size(), per = sides_ == Sides::two ? 4 : 2;
  const std::size_t most = std::clamp<std::size_t>(most_stored / (per * n), 1, n);
  points_.resize(most * per * n);
  for (std::size_t i0 = 0; i0 < n; i0 += most) {
    const std::size_t end = std::min(n, i0 + most);
    std::size_t count = 0;
    for (std::size_t i = i0; i < end; ++i) {
      const std::size_t farthest = per / 2;
      const double at = static_cast<double>(x[i]), reach = spacing[i] * static_cast<double>(farthest);
      if (at + reach > this->bounds().high(i) || at - reach < this->bounds().low(i)) spacing[i] = 0.0;
      count += spacing[i] > 0.0 ? per : 0;
    }
    if (count == 0) continue;
    this->start_batch(question, count + 1);  // the last is f(θ)
    std::size_t q = 0;
    for (std::size_t i = i0; i < end; ++i) {
      if (!(spacing[i] > 0.0)) continue;
      for (std::size_t k = 0; k < per; ++k, ++q) {  // +h, −h, +2h, −2h
        const std::span<S> point(points_.data() + q * n, n);
        std::copy(x.begin(), x.end(), point.begin());
        const std::size_t nth = k / 2 + 1;
        const double steps = static_cast<double>(nth) * (k % 2 == 0 ? 1.0 : -1.0);
        point[i] = static_cast<S>(static_cast<double>(x[i]) + steps * spacing[i]);
        this->question(q).point = point;
      }
    }
    this->ask_batch(answer);
    const double here = this->reply_value(count);
    q = 0;
    for (std::size_t i = i0; i < end; ++i) {
      size[i] = std::numeric_limits<double>::quiet_NaN();
      if (!(spacing[i] > 0.0)) continue;
      double v[4] = {0.0, 0.0, 0.0, 0.0};
      bool close = true;
      for (std::size_t k = 0; k < per; ++k) {
        v[k] = this->reply_value(q++);
        close = close && std::abs(v[k] - here) <= tau2 * std::max(std::abs(here), std::abs(v[k]));
      }
      const double difference = per == 2 ? v[0] - 2.0 * here + v[1] : v[2] - 2.0 * v[0] + 2.0 * v[1] - v[3];
      if (std::isfinite(difference)) size[i] = close ? std::abs(difference) : -std::abs(difference);
    }
  }
}

template <class S>
void CoordinateDifferences<S>::measure(const Question<S>& question, Answer<S>& answer) {
  const std::size_t n = question.point.size();
  const double noise = steps_.noise > 0.0 ? steps_.noise : measure_noise(question, answer);
  measured_noise_ = noise;
  const bool third = sides_ == Sides::two;
  const double root = third ? 0.2 : 0.25;
  // |D(h)| = μ h² or 2μ h³
  const auto power = [third](double h) { return third ? 2.0 * h * h * h : h * h; };
  measured_.resize(n), spacing_.resize(n), spacing_again_.resize(n), size_.resize(n), size_again_.resize(n);
  for (std::size_t i = 0; i < n; ++i)
    spacing_[i] = std::pow(noise, root) * size_of(static_cast<double>(question.point[i]));
  measure_derivatives(question, answer, spacing_, size_);
  for (std::size_t i = 0; i < n; ++i) {
    const double difference = size_[i], scale = size_of(static_cast<double>(question.point[i]));
    size_again_[i] = std::numeric_limits<double>::quiet_NaN();
    spacing_again_[i] = 0.0;
    if (std::isnan(difference) || difference >= tau1 * noise) continue;
    const double mu = std::abs(difference) / power(spacing_[i]);
    spacing_again_[i] = std::min(mu > 0.0 ? std::pow(noise / mu, root) : scale, scale);
  }
  measure_derivatives(question, answer, spacing_again_, size_again_);
  for (std::size_t i = 0; i < n; ++i) {
    const double scale = size_of(static_cast<double>(question.point[i]));
    measured_[i] = best_step(noise, steps_.derivative) * scale;  // where nothing could be measured
    if (std::isnan(size_[i])) continue;
    double mu = std::abs(size_[i]) / power(spacing_[i]);
    if (size_[i] < tau1 * noise && !std::isnan(size_again_[i])) {
      const double again = std::abs(size_again_[i]) / power(spacing_again_[i]);
      const bool stands_out = std::abs(size_again_[i]) >= tau1 * noise;
      if (size_again_[i] >= tau1 * noise || std::abs(mu - again) <= 0.5 * again)
        mu = again;
      else
        mu = stands_out ? std::max(mu, again) : tau1 * noise / power(spacing_again_[i]);
    }
    if (mu > 0.0 && std::isfinite(mu)) measured_[i] = best_step(noise, mu);
  }
}

template double CoordinateDifferences<float>::measure_noise(const Question<float>&, Answer<float>&);
template double CoordinateDifferences<double>::measure_noise(const Question<double>&, Answer<double>&);
template void CoordinateDifferences<float>::measure_derivatives(const Question<float>&, Answer<float>&,
                                                                std::span<double>, std::span<double>);
template void CoordinateDifferences<double>::measure_derivatives(const Question<double>&, Answer<double>&,
                                                                 std::span<double>, std::span<double>);
template void CoordinateDifferences<float>::measure(const Question<float>&, Answer<float>&);
template void CoordinateDifferences<double>::measure(const Question<double>&, Answer<double>&);

}  // namespace thalweg
