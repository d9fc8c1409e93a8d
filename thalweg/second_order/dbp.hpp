// DBP (decorrelated backpropagation): gradient descent on a network whose layers see decorrelated inputs.
//
// For the layers of a network: asks the gradient and each layer's inputs h. A layer z = hW + b is also z = xV + b
// with x = Rh and W = RᵀV. The rule descends in V and b, and moves R so that the components of x lose their
// correlations:
//     R ← R − ε [(1−κ)(C − diag C) + κ(diag C − I)] R,   C = E_batch[x xᵀ]
// (Ahmad, Schrader & van Gerven, TMLR 2023; Dalm, Offergeld, Ahmad & van Gerven, arXiv 2405.02385;
// κ = 0 decorrelates, κ > 0 also drives variances to 1.) Ahmad, "Correlations are ruining your gradient descent",
// arXiv 2407.10780: V is changed with R so that the function stays. Then θ = (W, b) is all that need be kept: a step
// of V by its gradient R ∂W is
//     u_W = η Rᵀ(R ∂W),   u_b = η ∂b
// and the plain network with θ is the decorrelated one with R and V, at every step (see the test).
// State: R, in² a layer. A step costs 4·in²·out operations a layer, and 6·rows·in² for R every `period` steps, rows
// the share of the batch that it looks at. Departure: the two earlier papers leave V where it is when R moves, which
// moves the function by ε.
#pragma once

#include <cstdint>
#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Dbp {
  double rate = 1.0;                 // η > 0
  double decorrelation_rate = 1e-3;  // ε > 0; stable while ε·‖C‖₂ < 1
  double kappa = 0.0;                // κ in [0, 1]: the share of whitening
  double share = 1.0;                // of the batch that R looks at, in (0, 1]
  std::uint64_t period = 1;          // steps between moves of R, ≥ 1

  static Description<Dbp> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule dbp(Dbp options = {}) { return {options}; }

}  // namespace thalweg
