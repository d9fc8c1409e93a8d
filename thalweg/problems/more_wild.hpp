// The 53 problems of Moré & Wild, "Benchmarking derivative-free optimization algorithms", SIAM J. Optim. 20 (2009)
// 172–191: 22 functions of least squares, most of them of Moré, Garbow & Hillstrom, at sizes and starts of their own
// (their section 4; functions dfovec, starts dfoxs and values calfun of their code, BenDFO). Ids are
// "more-wild/01" … "more-wild/53", in the order of their data file. Four variants:
//
//   smooth         Σ fₖ², with every derivative and the residuals √2 fₖ (see mgh.hpp)
//   nonsmooth      Σ |fₖ|; six of the functions (Bard, Kowalik–Osborne, Jennrich–Sampson, Brown almost-linear,
//                  Osborne 1 and 2) take max(x, 0) for x, as calfun has it
//   deterministic  (1 + ε φ(x)) Σ fₖ², φ = φ₀(4φ₀² − 3), φ₀ = 0.9 sin(100‖x‖₁) cos(100‖x‖_∞) + 0.1 cos ‖x‖₂, ε = 10⁻³
//   stochastic     Σ ((1 + ε uₖ) fₖ)², uₖ uniform in (−1, 1), ε = 10⁻³ (noisy_objective.hpp)
//
// Departures: the helical valley's angle on x₁ = 0, x₂ < 0 is −¼ and not ¼ (the limit from x₁ > 0).
#pragma once

#include <vector>

#include "thalweg/registry/registry.hpp"

namespace thalweg::problems {

std::vector<registry::ProblemItem> more_wild();

}  // namespace thalweg::problems
