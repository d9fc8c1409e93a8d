// The Moré–Garbow–Hillstrom problems behind a C interface, for mgh_counts.py and bench/mgh.py: the functions, starts
// times 1, 10 or 100, and runs of thalweg's own methods.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/core/minimize.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace {
std::vector<std::unique_ptr<thalweg::Problem>>& problems() {
  static auto list = [] {
    std::vector<std::unique_ptr<thalweg::Problem>> all;
    for (const auto& item : thalweg::registry::problems())
      if (item.entry.id.rfind("mgh/", 0) == 0) all.push_back(item.make({}));
    return all;
  }();
  return list;
}
const thalweg::Problem& problem(int k) { return *problems()[static_cast<std::size_t>(k)]; }

struct Run {
  std::vector<double> calls_and_values;  // of each improvement
  std::string message;
} last;
}  // namespace

extern "C" {
int mgh_count() { return static_cast<int>(problems().size()); }
const char* mgh_id(int k) { return problem(k).id.c_str(); }
int mgh_dimension(int k) { return static_cast<int>(problem(k).dimension()); }
// The published start times `scale`; a start of zeros becomes `scale` in every entry (MINPACK's INITPT).
void mgh_start(int k, double scale, double* x) {
  const auto& start = problem(k).start;
  const bool zero = std::all_of(start.begin(), start.end(), [](double v) { return v == 0.0; });
  for (std::size_t i = 0; i < start.size(); ++i)
    x[i] = scale == 1.0 ? start[i] : zero ? scale : scale * start[i];
}
double mgh_optimum(int k) { return problem(k).optimum_f.value(); }
double mgh_value_and_gradient(int k, const double* x, double* g) {
  const auto& p = problem(k);
  return p.objective->value_and_gradient({x, p.dimension()}, {g, p.dimension()});
}
// One run of a registered method: returns the number of improvements, and in `out` f, evaluations, iterations, ‖∇f‖∞ and
// whether it converged. `lower`, `upper`: bounds, or null.
int mgh_run(const char* method, int k, double scale, int budget, const double* lower, const double* upper,
            double* out) {
  const auto& p = problem(k);
  const std::size_t n = p.dimension();
  std::vector<double> x0(n), g(n);
  mgh_start(k, scale, x0.data());
  thalweg::Limits limits{.max_evaluations = static_cast<std::uint64_t>(budget)};
  if (lower != nullptr) limits.bounds = {{lower, lower + n}, {upper, upper + n}};
  const auto result =
      thalweg::minimize(*p.objective, x0, thalweg::registry::method(method).make({}), limits);
  p.objective->gradient(result.x, g);
  double largest = 0.0;
  for (const double v : g) largest = std::max(largest, std::abs(v));
  out[0] = result.f, out[1] = static_cast<double>(result.evaluations());
  out[2] = static_cast<double>(result.iterations), out[3] = largest;
  out[4] = result.status == thalweg::Status::converged ? 1.0 : 0.0;
  last.message = result.message;
  last.calls_and_values.clear();
  for (const auto& point : result.improvements) {
    last.calls_and_values.push_back(static_cast<double>(point.evaluations));
    last.calls_and_values.push_back(point.f);
  }
  return static_cast<int>(result.improvements.size());
}
void mgh_history(double* out) {
  std::memcpy(out, last.calls_and_values.data(), last.calls_and_values.size() * sizeof(double));
}
const char* mgh_message() { return last.message.c_str(); }
}
