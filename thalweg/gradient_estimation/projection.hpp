// The gradient projected on a random K-dimensional subspace.
//
// Asks 2K values a gradient; memory 3Kn. With V the n×K matrix of random directions, ĝ = V(VᵀV)⁻¹Vᵀg = QQᵀg for the
// orthonormal Q of the same span, so that it is
//     ĝ = Σ_k d_k q_k,   d_k = (f(θ+hq_k) − f(θ−hq_k))/(2h),   q_k orthonormal, h = σ√n
// without orthogonal-directions' factor n/K: never longer than g, squared error ‖ĝ−g‖²/‖g‖² of mean 1 − K/n, mean
// squared cosine K/n; exact at K = n. Kozak, Becker, Doostan & Tenorio (2021), "A stochastic subspace approach to
// gradient-free optimization in high dimensions", Comput. Optim. Appl. 79.
#pragma once

#include <cstddef>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

struct Projection {
  double sigma = 1e-3;         // σ > 0: a probe is σ√n long, so a component moves by σ on average
  std::size_t directions = 1;  // K, from 1 to n
  bool frozen = false;         // the same directions and one sample key at every call

  static Description<Projection> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
