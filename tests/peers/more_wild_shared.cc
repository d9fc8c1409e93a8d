// Moré and Wild's problems behind a C interface, for more_wild_peers.py.
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace {
const std::vector<std::unique_ptr<thalweg::Problem>>& problems(int nonsmooth) {
  static std::vector<std::unique_ptr<thalweg::Problem>> variants[2];
  auto& list = variants[nonsmooth];
  if (list.empty())
    for (const std::string& text :
         thalweg::registry::suite_problems(nonsmooth != 0 ? "more-wild:variant=nonsmooth" : "more-wild"))
      list.push_back(thalweg::registry::make_problem(text));
  return list;
}
}  // namespace

extern "C" {
int more_wild_count() { return static_cast<int>(problems(0).size()); }
int more_wild_dimension(int k) { return static_cast<int>(problems(0)[static_cast<std::size_t>(k)]->dimension()); }
void more_wild_start(int k, double* x) {
  const auto& start = problems(0)[static_cast<std::size_t>(k)]->start;
  std::memcpy(x, start.data(), start.size() * sizeof(double));
}
double more_wild_value(int k, int nonsmooth, const double* x) {
  const auto& p = *problems(nonsmooth)[static_cast<std::size_t>(k)];
  return p.objective->value({x, p.dimension()});
}
}
