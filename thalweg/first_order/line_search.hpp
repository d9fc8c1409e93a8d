// Line searches along a descent direction d: φ(t) = f(x + t d), φ′(0) < 0. Shared by every method that has one.
//
// strong_wolfe   finds t with
//                  φ(t) ≤ φ(0) + c₁ t φ′(0)          sufficient decrease           (W1)
//                  |φ′(t)| ≤ c₂ |φ′(0)|              curvature                     (W2)
//                by Moré & Thuente, "Line search algorithms with guaranteed sufficient decrease", ACM TOMS 20 (1994):
//                an interval that always holds such a t, shrunk by safeguarded cubic and quadratic interpolation.
//                Near a minimum, where φ(t) − φ(0) is all rounding, it also accepts the approximate conditions of
//                Hager & Zhang, SIAM J. Optim. 16 (2005), (4.1)–(4.3):
//                  (2c₁ − 1) φ′(0) ≥ φ′(t) ≥ c₂ φ′(0)   and   φ(t) ≤ φ(0)   (AW)
// where t|φ′(0)| is of the order of the rounding of φ(0); unlike theirs, f never rises. A first step so short that φ
// cannot show what it promises (a metric far too small) is lengthened, not refused, while φ′ is still steep.
// armijo         backtracks until (W1) holds; asks values only, one a trial (Armijo 1966; quadratic interpolation,
//                Nocedal & Wright, §3.5).
// exact          drives φ′(t) to zero; a test hook for theorems that assume it, several answers a step.
//
// A trial whose value or slope is not finite is taken as a wall: the step comes back towards the best one so far.
#pragma once

#include <cmath>
#include <string>
#include <utility>

namespace thalweg {

struct LineTrial {  // φ(t), φ′(t)
  double value = 0.0, slope = 0.0;
};

struct WolfeOptions {
  double decrease = 1e-4;   // c₁ in (0, ½)
  double curvature = 0.9;   // c₂ in (c₁, 1)
  double max_step = 1e20;   // largest t
  double min_step = 0.0;    // smallest t
  double rounding = 1e-14;  // of (AW): relative error that φ carries
  double extrapolation =
      4.0;  // without a bracket the next t is at most this times the last advance further (dcsrch: 4)
  int max_trials = 40;
  double narrowest = 1e-15;  // an interval narrower than this, relative to its farther end, is not searched on
};

enum class LineOutcome : unsigned char {
  wolfe,              // (W1) and (W2)
  approximate_wolfe,  // (AW)
  decrease_only,      // below φ(0), where the largest step, a wall of non-finite values or rounding ended the search
  no_decrease,        // nothing below φ(0) was found: rounding, or the slope is wrong
  out_of_trials,      // max_trials met
};

struct LineResult {
  double step = 0.0, value = 0.0, slope = 0.0;
  int trials = 0;
  LineOutcome outcome = LineOutcome::no_decrease;
  bool last = true;  // the step returned is the last one tried
  [[nodiscard]] bool accepted() const { return outcome <= LineOutcome::decrease_only; }
};

// Why a search failed and what to try, for messages.
std::string describe(const LineResult& line, double value0, double slope0);

// The search as a state machine: evaluate φ at step(), tell() the answer, until done().
class MoreThuente {
 public:
  MoreThuente(const WolfeOptions& options, double value0, double slope0, double first_step);
  [[nodiscard]] double step() const { return t_; }
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const LineResult& result() const { return result_; }
  void tell(LineTrial trial);

 private:
  struct End {  // an end of the interval: t, φ or ψ, and its slope
    double t = 0.0, value = 0.0, slope = 0.0;
  };
  void finish(LineOutcome outcome, const End& at, bool last);
  void give_up(LineOutcome why);
  void wall();
  bool lengthened(const End& at);
  double next_trial(End& best, End& other, const End& trial);
  WolfeOptions options_;
  double value0_, slope0_;
  End best_{}, other_{};  // αl, αu of the paper: best has the least value so far
  double t_, low_, high_, max_step_, width_, width_before_;
  double tried_ = 0.0;  // the t of the last trial
  bool bracketed_ = false, stage_one_ = true, done_ = false;
  int trials_ = 0;
  LineResult result_{};
};

// φ: double → LineTrial
template <class Phi>
LineResult strong_wolfe(Phi&& phi, double value0, double slope0, double first_step, const WolfeOptions& options) {
  MoreThuente search(options, value0, slope0, first_step);
  while (!search.done()) search.tell(phi(search.step()));
  return search.result();
}

// φ: double → value. The slope returned is NaN.
template <class Phi>
LineResult armijo(Phi&& phi, double value0, double slope0, double first_step, const WolfeOptions& options) {
  double t = std::fmin(first_step, options.max_step);
  LineResult result;
  result.slope = std::nan("");
  for (int trial = 1; trial <= options.max_trials; ++trial) {
    const double value = phi(t);
    if (value <= value0 + options.decrease * t * slope0) return {t, value, result.slope, trial, LineOutcome::wolfe};
    result = {t, value, result.slope, trial, LineOutcome::out_of_trials};
    if (-t * slope0 <= options.rounding * std::abs(value0) || t < options.min_step || t == 0.0) {
      result.outcome = LineOutcome::no_decrease;
      return result;
    }
    // minimiser of the parabola through φ(0), φ′(0), φ(t), kept in [t/10, t/2]
    const double parabola = std::isfinite(value) ? -0.5 * slope0 * t * t / (value - value0 - slope0 * t) : 0.1 * t;
    t = std::fmin(std::fmax(parabola, 0.1 * t), 0.5 * t);
  }
  return result;
}

// A root of φ′ to `accuracy`·|φ′(0)|, or max_step: doubles until the slope turns, then secant steps kept inside the
// bracket.
template <class Phi>
LineResult exact_line_search(Phi&& phi, double value0, double slope0, double first_step, double max_step = 1e20,
                             double accuracy = 1e-13, int max_trials = 100) {
  double low = 0.0, low_slope = slope0, high = 0.0, high_slope = 0.0, t = std::fmin(first_step, max_step);
  LineTrial trial{value0, slope0};
  LineResult result;
  for (int k = 1; k <= max_trials; ++k) {
    trial = phi(t);
    result = {t, trial.value, trial.slope, k, LineOutcome::wolfe};
    const bool finite = std::isfinite(trial.value) && std::isfinite(trial.slope);
    if (finite && std::abs(trial.slope) <= accuracy * std::abs(slope0)) break;
    const double before = t;
    if (!finite) {
      high = t, high_slope = 0.0;
      t = low + 0.25 * (high - low);
      continue;
    }
    if (trial.slope < 0.0) {
      const double secant = t - trial.slope * (t - low) / (trial.slope - low_slope);
      low = t, low_slope = trial.slope;
      if (high == 0.0) {
        if (t >= max_step) break;
        t = std::fmin(secant > t && std::isfinite(secant) ? secant : 2.0 * t, max_step);
        continue;
      }
    } else {
      high = t, high_slope = trial.slope;
    }
    t = high_slope > 0.0 ? low - low_slope * (high - low) / (high_slope - low_slope) : 0.5 * (low + high);
    if (!(t > low && t < high)) t = 0.5 * (low + high);
    if (k % 4 == 0) t = 0.5 * (low + high);  // secant alone may creep
    if (t == before || !(t > low && t < high)) break;
  }
  if (!(result.value <= value0)) result.outcome = LineOutcome::no_decrease;
  return result;
}

}  // namespace thalweg
