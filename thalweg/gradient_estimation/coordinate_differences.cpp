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
CoordinateDifferences<S>::CoordinateDifferences(Objective<S>& base, Entry entry, Sides sides,
                                                const DifferenceSteps& steps, bool frozen)
    : Estimator<S>(base, std::move(entry), Quality::biased,
                   frozen                                 ? Draws::frozen
                   : steps.decay > 0.0 || steps.every > 0 ? Draws::fresh  // differs from call to call
                                                          : Draws::none),
      sides_(sides),
      steps_(steps) {
  if (steps_.noise == 0.0 && !steps_.measured) steps_.noise = static_cast<double>(std::numeric_limits<S>::epsilon());
}

template <class S>
void CoordinateDifferences<S>::begin(std::uint64_t seed) {
  Estimator<S>::begin(seed);
  measured_.clear();
}

// The h that minimises the error for noise ε_f and |f″| = μ (forward: hμ/2 + 2ε_f/h) or |f‴| = μ (central: h²μ/6 +
// ε_f/h): Gill et al. (1983); Nocedal & Wright (2006), (8.6) and (8.8). For noise of standard deviation
// ε_f, the mean square of the forward error is least at 8^{1/4}√(ε_f/μ) (Moré & Wild 2012).
template <class S>
double CoordinateDifferences<S>::best_step(double noise, double derivative) const {
  if (sides_ == Sides::two) return std::cbrt(3.0 * noise / derivative);
  return (steps_.measured ? std::pow(8.0, 0.25) : 2.0) * std::sqrt(noise / derivative);
}

template <class S>
double CoordinateDifferences<S>::wanted(std::size_t i, S x, std::uint64_t call) const {
  if (steps_.fixed > 0.0)
    return steps_.decay == 0.0 ? steps_.fixed : steps_.fixed / std::pow(static_cast<double>(call), steps_.decay);
  if (steps_.measured) return measured_[i];
  return best_step(steps_.noise, steps_.derivative) * std::max(1.0, std::abs(static_cast<double>(x)));
}

// Offsets are such that x + offset is exact, and inside the bounds.
template <class S>
auto CoordinateDifferences<S>::probe(std::size_t i, S x, double h) const -> Probe {
  using enum DifferenceKind;
  const auto exact = [x](double offset) {
    const S up = std::numeric_limits<S>::infinity();
    const S moved = x + static_cast<S>(offset);
    return moved != x ? moved - x : offset > 0.0 ? std::nextafter(x, up) - x : std::nextafter(x, -up) - x;
  };
  const Bounds& box = this->bounds();
  const double above = box.high(i) - static_cast<double>(x), below = static_cast<double>(x) - box.low(i);
  if (!box.empty() && !(above > 0.0) && !(below > 0.0)) return {};
  if (sides_ == Sides::one) {
    if (box.empty() || h <= above) return {forward, exact(h), 0};
    if (h <= below) return {forward, exact(-h), 0};
    return {forward, exact(above >= below ? above : -below), 0};
  }
  const double fits = std::min({h, above, below});
  if (box.empty() || fits >= 0.5 * h) {
    const S step = exact(fits);
    return {central, step, -step};
  }
  const double far = std::min(2.0 * h, std::max(above, below));
  const double sign = above >= below ? 1.0 : -1.0;
  const S step = exact(sign * 0.5 * far);
  return {one_sided, step, 2 * step};
}

template <class S>
double CoordinateDifferences<S>::derivative(const Probe& p, double here, const double* values) const {
  using enum DifferenceKind;
  const auto h = static_cast<double>(p.first);
  switch (p.kind) {
    case none:
      return 0.0;
    case forward:
      return (values[0] - here) / h;
    case central:
      return (values[0] - values[1]) / (2.0 * h);
    case one_sided:
      return (-3.0 * here + 4.0 * values[0] - values[1]) / (2.0 * h);
  }
  return 0.0;
}

template <class S>
void CoordinateDifferences<S>::estimate(const Question<S>& question, Answer<S>& answer, std::uint64_t call) {
  using enum DifferenceKind;
  const std::span<const S> x = question.point;
  const std::size_t n = x.size();
  if (steps_.measured && steps_.fixed == 0.0 &&
      (measured_.empty() || (steps_.every > 0 && call - measured_at_ >= steps_.every))) {
    measure(question, answer);
    measured_at_ = call;
  }
  bool needs_here = false;
  probes_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    probes_[i] = probe(i, x[i], wanted(i, x[i], call));
    needs_here = needs_here || probes_[i].kind == forward || probes_[i].kind == one_sided;
  }
  const bool wants_value = question.asks.has(AnswerKind::value);
  const std::size_t most = std::clamp<std::size_t>(most_stored / (2 * n), 1, n);  // coordinates in one batch
  points_.resize(most * (sides_ == Sides::two ? 2 : 1) * n);
  double here = 0.0;
  for (std::size_t i0 = 0; i0 < n; i0 += most) {
    const std::size_t end = std::min(n, i0 + most);
    const std::size_t first = i0 == 0 && (wants_value || needs_here) ? 1 : 0;  // f(θ) goes with the first batch
    std::size_t count = first;
    for (std::size_t i = i0; i < end; ++i) count += probes_[i].questions();
    if (count == 0) {
      std::fill(answer.gradient.begin() + static_cast<std::ptrdiff_t>(i0),
                answer.gradient.begin() + static_cast<std::ptrdiff_t>(end), S(0));
      continue;
    }
    this->start_batch(question, count);
    std::size_t q = first;
    for (std::size_t i = i0; i < end; ++i)
      for (std::size_t side = 0; side < probes_[i].questions(); ++side, ++q) {
        const std::span<S> point(points_.data() + (q - first) * n, n);
        std::copy(x.begin(), x.end(), point.begin());
        point[i] += side == 0 ? probes_[i].first : probes_[i].second;
        this->bounds().clamp(point);
        this->question(q).point = point;
      }
    this->ask_batch(answer);
    if (first == 1) here = this->reply_value(0);
    q = first;
    for (std::size_t i = i0; i < end; ++i) {
      double values[2] = {0.0, 0.0};
      for (std::size_t side = 0; side < probes_[i].questions(); ++side) values[side] = this->reply_value(q++);
      const double difference = derivative(probes_[i], here, values);
      if (!std::isfinite(difference)) {
        answer.failed = true;
        answer.error = "a value beside coordinate " + std::to_string(i) + " is not finite";
      }
      answer.gradient[i] = static_cast<S>(difference);
    }
  }
  if (wants_value) answer.value = here;
  answer.flops += static_cast<double>(n) * (sides_ == Sides::two ? 4.0 : 3.0);
}

template class CoordinateDifferences<float>;
template class CoordinateDifferences<double>;

}  // namespace thalweg
