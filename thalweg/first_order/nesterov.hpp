// Nesterov's accelerated gradient.
//
// Asks g, one a step, at the look-ahead point y, which is what the parameters hold; state v (n) and x (n, written
// only when asked for); one pass over y, g, v.
//     x_{k+1} = y_k − η∇f(y_k),   y_{k+1} = x_{k+1} + β_{k+1}(x_{k+1} − x_k),   x₀ = y₀
// with v_{k+1} = (x_k − x_{k+1})/η = β_k v_k + g_k, so y_{k+1} = y_k − η(g_k + β_{k+1} v_{k+1}).
// Sequence `tk`: t₁ = 1, t_{k+1} = (1 + √(1+4t_k²))/2, β_k = (t_k − 1)/t_{k+1} (Nesterov 1983; Beck & Teboulle 2009,
// "A fast iterative shrinkage-thresholding algorithm", eq. (4.1)–(4.3)): with η = 1/L on a convex f,
// f(x_k) − f* ≤ 2L‖x₀ − x*‖²/(k+1)² (their Theorem 4.4). Sequence `constant`: β; with β = (√κ−1)/(√κ+1) and η = 1/L
// linear on a strongly convex f (Nesterov 2004, scheme (2.2.11)).
// The recommended point is x, not y. A schedule chained after it scales η step by step, which the bound does not
// cover.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Nesterov {
  enum class Sequence { tk, constant };
  double rate = 0.01;      // η > 0
  double lipschitz = 0.0;  // L of the gradient; when > 0 the rate is 1/L
  Sequence sequence = Sequence::tk;
  double beta = 0.9;  // of the constant sequence, in [0, 1)

  static Description<Nesterov> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule nesterov(Nesterov options = {}) { return {options}; }

}  // namespace thalweg
