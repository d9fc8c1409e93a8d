// A Problem: an objective with what is known of it. The registry makes them by name ("rosenbrock:n=10").
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct Problem {
  std::string id;         // as registered, with the options that were set: "rosenbrock:n=10"
  std::string name;       // "Rosenbrock's valley"
  std::string reference;  // where function, start and optimum come from
  std::shared_ptr<Objective<double>> objective;
  // The function without its noise, by which runs on a noisy problem are scored and to which optimum_f belongs; null:
  // the objective itself is exact.
  std::shared_ptr<Objective<double>> noiseless{};
  std::vector<double> start;          // the published (or customary) start; never empty, inside the bounds
  Bounds bounds{};                    // the customary box; empty: the problem has none
  std::optional<double> optimum_f{};  // the lowest value, where known (to the digits of the reference)
  std::vector<std::vector<double>> minimisers{};  // global minimisers known; may be empty or not all of them
  double optimum_tolerance = 1e-9;  // |f(minimiser) − optimum_f| ≤ this·max(1, |optimum_f|): the digits published
  std::string notes{};              // local minima, infima that are not reached, variants of the literature
  [[nodiscard]] std::size_t dimension() const { return start.size(); }
};

}  // namespace thalweg
