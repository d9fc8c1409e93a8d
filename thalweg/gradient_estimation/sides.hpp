// Whether a difference is taken on both sides of a point or on one; `single` is no difference: one value, which
// carries f itself into the estimate.
#pragma once

namespace thalweg {

enum class Sides { two, one, single };

}  // namespace thalweg
