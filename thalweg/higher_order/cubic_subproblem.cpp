#include "thalweg/higher_order/cubic_subproblem.hpp"

#include <cmath>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

bool CubicSubproblem::set(std::span<const double> g, std::span<const double> h) {
  if (!std::isfinite(blas::max_abs(g)) || !solver_.set_matrix(h)) return false;
  solver_.set_gradient(g);
  return true;
}

}  // namespace thalweg
