// The loop of adaptive regularisation of order p (ARp), shared by cubic-newton (p = 2) and ar3 (p = 3): steps
// minimise the Taylor model of order p plus (σ/(p + 1))‖s‖^{p+1}, and σ adapts.
//
// Cartis, Gould & Toint, Math. Prog. 127 (2011) (p = 2); Birgin, Gardenghi, Martínez, Santos & Toint, Math. Prog. 163
// (2017) (any p). σ by interpolation: Gould, Porcelli & Toint, Comput. Optim. Appl. 53 (2012), §3, extended to p ≥ 3
// by Cartis, Hauser, Liu, Welzel & Zhu, arXiv:2501.00404 (2024), §4, whose constants are used.
#pragma once

#include <array>
#include <span>

#include "thalweg/core/search.hpp"
#include "thalweg/first_order/stopping.hpp"

namespace thalweg {

// t_0 = 0, t_1 = gᵀs, t_2 = ½ H[s, s], t_3 = (1/6) T[s, s, s]: f(x + αs) − f(x) ≈ Σ t_j αʲ
using TaylorAlongStep = std::array<double, 4>;

struct SigmaRule {
  double successful = 0.01;       // η₁: a step with ρ ≥ η₁ is taken
  double very_successful = 0.95;  // η₂: σ shrinks
  double decrease = 0.5;          // γ₁
  double increase = 3.0;          // γ₂
  double strong_decrease = 0.1;   // γ₃, where the model proves far too pessimistic
  double most_increase = 100.0;   // γ_max
  double reduction = 0.01;        // β: how much of the model's excess over f a smaller σ may leave
  double furthest = 2.0;          // α_max
  double least = 1e-16;  // σ_min (theirs, 1e-8, hinders steps as long as Brown's badly scaled function needs)
  // σ after a step with f(x + s) − f(x) = change, or `rejected` before f was asked.
  [[nodiscard]] double next(int order, double sigma, double norm, const TaylorAlongStep& taylor, double change,
                            double ratio, bool rejected) const;
};

// What a method adds to the loop.
class TaylorModel {
 public:
  virtual ~TaylorModel() = default;
  [[nodiscard]] virtual int order() const = 0;
  // Asks the derivatives of order 2 … p at x; false when they are not finite.
  virtual bool move_to(std::span<const double> x, std::span<const double> gradient) = 0;
  // A minimiser of the regularised model. False: no useful one was found (σ must grow).
  virtual bool minimise(double sigma, std::span<double> s, TaylorAlongStep& taylor) = 0;
  // The model's derivatives are exact and it is minimised to rounding: its decrease can be believed.
  [[nodiscard]] virtual bool exact() const { return true; }
  // The model has a direction down although the gradient is zero.
  virtual bool at_saddle() = 0;
};

struct Regularisation {
  double sigma = 1.0;  // the first
  SigmaRule rule{};
  double gradient_tolerance = default_gradient_tolerance;
  void run(Objective<double>& f, Search& search, TaylorModel& model) const;
};

}  // namespace thalweg
