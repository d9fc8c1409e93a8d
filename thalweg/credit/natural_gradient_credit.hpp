// The natural gradient of a network, as what an update rule is handed: backprop's gradient g, turned by the inverse
// of the damped Fisher metric of the same batch.
//     d ≈ (F + λI)⁻¹ g,  F = (1/B) Σ_b J_bᵀ (∂²ℓ_b/∂y²) J_b = E[∇log p ∇log pᵀ], labels drawn by the model
// Asks: the network's derivatives. F is the model's own Fisher information, in closed form, not the empirical one of
// the data's labels; for softmax cross-entropy and for squared error it is the generalised Gauss–Newton matrix. It is
// never formed: each of `products` steps of conjugate gradients takes one Fisher-vector product (a tangent forward, a
// backward pass), so that a step costs about 3 + 4·products forward passes. Memory: one pass, two tangents, 3n.
// References: Amari, Neural Computation 10 (1998) 251; Schraudolph, Neural Computation 14 (2002) 1723 (the products);
// Martens, "Deep learning via Hessian-free optimization", ICML 2010; Martens, JMLR 21:146, 2020. Departures from
// Martens' Hessian-free: a fixed number of products from d = 0, so that a step has no memory and its cost is known
// before it (he stops on the model's relative progress, and starts from the former solution); λ fixed.
//
// The classical method is second_order/natural_gradient.hpp; the rule is used as in
//   thalweg train --credit natural-gradient --rule 'sgd(rate=0.5)'
#pragma once

#include "thalweg/credit/credit_rule.hpp"

namespace thalweg {

struct NaturalGradientCredit {
  double damping = 0.1;
  int products = 10;
  static Description<NaturalGradientCredit> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<CreditRule<S>> make() const;
};

}  // namespace thalweg
