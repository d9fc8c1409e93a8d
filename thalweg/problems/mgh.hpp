// The 35 problems of Moré, Garbow & Hillstrom, "Testing unconstrained optimization software", ACM Trans. Math. Softw.
// 7 (1981) 17–41: functions, standard starts, dimensions and optima of their section 3. Ids are "mgh/…"; the number
// of the paper stands in each reference.
//
// The paper's objective is f = Σ fᵢ². So that both that value and the residual form f = ½‖r‖² hold, residuals are
// rᵢ = √2 fᵢ. Values and optima are the paper's.
#pragma once

#include <vector>

#include "thalweg/registry/registry.hpp"

namespace thalweg::problems {

std::vector<registry::ProblemItem> mgh_few();      // systems and sums of squares of two to four variables
std::vector<registry::ProblemItem> mgh_data();     // fits to data or to an exponential
std::vector<registry::ProblemItem> mgh_sized();    // sums of squares of any number of variables
std::vector<registry::ProblemItem> mgh_systems();  // systems of any number of equations

}  // namespace thalweg::problems
