#include "thalweg/population/de.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/noise.hpp"

namespace thalweg {

namespace {

// A word as a number of [0, 1), and as an index below `count` (its bias, count/2³², is not seen).
double unit(std::uint32_t word) { return static_cast<double>(word) * 0x1p-32; }
inline std::uint32_t below(std::uint32_t word, std::uint32_t count) {
  return static_cast<std::uint32_t>((std::uint64_t{word} * count) >> 32);
}

// The members that make the challenger of each, and the variable that is always the mutant's.
struct Draws {
  explicit Draws(std::size_t size) : a(size), b(size), c(size), always(size) {}
  std::vector<std::uint32_t> a, b, c, always;
};

// For each member three others that differ from each other, uniform among those left: the k-th smallest of the
// numbers that are not taken. Four words a member, by kind.
THALWEG_WIDEST void draw(const std::uint32_t* __restrict words, std::uint32_t size, std::uint32_t n,
                         std::uint32_t* __restrict a, std::uint32_t* __restrict b, std::uint32_t* __restrict c,
                         std::uint32_t* __restrict always) {
  for (std::uint32_t k = 0; k < size; ++k) {
    std::uint32_t r = below(words[k], size - 1);
    r += static_cast<std::uint32_t>(r >= k);
    a[k] = r;
    const std::uint32_t low = std::min(k, r), high = std::max(k, r);
    r = below(words[size + k], size - 2);
    r += static_cast<std::uint32_t>(r >= low);
    r += static_cast<std::uint32_t>(r >= high);
    b[k] = r;
    const std::uint32_t least = std::min(low, r), middle = std::max(low, std::min(high, r)), most = std::max(high, r);
    r = below(words[2 * size + k], size - 3);
    r += static_cast<std::uint32_t>(r >= least);
    r += static_cast<std::uint32_t>(r >= middle);
    r += static_cast<std::uint32_t>(r >= most);
    c[k] = r;
    always[k] = below(words[3 * size + k], n);
  }
}

// What a member's challenger is made of: rows that are read to the end of a vector.
struct Parts {
  const double *self, *base, *best, *b, *c, *lower, *upper;
  const std::uint32_t* words;
  double weight, rate;
  std::size_t always;
};

// Of a word the upper 31 bits: conversions of numbers with a sign are vector instructions.
inline double upper_bits(std::uint32_t word) { return static_cast<double>(static_cast<std::int32_t>(word >> 1)); }

// u = base + F·(best − self) (when pulled) + F·(b − c) where the word is below CR and at one place always, else self.
// Whether a variable is outside its bounds.
template <bool pulled>
inline __attribute__((always_inline)) bool cross(std::size_t n, const Parts& p, double* __restrict u) {
  const double* __restrict self = p.self;
  const double* __restrict base = p.base;
  const double* __restrict best = p.best;
  const double* __restrict b = p.b;
  const double* __restrict c = p.c;
  const double* __restrict lower = p.lower;
  const double* __restrict upper = p.upper;
  const std::uint32_t* __restrict words = p.words;
  const double weight = p.weight, limit = p.rate * 0x1p31;
  const auto mutant = [&](std::size_t i) {
    return (pulled ? base[i] + weight * (best[i] - self[i]) : base[i]) + weight * (b[i] - c[i]);
  };
  std::int64_t outside = 0;  // as wide as the numbers
  for (std::size_t i = 0; i < n; ++i) {
    const double own = self[i], other = mutant(i), challenger = upper_bits(words[i]) < limit ? other : own;
    outside |= static_cast<std::int64_t>(challenger < lower[i]) | static_cast<std::int64_t>(challenger > upper[i]);
    u[i] = challenger;
  }
  const std::size_t i = p.always;
  u[i] = mutant(i);
  return outside != 0 || u[i] < lower[i] || u[i] > upper[i];
}

// A variable outside goes between its base's and the bound it crossed (Price et al. 2005, §4.3). The share is what
// the crossover left of its word: given that the word is below CR, word/CR is uniform.
inline __attribute__((always_inline)) void bounce_back(std::size_t n, const Parts& p, double* __restrict u) {
  const double* __restrict base = p.base;
  const double* __restrict lower = p.lower;
  const double* __restrict upper = p.upper;
  const std::uint32_t* __restrict words = p.words;
  const double rate = p.rate, below_rate = 1.0 / std::max(rate, 1e-9), above_rate = 1.0 / std::max(1.0 - rate, 1e-9);
  for (std::size_t i = 0; i < n; ++i) {
    const double v = upper_bits(words[i]) * 0x1p-31, within = v * below_rate, beyond = (v - rate) * above_rate;
    const double share = std::min(1.0, v < rate ? within : beyond), now = u[i];
    const double from_low = base[i] + share * (lower[i] - base[i]),
                 from_high = base[i] + share * (upper[i] - base[i]);
    const double bounded = now > upper[i] ? from_high : now;
    u[i] = now < lower[i] ? from_low : bounded;
  }
}

struct Generation {
  De::Strategy strategy;
  std::size_t size, n;
  const double *members, *best, *lower, *upper, *weights, *rates;
  const std::uint32_t* words;  // of the crossover, n a member
  double* challengers;
};

// Each challenger is written to the end of a vector, over the first numbers of the next, whose turn comes then.
THALWEG_WIDEST void challenge(const Generation& g, const Draws& draws) {
  const std::size_t n = g.n, whole = blas::padded(n);
  const bool pulled = g.strategy == De::Strategy::current_to_best1;
  for (std::size_t k = 0; k < g.size; ++k) {
    const auto row = [&g, n](std::size_t member) { return g.members + member * n; };
    const double* const base = pulled ? row(k) : (g.strategy == De::Strategy::best1 ? g.best : row(draws.a[k]));
    const Parts p{row(k),          base,         g.best,     row(draws.b[k]), row(draws.c[k]), g.lower, g.upper,
                  g.words + k * n, g.weights[k], g.rates[k], draws.always[k]};
    double* const u = g.challengers + k * n;
    if (pulled ? cross<true>(whole, p, u) : cross<false>(whole, p, u)) bounce_back(whole, p, u);
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

  // Storage to the end of the vector that the last number is in.
  std::vector<double> members(size * n + blas::lanes), challengers(size * n + blas::lanes), values(size),
      challenges(size);
  std::vector<double> weights(size, weight), rates(size, crossover), new_weights(weights), new_rates(rates);
  std::vector<double> lower(n + blas::lanes, -std::numeric_limits<double>::infinity()),
      upper(n + blas::lanes, std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < n; ++i) lower[i] = bounds.low(i), upper[i] = bounds.high(i);
  const std::span<double> all_members(members.data(), size * n), all_challengers(challengers.data(), size * n);
  // Rows of a word a member: three others, one variable, four of jDE; then the crossover's, n a member.
  const std::size_t rows = adaptation == Adaptation::jde ? 8 : 4;
  std::vector<std::uint32_t> words(size * (rows + n) + blas::lanes);
  Draws draws(size);
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
  f.values(all_members, values);
  std::size_t best = static_cast<std::size_t>(std::min_element(values.begin(), values.end()) - values.begin());
  search.iteration(all_members.subspan(best * n, n), values[best]);

  for (std::uint64_t generation = 1;; ++generation) {
    fill_words(words, search.stream(Purpose("de.generation"), generation));
    draw(words.data(), static_cast<std::uint32_t>(size), static_cast<std::uint32_t>(n), draws.a.data(),
         draws.b.data(), draws.c.data(), draws.always.data());
    if (adaptation == Adaptation::jde) {  // Brest et al. (2006), eqs. (5), (6)
      const std::uint32_t* const word = words.data() + 4 * size;
      for (std::size_t k = 0; k < size; ++k) {
        new_weights[k] = unit(word[k]) < 0.1 ? 0.1 + 0.9 * unit(word[size + k]) : weights[k];
        new_rates[k] = unit(word[2 * size + k]) < 0.1 ? unit(word[3 * size + k]) : rates[k];
      }
    }
    challenge({strategy, size, n, members.data(), members.data() + best * n, lower.data(), upper.data(),
               new_weights.data(), new_rates.data(), words.data() + rows * size, challengers.data()},
              draws);
    f.values(all_challengers, challenges);
    for (std::size_t k = 0; k < size; ++k) {
      if (!(challenges[k] <= values[k])) continue;
      std::copy_n(challengers.begin() + static_cast<std::ptrdiff_t>(k * n), n,
                  members.begin() + static_cast<std::ptrdiff_t>(k * n));
      values[k] = challenges[k], weights[k] = new_weights[k], rates[k] = new_rates[k];
    }
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    best = static_cast<std::size_t>(low - values.begin());
    search.iteration(all_members.subspan(best * n, n), values[best]);

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
