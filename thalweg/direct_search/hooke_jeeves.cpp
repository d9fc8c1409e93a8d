#include "thalweg/direct_search/hooke_jeeves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace thalweg {

namespace {

// Points that were asked not long ago and their values: a later one takes the place of an earlier with its hash.
class RecentPoints {
 public:
  explicit RecentPoints(std::size_t n)
      : n_(n),
        slots_(std::bit_floor(std::min(64 * n + 256, std::max<std::size_t>(most / n, 2)))),
        x_(slots_ * n, std::nan("")),
        f_(slots_) {}
  // The value of x: remembered, or f's.
  double value(Objective<double>& f, std::span<const double> x) {
    std::uint64_t hash = 0, odd = 0x9E3779B97F4A7C15u;
    for (const double v : x)
      hash += std::bit_cast<std::uint64_t>(v + 0.0) * odd, odd += 0xD6E8FEB86659FD92u;  // −0 is 0
    hash = (hash ^ hash >> 32) * 0x9E3779B97F4A7C15u;
    const std::size_t slot = hash >> (64 - std::countr_zero(slots_));
    double* const there = x_.data() + slot * n_;
    if (!std::equal(x.begin(), x.end(), there)) {
      f_[slot] = f.value(x);
      std::copy(x.begin(), x.end(), there);
    }
    return f_[slot];
  }

 private:
  static constexpr std::size_t most = std::size_t{1} << 20;  // numbers
  std::size_t n_, slots_;
  std::vector<double> x_, f_;
};

}  // namespace

Description<HookeJeeves> HookeJeeves::describe() {
  Description<HookeJeeves> d("hooke-jeeves", "Hooke and Jeeves' pattern search", "3.1");
  d.reference("Hooke & Jeeves, J. ACM 8 (1961) 212")
      .formula("explore b along ±Δe_i → b'; f(b') < f(b): leap to b' + (b' − b) and explore there; else Δ ← Δ/2")
      .cost(
          "up to 2n values an exploration, O(n) work each; n + 1 numbers for each of some 64n recent points, of "
          "10⁶/n at "
          "most")
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
  RecentPoints recent(n);
  const bool draws = f.offers().stochastic;
  const auto ask = [&](std::span<const double> point) { return draws ? f.value(point) : recent.value(f, point); };
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
