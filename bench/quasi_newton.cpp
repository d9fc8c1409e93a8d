// The cost of L-BFGS itself, a call of the objective, on the chained Rosenbrock function: ours, NLopt's and
// liblbfgs's in one process, in turn, all with ten pairs. Ratios are what counts; what f itself takes is measured too
// and taken off.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <vector>

#ifdef HAVE_NLOPT
#include <nlopt.h>
#endif
#ifdef HAVE_LBFGS
#include <lbfgs.h>
#endif

#include "thalweg/core/minimize.hpp"
#include "thalweg/second_order/l_bfgs.hpp"

namespace {

// Of the processor, so that a busy machine disturbs less: all sides use one thread.
double processor_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double rosenbrock(const double* x, double* g, std::size_t n) {
  double f = 0.0;
  g[0] = 0.0;
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const double u = x[i + 1] - x[i] * x[i], v = 1.0 - x[i];
    f += 100.0 * u * u + v * v;
    g[i] += -400.0 * x[i] * u - 2.0 * v;
    g[i + 1] = 200.0 * u;
  }
  return f;
}

double seconds_since(double start) { return processor_seconds() - start; }

// Seconds a call over `runs` runs of about `calls` calls each.
double ours(const std::vector<double>& x0, int calls, int runs) {
  const std::size_t n = x0.size();
  thalweg::FunctionObjective f(
      n, [n](std::span<const double> x, std::span<double> g) { return rosenbrock(x.data(), g.data(), n); });
  const thalweg::Method method = thalweg::method(thalweg::LBfgs{.gradient_tolerance = 0.0});
  std::uint64_t made = 0;
  const auto start = processor_seconds();
  for (int k = 0; k < runs; ++k)
    made += thalweg::minimize(f, x0, method, {.max_evaluations = static_cast<std::uint64_t>(calls)}).evaluations();
  return seconds_since(start) / static_cast<double>(made);
}

#ifdef HAVE_NLOPT
double nlopt(const std::vector<double>& x0, int calls, int runs) {
  int count = 0;
  const auto start = processor_seconds();
  for (int k = 0; k < runs; ++k) {
    nlopt_opt opt = nlopt_create(NLOPT_LD_LBFGS, static_cast<unsigned>(x0.size()));
    nlopt_set_min_objective(
        opt,
        [](unsigned m, const double* x, double* g, void* d) {
          ++*static_cast<int*>(d);
          return rosenbrock(x, g, m);
        },
        &count);
    nlopt_set_vector_storage(opt, 10);
    nlopt_set_maxeval(opt, calls);
    std::vector<double> x = x0;
    double value = 0.0;
    nlopt_optimize(opt, x.data(), &value);
    nlopt_destroy(opt);
  }
  return seconds_since(start) / count;
}
#endif

#ifdef HAVE_LBFGS
struct Count {
  int calls, most, in_run;
};
double liblbfgs(const std::vector<double>& x0, int calls, int runs) {
  const int n = static_cast<int>(x0.size());
  Count count{0, calls, 0};
  lbfgs_parameter_t parameters;
  lbfgs_parameter_init(&parameters);
  parameters.m = 10;
  parameters.epsilon = 0.0;
  lbfgsfloatval_t* x = lbfgs_malloc(n);
  const auto start = processor_seconds();
  for (int k = 0; k < runs; ++k) {
    std::copy(x0.begin(), x0.end(), x);
    count.in_run = 0;
    lbfgs(
        n, x, nullptr,
        [](void* d, const lbfgsfloatval_t* at, lbfgsfloatval_t* g, int m, lbfgsfloatval_t) {
          auto* c = static_cast<Count*>(d);
          ++c->calls, ++c->in_run;
          return rosenbrock(at, g, static_cast<std::size_t>(m));
        },
        [](void* d, const lbfgsfloatval_t*, const lbfgsfloatval_t*, lbfgsfloatval_t, lbfgsfloatval_t, lbfgsfloatval_t,
           lbfgsfloatval_t, int, int, int) {
          const auto* c = static_cast<Count*>(d);
          return static_cast<int>(c->in_run >= c->most);
        },
        &count, &parameters);
  }
  const double each = seconds_since(start) / count.calls;
  lbfgs_free(x);
  return each;
}
#endif

