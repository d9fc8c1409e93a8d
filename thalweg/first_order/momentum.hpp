// Heavy-ball momentum: v ← βv + (1−δ)g, u = ηv.
//
// Asks g, one a step; state v (n); one pass over θ, g, v. Polyak (1964), "Some methods of speeding up the convergence
// of iteration methods", USSR Comput. Math. Math. Phys. 4, eq. (9): θ_{k+1} = θ_k − η∇f(θ_k) + β(θ_k − θ_{k−1}), the
// same thing at constant η. On a quadratic with spectrum in [μ, L] and κ = L/μ the best pair is
// η = 4/(√L+√μ)², β = ((√κ−1)/(√κ+1))², with rate ρ = √β a step (the slowest modes are defective: C·k·ρᵏ).
// Departures, after PyTorch: v₁ = g₁ whatever the dampening δ; `nesterov` takes η(g + βv) with constant β.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Momentum {
  double rate = 0.01;      // η > 0
  double beta = 0.9;       // β in [0, 1)
  double dampening = 0.0;  // δ in [0, 1]
  bool nesterov = false;   // look ahead: η(g + βv)

  static Description<Momentum> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule momentum(Momentum options = {}) { return {options}; }

}  // namespace thalweg
