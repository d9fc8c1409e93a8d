// The 24 noiseless functions of BBOB, "bbob/f1" … "bbob/f24": Hansen, Finck, Ros & Auger, "Real-parameter black-box
// optimization benchmarking 2009: noiseless functions definitions", INRIA RR-6829 (2009), with the instances of the
// reference code (bbob_instance.hpp). The box is [−5, 5]ⁿ, the start its middle.
//
// Values alone. A value allocates nothing; where the function is rotated it takes one to two products of a matrix and
// a vector, 2n² operations each. Making such a problem takes of the order of n³ operations and up to 24n² bytes.
//
// Where report and code differ, the code, whose results everybody compares with:
//   f4   the odd entries (from 1) of x_opt are made positive, and it shares its random numbers with f3
//   f12  x_opt is drawn from R's seed
//   f21, f22  the best peak's condition is √1000, resp. 1000; x_opt = 0.8 times its draw
#pragma once

#include <vector>

#include "thalweg/registry/registry.hpp"

namespace thalweg::problems {

std::vector<registry::ProblemItem> bbob_separable();          // f1 … f5
std::vector<registry::ProblemItem> bbob_moderate();           // f6 … f9
std::vector<registry::ProblemItem> bbob_ill_conditioned();    // f10 … f14
std::vector<registry::ProblemItem> bbob_multimodal();         // f15 … f19
std::vector<registry::ProblemItem> bbob_weakly_structured();  // f20 … f24

}  // namespace thalweg::problems
