#include "thalweg/direct_search/nelder_mead.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "thalweg/direct_search/nelder_mead_simplex.hpp"

namespace thalweg {

namespace {

constexpr double kelley_alpha = 1e-4;  // sufficient decrease: f̄₊ − f̄ < −α‖D‖², the usual constant of line searches
constexpr double least_scale = 0.5;  // of a variable, for its first edge
constexpr double poll_ratio = 1e-3;  // last check's coordinate steps over the first simplex's edges

// A coefficient that would be ignored is a mistake.
void expect_untouched(const char* option, double value, double usual) {
  if (value != usual)
    throw InvalidArgument(fmt::format(
        "option `{}` of nelder-mead is {}, but `adaptive` sets the coefficients by n; give adaptive=false to "
        "set them",
        option, value));
}

}  // namespace

Description<NelderMead> NelderMead::describe() {
  Description<NelderMead> d("nelder-mead", "Nelder–Mead simplex", "3.1");
  d.reference(
       "Nelder & Mead, Computer J. 7 (1965) 308; Gao & Han, Comput. Optim. Appl. 51 (2012) 259; Kelley, SIAM J. "
       "Optim. 10 (1999) 43")
      .formula("x_r = c + α(c − x_worst), x_e = c + β(x_r − c), x_c = c ± γ(x_r − c), x_j ← x_best + δ(x_j − x_best)")
      .cost("1 or 2 values and O(n) work an iteration; n values at a shrink; 5n² memory")
      .notes(
          "Restarts, oriented by the simplex gradient, when decrease is too small or a last poll finds a way down.")
      .example("thalweg minimize --problem rosenbrock:n=2 --method nelder-mead")
      .asks(AnswerKind::value)
      .supports_bounds();
  d.option("adaptive", &NelderMead::adaptive, "α = 1, β = 1 + 2/n (Gao & Han), γ = δ = 1/2; false: the four below");
  d.option("reflection", &NelderMead::reflection, "α, where adaptive is false").above(0.0);
  d.option("expansion", &NelderMead::expansion, "β, where adaptive is false").above(1.0);
  d.option("contraction", &NelderMead::contraction, "γ, where adaptive is false").above(0.0).below(1.0);
  d.option("shrink", &NelderMead::shrink, "δ, where adaptive is false").above(0.0).below(1.0);
  d.option("step", &NelderMead::step, "edges of the first simplex, over max(1/2, |x0_i|)").above(0.0);
  d.option("simplex", &NelderMead::simplex,
           "the first simplex: (n+1)·n numbers, vertex after vertex; empty: built from x0");
  d.option("x_tolerance", &NelderMead::x_tolerance, "largest distance of a vertex from the best, in any variable")
      .at_least(0.0);
  d.option("f_tolerance", &NelderMead::f_tolerance, "(f_worst − f_best)/|f_best| over the simplex").at_least(0.0);
  d.option("restarts", &NelderMead::restarts, "oriented restarts at most").at_least(0);
  return d;
}

void NelderMead::run(Objective<double>& f, Search& search) const {
  const auto x0 = search.start();
  const std::size_t n = x0.size();
  const Bounds& bounds = search.bounds();
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < n; ++i)
    if (bounds.high(i) > bounds.low(i)) free.push_back(i);
  const std::size_t m = free.size();
  if (m == 0) {
    const double value = f.value(x0);
    search.iteration(x0, value);
    return search.finish(Status::converged, "the bounds fix every variable");
  }

  if (adaptive) {
    const NelderMead usual;
    expect_untouched("reflection", reflection, usual.reflection);
    expect_untouched("expansion", expansion, usual.expansion);
    expect_untouched("contraction", contraction, usual.contraction);
    expect_untouched("shrink", shrink, usual.shrink);
  }
  const double k = static_cast<double>(std::max<std::size_t>(m, 2));
  const double alpha = adaptive ? 1.0 : reflection, beta = adaptive ? 1.0 + 2.0 / k : expansion,
               gamma = adaptive ? 0.5 : contraction, delta = adaptive ? 0.5 : shrink;

  const double x_tol = search.tolerance().x.value_or(x_tolerance);
  const double f_tol = search.tolerance().f.value_or(f_tolerance);
  std::vector<double> edge(m), h(m), half(m);  // of the first simplex, of the last poll, of Kelley's restart (½σ₋)
  for (std::size_t j = 0; j < m; ++j) {
    const std::size_t i = free[j];
    edge[j] = std::min(step * std::max(least_scale, std::abs(x0[i])), 0.5 * (bounds.high(i) - bounds.low(i)));
    h[j] = std::max(poll_ratio * edge[j], x_tol);
  }

