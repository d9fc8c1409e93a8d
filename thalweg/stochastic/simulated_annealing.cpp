#include "thalweg/stochastic/simulated_annealing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace thalweg {

namespace {

// The walk: the current point, its value, and the steps of each variable.
class Walk {
 public:
  Walk(const SimulatedAnnealing& options, Objective<double>& f, Search& search)
      : o_(options), f_(f), bounds_(search.bounds()), random_(search.random(Purpose("simulated-annealing.walk"))) {
    const auto x0 = search.start();
    x_.assign(x0.begin(), x0.end());
    trial_ = x_;
    value_ = f.value(x_);
    for (std::size_t i = 0; i < x_.size(); ++i) {
      const double width = bounds_.high(i) - bounds_.low(i);
      if (!(width > 0.0)) continue;  // fixed
      free_.push_back(i);
      widest_.push_back(width);
      const double natural = std::isfinite(width) ? 0.5 * width : std::max(1.0, std::abs(x_[i]));
      step_.push_back(o_.step > 0.0 ? std::min(o_.step, width) : natural);
    }
    first_step_ = step_;
    accepted_.assign(free_.size(), 0);
  }

  std::span<const double> x() const { return x_; }
  double value() const { return value_; }
  std::size_t free() const { return free_.size(); }
  double longest_step() const { return *std::max_element(step_.begin(), step_.end()); }

  // One Metropolis move at temperature T; of variable j, or of all. Returns f(trial) − f(x) before it.
  double move(std::size_t j, double temperature) {
    const std::size_t from = o_.move == SimulatedAnnealing::Move::one ? j : 0;
    const std::size_t to = o_.move == SimulatedAnnealing::Move::one ? j + 1 : free_.size();
    for (std::size_t k = from; k < to; ++k) trial_[free_[k]] = reflect(x_[free_[k]] + step_[k] * draw(), free_[k]);
    const double next = f_.value(trial_);
    const double rise = std::isinf(value_) && std::isinf(next) ? 0.0 : next - value_;
    // The uniform number is drawn each time, so that the stream does not depend on the values.
    const bool accept = std::log(random_.uniform()) * temperature < -rise || rise <= 0.0;
    for (std::size_t k = from; k < to; ++k) {
      if (accept) {
        x_[free_[k]] = trial_[free_[k]];
        ++accepted_[k];
      } else {
        trial_[free_[k]] = x_[free_[k]];
      }
    }
    if (accept) value_ = next;
    if (std::isfinite(value_)) {  // what a level measures
      const double from_first = value_ - (met_ == 0 ? first_met_ = value_ : first_met_);
      ++met_, taken_ += accept;
      sum_ += from_first, squares_ += from_first * from_first;
    }
    return rise;
  }
  void begin_level() { met_ = taken_ = 0, sum_ = squares_ = 0.0; }
  // Of the level's values, the standard deviation; of its moves, the share that was accepted.
  double deviation() const {
    const double count = static_cast<double>(std::max<std::uint64_t>(met_, 1));
    return std::sqrt(std::max(0.0, squares_ / count - sum_ / count * (sum_ / count)));
  }
  double accepted() const {
    return static_cast<double>(taken_) / static_cast<double>(std::max<std::uint64_t>(met_, 1));
  }

  // Corana et al. (1987), the step vector: v_i grows where more than 60 % were accepted, shrinks below 40 %; c = 2.
  void adapt(int moves) {
    for (std::size_t k = 0; k < free_.size(); ++k) {
      const double rate = static_cast<double>(accepted_[k]) / moves;
      if (rate > 0.6) step_[k] *= 1.0 + 2.0 * (rate - 0.6) / 0.4;
      if (rate < 0.4) step_[k] /= 1.0 + 2.0 * (0.4 - rate) / 0.4;
      step_[k] = std::min(step_[k], std::isfinite(widest_[k]) ? widest_[k] : 1e6 * first_step_[k]);
    }
    forget_counts();
  }
  void forget_counts() { std::fill(accepted_.begin(), accepted_.end(), 0); }

