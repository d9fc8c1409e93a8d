// The loop shared by levenberg-marquardt and gauss-newton-cg: minimise f = ½‖r(x)‖² by steps of the damped model
//   m(s) = ½‖J s + r‖² + ½ μ‖D s‖²,
// μ by the gain ratio ρ of a step: μ ← μ max(1/3, 1 − (2ρ − 1)³) where it is taken, else μ ← νμ, ν ← 2ν (Nielsen,
// IMM-REP-1999-05). With bounds the first-order measure is that of the projected gradient,
// x − P(x − ∇f).
#pragma once

#include <span>

#include "thalweg/core/search.hpp"
#include "thalweg/first_order/stopping.hpp"

namespace thalweg {

// How a method solves the model.
class DampedModel {
 public:
  virtual ~DampedModel() = default;
  // x was taken, with residuals r: asks the derivatives there; g ← Jᵀr. False when an answer is not finite.
  virtual bool move_to(std::span<const double> x, std::span<const double> r, std::span<double> g) = 0;
  // s ← argmin m, within the bounds if there are any; returns what ½‖r‖² − ½‖J s + r‖² promises, negative when the
  // model could not be solved.
  virtual double step(double mu, std::span<const double> x, std::span<const double> r, std::span<const double> g,
                      std::span<double> s) = 0;
};

struct DampedLeastSquares {
  double damping = 1e-3;  // first μ
  double accept = 1e-4;   // a step is taken from this gain ratio on
  double gradient_tolerance = default_gradient_tolerance;

  void run(Objective<double>& f, Search& search, DampedModel& model) const;
};

}  // namespace thalweg
