// A local quadratic model through scattered values, and its minimum in a box: what mads orders by and searches with.
//
// m(u) = c + gᵀu + ½uᵀHu interpolates p points; where p < (n+1)(n+2)/2 the rest of the freedom goes to the least
// ‖H‖_F (Conn, Scheinberg & Vicente, Introduction to Derivative-Free Optimization, 2009, §5.3): with
// A_jk = ½(u_jᵀu_k)² and rows (1, u_jᵀ) of M,
//   [A M; Mᵀ 0] (λ; c, g) = (f; 0),  H = Σ λ_j u_j u_jᵀ.
// One dense factorisation of order p + n + 1 a fit.
#pragma once

#include <span>
#include <vector>

#include "thalweg/core/linalg.hpp"

namespace thalweg {

class LocalQuadratic {
 public:
  LocalQuadratic(std::size_t n, std::size_t most_points);  // most_points ≥ n+1
  void clear() { count_ = 0, fitted_ = false; }
  [[nodiscard]] std::size_t points() const { return count_; }
  [[nodiscard]] std::size_t most_points() const { return most_; }
  void add(std::span<const double> u, double f);  // at most most_points times
  // False with fewer than n+1 points, or points in a plane.
  bool fit();
  [[nodiscard]] bool fitted() const { return fitted_; }
  [[nodiscard]] double operator()(std::span<const double> u) const;
  [[nodiscard]] std::span<const double> gradient() const { return gradient_; }  // g, at u = 0
  [[nodiscard]] std::span<const double> hessian() const { return hessian_; }    // H, n×n

 private:
  std::size_t n_, most_, count_ = 0;
  bool fitted_ = false;
  double constant_ = 0.0, shift_ = 0.0, scale_ = 1.0;  // f = shift + scale·(what is fitted)
  std::vector<double> u_, f_, system_, right_, gradient_, hessian_;
  linalg::Lu lu_;
};

// A local minimum of gᵀu + ½uᵀHu in low ≤ u ≤ high: projected Newton steps with the curvature of the free variables
// made positive, from the u that is given, which is replaced.
class BoxQuadratic {
 public:
  explicit BoxQuadratic(std::size_t n);
  void minimise(std::span<const double> g, std::span<const double> h, std::span<const double> low,
                std::span<const double> high, std::span<double> u);

 private:
  std::size_t n_;
  std::vector<double> slope_, step_, trial_, reduced_;
  std::vector<bool> free_;
  linalg::Cholesky cholesky_;
};

}  // namespace thalweg
