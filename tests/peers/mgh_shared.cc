// The Moré–Garbow–Hillstrom problems behind a C interface, for mgh_counts.py.
#include <cstring>
#include <memory>
#include <string>
#include <vector>

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
}  // namespace

extern "C" {
int mgh_count() { return static_cast<int>(problems().size()); }
const char* mgh_id(int k) { return problems()[static_cast<std::size_t>(k)]->id.c_str(); }
int mgh_dimension(int k) { return static_cast<int>(problems()[static_cast<std::size_t>(k)]->dimension()); }
void mgh_start(int k, double* x) {
  const auto& start = problems()[static_cast<std::size_t>(k)]->start;
  std::memcpy(x, start.data(), start.size() * sizeof(double));
}
double mgh_optimum(int k) { return problems()[static_cast<std::size_t>(k)]->optimum_f.value(); }
double mgh_value_and_gradient(int k, const double* x, double* g) {
  const auto& p = *problems()[static_cast<std::size_t>(k)];
  return p.objective->value_and_gradient({x, p.dimension()}, {g, p.dimension()});
}
}
