#include "thalweg/population/de.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "thalweg/core/noise.hpp"

namespace thalweg {

namespace {

// A word as a number of [0, 1), and as an index below `count` (its bias, count/2³², is not seen).
double unit(std::uint32_t word) { return static_cast<double>(word) * 0x1p-32; }
std::size_t below(std::uint32_t word, std::size_t count) { return (std::uint64_t{word} * count) >> 32; }

// Three members that differ from each other and from `self`, each uniform among those left: the k-th smallest of the
// numbers that are not taken.
std::array<std::size_t, 3> others(const std::uint32_t* words, std::size_t count, std::size_t self) {
  std::array<std::size_t, 4> taken = {self};
  std::array<std::size_t, 3> chosen{};
  for (std::size_t k = 0; k < 3; ++k) {
    std::size_t r = below(words[k], count - 1 - k);
    for (std::size_t t = 0; t <= k; ++t) r += static_cast<std::size_t>(r >= taken[t]);  // `taken` ascends
    chosen[k] = r;
    std::size_t t = k + 1;
    for (; t > 0 && taken[t - 1] > r; --t) taken[t] = taken[t - 1];
    taken[t] = r;
  }
  return chosen;
}

// base + pull·(top − self) + weight·(b − c) where the word is below the threshold or at `always`, else self.
void challenge(std::size_t n, const double* __restrict self, const double* __restrict base,
               const double* __restrict top, const double* __restrict b, const double* __restrict c, double pull,
               double weight, const std::uint32_t* __restrict words, double rate, std::size_t always,
               double* __restrict u) {
  const double limit = rate * 0x1p31;  // of the word's upper 31 bits: signed conversions are vector instructions
  for (std::size_t i = 0; i < n; ++i) {
    const double mutant = base[i] + pull * (top[i] - self[i]) + weight * (b[i] - c[i]);
    u[i] = static_cast<double>(static_cast<std::int32_t>(words[i] >> 1)) < limit ? mutant : self[i];
  }
  u[always] = base[always] + pull * (top[always] - self[always]) + weight * (b[always] - c[always]);
}

// A variable outside goes between its base's and the bound it crossed (Price et al. 2005, §4.3). The share is what
// the crossover left of its word: given that the word is below CR, word/CR is uniform.
void bounce_back(std::size_t n, const double* __restrict base, const double* __restrict lower,
                 const double* __restrict upper, const std::uint32_t* __restrict words, double rate,
                 double* __restrict u) {
  const double below_rate = 1.0 / std::max(rate, 1e-9), above_rate = 1.0 / std::max(1.0 - rate, 1e-9);
  for (std::size_t i = 0; i < n; ++i) {
    const double v = static_cast<double>(static_cast<std::int32_t>(words[i] >> 1)) * 0x1p-31;
    const double share = std::min(1.0, v < rate ? v * below_rate : (v - rate) * above_rate);
    const double from_low = base[i] + share * (lower[i] - base[i]),
                 from_high = base[i] + share * (upper[i] - base[i]);
    u[i] = u[i] < lower[i] ? from_low : (u[i] > upper[i] ? from_high : u[i]);
  }
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
  const std::size_t words_each = 8 + n;  // three others, one variable, four of jDE; the crossover
  std::vector<std::uint32_t> words(size * words_each);
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
    fill_words(words, search.stream(Purpose("de.generation"), generation));
    const double* top = members.data() + best * n;
    for (std::size_t k = 0; k < size; ++k) {
      const std::uint32_t* word = words.data() + k * words_each;
      double weight_k = weights[k], rate_k = rates[k];
      if (adaptation == Adaptation::jde) {  // Brest et al. (2006), eqs. (5), (6)
        if (unit(word[4]) < 0.1) weight_k = 0.1 + 0.9 * unit(word[5]);
        if (unit(word[6]) < 0.1) rate_k = unit(word[7]);
      }
      new_weights[k] = weight_k, new_rates[k] = rate_k;
      const auto r = others(word, size, k);
      const double* self = members.data() + k * n;
      const double* base =
          strategy == Strategy::rand1 ? members.data() + r[0] * n : (strategy == Strategy::best1 ? top : self);
      double* u = challengers.data() + k * n;
      challenge(n, self, base, top, members.data() + r[1] * n, members.data() + r[2] * n,
                strategy == Strategy::current_to_best1 ? weight_k : 0.0, weight_k, word + 8, rate_k,
                below(word[3], n), u);
      if (!bounds.empty()) bounce_back(n, base, bounds.lower.data(), bounds.upper.data(), word + 8, rate_k, u);
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
