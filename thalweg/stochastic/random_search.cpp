#include "thalweg/stochastic/random_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/stochastic/sobol.hpp"

namespace thalweg {

namespace {

// The box that is searched.
struct Box {
  std::vector<double> low, width;
  Box(const Search& search, double radius) {
    const auto x0 = search.start();
    for (std::size_t i = 0; i < x0.size(); ++i) {
      const double reach = radius * std::max(1.0, std::abs(x0[i]));
      const double a = search.bounds().low(i), b = search.bounds().high(i);
      const double l = std::isfinite(a) ? a : (std::isfinite(b) ? b - 2.0 * reach : x0[i] - reach);
      const double h = std::isfinite(b) ? b : (std::isfinite(a) ? a + 2.0 * reach : x0[i] + reach);
      low.push_back(l), width.push_back(h - l);
    }
  }
};

std::string used_up(const RandomSearch& o) {
  return fmt::format("the option points = {} is used up; 0 leaves the end to the run's limits", o.points);
}

void blind(const RandomSearch& o, Objective<double>& f, Search& search) {
  const std::size_t n = search.start().size();
  const Box box(search, o.radius);
  Generator random = search.random(Purpose("random-search.points"));
  std::optional<Sobol> sobol;
  if (o.sampling == RandomSearch::Sampling::sobol) sobol.emplace(n, &random);
  std::vector<double> points(n * static_cast<std::size_t>(o.batch)), values(static_cast<std::size_t>(o.batch));
  for (std::uint64_t done = 1; o.points == 0 || done < o.points;) {
    const auto count = static_cast<std::size_t>(o.points == 0 ? o.batch : std::min(o.batch, o.points - done));
    for (std::size_t j = 0; j < count; ++j) {
      const std::span<double> x(points.data() + j * n, n);
      if (sobol) {
        sobol->next(x);
        for (std::size_t i = 0; i < n; ++i) x[i] = box.low[i] + box.width[i] * x[i];
      } else {
        for (std::size_t i = 0; i < n; ++i) x[i] = box.low[i] + box.width[i] * random.uniform();
      }
      search.bounds().clamp(x);
    }
    f.values(std::span<const double>(points).first(count * n), std::span<double>(values).first(count));
    done += count;
    search.iteration(search.best_x(), search.best_f());
  }
  search.finish(Status::evaluation_budget, used_up(o));
}

void fixed_step(const RandomSearch& o, Objective<double>& f, Search& search, double value) {
  const std::size_t n = search.start().size();
  const Box box(search, o.radius);
  Generator random = search.random(Purpose("random-search.steps"));
  std::vector<double> x(search.start().begin(), search.start().end()), trial(n), direction(n);
  const std::uint64_t patience = o.patience * n;
  std::uint64_t failures = 0;
  for (std::uint64_t done = 1; (o.points == 0 || done < o.points) && failures < patience; ++done) {
    double norm = 0.0;
    for (auto& d : direction) {
      d = random.normal();
      norm += d * d;
    }
    norm = std::sqrt(norm);
    for (std::size_t i = 0; i < n; ++i) trial[i] = x[i] + o.step * 0.5 * box.width[i] * direction[i] / norm;
    search.bounds().clamp(std::span<double>(trial));
    const double next = f.value(trial);
    if (next < value) {
      std::swap(x, trial);
      value = next, failures = 0;
    } else {
      ++failures;
    }
    search.iteration(x, value);
  }
  if (failures < patience) return search.finish(Status::evaluation_budget, used_up(o));
  search.finish(Status::stalled, fmt::format("{} steps in a row of length {:g} led nowhere; a smaller `step` goes "
                                             "nearer to the minimum, a larger one out of a valley",
                                             failures, o.step));
}

}  // namespace

Description<RandomSearch> RandomSearch::describe() {
  Description<RandomSearch> d("random-search", "Random search", "3.2");
  d.reference(
       "Brooks, Oper. Res. 6 (1958) 244; Joe & Kuo, SIAM J. Sci. Comput. 30 (2008) 2635; Rastrigin, Autom. "
       "Remote Control 24 (1963) 1337")
      .formula("x ~ U(box), or the next Sobol' point; fixed_step: x' = x + s·u, |u| = 1, kept when f(x') < f(x)")
      .cost("1 value and O(n) work a point")
      .notes("x0 is evaluated first. A variable without finite bounds is drawn within radius·max(1, |x0|) of x0.")
      .example("thalweg minimize --problem branin --method random-search --set sampling=sobol --max-evaluations 512")
      .asks(AnswerKind::value)
      .supports_bounds();
  d.option("sampling", &RandomSearch::sampling, {"uniform", "sobol", "fixed-step"},
           "independent points, Sobol' points (at most 128 variables), or Rastrigin's steps of fixed length");
  d.option("points", &RandomSearch::points, "points at most, the start included; 0: as the run's limits allow")
      .at_least(0);
  d.option("batch", &RandomSearch::batch, "points asked at once (uniform, sobol)").at_least(1).at_most(1e6);
  d.option("radius", &RandomSearch::radius, "half-width of a variable without bounds, relative to max(1, |x0|)")
      .above(0.0);
  d.option("step", &RandomSearch::step, "fixed-step: length of a step in half-widths").above(0.0);
  d.option("patience", &RandomSearch::patience, "fixed-step: steps a variable in a row without success, then stop")
      .at_least(1);
  return d;
}

void RandomSearch::run(Objective<double>& f, Search& search) const {
  if (sampling == Sampling::sobol && search.start().size() > Sobol::max_dimension)
    throw InvalidArgument(
        fmt::format("option `sampling` of random-search is sobol, for at most {} variables; this "
                    "problem has {}: take uniform",
                    Sobol::max_dimension, search.start().size()));
  const double value = f.value(search.start());
  search.iteration(search.start(), value);
  if (sampling == Sampling::fixed_step) return fixed_step(*this, f, search, value);
  blind(*this, f, search);
}

}  // namespace thalweg
