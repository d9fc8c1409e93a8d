// Shampoo: each weight matrix's gradient between inverse roots of its rows' and its columns' second moments.
//
// Minimises over weights in blocks that are matrices (rows, cols > 1). Asks g, one a step. For an r×c block L (r×r)
// and R (c×c) and their roots are kept: state 2(r² + c²); a step takes 2·(2r²c + 2rc²) operations, a refresh of the
// roots one symmetric eigendecomposition each side (about 9(r³ + c³)), once in `period` steps.
// Gupta, Koren & Singer (2018), "Shampoo: preconditioned stochastic tensor optimization", ICML, Algorithm 1:
//     L₀ = εI, R₀ = εI;  L ← L + GGᵀ,  R ← R + GᵀG,  u = η L^{−1/4} G R^{−1/4}
// so that the first step has the singular values ηs/√(s² + ε), s those of G. A moving average of the moments
// (`beta` < 1, its start at 0 corrected, ε added after) and grafting (the step's length, block by block, that of
// another rule) are those of Anil, Gupta, Koren, Regan & Singer (2020), "Scalable second order optimization for deep
// learning". Departures: a side above `max_size` is left out, and the exponent of the other is then −1/2, as for
// their tensors of order 1; vectors, and matrices with both sides above it, take the diagonal of their L, which is
// Adagrad (RMSprop with beta < 1); before step `period` roots are also refreshed at steps 1, 2, 4, 8 …, while the
// moments still change by a factor. Momentum is a link of its own: shampoo(rate=0.1) | momentum(rate=1).
#pragma once

#include <cstdint>
#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Shampoo {
  enum class Graft : std::uint8_t { none, sgd, diagonal };

  double rate = 0.1;              // η > 0
  double beta = 1.0;              // of the moments, in (0, 1]; 1: their sum
  double epsilon = 1e-4;          // ε > 0, that of the authors' TensorFlow version
  double exponent = 0.0;          // p of L^{−p}; 0: 1/4, or 1/2 where one side alone is used
  std::uint64_t period = 20;      // steps between two refreshes of the roots, ≥ 1
  std::uint64_t max_size = 1024;  // a side longer than this is left out
  Graft graft = Graft::none;      // whose length the step takes

  static Description<Shampoo> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule shampoo(Shampoo options = {}) { return {options}; }

}  // namespace thalweg
