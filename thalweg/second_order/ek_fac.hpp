// EK-FAC: K-FAC's eigenbasis with the true second moments of the gradient along it.
//
// For the layers of a network: asks the gradient, each layer's inputs a (with a 1 for the bias) and output gradients
// g.
//     A = U_A Λ_A U_Aᵀ,  G = U_G Λ_G U_Gᵀ          of K-FAC's factors, now and then
//     s_ij ← E[(U_Aᵀa)_i² (U_Gᵀg)_j²]              running mean: the diagonal of UᵀFU, U = U_A ⊗ U_G
//     u = η U_A [(U_Aᵀ ∇W U_G)_ij / (s_ij + λ)] U_Gᵀ
// George, Laurent, Bouthillier, Ballas & Vincent, "Fast approximate natural gradient descent in a Kronecker-factored
// eigenbasis", NeurIPS 2018: section 3, algorithm 1; proposition 1 makes s the best diagonal in that basis, so that
// ‖F − U diag(s) Uᵀ‖_F ≤ ‖F − A ⊗ G‖_F. (There is no low-rank term.) State: A, G, U_A, U_G, 2((in+1)² + out²) a
// layer, s and momentum n each. A step costs 4(in+1)out(in+1+out) operations a layer; every `statistics_period` steps
// K-FAC's observation and 2·batch·((in+1)² + out² + (in+1)out); every `inverse_period` steps 9((in+1)³ + out³) and
// more to carry s over. Departures: rate, limit and momentum as in k-fac. When the basis changes, s is carried into
// it as the diagonal there of what it said, (O∘O)ᵀ s (P∘P) with O = U_Aᵀ U_A′ and P = U_Gᵀ U_G′, instead of being
// forgotten.
#pragma once

#include <cstdint>
#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"
#include "thalweg/second_order/k_fac.hpp"

namespace thalweg {

struct EkFac {
  double rate = 0.2;                     // η > 0
  double damping = 0.01;                 // λ > 0
  double momentum = 0.0;                 // in [0, 1)
  double kl_clip = 0.01;                 // κ ≥ 0: η is at most √(κ/uᵀ(F+λ)u), u for η = 1; 0: no limit
  double decay = 0.95;                   // of the running means, in [0, 1)
  std::uint64_t statistics_period = 10;  // steps between observations, ≥ 1
  std::uint64_t inverse_period = 100;    // steps between eigendecompositions, ≥ 1
  Fisher fisher = Fisher::model;

  static Description<EkFac> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule ek_fac(EkFac options = {}) { return {options}; }

}  // namespace thalweg
