// Kiefer–Wolfowitz differences: along every coordinate, with a step that shrinks as the run goes on.
//
// Asks 2n values a gradient (n+1 one-sided), in batches as fd-central does. Kiefer & Wolfowitz (1952), "Stochastic
// estimation of the maximum of a regression function", Ann. Math. Stat. 23, in one dimension; Blum
// (1954), "Multidimensional stochastic approximation methods", Ann. Math. Stat. 25, in n:
//     ĝ_i = (f(θ+c_ke_i) − f(θ−c_ke_i))/(2c_k),   c_k = c/k^γ at the k-th gradient
// With c fixed, a descent on a noisy f ends where ĝ has mean 0, which is off the minimum by −c²f‴/(6f″) in one
// dimension; with Σ a_k = ∞, Σ a_kc_k < ∞, Σ a_k²/c_k² < ∞ it ends at the minimum. a_k = a/(A+k)^α is the rule's part
// (`sgd | lr-power`), and the method `kiefer-wolfowitz` (kiefer_wolfowitz_descent.hpp) brings both; α = 1 and γ = 1/6
// give the fastest decrease that central differences allow, E‖θ−θ*‖² ~ k^{−2/3} (Fabian 1967, "Stochastic
// approximation of minima with improved asymptotic speed", Ann. Math. Stat. 38).
#pragma once

#include <cstddef>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/gradient_estimation/sides.hpp"

namespace thalweg {

struct KieferWolfowitz {
  double c = 0.1;            // first step of the differences, > 0, in the units of θ
  double gamma = 1.0 / 6.0;  // its decay, ≥ 0; 0 keeps it
  Sides sides = Sides::two;  // two or one
  bool frozen = false;       // the first step and one sample key at every call

  static Description<KieferWolfowitz> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
