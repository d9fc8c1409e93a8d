// The directions of a poll of mads: n orthogonal ones, and one that completes them to a positive basis.
//
// References: M. A. Abramson, C. Audet, J. E. Dennis & S. Le Digabel, SIAM J. Optim. 20 (2009) 948 (the Householder
// basis I − 2vvᵀ/‖v‖²); C. Audet, A. Ianni, S. Le Digabel & C. Tribes, SIAM J. Optim. 24 (2014) 621, §3.3 (the
// completion).
#pragma once

#include <span>
#include <vector>

#include "thalweg/core/linalg.hpp"
#include "thalweg/direct_search/mads_frame.hpp"
#include "thalweg/direct_search/mads_model.hpp"

namespace thalweg {

class PollDirections {
 public:
  explicit PollDirections(std::size_t n);
  [[nodiscard]] std::span<double> operator[](std::size_t a) { return {basis_.data() + a * n_, n_}; }
  // The rows of I − 2vvᵀ/‖v‖², each stretched to ‖·‖∞ = 1. v = 0: the axes.
  void reflect(std::span<const double> v);
  // The same with one direction along w (‖w‖ > 0, replaced).
  void along(std::span<double> w);
  static void to_side(std::span<double> u);  // ‖u‖∞ = 1, unless u = 0
  // u ← D z of all z < 0, where the model is least for −1 ≤ z ≤ −0.1, rounded to the mesh; −Σ D without a model, or
  // where rounding has left the cone.
  void complete(const LocalQuadratic* model, const MadsFrame& frame, std::span<double> u);

 private:
  std::size_t n_;
  std::vector<double> basis_;  // directions, rows
  std::vector<double> low_, high_, z_, slope_, product_, inside_;
  BoxQuadratic box_;
  linalg::Lu lu_;
};

}  // namespace thalweg
