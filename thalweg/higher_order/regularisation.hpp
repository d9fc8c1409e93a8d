// The loop of adaptive regularisation of order p (ARp), shared by cubic-newton (p = 2) and ar3 (p = 3): steps
// minimise the Taylor model of order p plus (σ/(p + 1))‖s‖^{p+1}, and σ adapts.
//
// Cartis, Gould & Toint, Math. Prog. 127 (2011) (p = 2); Birgin, Gardenghi, Martínez, Santos & Toint, Math. Prog. 163
// (2017) (any p). How σ changes is told at SigmaRule.
#pragma once

#include <array>
#include <span>

#include "thalweg/core/search.hpp"
#include "thalweg/first_order/stopping.hpp"

namespace thalweg {

// t_0 = 0, t_1 = gᵀs, t_2 = ½ H[s, s], t_3 = (1/6) T[s, s, s]: f(x + αs) − f(x) ≈ Σ t_j αʲ
using TaylorAlongStep = std::array<double, 4>;

struct Trial {
  double norm = 0.0;         // ‖s‖
  double reach = 1.0;        // max(1, ‖x‖)
  TaylorAlongStep taylor{};  // along s
  bool asked = true;         // false: refused before f was asked
  double change = 0.0;       // f(x + s) − f(x)
  double rounding = 0.0;     // of `change`
  bool taken = false;
};

// σ from step to step. With t the Taylor polynomial along s, σ(α) = −t′(α)/(‖s‖^{p+1} αᵖ) is the weight for which the
// model's minimiser along s lies at α.
//
// After a taken step, where the regularising term had a part in it (−t′(1) ≥ `active`·|t′(0)|): κ times the weight
// whose model meets f at x + s,
//   σ_f = (p + 1)(f(x + s) − f(x) − t(1))/‖s‖^{p+1},
// the bracket less what it may owe to rounding, within [γ₃σ, σ]. So σ comes to what f's next derivative asks within a
// few steps, from wherever it began, and then follows it, instead of by fixed factors. Other steps are Newton's, and
// tell nothing of σ, as steps inside the trust region tell nothing of its radius. Cartis, Hauser, Liu, Welzel & Zhu,
// arXiv:2501.00404 (2024), estimate a first σ in this way; the rest is ours. Gould, Porcelli & Toint, Comput. Optim.
// Appl. 53 (2012), §3, take the least σ whose model still exceeds f's interpolant, a milder decrease (and steps of
// 1/2 below ρ = 1): with it ar3 and cubic-newton took 1.3 and 1.2 times the iterations on the MGH set.
//
// After a refused step: γ₂σ; if f was asked, σ(α) for the longest step that f's interpolant of degree p + 1 accepts
// (Gould, Porcelli & Toint; Cartis et al., §4) but no shorter than 1/16 of this one; if ‖s‖ > max(1, ‖x‖), σ(α) for
// that length (of the kind of the step control in Birgin, Gardenghi, Martínez & Santos, "On the use of third-order
// models with fourth-order regularization for unconstrained optimization" (2018)). All of them within [γ₂, γ_max]σ;
// before the first taken step, when σ is but a guess, with no upper bound.
//
// κ = 1 for p = 2. For p = 3 a σ that fits f along s may still be too small for the model to have a minimiser near
// by, the (p + 1)st derivative being larger across s: κ is doubled by each refusal, within [1, `most_margin`], and
// falls by 3 % a taken step. (A convex f's model is convex from 3σ on, σ that of the largest direction: Nesterov,
// Math. Prog. 186 (2021), Theorem 1.)
//
// γ₂, γ₃ and γ_max as in Cartis et al.; the other constants by the MGH set from its starts, 10 and 100 times those.
// Halved or doubled, each alone, they change the total of iterations there by at most 3 % (most_margin = 4: 18 %).
struct SigmaRule {
  double successful = 0.01;      // η₁: a step with ρ ≥ η₁ is taken
  double increase = 3.0;         // γ₂
  double most_increase = 100.0;  // γ_max
  double most_decrease = 0.1;    // γ₃
  double active = 0.1;
  double most_margin = 1.0;
  double least = 1e-16;  // σ_min (theirs, 1e-8, hinders steps as long as Brown's badly scaled function needs)
};

class AdaptiveSigma {
 public:
  AdaptiveSigma(const SigmaRule& rule, int order, double first) : rule_(rule), order_(order), sigma_(first) {}
  [[nodiscard]] double value() const { return sigma_; }
  void learn(const Trial& trial);

 private:
  [[nodiscard]] double after_taken(const Trial& trial) const;
  [[nodiscard]] double after_refused(const Trial& trial) const;
  SigmaRule rule_;
  int order_;
  double sigma_, margin_ = 1.0;
  bool guess_ = true;  // no step was taken yet
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