double median(std::vector<double> v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

using Side = double (*)(const std::vector<double>&, int, int);
std::vector<std::pair<const char*, Side>> all_sides() {
  std::vector<std::pair<const char*, Side>> sides{{"thalweg", ours}};
#ifdef HAVE_NLOPT
  sides.emplace_back("NLopt", nlopt);
#endif
#ifdef HAVE_LBFGS
  sides.emplace_back("liblbfgs", liblbfgs);
#endif
  return sides;
}
std::vector<double> start(std::size_t n) {
  std::vector<double> x0(n, 1.0);
  for (std::size_t i = 0; i < n; i += 2) x0[i] = -1.2;
  return x0;
}

// What a call more costs, f with it, from runs of two lengths; and what a run of ours costs that makes one call.
void take_apart(std::size_t n, int few, int many, int runs, int rounds) {
  fmt::print("n={:<8} from {} to {} calls, us a call more, f with it:", n, few, many);
  for (const auto& [name, side] : all_sides()) {
    std::vector<double> more;
    for (int round = 0; round < rounds; ++round)
      more.push_back((many * side(start(n), many, runs) - few * side(start(n), few, runs)) / (many - few));
    fmt::print("  {} {:.3f}", name, median(more) * 1e6);
  }
  std::vector<double> single;
  for (int round = 0; round < rounds; ++round) single.push_back(ours(start(n), 1, runs));
  fmt::print("; a run of one call: {:.2f}\n", median(single) * 1e6);
}

void compare(std::size_t n, int calls, int runs, int rounds) {
  const std::vector<double> x0 = start(n);
  std::vector<double> g(n);
  const int plain_calls = std::max(20, static_cast<int>(1e6 / static_cast<double>(n)));
  const auto sides = all_sides();
  std::vector<std::vector<double>> overhead(sides.size());
  std::vector<double> f_itself;
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> x = x0;
    const auto begin = processor_seconds();
    volatile double sink = 0.0;
    for (int k = 0; k < plain_calls; ++k) {
      x[0] = 1e-6 * k;
      sink = sink + rosenbrock(x.data(), g.data(), n);
    }
    f_itself.push_back(seconds_since(begin) / plain_calls);
    for (std::size_t k = 0; k < sides.size(); ++k)
      overhead[k].push_back(sides[k].second(x0, calls, runs) - f_itself.back());
  }
  fmt::print("n={:<8} f itself {:>10.3f} us; beside it, us a call:", n, median(f_itself) * 1e6);
  for (std::size_t k = 0; k < sides.size(); ++k) fmt::print("  {} {:.3f}", sides[k].first, median(overhead[k]) * 1e6);
  fmt::print("\n");
  for (std::size_t k = 1; k < sides.size(); ++k) {
    std::vector<double> ratio;
    for (int round = 0; round < rounds; ++round)
      ratio.push_back(overhead[k][static_cast<std::size_t>(round)] / overhead[0][static_cast<std::size_t>(round)]);
    fmt::print("    {:<9} over ours: {:.2f} {:.2f} {:.2f}   goal 1\n", sides[k].first,
               *std::min_element(ratio.begin(), ratio.end()), median(ratio),
               *std::max_element(ratio.begin(), ratio.end()));
  }
}

}  // namespace

int main() {
  fmt::print("L-BFGS, ten pairs; medians; ratios: peer's overhead over ours, min median max over alternating runs\n");
  compare(10, 50, 400, 11);
  take_apart(10, 30, 60, 400, 11);
  compare(100, 250, 40, 11);
  compare(1000, 500, 4, 11);
  compare(1'000'000, 60, 1, 5);
}
