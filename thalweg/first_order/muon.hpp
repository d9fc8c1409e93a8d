// Muon: momentum of a weight matrix, replaced by the nearest orthogonal matrix.
//
// For blocks that are matrices (rows, cols > 1); all others (biases, a flat vector) are stepped by Adam. Asks g, one
// a step; state v (n), Adam's for the vectors; per r×c matrix with s = min(r, c) and l = max(r, c), Newton–Schulz
// takes 5·(4s²l + 2s³) operations, the exact factor a singular value decomposition. Jordan et al. (2024), "Muon: an
// optimizer for hidden layers in neural networks":
//     v ← βv + g,  m = g + βv (nesterov) or v,  u = η √max(1, c/r) · orthogonal(m)
//     Newton–Schulz: X₀ = m/‖m‖_F;  A = XXᵀ;  X ← aX + (bA + cA²)X, five times, (a, b, c) = (3.4445, −4.7750, 2.0315)
// whose singular values end in [0.68, 1.16] wherever those of X₀ are at least 5e-3; `exact` takes the polar factor
// UVᵀ. Departures: the iteration is in the parameters' own type (theirs: bfloat16); weights are in×out here, so c/r
// is their rows over columns; the vectors' Adam is part of the rule.
#pragma once

#include <cstdint>
#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Muon {
  double rate = 0.02;         // η of the matrices, > 0: the root mean square step is about η/√max(r, c)
  double beta = 0.95;         // β in [0, 1)
  bool nesterov = true;       // look ahead
  bool exact = false;         // the polar factor by SVD instead of five Newton–Schulz steps
  double vector_rate = 3e-4;  // Adam's rate for what is not a matrix, > 0

  static Description<Muon> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule muon(Muon options = {}) { return {options}; }

}  // namespace thalweg
