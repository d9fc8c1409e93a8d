#include "thalweg/first_order/line_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg {
namespace {

// Constants of Moré & Thuente's own code (dcsrch of MINPACK-2).
constexpr double extrapolate_least = 1.1;  // without a bracket: t + [1.1, extrapolation]·(t − αl)
constexpr double bracket_fraction = 0.66;  // §4: the interval must shrink by this in two trials
constexpr double shown_above = 10.0;       // a decrease of this times its rounding φ can show

}  // namespace

MoreThuente::MoreThuente(const WolfeOptions& options, double value0, double slope0, double first_step)
    : options_(options), value0_(value0), slope0_(slope0), max_step_(options.max_step) {
  best_ = other_ = {0.0, value0, slope0};
  t_ = std::clamp(first_step, options.min_step, options.max_step);
  low_ = 0.0;
  high_ = t_ + options_.extrapolation * t_;
  width_ = max_step_ - options.min_step;
  width_before_ = 2.0 * width_;
  if (!(slope0 < 0.0) || !(t_ > 0.0)) {
    done_ = true;
    result_ = {0.0, value0, slope0, 0, LineOutcome::no_decrease, false};
  }
}

void MoreThuente::finish(LineOutcome outcome, const End& at, bool last) {
  result_ = {at.t, at.value, at.slope, trials_, outcome, last};
  done_ = true;
}

// Stops without the conditions: with the best point if that went down at all.
void MoreThuente::give_up(LineOutcome why) {
  const bool lower = best_.t > 0.0 && best_.value < value0_;
  finish(lower ? LineOutcome::decrease_only : why, best_, best_.t == tried_);
}

// φ is not finite at t: never go there again.
void MoreThuente::wall() {
  max_step_ = std::min(max_step_, 0.5 * (best_.t + t_));
  t_ = best_.t + 0.1 * (t_ - best_.t);
  if (!bracketed_) high_ = max_step_;
  if (t_ <= best_.t || t_ < std::numeric_limits<double>::min()) give_up(LineOutcome::no_decrease);
}

// Where φ cannot show what t promises, its values say nothing; while the slopes, which do, are still steep, t is
// lengthened until φ can show it, or to where the slopes vanish if that is nearer.
bool MoreThuente::lengthened(const End& at) {
  const double noise = options_.rounding * std::abs(value0_);
  if (bracketed_ || t_ >= max_step_ || -t_ * slope0_ > noise || std::abs(at.value - value0_) > noise ||
      at.slope >= options_.curvature * slope0_)
    return false;
  const double shown = shown_above * noise / -slope0_;
  const double level = at.slope > slope0_ ? t_ * slope0_ / (slope0_ - at.slope) : max_step_;
  t_ = std::min(std::max(std::min(shown, level), options_.extrapolation * t_), max_step_);
  high_ = t_ + options_.extrapolation * t_;
  return true;
}

void MoreThuente::tell(LineTrial trial) {
  ++trials_;
  tried_ = t_;
  const End at{t_, trial.value, trial.slope};
  if (!std::isfinite(trial.value) || !std::isfinite(trial.slope)) {
    if (trials_ >= options_.max_trials) return give_up(LineOutcome::out_of_trials);
    return wall();
  }
  const double sufficient_slope = options_.decrease * slope0_;
  const double sufficient = value0_ + t_ * sufficient_slope;
  const bool decreased = trial.value <= sufficient;
  if (decreased && std::abs(trial.slope) <= -options_.curvature * slope0_)
    return finish(LineOutcome::wolfe, at, true);
  if (trial.value <= value0_ && -t_ * slope0_ <= options_.rounding * std::abs(value0_) / options_.decrease &&
      (2.0 * options_.decrease - 1.0) * slope0_ >= trial.slope && trial.slope >= options_.curvature * slope0_)
    return finish(LineOutcome::approximate_wolfe, at, true);
  if (t_ >= max_step_ && decreased && trial.slope <= sufficient_slope)
    return finish(LineOutcome::decrease_only, at, true);
  if (bracketed_ && (t_ <= low_ || t_ >= high_)) return give_up(LineOutcome::no_decrease);
  if (bracketed_ && high_ - low_ <= options_.narrowest * high_) return give_up(LineOutcome::no_decrease);
  if (trials_ < options_.max_trials && lengthened(at)) return;
  if (-t_ * slope0_ <= std::numeric_limits<double>::epsilon() * std::abs(value0_) && trial.value >= value0_)
    return give_up(LineOutcome::no_decrease);  // less than the last digit of φ(0)
  if (trials_ >= options_.max_trials) return give_up(LineOutcome::out_of_trials);

  // §2–3: until ψ(t) = φ(t) − φ(0) − c₁ φ′(0) t has been seen ≤ 0 with φ′ ≥ 0 (their cvsrch: ≥ min(c₁, c₂) φ′(0)),
  // the interval is updated by ψ.
  if (stage_one_ && decreased && trial.slope >= std::min(options_.decrease, options_.curvature) * slope0_)
    stage_one_ = false;
  if (stage_one_ && trial.value <= best_.value && !decreased) {
    auto to_psi = [&](const End& e) {
      return End{e.t, e.value - e.t * sufficient_slope, e.slope - sufficient_slope};
    };
    auto to_phi = [&](const End& e) {
      return End{e.t, e.value + e.t * sufficient_slope, e.slope + sufficient_slope};
    };
    End best = to_psi(best_), other = to_psi(other_);
    t_ = next_trial(best, other, to_psi(at));
    best_ = to_phi(best), other_ = to_phi(other);
  } else {
    t_ = next_trial(best_, other_, at);
  }

  if (bracketed_) {
    if (std::abs(other_.t - best_.t) >= bracket_fraction * width_before_) t_ = best_.t + 0.5 * (other_.t - best_.t);
    width_before_ = width_;
    width_ = std::abs(other_.t - best_.t);
    low_ = std::min(best_.t, other_.t);
    high_ = std::max(best_.t, other_.t);
  } else {
    low_ = t_ + extrapolate_least * (t_ - best_.t);
    high_ = t_ + options_.extrapolation * (t_ - best_.t);
  }
  t_ = std::clamp(t_, options_.min_step, max_step_);
  if (bracketed_ && (t_ <= low_ || t_ >= high_ || high_ - low_ <= options_.narrowest * high_)) t_ = best_.t;
  if (bracketed_ && t_ == best_.t) return give_up(LineOutcome::no_decrease);
}

