#include "thalweg/population/de.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace thalweg {

namespace {

// Three members that differ from each other and from `self`.
std::array<std::size_t, 3> others(Generator& random, std::size_t count, std::size_t self) {
  std::array<std::size_t, 3> r{};
  do r[0] = random.index(count);
  while (r[0] == self);
  do r[1] = random.index(count);
  while (r[1] == self || r[1] == r[0]);
  do r[2] = random.index(count);
  while (r[2] == self || r[2] == r[0] || r[2] == r[1]);
  return r;
}

}  // namespace

Description<De> De::describe() {
  Description<De> d("de", "Differential evolution", "3.5");
  d.reference("Storn & Price, J. Global Optim. 11 (1997) 341; Brest et al., IEEE Trans. Evol. Comput. 10 (2006) 646")
      .formula(
          "v = x_r1 + F(x_r2 − x_r3); u_j = v_j with probability CR (one j always), else x_j; x ← u if f(u) ≤ f(x)")
      .cost("one value a member and generation, in one batch; O(n) work each")
      .notes("With finite bounds the first members are uniform in the box; x0 is one of them.")
      .example("thalweg minimize --problem rastrigin:n=5 --method de --max-evaluations 50000")
      .asks(AnswerKind::value)
      .supports_bounds();
  d.option("strategy", &De::strategy, {"rand1", "best1", "current-to-best1"}, "base of the mutant");
  d.option("adaptation", &De::adaptation, {"none", "jde"}, "jde: F and CR evolve with their member");
  d.option("population", &De::population, "members, at least 4; 0: 3n, at least 15").at_least(0).at_most(1e6);
  d.option("weight", &De::weight, "F, length of the difference (jde: the first)").above(0.0).at_most(2.0);
  d.option("crossover", &De::crossover, "CR, share of the mutant (jde: the first)").at_least(0.0).at_most(1.0);
  d.option("radius", &De::radius, "of the first members around x0 where bounds are not finite").above(0.0);
  d.option("f_tolerance", &De::f_tolerance, "range of the values, relative to max(1, |f|)").at_least(0.0);
  d.option("x_tolerance", &De::x_tolerance, "range of the members in every variable").at_least(0.0);
  return d;
}

void De::run(Objective<double>& f, Search& search) const {
  const auto x0 = search.start();
  const std::size_t n = x0.size();
  const Bounds& bounds = search.bounds();
  if (population > 0 && population < 4)
    throw InvalidArgument(fmt::format("option `population` of de is {}; it is at least 4, or 0 for 3n", population));
  const std::size_t size = population > 0 ? static_cast<std::size_t>(population) : std::max<std::size_t>(3 * n, 15);
  const double f_tol = search.tolerance().f.value_or(f_tolerance);
  const double x_tol = search.tolerance().x.value_or(x_tolerance);

  std::vector<double> members(size * n), challengers(size * n), values(size), challenges(size);
  std::vector<double> weights(size, weight), rates(size, crossover), new_weights(size), new_rates(size);
  Generator first = search.random(Purpose("de.first"));
  for (std::size_t k = 0; k < size; ++k)
    for (std::size_t i = 0; i < n; ++i) {
      const double reach = radius * std::max(1.0, std::abs(x0[i]));
      const double low =
          std::max(bounds.low(i),
                   std::isfinite(bounds.low(i)) && std::isfinite(bounds.high(i)) ? bounds.low(i) : x0[i] - reach);
      const double high =
          std::min(bounds.high(i),
                   std::isfinite(bounds.low(i)) && std::isfinite(bounds.high(i)) ? bounds.high(i) : x0[i] + reach);
      members[k * n + i] = k == 0 ? x0[i] : std::clamp(low + (high - low) * first.uniform(), low, high);
    }
  f.values(members, values);
  std::size_t best = static_cast<std::size_t>(std::min_element(values.begin(), values.end()) - values.begin());
  search.iteration(std::span<const double>(members).subspan(best * n, n), values[best]);

  for (std::uint64_t generation = 1;; ++generation) {
    Generator random = search.random(Purpose("de.generation"), generation);
    const double* top = members.data() + best * n;
    for (std::size_t k = 0; k < size; ++k) {
      double weight_k = weights[k], rate_k = rates[k];
      if (adaptation == Adaptation::jde) {  // Brest et al. (2006), eqs. (5), (6)
        if (random.uniform() < 0.1) weight_k = 0.1 + 0.9 * random.uniform();
        if (random.uniform() < 0.1) rate_k = random.uniform();
      }
      new_weights[k] = weight_k, new_rates[k] = rate_k;
      const auto r = others(random, size, k);
      const double* self = members.data() + k * n;
      const double* base =
          strategy == Strategy::rand1 ? members.data() + r[0] * n : (strategy == Strategy::best1 ? top : self);
      const double* b = members.data() + r[1] * n;
      const double* c = members.data() + r[2] * n;
      const double pull = strategy == Strategy::current_to_best1 ? weight_k : 0.0;
      double* u = challengers.data() + k * n;
      const std::size_t always = random.index(n);
      const auto threshold =
          static_cast<std::uint64_t>(rate_k * 0x1p32);  // a 32-bit word is below it with probability CR
      for (std::size_t i = 0; i < n; ++i) {
        if (i != always && random() >= threshold) {
          u[i] = self[i];
          continue;
        }
        u[i] = base[i] + pull * (top[i] - self[i]) + weight_k * (b[i] - c[i]);
        if (u[i] < bounds.low(i)) u[i] = base[i] + random.uniform() * (bounds.low(i) - base[i]);
        if (u[i] > bounds.high(i)) u[i] = base[i] + random.uniform() * (bounds.high(i) - base[i]);
      }
    }
    f.values(challengers, challenges);
    for (std::size_t k = 0; k < size; ++k) {
      if (!(challenges[k] <= values[k])) continue;
      std::copy_n(challengers.begin() + static_cast<std::ptrdiff_t>(k * n), n,
                  members.begin() + static_cast<std::ptrdiff_t>(k * n));
      values[k] = challenges[k], weights[k] = new_weights[k], rates[k] = new_rates[k];
    }
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    best = static_cast<std::size_t>(low - values.begin());
    search.iteration(std::span<const double>(members).subspan(best * n, n), values[best]);

    const double range = *high - *low, allowed = f_tol * std::max(1.0, std::abs(*low));
    if (range > 0.0 && range <= allowed)
      return search.finish(Status::converged,
                           fmt::format("the population's values lie within {:.1e} ≤ {:.1e}", range, allowed));
    const auto within = [&](double tolerance) {
      for (std::size_t k = 1; k < size; ++k)
        for (std::size_t i = 0; i < n; ++i)
          if (std::abs(members[k * n + i] - members[i]) > 0.5 * tolerance) return false;
      return true;
    };
    if (within(x_tol)) {
      if (!std::isfinite(values[best]))
        return search.finish(Status::numerical_failure, "no finite value met; try another start or tighter bounds");
      return search.finish(Status::converged,
                           fmt::format("the population lies within {:.1e} in every variable", x_tol));
    }
    if (range == 0.0 && std::isfinite(*low) && generation % 50 == 0)
      return search.finish(Status::stalled, fmt::format("all {} members have the same value: f is flat here", size));
  }
}

}  // namespace thalweg
