// Normalisation: u ← u/‖u‖₂, over all parameters or block by block (one block a layer). Zero stays zero; a vector
// with NaN or ±Inf is left alone for the descent loop to report. No state; two passes. `normalize | sgd(rate=r)`
// steps by exactly r: normalised gradient descent, Nesterov (1984), "Minimization methods for nonsmooth convex and
// quasiconvex functions", Matekon 29; Hazan, Levy & Shalev-Shwartz (2015), "Beyond convexity", Algorithm 1.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Normalize {
  enum class Over { all, block };
  Over over = Over::all;

  static Description<Normalize> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule normalize(Normalize options = {}) { return {options}; }

}  // namespace thalweg
