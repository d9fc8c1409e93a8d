// The test functions that everyone uses, with derivatives to order 3 by automatic differentiation.
#pragma once

#include <vector>

#include "thalweg/registry/registry.hpp"

namespace thalweg::problems {

std::vector<registry::ProblemItem> unimodal();    // one minimum, any dimension: sphere, ellipsoid, rosenbrock, …
std::vector<registry::ProblemItem> multimodal();  // many minima, any dimension: rastrigin, ackley, …
std::vector<registry::ProblemItem> few_dimensions();  // two to six variables: beale, branin, hartmann6, …

}  // namespace thalweg::problems
