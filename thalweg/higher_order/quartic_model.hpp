// The sub-problem of ar3: a local minimiser of  m(s) = gᵀs + ½ H[s, s] + (1/6) T[s, s, s] + (σ/4)‖s‖⁴,  found from s
// = 0 by cubic regularisation (CubicSubproblem on m's own gradient and Hessian, σ₂ adapting), as in Cartis, Hauser,
// Liu, Welzel & Zhu, arXiv:2501.00404 (2024), §2. Stops at ‖∇m(s)‖ ≤ θ‖s‖³ (Birgin et al. (2017),
// (2.13)). Memory n³ + 5n² + 8n; 2n³ + 9n³ operations an inner step.
#pragma once

#include <span>
#include <vector>

#include "thalweg/higher_order/cubic_subproblem.hpp"

namespace thalweg {

class QuarticModel {
 public:
  explicit QuarticModel(std::size_t n);
  // T is n×n×n, symmetric in all indices.
  [[nodiscard]] std::span<double> gradient() { return g_; }
  [[nodiscard]] std::span<double> hessian() { return h_; }
  [[nodiscard]] std::span<double> third() { return t_; }

  struct Found {
    bool converged = false;  // the stopping rule holds and m(s) < 0
    double cubic = 0.0;      // T[s, s, s]
    double quadratic = 0.0;  // H[s, s]
    double slope = 0.0;      // gᵀs
  };
  Found minimise(double sigma, double theta, int max_steps, std::span<double> s);

 private:
  double value(double sigma, std::span<const double> s, Found& parts);
  void derivatives(double sigma, std::span<const double> s);
  std::size_t n_;
  std::vector<double> g_, h_, t_, trial_, step_, gradient_, hessian_, ts_;
  CubicSubproblem subproblem_;
};

}  // namespace thalweg
