#include "thalweg/population/cma_es.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "thalweg/population/box_transform.hpp"
#include "thalweg/population/cma_state.hpp"

namespace thalweg {

namespace {

struct Outcome {
  Status status = Status::stalled;
  std::string message;
  double best = std::numeric_limits<double>::infinity();
  std::uint64_t evaluations = 0;
};

// The stopping rules of Hansen's tutorial, B.3, fed once a generation.
class StoppingRules {
 public:
  StoppingRules(std::size_t n, std::size_t lambda, double sigma, double f_tolerance, double relative)
      : n_(n), lambda_(lambda), first_sigma_(sigma), f_tolerance_(f_tolerance), relative_(relative) {
    const double per = 30.0 * static_cast<double>(n) / static_cast<double>(lambda);
    recent_.assign(10 + static_cast<std::size_t>(std::ceil(per)), std::numeric_limits<double>::infinity());
    flat_.assign(n, false);
    least_history_ = static_cast<std::size_t>(120.0 + per);
    best_.reserve(4096), median_.reserve(4096);
  }

  // The generation's values, ranked.
  void feed(std::span<const double> values, std::span<const std::size_t> ranking) {
    const double best = values[ranking[0]], worst = values[ranking[lambda_ - 1]];
    recent_[generation_ % recent_.size()] = best;
    lowest_ = std::min(lowest_, best);
    spread_ = worst - best;
    // EqualFunValues: the best and the k-th are equal, k = 1 + ⌈0.1 + λ/4⌉
    const std::size_t k =
        std::min(lambda_ - 1, static_cast<std::size_t>(std::ceil(0.1 + static_cast<double>(lambda_) / 4.0)));
    const bool equal = best == values[ranking[k]];
    flats_ += static_cast<std::size_t>(equal) - static_cast<std::size_t>(flat_[generation_ % n_]);
    flat_[generation_ % n_] = equal;
    if (best_.size() == longest_history) {  // the older half is forgotten
      best_.erase(best_.begin(), best_.begin() + longest_history / 2);
      median_.erase(median_.begin(), median_.begin() + longest_history / 2);
    }
    best_.push_back(best), median_.push_back(values[ranking[lambda_ / 2]]);
    ++generation_;
  }

