// The chains by which lower bounds of complexity are proved: started at 0, a method that moves along derivatives it
// has seen learns of one variable more a step.
//
//   nesterov/quadratic  Nesterov, Lectures on Convex Optimization (2018), 2.1.2, with L = 1: after t steps of any
//                       method whose iterates lie in the span of its gradients, k = 2t + 1,
//                       f − f* ≥ 3L‖x₀ − x*‖²/(32(t + 1)²) (theorem 2.1.7)
//   nesterov/power      Nesterov, "Implementable tensor methods in unconstrained convex optimization", Math. Program.
//                       186 (2021) 157–183, section 4: the same for derivatives up to the p-th
#pragma once

#include <vector>

#include "thalweg/registry/registry.hpp"

namespace thalweg::problems {

std::vector<registry::ProblemItem> nesterov_chains();

}  // namespace thalweg::problems
