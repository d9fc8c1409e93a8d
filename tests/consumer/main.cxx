// Uses the installed library with -march=native: minimises, and exits 0 if it found the minimum.
#include <cstdio>

#include "thalweg/thalweg.hpp"

int main() {
  using namespace thalweg;
  auto f = differentiable([](auto const& x) { return 100 * sq(x[1] - sq(x[0])) + sq(1 - x[0]); });
  const Result newton = minimize(f, {-1.2, 1.0}, Newton{});
  const Result cma = minimize([](std::span<const double> x) { return x[0] * x[0] + x[1] * x[1] + x[2] * x[2]; },
                              {1.0, 2.0, 3.0}, CmaEs{}, {.max_evaluations = 4000, .target = 1e-8});
  std::printf("%s %g; %s %g\n", newton.method.c_str(), newton.f, cma.method.c_str(), cma.f);
  return newton.f < 1e-12 && cma.f < 1e-7 ? 0 : 1;
}