  // An empty message: go on.
  Outcome check(const CmaState& state, const BoxTransform& box, double x_tolerance, bool x_absolute) {
    if (!std::isfinite(lowest_)) {
      if (generation_ >= 2 * recent_.size())
        return {Status::numerical_failure,
                fmt::format("no finite value in {} generations; try another start or a smaller sigma", generation_)};
      return {};
    }
    if (generation_ >= recent_.size() && std::isfinite(spread_)) {
      const auto [low, high] = std::minmax_element(recent_.begin(), recent_.end());
      const double range = std::max(*high - *low, spread_);
      const double allowed = std::max(f_tolerance_, relative_ * std::abs(*low));
      if (range <= allowed && (range > 0.0 || relative_ > 0.0))  // equal values: EqualFunValues below
        return {Status::converged, fmt::format("TolFun: the best values of {} generations and all of the last lie "
                                               "within {:.1e} ≤ {:.1e}",
                                               recent_.size(), range, allowed)};
    }
    double largest = 0.0;  // of a standard deviation or a component of the path, relative to its tolerance
    bool no_effect = false;
    for (std::size_t i = 0; i < n_; ++i) {
      const double deviation = std::sqrt(state.variance(i));
      const double unit = x_absolute ? x_tolerance / box.scale(i) : x_tolerance;
      largest = std::max(largest, state.sigma() * std::max(deviation, std::abs(state.path()[i])) / unit);
      no_effect = no_effect || state.mean()[i] == state.mean()[i] + 0.2 * state.sigma() * deviation;
    }
    if (largest <= 1.0)
      return {Status::converged, fmt::format("TolX: all standard deviations are at most {:.1e} {}", x_tolerance,
                                             x_absolute ? "(Limits::tolerance.x)" : "of the first")};
    if (no_effect)
      return {Status::stalled,
              "NoEffectCoord: 0.2 standard deviations no longer change a variable: its rounding is "
              "reached"};
    const auto d = state.axis_lengths();
    const std::size_t axis = state.generation() % n_;
    bool moved = false;
    for (std::size_t j = 0; j < n_ && !moved; ++j)
      moved = state.mean()[j] != state.mean()[j] + 0.1 * state.sigma() * d[axis] * state.axis(axis, j);
    if (!moved)
      return {Status::stalled, fmt::format("NoEffectAxis: a tenth of principal axis {} no longer changes the mean: "
                                           "its rounding is reached",
                                           axis)};
    if (3 * flats_ > n_ && generation_ >= recent_.size()) {
      const auto [low, high] = std::minmax_element(recent_.begin(), recent_.end());
      const double rounding = 16.0 * std::numeric_limits<double>::epsilon() * std::abs(*low);
      if (*high > *low && spread_ <= std::max({f_tolerance_, relative_ * std::abs(*low), rounding}))
        return {Status::converged, fmt::format("EqualFunValues: after falling, all values of a generation lie within "
                                               "{:.1e}, the rounding of f",
                                               spread_)};
      return {Status::stalled, fmt::format("EqualFunValues: the best quarter was equal in {} of {} generations: f is "
                                           "flat here; try a larger sigma",
                                           flats_, n_)};
    }
    const auto [shortest, longest] = std::minmax_element(d.begin(), d.end());
    if (!(*longest * *longest <= 1e14 * *shortest * *shortest))
      return {Status::stalled, "ConditionCov: the covariance's condition exceeds 1e14; scale the variables"};
    if (state.sigma() * *longest > 1e4 * first_sigma_)
      return {Status::stalled,
              "TolXUp: the standard deviations grew 10,000-fold; sigma was far too small, or f has "
              "no minimum"};
    if (generation_ % (least_history_ / 10 + 1) == 0 && stagnates())
      return {Status::stalled, fmt::format("Stagnation: best and median values of the last of {} generations are no "
                                           "better than those of the first",
                                           window())};
    return {};
  }

