// The cost of the methods themselves, a call or a generation, on the sphere: ours and a peer's in one process, in
// turn. Ratios are what counts: min, median and max over the alternating runs.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#ifdef HAVE_NLOPT
#include <nlopt.h>
#endif
#ifdef HAVE_PAGMO
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/cmaes.hpp>
#include <pagmo/algorithms/de.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#endif

#include "thalweg/core/minimize.hpp"
#include "thalweg/direct_search/coordinate_search.hpp"
#include "thalweg/direct_search/direct.hpp"
#include "thalweg/direct_search/direct_l.hpp"
#include "thalweg/direct_search/hooke_jeeves.hpp"
#include "thalweg/direct_search/nelder_mead.hpp"
#include "thalweg/direct_search/powell.hpp"
#include "thalweg/population/cma_es.hpp"
#include "thalweg/population/de.hpp"
#include "thalweg/stochastic/random_search.hpp"

namespace {

using Clock = std::chrono::steady_clock;

// Eight partial sums, so that the objective costs little beside the method.
double sphere(const double* x, std::size_t n) {
  double partial[8] = {};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::size_t k = 0; k < 8; ++k) partial[k] += x[i + k] * x[i + k];
  for (; i < n; ++i) partial[i % 8] += x[i] * x[i];
  return ((partial[0] + partial[4]) + (partial[1] + partial[5])) +
         ((partial[2] + partial[6]) + (partial[3] + partial[7]));
}

// Seconds a unit of work.
using Run = std::function<double()>;

void compare(const std::string& work, const std::string& unit, const std::string& peer, double goal, const Run& ours,
             const Run& theirs, int rounds = 11) {
  std::vector<double> a, b, ratio;
  for (int k = 0; k < rounds; ++k) {
    a.push_back(ours());
    if (theirs) {
      b.push_back(theirs());
      ratio.push_back(b.back() / a.back());
    }
  }
  const auto median = [](std::vector<double> v) {
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
  };
  if (!theirs)
    fmt::print("{:<28} {:>12.3f} us/{:<10} {} is not installed\n", work, median(a) * 1e6, unit, peer);
  else
    fmt::print("{:<28} {:>12.3f} us/{:<10} {:<6} {:>12.3f} us   ratio {:>6.1f} {:>6.1f} {:>6.1f}   goal {}\n", work,
               median(a) * 1e6, unit, peer, median(b) * 1e6, *std::min_element(ratio.begin(), ratio.end()),
               median(ratio), *std::max_element(ratio.begin(), ratio.end()), goal);
}

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// The curved valley, n variables long: a run of `powell` and of PRAXIS asks hundreds of values, not dozens.
double rosenbrock(const double* x, std::size_t n) {
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const double across = x[i + 1] - x[i] * x[i], along = 1.0 - x[i];
    sum += 100.0 * across * across + along * along;
  }
  return sum;
}

// A call of the sphere itself, which both sides pay.
void plain_calls(std::size_t n) {
  std::vector<double> x(n, 1.0);
  volatile double sink = 0.0;
  const auto start = Clock::now();
  const int calls = 2'000'000 / static_cast<int>(n);
  for (int k = 0; k < calls; ++k) {
    x[0] = k;
    sink = sink + sphere(x.data(), n);
  }
  fmt::print("{:<28} {:>12.3f} us/call\n", fmt::format("the sphere, n={}", n), seconds_since(start) / calls * 1e6);
}

#ifdef HAVE_NLOPT
using Algorithm = nlopt_algorithm;
#else
enum Algorithm : int {
  NLOPT_LN_NELDERMEAD,
  NLOPT_LN_SBPLX,
  NLOPT_LN_PRAXIS,
  NLOPT_GN_CRS2_LM,
  NLOPT_GN_DIRECT,
  NLOPT_GN_DIRECT_L
};
#endif

// Seconds a call of runs, each whole, from the function to the result: as many as ask `calls` together.
template <class OneRun>
double seconds_a_call(int calls, OneRun&& run) {
  const auto start = Clock::now();
  int asked = 0;
  while (asked < calls) asked += run();
  return seconds_since(start) / asked;
}