  void jump(std::span<const double> x, double value) {
    std::copy(x.begin(), x.end(), x_.begin());
    trial_ = x_;
    value_ = value;
  }
  void reset_steps() { step_ = first_step_; }

 private:
  double draw() {
    switch (o_.proposal) {
      case SimulatedAnnealing::Proposal::uniform:
        return random_.uniform(-1.0, 1.0);
      case SimulatedAnnealing::Proposal::gaussian:
        return random_.normal();
      case SimulatedAnnealing::Proposal::cauchy:
        return random_.cauchy();
    }
    return 0.0;
  }
  // Folds x into its bounds: a triangle wave between two, a mirror at one. q(x→y) = q(y→x) is kept.
  double reflect(double x, std::size_t i) const {
    const double low = bounds_.low(i), high = bounds_.high(i), width = high - low;
    if (x >= low && x <= high) return x;
    if (std::isinf(low)) return high - (x - high);
    if (std::isinf(high)) return low + (low - x);
    const double t = std::fmod(std::abs(x - low), 2.0 * width);
    return std::clamp(low + (t > width ? 2.0 * width - t : t), low, high);
  }

  const SimulatedAnnealing& o_;
  Objective<double>& f_;
  const Bounds& bounds_;
  Generator random_;
  std::vector<double> x_, trial_, step_, first_step_, widest_;
  std::vector<std::size_t> free_;
  std::vector<int> accepted_;
  double value_ = 0.0, first_met_ = 0.0, sum_ = 0.0, squares_ = 0.0;
  std::uint64_t met_ = 0, taken_ = 0;
};

double level_temperature(const SimulatedAnnealing& o, double t0, int k) {
  const double level = static_cast<double>(k), last = std::max(1.0, static_cast<double>(o.temperatures - 1));
  switch (o.schedule) {
    case SimulatedAnnealing::Schedule::geometric:
      return t0 * std::pow(o.cooling, level);
    case SimulatedAnnealing::Schedule::linear:
      return t0 * std::max(0.0, 1.0 - level / last);
    case SimulatedAnnealing::Schedule::logarithmic:
      return t0 / std::log(std::numbers::e + level);
    case SimulatedAnnealing::Schedule::fast:
      return t0 / (1.0 + level);
    // T_k = T₀/(1 + kβT₀), with β such that the last is 1e-6·T₀
    case SimulatedAnnealing::Schedule::lundy_mees:
      return t0 / (1.0 + level * (1e6 - 1.0) / last);
    default:
      return t0;
  }
}

// How fast ln T falls under the measured schedules, relative to the share that is due: 1 in a quadratic well that is
// walked with ρ = 0.44.
double relative_rate(const SimulatedAnnealing& o, const Walk& walk, double t) {
  const double sigma = walk.deviation();
  if (sigma == 0.0) return 1.0;
  const double well = std::sqrt(0.5 * static_cast<double>(walk.free())) * t / sigma;
  if (o.schedule == SimulatedAnnealing::Schedule::huang) return std::clamp(well, 0.5, 2.0);
  const auto g = [](double rho) { return 4.0 * rho * (1.0 - rho) * (1.0 - rho) / ((2.0 - rho) * (2.0 - rho)); };
  return std::clamp(well * well * well * g(walk.accepted()) / g(0.44), 0.5, 2.0);
}

}  // namespace

