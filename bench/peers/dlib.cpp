// dlib's find_min_bobyqa and find_min_global. BOBYQA's radii are those that minqa.R takes, its npt 2n + 1; without a
// box its bounds are ±1e10. find_min_global has no start.
#include <dlib/global_optimization.h>
#include <dlib/optimization.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "protocol.hpp"

namespace {

using Vector = dlib::matrix<double, 0, 1>;

Vector vector(const std::vector<double>& x) { return dlib::mat(x); }

void solve(const peers::Job& job) {
  const auto f = [](const Vector& x) { return peers::ask(&x(0), static_cast<std::size_t>(x.size())); };
  const std::size_t n = job.start.size();
  if (job.method == "global") {
    dlib::find_min_global(f, vector(job.lower), vector(job.upper),
                          dlib::max_function_calls(static_cast<std::size_t>(job.budget) + 1), dlib::FOREVER, 0.0);
    return;
  }
  double largest = 0.0, narrowest = 1e10;
  for (std::size_t i = 0; i < n; ++i) {
    largest = std::max(largest, std::abs(job.start[i]));
    if (!job.lower.empty()) narrowest = std::min(narrowest, job.upper[i] - job.lower[i]);
  }
  const double rho = std::min(largest > 0.0 ? std::min(0.95, 0.2 * largest) : 0.95, 0.49 * narrowest);
  Vector x = vector(job.start);
  const Vector low = vector(job.lower.empty() ? std::vector<double>(n, -1e10) : job.lower);
  const Vector high = vector(job.upper.empty() ? std::vector<double>(n, 1e10) : job.upper);
  dlib::find_min_bobyqa(f, x, static_cast<long>(2 * n + 1), low, high, rho, 1e-8 * rho, job.budget + 1);
}

}  // namespace

int main() { return peers::serve(solve); }
