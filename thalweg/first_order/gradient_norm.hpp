// Internal to first_order: an accurate Euclidean norm, in double, of float or double vectors.
#pragma once

#include <span>

namespace thalweg::detail {

// ‖u‖₂ to about 3 ulp whatever n; NaN if an entry is NaN, +inf if one is infinite or the norm itself
// is beyond the largest double; the squares never overflow or underflow.
template <class S>
double gradient_norm(std::span<const S> u);

extern template double gradient_norm(std::span<const float> u);
extern template double gradient_norm(std::span<const double> u);

}  // namespace thalweg::detail