// A method's cost a call beside that of NLopt's nearest; `box`: in [−3, 5]ⁿ, which both sides search whole.
template <double (*function)(const double*, std::size_t) = sphere, class M>
void beside_nlopt(const std::string& work, std::size_t n, int calls, const M& method, Algorithm algorithm,
                  double goal, bool box = false) {
  const std::vector<double> x0(n, function == sphere ? 1.0 : -1.0), low(n, -3.0), high(n, 5.0);
  const Run ours = [&] {
    thalweg::Limits limits{.max_evaluations = static_cast<std::uint64_t>(calls)};
    if (box) limits.bounds = {low, high};
    return seconds_a_call(calls, [&] {
      const auto r =
          thalweg::minimize([n](std::span<const double> x) { return function(x.data(), n); }, x0, method, limits);
      return static_cast<int>(r.evaluations());
    });
  };
  Run theirs;
#ifdef HAVE_NLOPT
  const auto their_run = [&] {
    int count = 0;
    nlopt_opt opt = nlopt_create(algorithm, static_cast<unsigned>(n));
    nlopt_set_min_objective(
        opt,
        [](unsigned m, const double* x, double*, void* counted) {
          ++*static_cast<int*>(counted);
          return function(x, m);
        },
        &count);
    if (box) {
      nlopt_set_lower_bounds(opt, low.data());
      nlopt_set_upper_bounds(opt, high.data());
    }
    nlopt_set_maxeval(opt, calls);
    std::vector<double> x = x0;
    double f = 0.0;
    nlopt_optimize(opt, x.data(), &f);
    nlopt_destroy(opt);
    return count;
  };
  theirs = [&] { return seconds_a_call(calls, their_run); };
#else
  static_cast<void>(algorithm);
#endif
  compare(fmt::format("{} n={}{}", work, n, calls == 100'000 ? " 1e5" : ""), "call", "NLopt", goal, ours, theirs,
          calls == 100'000 ? 3 : 11);
}

void by_values() {
  const thalweg::NelderMead simplex{.x_tolerance = 0.0, .f_tolerance = 0.0};
  beside_nlopt("nelder-mead", 10, 2000, simplex, NLOPT_LN_NELDERMEAD, 8);
  beside_nlopt("nelder-mead", 100, 10'000, simplex, NLOPT_LN_NELDERMEAD, 65);
  for (const std::size_t n : {2u, 10u}) {
    beside_nlopt("coordinate-search", n, 2000, thalweg::CoordinateSearch{}, NLOPT_LN_SBPLX, 1);
    beside_nlopt("hooke-jeeves", n, 2000, thalweg::HookeJeeves{}, NLOPT_LN_SBPLX, 1);
    beside_nlopt("powell", n, 2000, thalweg::Powell{}, NLOPT_LN_PRAXIS, 1);
    beside_nlopt<rosenbrock>("powell, rosenbrock", n, 2000, thalweg::Powell{}, NLOPT_LN_PRAXIS, 1);
    beside_nlopt("random-search", n, 10'000, thalweg::RandomSearch{}, NLOPT_GN_CRS2_LM, 1, true);
    for (const int calls : {2000, 100'000}) {
      beside_nlopt("direct", n, calls, thalweg::Direct{}, NLOPT_GN_DIRECT, 1, true);
      beside_nlopt("direct-l", n, calls, thalweg::DirectL{}, NLOPT_GN_DIRECT_L, 1, true);
    }
  }
}

#ifdef HAVE_PAGMO
struct Sphere {
  std::size_t n = 10;
  pagmo::vector_double fitness(const pagmo::vector_double& x) const { return {sphere(x.data(), n)}; }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    return {pagmo::vector_double(n, -5.0), pagmo::vector_double(n, 5.0)};
  }
};
#endif

void cma_es(std::size_t n, int generations, bool diagonal = false) {
  const Run ours = [&] {
    const auto start = Clock::now();
    const auto r =
        thalweg::minimize([n](std::span<const double> x) { return sphere(x.data(), n); }, std::vector<double>(n, 3.0),
                          thalweg::CmaEs{.population = 20, .diagonal = diagonal},
                          {.max_iterations = static_cast<std::uint64_t>(generations)});
    return seconds_since(start) / static_cast<double>(r.iterations);
  };
  Run theirs;
#ifdef HAVE_PAGMO
  theirs = [&] {
    pagmo::problem problem{Sphere{n}};
    pagmo::population population{problem, 20, 1u};
    const auto before = population.get_problem().get_fevals();
    pagmo::algorithm algorithm{pagmo::cmaes(static_cast<unsigned>(generations), -1, -1, -1, -1, 0.5, 0.0, 0.0)};
    const auto start = Clock::now();
    population = algorithm.evolve(population);
    const double seconds = seconds_since(start);
    return seconds / (static_cast<double>(population.get_problem().get_fevals() - before) / 20.0);
  };
#endif
  compare(fmt::format("cma-es pop 20 n={}{}", n, diagonal ? " diagonal" : ""), "generation", "pagmo",
          n == 10 ? 2.5 : 11.0, ours, theirs, n == 10 ? 11 : 5);
}

void de(std::size_t n, int generations) {
  const thalweg::De method{.strategy = thalweg::De::Strategy::rand1,
                           .adaptation = thalweg::De::Adaptation::none,
                           .population = 100,
                           .weight = 0.8,
                           .f_tolerance = 0.0,
                           .x_tolerance = 0.0};
  const Run ours = [&] {
    thalweg::Limits limits{.max_iterations = static_cast<std::uint64_t>(generations)};
    limits.bounds = {std::vector<double>(n, -5.0), std::vector<double>(n, 5.0)};
    const auto start = Clock::now();
    const auto r = thalweg::minimize([n](std::span<const double> x) { return sphere(x.data(), n); },
                                     std::vector<double>(n, 3.0), method, limits);
    return seconds_since(start) / static_cast<double>(r.iterations);
  };
  Run theirs;
#ifdef HAVE_PAGMO
  theirs = [&] {
    pagmo::problem problem{Sphere{n}};
    pagmo::population population{problem, 100, 1u};
    const auto before = population.get_problem().get_fevals();
    pagmo::algorithm algorithm{
        pagmo::de(static_cast<unsigned>(generations), 0.8, 0.9, 7u, 0.0, 0.0)};  // 7: rand/1/bin
    const auto start = Clock::now();
    population = algorithm.evolve(population);
    const double seconds = seconds_since(start);
    return seconds / (static_cast<double>(population.get_problem().get_fevals() - before) / 100.0);
  };
#endif
  compare(fmt::format("de pop 100 n={}", n), "generation", "pagmo", n == 10 ? 10.0 : 7.0, ours, theirs);
}

}  // namespace

int main() {
  fmt::print("medians; ratio: peer's time over ours, min median max over alternating runs\n");
  for (std::size_t n : {10u, 100u}) plain_calls(n);
  by_values();
  cma_es(10, 200);
  cma_es(100, 200);
  cma_es(100, 200, true);
  de(10, 300);
  de(100, 100);
}