 private:
  static constexpr std::ptrdiff_t longest_history = 40'000;
  // 20 % of all generations, at least 120 + 30n/λ, at most 20,000.
  std::size_t window() const {
    return std::min({std::max(least_history_, generation_ / 5), std::size_t{20'000}, best_.size()});
  }
  bool stagnates() {
    const std::size_t all = window();
    if (generation_ < least_history_ || all < least_history_) return false;
    const std::size_t part = all * 3 / 10;
    return median_of(best_, all, part, false) <= median_of(best_, all, part, true) &&
           median_of(median_, all, part, false) <= median_of(median_, all, part, true);
  }
  // The median of the first or last `part` of the last `all` entries.
  double median_of(const std::vector<double>& history, std::size_t all, std::size_t part, bool last) {
    const auto end = history.end() - static_cast<std::ptrdiff_t>(last ? 0 : all - part);
    work_.assign(end - static_cast<std::ptrdiff_t>(part), end);
    const auto middle = work_.begin() + static_cast<std::ptrdiff_t>(part / 2);
    std::nth_element(work_.begin(), middle, work_.end());
    return *middle;
  }

  std::size_t n_, lambda_, generation_ = 0, flats_ = 0, least_history_ = 0;
  double first_sigma_, f_tolerance_, relative_, spread_ = 0.0, lowest_ = std::numeric_limits<double>::infinity();
  std::vector<double> recent_, best_, median_, work_;
  std::vector<bool> flat_;
};

// One run of CMA-ES, from `start` (free variables, scaled) with standard deviation σ₀, until a stopping rule holds.
Outcome one_run(const CmaEs& o, Objective<double>& f, Search& search, const BoxTransform& box,
                std::span<const double> start, double sigma, std::size_t lambda, std::uint64_t number,
                std::uint64_t max_evaluations) {
  const std::size_t m = box.dimension(), n = search.start().size();
  const CmaParameters parameters(m, lambda, o.active, o.diagonal, o.laziness);
  CmaState state(parameters, start, sigma);
  const auto relative = search.tolerance().f.value_or(0.0);
  StoppingRules rules(m, lambda, sigma, search.tolerance().f ? 0.0 : o.f_tolerance, relative);
  const bool x_absolute = search.tolerance().x.has_value();
  const double x_tolerance = x_absolute ? *search.tolerance().x : o.x_tolerance * sigma;
  const bool recommends = f.offers().stochastic;

  std::vector<double> points(lambda * m), asked(lambda * n), values(lambda), mean(n);
  std::vector<std::size_t> ranking(lambda);
  Outcome outcome;
  for (std::uint64_t generation = 0;; ++generation) {
    state.sample(search.stream(Purpose("cma-es.sample"), number << 40 | generation), points);
    for (std::size_t k = 0; k < lambda; ++k)
      box.to_box(std::span<const double>(points).subspan(k * m, m), std::span<double>(asked).subspan(k * n, n));
    f.values(asked, values);
    std::iota(ranking.begin(), ranking.end(), std::size_t{0});
    std::sort(ranking.begin(), ranking.end(), [&](std::size_t a, std::size_t b) {
      return values[a] < values[b] || (values[a] == values[b] && a < b);
    });
    const bool sound = state.update(ranking);
    rules.feed(values, ranking);
    outcome.best = std::min(outcome.best, values[ranking[0]]);
    outcome.evaluations += lambda;
    if (recommends) {
      box.to_box(state.mean(), mean);
      search.recommend(mean);
    }
    search.iteration(std::span<const double>(asked).subspan(ranking[0] * n, n), values[ranking[0]]);

    Outcome stop;
    if (!sound)
      stop = {Status::numerical_failure,
              "the covariance is no longer positive definite, or not finite; scale the "
              "variables"};
    else
      stop = rules.check(state, box, x_tolerance, x_absolute);
    if (stop.message.empty() && outcome.evaluations >= max_evaluations)
      stop = {Status::stalled, "the small run's share of evaluations is used"};
    if (!stop.message.empty()) {
      outcome.status = stop.status, outcome.message = std::move(stop.message);
      return outcome;
    }
  }
}

}  // namespace

Description<CmaEs> CmaEs::describe() {
  Description<CmaEs> d("cma-es", "Covariance matrix adaptation evolution strategy", "3.5");
  d.reference("Hansen, arXiv 1604.00772v2 (2023); Auger & Hansen, CEC 2005; Hansen, GECCO workshop 2009")
      .formula(
          "x_k ~ m + σ N(0, C), k ≤ λ; m ← Σ w_i x_{i:λ}; C ← (1−c₁−c_μΣw) C + c₁ p_c p_cᵀ + c_μ Σ w_i y_i y_iᵀ; "
          "σ ← σ exp(c_σ/d_σ (|p_σ|/E|N| − 1))")
      .cost("λ values and O(λn²) work a generation, in one batch; 3n² + 4λn memory")
      .notes(
          "Bounds by a smooth map onto the box (pycma's BoundTransform). Invariant to rotations of x (diagonal: "
          "not) and to increasing transforms of f, stopping rules apart.")
      .example(
          "thalweg minimize --problem rastrigin:n=5 --method cma-es --set strategy=bipop --max-evaluations 100000")
      .asks(AnswerKind::value)
      .supports_bounds();
  d.option("population", &CmaEs::population, "λ, at least 4; 0: 4 + ⌊3 ln n⌋").at_least(0);
  d.option("sigma", &CmaEs::sigma,
           "first standard deviation, in units of x; 0: 0.3 of the width where both bounds are finite, else 0.5")
      .at_least(0.0);
  d.option("active", &CmaEs::active, "negative weights for the worse half");
  d.option("diagonal", &CmaEs::diagonal, "variances alone (separable CMA-ES), linear cost");
  d.option("laziness", &CmaEs::laziness, "decompose every max(1, laziness/(n(c₁+c_μ))) generations").at_least(0.0);
  d.option("strategy", &CmaEs::strategy, {"none", "ipop", "bipop"},
           "restarts: none, with λ doubled each time, or large and small runs in turn");
  d.option("restarts", &CmaEs::restarts, "restarts with λ doubled, at most, where a strategy is chosen").at_least(0);
  d.option("f_tolerance", &CmaEs::f_tolerance, "TolFun: range of the recent values").at_least(0.0);
  d.option("x_tolerance", &CmaEs::x_tolerance, "TolX: standard deviations relative to the first").at_least(0.0);
  return d;
}

void CmaEs::run(Objective<double>& f, Search& search) const {
  const auto x0 = search.start();
  const std::size_t n = x0.size();
  const Bounds& bounds = search.bounds();
  std::vector<double> scales(n, sigma > 0.0 ? sigma : 0.5);
  if (sigma == 0.0)
    for (std::size_t i = 0; i < n; ++i)
      if (std::isfinite(bounds.high(i) - bounds.low(i))) scales[i] = 0.3 * (bounds.high(i) - bounds.low(i));
  const BoxTransform box(bounds, x0, scales);
  const std::size_t m = box.dimension();
  if (m == 0) {
    const double value = f.value(x0);
    search.iteration(x0, value);
    return search.finish(Status::converged, "the bounds fix every variable");
  }
  if (population > 0 && population < 4)
    throw InvalidArgument(
        fmt::format("option `population` of cma-es is {}; it is at least 4, or 0 for 4 + ⌊3 ln n⌋", population));
  const std::size_t lambda =
      population > 0 ? static_cast<std::size_t>(population) : CmaParameters::default_population(m);

  std::vector<double> start(m), first(m), x(n);
  box.from_box(x0, first);
  start = first;
  constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
  Outcome best = one_run(*this, f, search, box, start, 1.0, lambda, 0, no_limit);
  if (strategy == Restarts::none) return search.finish(best.status, best.message);

  Generator random = search.random(Purpose("cma-es.restart"));
  std::uint64_t number = 0, large_evaluations = 0, small_evaluations = best.evaluations;
  std::uint64_t last_large = best.evaluations;
  double large = static_cast<double>(lambda);
  for (int doubled = 0; doubled < restarts;) {
    if (bounds.finite()) {
      for (std::size_t i = 0; i < n; ++i) x[i] = bounds.low(i) + (bounds.high(i) - bounds.low(i)) * random.uniform();
      box.from_box(x, start);
    } else {
      for (std::size_t i = 0; i < m; ++i) start[i] = first[i] + 3.0 * random.normal();
    }
    // BIPOP (Hansen 2009): the regime that has used less; IPOP has only the large one.
    const bool big = strategy == Restarts::ipop || large_evaluations <= small_evaluations;
    Outcome outcome;
    if (big) {
      ++doubled;
      large *= 2.0;
      outcome = one_run(*this, f, search, box, start, 1.0, static_cast<std::size_t>(large), ++number, no_limit);
      large_evaluations += outcome.evaluations;
      last_large = outcome.evaluations;
    } else {
      const double u = random.uniform(), base = static_cast<double>(lambda);
      const auto small = static_cast<std::size_t>(base * std::pow(0.5 * large / base, u * u));
      const double s = std::pow(10.0, -2.0 * random.uniform());
      outcome = one_run(*this, f, search, box, start, s, std::max<std::size_t>(small, 4), ++number, last_large / 2);
      small_evaluations += outcome.evaluations;
    }
    if (outcome.best < best.best) best = std::move(outcome);
  }
  search.finish(best.status, fmt::format("{} ({} restarts)", best.message, number));
}

}  // namespace thalweg
