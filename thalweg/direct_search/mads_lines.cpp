#include "thalweg/direct_search/mads_lines.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {

namespace {
constexpr std::size_t interpolations = 3;  // of a line, at most
constexpr double resolution = 1e-4;        // least distance of an interpolated point from the lowest, in steps
constexpr double foretold = 0.003;    // a line ends at a value that was, within this part of what the line gained
constexpr double slow = 0.5;          // the sweep that gains more than this part of what the last gained is the last
constexpr double smooth = 0.5;        // f looks so where the parabola's errors are less than this part of the kink's
constexpr double part_of_way = 0.25;  // the next step is at least this part of the way just gone,
constexpr double least_step = 1e-3, most_step = 1e3;  // and in these bounds, in frames
}  // namespace

MadsLines::MadsLines(std::size_t n, std::size_t free)
    : n_(n),
      m_(free),
      x_(n),
      begun_(n),
      next_(n),
      direction_(n),
      trial_(n),
      step_(free, 1.0),
      gain_(free, std::numeric_limits<double>::infinity()) {
  points_.reserve(4 + interpolations);
}

// The value at x_ + t·direction on the mesh, a point of the line from then on; NaN where it is one already.
double MadsLines::probe(MadsFrame& frame, double t) {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < n_; ++i) {
    trial_[i] = x_[i] + t * direction_[i];
    if (std::abs(direction_[i]) > std::abs(direction_[longest])) longest = i;
  }
  const double value = frame.ask(trial_);
  t = (trial_[longest] - x_[longest]) / direction_[longest];  // as rounded to the mesh and the box
  const auto place = std::ranges::lower_bound(points_, t, {}, &Point::t);
  if (place != points_.end() && place->t == t) return std::numeric_limits<double>::quiet_NaN();
  points_.insert(place, {t, std::isfinite(value) ? value : std::numeric_limits<double>::infinity()});
  if (value < next_value_) next_value_ = value, std::ranges::copy(trial_, next_.begin());
  return value;
}

std::size_t MadsLines::lowest() const {
  return static_cast<std::size_t>(std::ranges::min_element(points_, {}, &Point::f) - points_.begin());
}

double MadsLines::Models::parabola(double at) const {
  const double s = at - best.t;
  return best.f + s * (slope + bend * s);
}
double MadsLines::Models::kink(double at) const {
  return std::max(below.f + down * (at - below.t), above.f + up * (at - above.t));
}

MadsLines::Models MadsLines::between(std::size_t b) const {
  const Point &lower = points_[b - 1], &best = points_[b], &upper = points_[b + 1];
  const double left = (best.f - lower.f) / (best.t - lower.t), right = (upper.f - best.f) / (upper.t - best.t);
  const double bend = (right - left) / (upper.t - lower.t);
  Models m{best, best, best, left + bend * (best.t - lower.t), bend, 0.0, 0.0, std::nan(""), false, false};
  if (!std::isfinite(left) || !std::isfinite(right) || !(right > left)) return m;
  m.t = best.t - 0.5 * m.slope / bend;
  // The steeper side's chord meets its mirror image through the other side's point.
  if (left < 0.0 && right > 0.0) {
    m.mirrored = true, m.kinked = kink_error_ < parabola_error_;
    m.up = std::max(-left, right), m.down = -m.up;
    (-left > right ? m.above : m.below) = -left > right ? upper : lower;
    if (m.kinked) m.t = 0.5 * (m.below.t + m.above.t) + 0.5 * (m.below.f - m.above.f) / m.up;
  }
  // The chord through two points on the left meets the one through two on the right: before the best, or after it.
  double promised = best.f;
  const auto meet = [&](const Point& l, const Point& k, const Point& p, const Point& q) {
    const double down = (k.f - l.f) / (k.t - l.t), up = (q.f - p.f) / (q.t - p.t);
    if (!std::isfinite(down) || !(up > down)) return;
    const double at = (l.f - p.f + up * p.t - down * l.t) / (up - down), value = l.f + down * (at - l.t);
    if (!(at > lower.t && at < upper.t && value < promised)) return;
    m.t = at, promised = value, m.kinked = true, m.mirrored = false;
    m.below = l, m.above = p, m.down = down, m.up = up;
  };
  if (b >= 2) meet(points_[b - 2], lower, best, upper);
  if (b + 2 < points_.size()) meet(lower, best, upper, points_[b + 2]);
  return m;
}

