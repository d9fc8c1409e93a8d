// Classical functions f with noisy values y (noisy_objective.hpp): "noisy/sphere:noise=gauss,level=1". The models,
// with the level ℓ, N standard normal, U uniform in (0, 1), each drawn anew wherever it stands:
//
//   additive        y = f + ℓ N
//   multiplicative  y = f (1 + ℓ (2U − 1))
//   gauss           y = f e^{ℓN}
//   uniform         y = f U^ℓ max(1, (10⁹/(f + 10⁻⁹⁹))^{αU}), α = ℓ(0.49 + 1/n)
//   cauchy          y = f + ℓ max(0, 1000 + 1_{U < p} N/(|N| + 10⁻¹⁹⁹)), p = 0.2 · 2^{log₁₀ ℓ}
//
// The last three are those of Hansen, Finck, Ros & Auger, "Real-parameter black-box optimization benchmarking 2009:
// noisy functions definitions", INRIA RR-6869 (2009): level 0.01 is their moderate noise and level 1 their
// severe noise (p = 0.05 and 0.2; between the two, which are the report's only ones, p is ours). As there, y has
// 1.01·10⁻⁸ added, and is f itself where f < 10⁻⁸. The minimiser is moved by a vector of its own for each instance,
// so that no search meets it by following a grid.
#pragma once

#include <vector>

#include "thalweg/registry/registry.hpp"

namespace thalweg::problems {

std::vector<registry::ProblemItem> noisy();

}  // namespace thalweg::problems
