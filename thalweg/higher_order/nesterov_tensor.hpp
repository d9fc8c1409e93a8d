// The accelerated third-order tensor method, for convex f with a Lipschitz third derivative; f(x_k) − f* = O(1/k⁴).
//
// Asks value, gradient, n Hessian-vector products a step (the Hessian, column by column) and one third-derivative
// contraction T[h, h, ·] for each inner step. Memory 5n² + 20n; 9n³ operations a step and 4n² an inner step.
// Nesterov, "Implementable tensor methods in unconstrained convex optimization", Math. Prog. 186 (2021). A step from
// y goes to the minimiser of the model
//   m(h) = ⟨g, h⟩ + ½ H[h, h] + (1/6) T[h, h, h] + (M/24)‖h‖⁴,
// which is convex for M ≥ 3L, L the Lipschitz constant of the third derivative (ibid., Theorem 1). With M = 3τ²L, m
// is smooth and strongly convex relative to ρ(h) = ½ (1 − 1/τ) H[h, h] + ((M − 3τL)/24)‖h‖⁴ with constants (τ + 1)/(τ
// − 1) and 1 (ibid., §5), so that the gradient method with ρ's Bregman distance converges linearly; its step solves
// (H + (M/6)‖h‖² I) h = r (second_order/secular.hpp). It stops at ‖∇m(h)‖ ≤ θ (M/6)‖h‖³.
//
// Acceleration keeps the estimating sequence A_k f(x_k) ≤ ψ*_k = min_x ψ_k(x), ψ_k(x) = ¼‖x − x₀‖⁴ + Σ a_i (f(T_i) +
// ⟨∇f(T_i), x − T_i⟩) ≤ ¼‖x − x₀‖⁴ + A_k f(x), hence f(x_k) − f* ≤ ‖x₀ − x*‖⁴/(4A_k). Its step of size a, to A₊ = A +
// a, from y = (A x + a v)/A₊, v = argmin ψ, needs only
//   ⟨∇f(T), y − T⟩ ≥ c ‖∇f(T)‖^{4/3}   and   A₊ c ≥ ¾ (4 a⁴)^{1/3},   c = (3/2)((3/2)(M² − (L + θM)²)/M³)^{1/3}:
// the first from ‖∇f(T) + (M/6)‖h‖² h‖ ≤ (L/6 + θM/6)‖h‖³, the second from the uniform convexity of ¼‖·‖⁴ (½ of the
// fourth power of the distance, over 8).
// Departures from the paper: a is the largest that the second allows instead of a closed form in k; x_k is the better
// of T and x_{k−1}; where T is no better the sequence begins anew from there, x₀ = x_k and A = 0 (`restart`:
// O'Donoghue & Candès, Found. Comput. Math. 15 (2015)), since acceleration alone keeps its sublinear rate near a
// minimum, where the tensor step has order 3; and with `adaptive` L is an estimate, doubled where the first
// inequality fails or the inner method does, and halved after each step: the inequality, and with it the bound, holds
// whatever L was.
#pragma once

#include <vector>

#include "thalweg/core/minimize.hpp"
#include "thalweg/first_order/stopping.hpp"
#include "thalweg/second_order/secular.hpp"

namespace thalweg {

struct NesterovTensor {
  double lipschitz = 1.0;
  bool adaptive = true;
  bool restart = true;
  double tau = 1.5;
  double accuracy = 0.1;
  int inner_steps = 200;
  double gradient_tolerance = default_gradient_tolerance;

  static Description<NesterovTensor> describe();
  void run(Objective<double>& f, Search& search) const;
};

// The iteration itself: what run() drives and the tests look into.
class TensorSequence {
 public:
  TensorSequence(Objective<double>& f, const NesterovTensor& options, std::span<const double> x0, double f0,
                 std::span<const double> g0);
  enum class Outcome : std::uint8_t { stepped, refused, not_finite };
  Outcome step();  // refused: L was too small and is doubled
  [[nodiscard]] std::span<double> x() { return x_; }
  [[nodiscard]] std::span<double> gradient() { return g_x_; }
  [[nodiscard]] double& value() { return f_x_; }
  [[nodiscard]] double weight() const { return a_sum_; }  // A_k
  [[nodiscard]] double lower() const;                     // ψ*_k
  [[nodiscard]] double lipschitz() const { return l_; }
  // Of the last step: where the model stood, its minimiser as found, ‖∇m‖ there, M.
  [[nodiscard]] std::span<const double> model_point() const { return y_; }
  [[nodiscard]] std::span<const double> model_step() const { return h_; }
  [[nodiscard]] double model_gradient() const { return residual_; }
  [[nodiscard]] double model_weight() const { return m_; }

 private:
  [[nodiscard]] double largest_a(double c) const;
  bool minimise_model();
  Objective<double>& f_;
  const NesterovTensor& options_;
  std::size_t n_;
  double l_, m_ = 0.0, residual_ = 0.0;
  double a_sum_ = 0.0, constant_ = 0.0, f_x_;         // A; Σ a (f(T) + ⟨∇f(T), x₀ − T⟩)
  std::vector<double> x0_, x_, g_x_, s_, y_, g_, h_;  // s = Σ a ∇f(T)
  std::vector<double> hessian_, hh_, th_, right_, trial_, g_trial_, unit_;
  SecularSolver solver_;
};

}  // namespace thalweg
