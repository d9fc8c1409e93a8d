// Differences along K random orthogonal directions, scaled to be unbiased.
//
// Asks 2K values a gradient; memory 3Kn. Berahas, Cao, Choromanski & Scheinberg (2022), "A theoretical and empirical
// comparison of gradient approximations in derivative-free optimization", Found. Comput. Math. 22; orthogonal
// sampling of Choromanski et al. (2018), "Structured evolution with compact architectures", ICML:
//     ĝ = (n/K) Σ_k d_k q_k,   d_k = (f(θ+hq_k) − f(θ−hq_k))/(2h),   q_k orthonormal, h = σ√n.
// Relative variance E‖ĝ−g‖²/‖g‖² = n/K − 1 as σ → 0: exact at K = n, and below the (n±1)/K of independent directions.
#pragma once

#include <cstddef>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

struct OrthogonalDirections {
  double sigma = 1e-3;         // σ > 0: a probe is σ√n long, so a component moves by σ on average
  std::size_t directions = 1;  // K, from 1 to n
  bool frozen = false;         // the same directions and one sample key at every call

  static Description<OrthogonalDirections> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
