#include "thalweg/direct_search/hooke_jeeves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "thalweg/direct_search/mads_cache.hpp"

namespace thalweg {

namespace {
constexpr std::size_t remembered = 1U << 20;  // numbers of the points that are remembered, at most
}  // namespace

Description<HookeJeeves> HookeJeeves::describe() {
  Description<HookeJeeves> d("hooke-jeeves", "Hooke and Jeeves' pattern search", "3.1");
  d.reference("Hooke & Jeeves, J. ACM 8 (1961) 212")
      .formula("explore b along ±Δe_i → b'; f(b') < f(b): leap to b' + (b' − b) and explore there; else Δ ← Δ/2")
      .cost("up to 2n values an exploration, O(n) work each; n + 1 numbers for each of the last 10⁶/n points")
      .notes("At the stop |∇f|∞ ≤ LΔ/2 where no bound is near.")
      .example("thalweg minimize --problem rosenbrock:n=2 --method hooke-jeeves")
      .asks(AnswerKind::value)
      .supports_bounds();
  d.option("step", &HookeJeeves::step, "first step, relative to max(1, |x0_i|)").above(0.0);
  d.option("contraction", &HookeJeeves::contraction, "of the step, where exploring fails").above(0.0).below(1.0);
  d.option("x_tolerance", &HookeJeeves::x_tolerance, "length of the last steps").above(0.0);
  return d;
}

void HookeJeeves::run(Objective<double>& f, Search& search) const {
  const auto x0 = search.start();
  const std::size_t n = x0.size();
  const Bounds& bounds = search.bounds();
  const double tolerance = search.tolerance().x.value_or(x_tolerance);
  std::vector<double> base(x0.begin(), x0.end()), x = base, length(n);
  double longest = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    length[i] = std::min(step * std::max(1.0, std::abs(x0[i])), 0.5 * (bounds.high(i) - bounds.low(i)));
    longest = std::max(longest, length[i]);
  }
  // The lattice leads back to points: at a wall, from a leap that failed, from a Δ to its half.
  const std::size_t room = f.offers().stochastic ? 0 : remembered / n;
  PointCache cache(n, std::min<std::size_t>(search.evaluations_left().value_or(1024), room));
  const auto ask = [&](const std::vector<double>& point) {
    if (room == 0) return f.value(point);
    if (const std::size_t k = cache.find(point); k != PointCache::none) return cache.value(k);
    const double value = f.value(point);
    if (cache.size() == room) cache.clear();
    cache.insert(point, value);
    return value;
  };
  double scale = 1.0, base_value = ask(base);
  search.iteration(base, base_value);

  // Exploratory moves around x (Fig. 2): each axis up, else down, kept when lower. Returns the value at the new x.
  const auto explore = [&](double value) {
    for (std::size_t i = 0; i < n; ++i) {
      if (length[i] == 0.0) continue;  // fixed
      const double here = x[i];
      for (double delta : {scale * length[i], -scale * length[i]}) {
        x[i] = std::clamp(here + delta, bounds.low(i), bounds.high(i));
        if (x[i] == here) continue;
        const double next = ask(x);
        if (next < value) {
          value = next;
          break;
        }
        x[i] = here;
      }
    }
    return value;
  };

  for (;;) {
    x = base;
    double value = explore(base_value);
    if (!(value < base_value)) {
      search.iteration(base, base_value);
      if (!(scale * longest > tolerance)) break;
      scale *= contraction;
      continue;
    }
    while (value < base_value) {  // pattern moves, while they lead on
      for (std::size_t i = 0; i < n; ++i) {
        const double previous = base[i];
        base[i] = x[i];
        x[i] = std::clamp(x[i] + (x[i] - previous), bounds.low(i), bounds.high(i));
      }
      base_value = value;
      search.iteration(base, base_value);
      value = explore(ask(x));
    }
  }
  if (!std::isfinite(base_value))
    return search.finish(Status::numerical_failure, "no finite value met; try another start or a larger step");
  search.finish(Status::converged, fmt::format("no axis step of length ≤ {:.1e} (tolerance {:.1e}) lowers f",
                                               scale * longest, tolerance));
}

}  // namespace thalweg
