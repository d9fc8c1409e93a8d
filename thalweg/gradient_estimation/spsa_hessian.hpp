// Internal to gradient_estimation: the averaged Hessian of second-order SPSA (spsa_2.hpp) and its positive definite
// image.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "thalweg/core/linalg.hpp"

namespace thalweg {

class SpsaHessian {
 public:
  SpsaHessian(std::size_t n, double diagonal, bool feedback, double floor);

  // A draw d = Δ̃ᵀHΔ + noise with its signs; several may make one average.
  void draw(double d, std::span<const double> signs, std::span<const double> other);
  // H̄ ← H̄ + weight (mean of the draws − H̄).
  void average(double weight);
  [[nodiscard]] std::span<const double> average() const { return mean_; }  // H̄, n×n
  [[nodiscard]] std::span<const double> drawn() const { return sum_; }     // Ĥ summed over the draws so far
  // g ← |H̄|⁻¹ g. False when H̄ is not finite.
  bool divide(std::span<double> g);

 private:
  std::size_t n_;
  bool feedback_;
  double floor_;
  double draws_ = 0.0;
  std::vector<double> mean_, sum_, rotated_;
  linalg::SymmetricEigen eigen_;
};

}  // namespace thalweg
