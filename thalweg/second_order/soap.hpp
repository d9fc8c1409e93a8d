// SOAP: Adam in the eigenbasis of Shampoo's moments.
//
// Minimises over weights in blocks that are matrices (rows, cols > 1); all other parameters are stepped by Adam. Asks
// g, one a step. State of an r×c block 2(r² + c²) + 2rc; a step takes 6(r²c + rc²) operations, a refresh of the bases
// about 5(r³ + c³) + 4(r²c + rc²), once in `period` steps. Vyas et al. (2024), "SOAP: improving and stabilizing
// Shampoo using Adam", arXiv 2409.11321, Algorithm 3:
//     G′ = Q_Lᵀ G Q_R,  M′ likewise of M ← β₁M + (1−β₁)G,  V ← β₂V + (1−β₂)G′²,
//     u = η Q_L (M̂′/(√V̂ + ε)) Q_Rᵀ,  L ← β₂L + (1−β₂)GGᵀ,  R ← β₂R + (1−β₂)GᵀG
// and every `period` steps (their Algorithm 4) Q ← the orthogonal factor of PQ, P = L or R. As in the authors' code,
// the columns of Q are sorted before that, by falling qᵀPq, and V is permuted with them, so that each second moment
// stays with its eigenvector; and a matrix's first gradient only sets its bases (from a whole eigendecomposition),
// since in its own eigenbasis a gradient is diagonal and V would hold rounding errors; its Adam counts from the
// second. Departures: ε stands as in Adam's Algorithm 1 (theirs is added to √V, which divides it by √(1−β₂ᵗ)); M is
// kept in the basis and turned when that changes, which is the same and saves a third of a step; a side above
// `max_size` has Q = I.
#pragma once

#include <cstdint>
#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Soap {                     // defaults are those of the authors' code, but for max_size
  double rate = 3e-3;             // η > 0
  double beta1 = 0.95;            // β₁ in [0, 1)
  double beta2 = 0.95;            // β₂ in [0, 1), of V, L and R
  double epsilon = 1e-8;          // ε > 0
  std::uint64_t period = 10;      // steps between two refreshes of the bases, ≥ 1
  std::uint64_t max_size = 1024;  // a side longer than this keeps its own basis; 0: all do, and the rule is Adam

  static Description<Soap> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule soap(Soap options = {}) { return {options}; }

}  // namespace thalweg