Description<SimulatedAnnealing> SimulatedAnnealing::describe() {
  Description<SimulatedAnnealing> d("simulated-annealing", "Simulated annealing", "3.2");
  d.reference(
       "Kirkpatrick, Gelatt & Vecchi, Science 220 (1983) 671; Corana et al., ACM TOMS 13 (1987) 262; Huang, Romeo & "
       "Sangiovanni-Vincentelli, ICCAD (1986) 381; Lam & Delosme, DAC (1988) 306")
      .formula("accept x' with probability min(1, exp(−(f(x') − f(x))/T)); T ← T·exp(−λT/σ), σ measured at T")
      .cost("1 value a move; sweep·n moves a level where the budget plans the schedule, else sweep·adjustments·n")
      .notes("Steps over a bound are reflected. A fixed T (schedule = constant, adaptive = false) samples exp(−f/T).")
      .example("thalweg minimize --problem rastrigin:n=5 --method simulated-annealing --max-evaluations 100000")
      .asks(AnswerKind::value)
      .supports_bounds();
  using SA = SimulatedAnnealing;
  d.option("schedule", &SA::schedule,
           {"huang", "lam", "geometric", "linear", "logarithmic", "fast", "lundy-mees", "constant"},
           "how T falls: by the measured σ, by σ and acceptance, or with the level k: T₀rᵏ, T₀(1−k/K), T₀/ln(e+k), "
           "T₀/(1+k), T₀/(1+kβT₀), T₀");
  d.option("temperature", &SA::temperature, "T₀, in units of f; 0: from a pilot walk").at_least(0.0);
  d.option("acceptance", &SA::acceptance, "share of rises that the pilot's T₀ accepts").above(0.0).below(1.0);
  d.option("cooling", &SA::cooling, "r of the geometric schedule").above(0.0).below(1.0);
  d.option("temperatures", &SA::temperatures, "levels at most (not huang, lam)").at_least(1);
  d.option("sweep", &SA::sweep, "moves a variable between two adjustments of the steps").at_least(1);
  d.option("adjustments", &SA::adjustments, "adjustments of the steps a level").at_least(1);
  d.option("proposal", &SA::proposal, {"uniform", "gaussian", "cauchy"}, "law of a step, in units of its length");
  d.option("move", &SA::move, {"one", "all"}, "variables moved at once");
  d.option("step", &SA::step, "first length of the steps; 0: half the bounds' width, else max(1, |x0|)")
      .at_least(0.0);
  d.option("adaptive", &SA::adaptive, "lengths adapted to an acceptance between 0.4 and 0.6");
  d.option("f_tolerance", &SA::f_tolerance, "relative to max(1, |f|), of the values that end levels").at_least(0.0);
  d.option("agreement", &SA::agreement, "levels in a row that must agree within it").at_least(1);
  d.option("restarts", &SA::restarts, "times to heat again from the best point").at_least(0);
  return d;
}

