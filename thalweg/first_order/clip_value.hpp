// Clipping by value: every entry of u is brought into [−c, c]. NaN stays NaN. No state; one pass.
// The direction changes where it clips. Mikolov (2012), "Statistical language models based on neural networks",
// section 3.2.2 (there c = 15).
#pragma once

#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct ClipValue {
  double value = 1.0;  // c > 0

  static Description<ClipValue> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule clip_value(ClipValue options = {}) { return {options}; }

}  // namespace thalweg
