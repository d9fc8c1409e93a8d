// A constant factor: u ← c·u. scale(factor=-1) put first climbs instead of descending (PyTorch's maximize).
// No state; one pass over u.
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Scale {
  double factor = 1.0;  // c, finite

  static Description<Scale> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule scale(Scale options = {}) { return {options}; }

}  // namespace thalweg
