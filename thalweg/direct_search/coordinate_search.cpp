#include "thalweg/direct_search/coordinate_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace thalweg {

Description<CoordinateSearch> CoordinateSearch::describe() {
  Description<CoordinateSearch> d("coordinate-search", "Coordinate search", "3.1");
  d.reference("Kolda, Lewis & Torczon, SIAM Review 45 (2003) 385")
      .formula("x ← argmin of f at x ± Δe_i and x + t e_i, t = Δ(f₋ − f₊)/(2(f₊ + f₋ − 2f)); no success: Δ ← Δ/2")
      .cost("2n to 3n values a sweep, O(n) work each")
      .notes("At the stop |∇f|∞ ≤ LΔ/2 where no bound is near.")
      .example("thalweg minimize --problem ellipsoid:n=5 --method coordinate-search")
      .asks(AnswerKind::value)
      .supports_bounds();
  d.option("step", &CoordinateSearch::step, "first step, relative to max(1, |x0_i|)").above(0.0);
  d.option("contraction", &CoordinateSearch::contraction, "of the step, after a sweep without success")
      .above(0.0)
      .below(1.0);
  d.option("parabola", &CoordinateSearch::parabola, "try the vertex of the parabola of each axis");
  d.option("x_tolerance", &CoordinateSearch::x_tolerance, "length of the last steps").above(0.0);
  return d;
}

void CoordinateSearch::run(Objective<double>& f, Search& search) const {
  const auto x0 = search.start();
  const std::size_t n = x0.size();
  const Bounds& bounds = search.bounds();
  const double tolerance = search.tolerance().x.value_or(x_tolerance);
  std::vector<double> x(x0.begin(), x0.end()), pair(2 * n), values(2), length(n);
  double longest = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    length[i] = std::min(step * std::max(1.0, std::abs(x[i])), 0.5 * (bounds.high(i) - bounds.low(i)));
    longest = std::max(longest, length[i]);
  }
  double value = f.value(x);
  search.iteration(x, value);

  double scale = 1.0;
  for (;;) {
    bool moved = false;
    for (std::size_t i = 0; i < n; ++i) {
      if (length[i] == 0.0) continue;  // fixed
      const double here = x[i], delta = scale * length[i];
      const double up = std::min(here + delta, bounds.high(i)), down = std::max(here - delta, bounds.low(i));
      std::copy(x.begin(), x.end(), pair.begin());
      std::copy(x.begin(), x.end(), pair.begin() + static_cast<std::ptrdiff_t>(n));
      pair[i] = up, pair[n + i] = down;
      if (up > here && down < here) {
        f.values(pair, values);
      } else {  // on a bound: the other side alone
        const std::size_t side = up > here ? 0 : 1;
        f.values(std::span(pair).subspan(side * n, n), std::span(values).subspan(side, 1));
        values[1 - side] = value;
      }
      double best = here, lowest = value;
      if (values[0] < lowest) best = up, lowest = values[0];
      if (values[1] < lowest) best = down, lowest = values[1];
      if (parabola && up > here && down < here) {
        // Divided differences of the three points (equally spaced but at a bound).
        const double a = up - here, b = here - down;
        const double slope_up = (values[0] - value) / a, slope_down = (value - values[1]) / b;
        const double curvature = slope_up - slope_down;  // ½(a+b) f''
        const double t = -(b * slope_up + a * slope_down) / (2.0 * curvature);
        if (curvature > 0.0 && std::isfinite(t)) {
          x[i] = std::clamp(here + t, bounds.low(i), bounds.high(i));
          if (x[i] != here && x[i] != up && x[i] != down) {
            const double vertex = f.value(x);
            if (vertex < lowest) best = x[i], lowest = vertex;
          }
        }
      }
      x[i] = best;
      moved = moved || lowest < value;
      value = lowest;
    }
    search.iteration(x, value);
    if (moved) continue;
    if (!(scale * longest > tolerance)) break;
    scale *= contraction;
  }
  if (!std::isfinite(value))
    return search.finish(Status::numerical_failure, "no finite value met; try another start or a larger step");
  search.finish(Status::converged, fmt::format("no axis step of length ≤ {:.1e} (tolerance {:.1e}) lowers f",
                                               scale * longest, tolerance));
}

}  // namespace thalweg