void MadsLines::learn(const Models& models, double t, double value) {
  if (!models.mirrored || !std::isfinite(value)) return;
  const double parabola = std::abs(models.parabola(t) - value), kink = std::abs(models.kink(t) - value);
  if (!(parabola + kink > 0.0)) return;
  parabola_error_ += parabola / (parabola + kink), kink_error_ += kink / (parabola + kink);
}

// Moves x_ down the line through it.
void MadsLines::line(MadsFrame& frame, double step) {
  points_.clear();
  points_.push_back({0.0, value_});
  next_value_ = value_;
  bool lower = probe(frame, step) < value_;
  if (!lower) step = -step, lower = probe(frame, step) < value_;
  if (lower) probe(frame, 2.0 * step);
  const double near = resolution * std::abs(step);
  for (std::size_t k = 0; k < interpolations; ++k) {
    const std::size_t b = lowest();
    if (b == 0 || b + 1 == points_.size()) break;
    const Models models = between(b);
    if (!std::isfinite(models.t)) break;
    double t = models.t;
    const double best = points_[b].t, below = best - points_[b - 1].t, above = points_[b + 1].t - best;
    if (std::abs(t - best) < near) {  // what is not yet known is the longer part
      if (std::max(below, above) < 4.0 * near) break;
      t = above > below ? best + std::max(near, 0.1 * above) : best - std::max(near, 0.1 * below);
    }
    const std::size_t before = points_.size();
    const double value = probe(frame, t);
    if (points_.size() == before) break;
    learn(models, t, value);
    const double promised = models.kinked ? models.kink(t) : models.parabola(t);
    if (std::abs(value - promised) < foretold * (value_ - value)) break;
  }
  const std::size_t b = lowest();
  moved_ = next_value_ < value_ ? points_[b].t : 0.0;
  left_ = b > 0 && b + 1 < points_.size() ? std::max(points_[b + 1].t - points_[b].t, points_[b].t - points_[b - 1].t)
                                          : std::abs(step);
  if (next_value_ < value_) value_ = next_value_, std::ranges::copy(next_, x_.begin());
}

bool MadsLines::sweep(MadsFrame& frame) {
  if (!std::isfinite(frame.value())) return converging_ = false;
  std::ranges::copy(frame.x(), x_.begin());
  std::ranges::copy(frame.x(), begun_.begin());
  value_ = frame.value();
  double gained = 0.0, gained_last = 0.0;  // by the lines so far, and by the same ones of the last sweep
  std::size_t lower = 0;                   // lines that have moved
  bool slower = false;                     // after a third of the lines: they gain more than they did
  for (std::size_t j = 0; j < m_ && !slower; ++j) {
    const std::size_t i = frame.free()[j];
    std::ranges::fill(direction_, 0.0);
    direction_[i] = frame.mesh().frame(i);
    const double before = value_;
    line(frame, step_[j]);
    const double size = std::clamp(std::max(left_, part_of_way * std::abs(moved_)), least_step, most_step);
    step_[j] = std::copysign(size, moved_ != 0.0 ? moved_ : step_[j]);
    if (moved_ != 0.0) ++lower;
    gained += before - value_;
    gained_last += gain_[j];
    gain_[j] = before - value_;
    slower = 3 * j > m_ && gained > gained_last;
  }
  // One line alone has looked along its way; the first steps down a smooth function say little of where it goes on.
  const bool first = !std::isfinite(last_gain_);
  if (lower > 1 && !(first && parabola_error_ < smooth * kink_error_)) {
    for (std::size_t i = 0; i < n_; ++i) direction_[i] = x_[i] - begun_[i];
    line(frame, 1.0);
  }
  const double gain = frame.value() - value_;
  converging_ = !slower && gain > 0.0 && gain <= slow * last_gain_;
  last_gain_ = gain;
  return frame.take_lowest();
}

}  // namespace thalweg