  NelderMeadSimplex s(f, search, free);
  if (simplex.empty()) {
    // Of a regular simplex with edges of length 1, one vertex in the origin: the others' coordinates, m − 1 times
    // `side` and once `ahead` (Spendley et al. 1962).
    const double side = (std::sqrt(static_cast<double>(m) + 1.0) - 1.0) / (static_cast<double>(m) * std::sqrt(2.0));
    const double ahead = side + 1.0 / std::sqrt(2.0);
    for (std::size_t j = 0; j <= m; ++j) std::copy(x0.begin(), x0.end(), s.vertex(j).begin());
    for (std::size_t i = 0; i < m; ++i) {
      const double x = x0[free[i]];
      const double towards = s.inside(x, x > 0.0 ? -edge[i] : edge[i], free[i]) - x;
      for (std::size_t j = 1; j <= m; ++j) s.vertex(j)[free[i]] = x + (j == i + 1 ? ahead : side) * towards;
    }
  } else {
    if (simplex.size() != (n + 1) * n)
      throw InvalidArgument(
          fmt::format("option `simplex` of nelder-mead has {} numbers; for {} variables it takes {}", simplex.size(),
                      n, (n + 1) * n));
    if (m != n)
      throw InvalidArgument("option `simplex` of nelder-mead: a variable is fixed by its bounds; leave it out");
    for (std::size_t j = 0; j <= m; ++j) {
      std::copy_n(simplex.begin() + static_cast<std::ptrdiff_t>(j * n), n, s.vertex(j).begin());
      bounds.clamp(s.vertex(j));
    }
  }
  s.evaluate_all();

  const std::size_t period = m * (m + 1);  // iterations between two tests of sufficient decrease
  // α of Kelley in the units of this function: σ₊(S⁰)/‖D(f:S⁰)‖ has those of x²/f.
  const double decrease =
      s.gradient() && s.slope_squared() > 0.0 ? kelley_alpha * s.size() / std::sqrt(s.slope_squared()) : 0.0;
  double mean_before = s.mean();
  int restarted = 0;
  std::size_t until_size = m + 1, until_decrease = period;  // iterations that are left before each test
  while (s.iterate(alpha, beta, gamma, delta)) {
    search.iteration(s.ranked(0), s.best());

    const bool flat = s.worst() - s.best() <= f_tol * std::abs(s.best()), look = --until_size == 0;
    if (look) until_size = m + 1;
    if (flat || (look && s.within(x_tol))) {
      const double size = s.size();
      if (!std::isfinite(s.best()))
        return search.finish(
            Status::numerical_failure,
            fmt::format("no finite value met while the simplex shrank to {:.1e}; try another start", size));
      const double spread = s.worst() - s.best();
      if (!s.poll(h, std::max(spread, f_tol * std::abs(s.best()))))
        return search.finish(
            Status::converged,
            fmt::format("simplex of size {:.1e} (tolerance {:.1e}), its values within {:.1e}; no coordinate step of "
                        "{:.0e} lowers f by more; {} restarts",
                        size, x_tol, spread, *std::max_element(h.begin(), h.end()), restarted));
      if (restarted == restarts)
        return search.finish(
            Status::stalled,
            fmt::format("simplex of size {:.1e}, yet a coordinate step lowers f, and all {} restarts "
                        "are used; raise `restarts`, or try another method",
                        size, restarts));
      ++restarted;
      s.restart(edge);
      mean_before = s.mean(), until_size = m + 1, until_decrease = period;
      continue;
    }
    if (--until_decrease == 0) {
      until_decrease = period;
      const double mean_now = s.mean();
      // Kelley (2.9) over the period: f̄₊ − f̄ < −α‖D‖²; the simplex has stagnated where it fails.
      if (restarted < restarts && std::isfinite(mean_now) && s.gradient() &&
          !(mean_now - mean_before < -decrease * s.slope_squared())) {
        ++restarted;
        std::fill(half.begin(), half.end(), 0.5 * s.shortest_edge());
        s.restart(half);
      }
      mean_before = s.mean();
    }
  }
}

}  // namespace thalweg
