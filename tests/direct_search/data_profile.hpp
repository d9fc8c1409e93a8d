// Data profiles (J. J. Moré & S. M. Wild, SIAM J. Optim. 20 (2009) 172, §2.2): how many problems a method has brought
// to f(x) ≤ f_L + τ(f(x₀) − f_L) within κ(n + 1) values, f_L the lowest value that any of the runs has met.
#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/minimize.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {

struct ProfileRun {
  std::size_t units = 1;       // n + 1
  std::vector<double> lowest;  // after 1, 2, … values; not empty
};
// One run on each problem, of at most units·(n + 1) values.
template <class M>
std::vector<ProfileRun> profile_runs(const M& m, std::span<const std::string> problems, std::size_t units) {
  std::vector<ProfileRun> runs;
  for (const std::string& text : problems) {
    const auto problem = registry::make_problem(text);
    ProfileRun run{problem->dimension() + 1, {}};
    double lowest = std::numeric_limits<double>::infinity();
    const auto f = [&](std::span<const double> x) {
      const double value = problem->objective->value(x);
      run.lowest.push_back(lowest = std::min(lowest, value));
      return value;
    };
    minimize(f, problem->start, m, {.max_evaluations = units * run.units});
    runs.push_back(std::move(run));
  }
  return runs;
}

class DataProfile {
 public:
  // f_L from all the methods' runs, on the same problems in the same order.
  explicit DataProfile(std::initializer_list<const std::vector<ProfileRun>*> all) {
    for (const auto* runs : all) {
      floor_.resize(runs->size(), std::numeric_limits<double>::infinity());
      for (std::size_t k = 0; k < runs->size(); ++k) floor_[k] = std::min(floor_[k], (*runs)[k].lowest.back());
    }
  }
  [[nodiscard]] std::size_t solved(const std::vector<ProfileRun>& runs, double tau, std::size_t units) const {
    std::size_t count = 0;
    for (std::size_t k = 0; k < runs.size(); ++k) {
      const ProfileRun& run = runs[k];
      const std::size_t last = std::min(units * run.units, run.lowest.size()) - 1;
      if (run.lowest[last] <= floor_[k] + tau * (run.lowest.front() - floor_[k])) ++count;
    }
    return count;
  }
  // The mean of `solved` over 1, …, units.
  [[nodiscard]] double mean(const std::vector<ProfileRun>& runs, double tau, std::size_t units) const {
    double sum = 0.0;
    for (std::size_t u = 1; u <= units; ++u) sum += static_cast<double>(solved(runs, tau, u));
    return sum / static_cast<double>(units);
  }

 private:
  std::vector<double> floor_;
};

}  // namespace thalweg
