// Robust losses for least squares: an objective with residuals r̃ of its own, from those of another, such that
//   ½‖r̃‖² = ½ C² Σ ρ((r_i/C)²),   r̃_i = C sgn(r_i) √ρ((r_i/C)²),
// exactly. So every method for least squares works with every loss, bounds included. With u = r/C:
//   linear    ρ = u²
//   huber     ρ = u² for |u| ≤ 1, else 2|u| − 1
//   soft-l1   ρ = 2(√(1 + u²) − 1)
//   cauchy    ρ = log(1 + u²)
// (as scipy.optimize.least_squares has them; Triggs, McLauchlan, Hartley & Fitzgibbon, Bundle adjustment, LNCS 1883
// (2000), §4.3.) r̃ is once continuously differentiable, and r̃ ≈ r for |r| ≪ C. The Gauss–Newton matrix is that of r̃,
// positive semidefinite for every loss, where Triggs' correction has to be cut off.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "thalweg/core/objective.hpp"

namespace thalweg {

enum class Robust : std::uint8_t { linear, huber, soft_l1, cauchy };
std::string_view name(Robust loss);
// By its name; "soft_l1" and "soft-l1" are the same. Throws InvalidArgument that lists them.
Robust robust_named(std::string_view text);

// r̃/C at u, and its slope dr̃/dr.
struct RobustPoint {
  double value = 0.0, slope = 1.0;
};
RobustPoint robust(Robust loss, double u);

class RobustLoss final : public Objective<double> {
 public:
  // `residuals` offers residuals and outlives this; C > 0, in the residuals' unit. Throws InvalidArgument otherwise.
  RobustLoss(Objective<double>& residuals, Robust loss, double scale = 1.0);
  [[nodiscard]] std::size_t dimension() const override { return base_.dimension(); }
  // value, residual; gradient, jacobian, jacobian_vector and vector_jacobian as far as the other offers them.
  [[nodiscard]] Offers offers() const override;
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override;
  // One question after another, on one workspace.
  [[nodiscard]] bool parallel_inside() const override { return true; }

 private:
  void answer_one(const Question<double>& question, Answer<double>& answer);
  Objective<double>& base_;
  Robust loss_;
  double scale_;
  std::vector<double> r_, robust_, slope_, scaled_;  // m each
};

}  // namespace thalweg