// §4, trial value selection (dcstep): updates the interval by the trial and returns the next one.
double MoreThuente::next_trial(End& best, End& other, const End& trial) {
  const double sign = trial.slope * (best.slope / std::abs(best.slope));
  const double gap = trial.t - best.t;
  auto cubic_parts = [&](const End& from, const End& to, bool guard) {
    const double theta = 3.0 * (from.value - to.value) / (to.t - from.t) + from.slope + to.slope;
    const double s = std::max({std::abs(theta), std::abs(from.slope), std::abs(to.slope)});
    double root = (theta / s) * (theta / s) - (from.slope / s) * (to.slope / s);
    if (guard) root = std::max(0.0, root);
    double gamma = s * std::sqrt(std::max(0.0, root));
    return std::pair{theta, gamma};
  };
  double next;
  bool now_bracketed = bracketed_;
  if (trial.value > best.value) {  // case 1: the minimum is between
    auto [theta, gamma] = cubic_parts(best, trial, false);
    if (trial.t < best.t) gamma = -gamma;
    const double r = ((gamma - best.slope) + theta) / (((gamma - best.slope) + gamma) + trial.slope);
    const double cubic = best.t + r * gap;
    const double quadratic = best.t + ((best.slope / ((best.value - trial.value) / gap + best.slope)) / 2.0) * gap;
    next = std::abs(cubic - best.t) < std::abs(quadratic - best.t) ? cubic : cubic + (quadratic - cubic) / 2.0;
    now_bracketed = true;
  } else if (sign < 0.0) {  // case 2: lower value, slopes of opposite sign
    auto [theta, gamma] = cubic_parts(best, trial, false);
    if (trial.t > best.t) gamma = -gamma;
    const double r = ((gamma - trial.slope) + theta) / (((gamma - trial.slope) + gamma) + best.slope);
    const double cubic = trial.t - r * gap;
    const double secant = trial.t - (trial.slope / (trial.slope - best.slope)) * gap;
    next = std::abs(cubic - trial.t) > std::abs(secant - trial.t) ? cubic : secant;
    now_bracketed = true;
  } else if (std::abs(trial.slope) < std::abs(best.slope)) {  // case 3: lower, same sign, slope shrinks
    auto [theta, gamma] = cubic_parts(best, trial, true);
    if (trial.t > best.t) gamma = -gamma;
    const double r = ((gamma - trial.slope) + theta) / ((gamma + (best.slope - trial.slope)) + gamma);
    double cubic;
    if (r < 0.0 && gamma != 0.0) {
      cubic = trial.t - r * gap;
    } else {
      cubic = trial.t > best.t ? high_ : low_;
    }
    const double secant = trial.t - (trial.slope / (trial.slope - best.slope)) * gap;
    if (bracketed_) {
      next = std::abs(cubic - trial.t) < std::abs(secant - trial.t) ? cubic : secant;
      const double limit = trial.t + bracket_fraction * (other.t - trial.t);
      next = trial.t > best.t ? std::min(limit, next) : std::max(limit, next);
    } else {
      next = std::abs(cubic - trial.t) > std::abs(secant - trial.t) ? cubic : secant;
      next = std::clamp(next, std::min(low_, high_), std::max(low_, high_));
    }
  } else {  // case 4: lower, same sign, slope does not shrink
    if (bracketed_) {
      auto [theta, gamma] = cubic_parts(trial, other, false);
      if (trial.t > other.t) gamma = -gamma;
      const double r = ((gamma - trial.slope) + theta) / (((gamma - trial.slope) + gamma) + other.slope);
      next = trial.t + r * (other.t - trial.t);
    } else {
      next = trial.t > best.t ? high_ : low_;
    }
  }
  if (trial.value > best.value) {
    other = trial;
  } else {
    if (sign < 0.0) other = best;
    best = trial;
  }
  bracketed_ = now_bracketed;
  return next;
}

std::string describe(const LineResult& line, double value0, double slope0) {
  switch (line.outcome) {
    case LineOutcome::out_of_trials:
      return fmt::format(
          "the line search met its limit of {} trials (slope {:.3g} at the start, last step {:.3g}): is the gradient "
          "right (check it), or f not smooth? try a derivative-free method, or larger max-trials",
          line.trials, slope0, line.step);
    case LineOutcome::no_decrease:
      return fmt::format(
          "the line search found nothing below f = {:.17g} (slope {:.3g}): f is at its rounding floor there, or the "
          "gradient is wrong (check it)",
          value0, slope0);
    default:
      return fmt::format("the line search took step {:.3g} after {} trials", line.step, line.trials);
  }
}

}  // namespace thalweg