void SimulatedAnnealing::run(Objective<double>& f, Search& search) const {
  Walk walk(*this, f, search);
  std::vector<double> best(walk.x().begin(), walk.x().end());  // of this walk: the objective may be stochastic
  double best_value = walk.value();
  const auto note = [&] {
    if (walk.value() < best_value) {
      best_value = walk.value();
      std::copy(walk.x().begin(), walk.x().end(), best.begin());
    }
  };
  const std::size_t n = walk.free();
  if (n == 0) {
    search.iteration(walk.x(), walk.value());
    return search.finish(Status::converged, "the bounds fix every variable");
  }

  double t0 = temperature;
  std::vector<double> rises;
  // A pilot of 10n moves that accepts everything. Without two finite values that differ it says nothing.
  const auto pilot = [&] {
    for (std::size_t k = 0; k < 10 * n; ++k) {
      const double rise = walk.move(k % n, HUGE_VAL);
      note();
      if (rise != 0.0 && std::isfinite(rise)) rises.push_back(std::abs(rise));
    }
    const auto middle = rises.begin() + static_cast<std::ptrdiff_t>(rises.size() / 2);
    std::nth_element(rises.begin(), middle, rises.end());
    t0 = rises.empty() ? 1.0 : *middle / -std::log(acceptance);
    walk.forget_counts();
    walk.jump(best, best_value);
  };
  if (temperature == 0.0) pilot();

  const bool fixed = schedule == Schedule::constant;
  const bool measured = schedule == Schedule::huang || schedule == Schedule::lam;
  const bool planned = measured && search.evaluations_left().has_value();
  const std::uint64_t block = static_cast<std::uint64_t>(sweep) * n;  // moves between two adjustments
  const double tolerance = search.tolerance().f.value_or(f_tolerance);
  std::vector<double> ends(static_cast<std::size_t>(agreement));  // values that ended the last levels
  for (int heated = 0;; ++heated) {
    bool agreed = false, frozen = false;
    int level = 0;
    double t = t0;
    const std::uint64_t left_before = planned ? *search.evaluations_left() : 0;
    const std::uint64_t left_after = left_before - left_before / static_cast<std::uint64_t>(restarts - heated + 1);
    for (; !agreed && !frozen && (measured || level < temperatures); ++level) {
      if (!measured) t = level_temperature(*this, t0, level);
      if (temperature == 0.0 && rises.empty() && std::isfinite(best_value)) {  // the pilot met no value
        pilot();
        if (measured) t = t0;
      }
      walk.begin_level();
      for (int a = 0; a < (planned ? 1 : adjustments); ++a) {
        for (int s = 0; s < sweep; ++s)
          for (std::size_t j = 0; j < n; ++j) {
            walk.move(j, t);
            note();
          }
        if (adaptive) walk.adapt(move == Move::one ? sweep : sweep * static_cast<int>(n));
      }
      search.iteration(walk.x(), walk.value());
      // Corana et al. (1987), their stop rule: the last N_ε ends agree with this one, and this one with the best.
      const double allowed = tolerance * std::max(1.0, std::abs(walk.value()));
      agreed = !fixed && level >= agreement && walk.value() - best_value <= allowed &&
               std::all_of(ends.begin(), ends.end(), [&](double e) { return std::abs(e - walk.value()) <= allowed; });
      ends[static_cast<std::size_t>(level % agreement)] = walk.value();
      // Steps 9 and 11: the next level starts from the best point (a fixed temperature is left to its own walk).
      if (!fixed && (!measured || level % 3 == 0)) walk.jump(best, best_value);
      if (measured && std::isfinite(best_value)) {
        // ln T falls by the planned share of its way to the end, or as Huang's λ = 0.7 makes it in a quadratic well.
        const double end = std::max(0.1 * tolerance * std::max(1.0, std::abs(best_value)), 1e-300);
        double share = 0.7 * std::sqrt(2.0 / static_cast<double>(n));
        if (planned) {
          const std::uint64_t left = *search.evaluations_left();
          const double levels = static_cast<double>(left - std::min(left, left_after)) / static_cast<double>(block);
          share = std::max(0.0, std::log(t / end)) / std::max(levels, 1.0);
        }
        const double fall = share * relative_rate(*this, walk, t);
        t *= std::exp(planned ? -fall : std::max(-fall, std::log(0.5)));
        frozen = t < 1e-3 * end;
      }
    }
    if (heated < restarts) {
      walk.reset_steps();
      walk.jump(best, best_value);
      continue;
    }
    if (!std::isfinite(best_value))
      return search.finish(Status::numerical_failure, "no finite value met; try another start or tighter bounds");
    if (agreed)
      return search.finish(
          Status::converged,
          fmt::format("{} levels in a row ended within {:.1e} of each other; T fell from {:.2e} to "
                      "{:.2e}, steps ≤ {:.1e}",
                      agreement + 1, tolerance * std::max(1.0, std::abs(best_value)), t0, t, walk.longest_step()));
    if (frozen)
      return search.finish(Status::stalled,
                           fmt::format("T fell from {:.2e} to {:.2e}, and the last {} levels still "
                                       "differ by more than {:.1e}; raise the budget or f_tolerance",
                                       t0, t, agreement + 1, tolerance * std::max(1.0, std::abs(best_value))));
    return search.finish(Status::stalled, fmt::format("all {} temperatures used, from {:.2e} to {:.2e}; raise "
                                                      "`temperatures` or lower `cooling`",
                                                      temperatures, t0, t));
  }
}

}  // namespace thalweg
