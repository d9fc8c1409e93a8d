// The cost of L-BFGS itself, a call of the objective, on the chained Rosenbrock function: ours and NLopt's in one
// process, in turn. Both make the same number of calls; ratios are what counts.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#ifdef HAVE_NLOPT
#include <nlopt.h>
#endif

#include "thalweg/core/minimize.hpp"
#include "thalweg/second_order/l_bfgs.hpp"

namespace {

using Clock = std::chrono::steady_clock;

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

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void compare(std::size_t n, int calls, int runs, double goal) {
  std::vector<double> x0(n, 1.0);
  for (std::size_t i = 0; i < n; i += 2) x0[i] = -1.2;
  std::vector<double> ours, theirs, ratio;
  for (int round = 0; round < 11; ++round) {
    thalweg::FunctionObjective f(
        n, [n](std::span<const double> x, std::span<double> g) { return rosenbrock(x.data(), g.data(), n); });
    const thalweg::Method method = thalweg::method(thalweg::LBfgs{.gradient_tolerance = 0.0});
    std::uint64_t made = 0;
    auto start = Clock::now();
    for (int k = 0; k < runs; ++k)
      made += thalweg::minimize(f, x0, method, {.max_evaluations = static_cast<std::uint64_t>(calls)}).evaluations();
    ours.push_back(seconds_since(start) / static_cast<double>(made));
#ifdef HAVE_NLOPT
    int count = 0;
    start = Clock::now();
    for (int k = 0; k < runs; ++k) {
      nlopt_opt opt = nlopt_create(NLOPT_LD_LBFGS, static_cast<unsigned>(n));
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
    theirs.push_back(seconds_since(start) / count);
    ratio.push_back(theirs.back() / ours.back());
#endif
  }
  std::vector<double> x = x0, g(n);
  auto start = Clock::now();
  volatile double sink = 0.0;
  for (int k = 0; k < 100'000; ++k) {
    x[0] = 1e-6 * k;
    sink = sink + rosenbrock(x.data(), g.data(), n);
  }
  const double plain = seconds_since(start) / 100'000;
  const auto median = [](std::vector<double> v) {
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
  };
  fmt::print("l-bfgs memory 10, n={:<4} {:>9.3f} us/call (f itself {:.3f})", n, median(ours) * 1e6, plain * 1e6);
  if (!ratio.empty())
    fmt::print("   NLopt {:>9.3f} us   ratio {:.2f} {:.2f} {:.2f}   goal {}", median(theirs) * 1e6,
               *std::min_element(ratio.begin(), ratio.end()), median(ratio),
               *std::max_element(ratio.begin(), ratio.end()), goal);
  fmt::print("\n");
}

}  // namespace

int main() {
  fmt::print("medians; ratio: peer's time over ours, min median max over alternating runs\n");
  compare(10, 50, 400, 2.4);
  compare(100, 250, 40, 5.0);
  compare(1000, 500, 4, 5.0);
}
