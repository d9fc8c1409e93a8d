// Global minimisers of regularised quadratic models of many variables, by Hessian-vector products alone, over the
// Krylov space of g: the Lanczos process makes H tridiagonal there, and the tridiagonal problem is solved to its
// global optimality conditions, hard case included.
//   cubic         min gᵀs + ½ sᵀHs + (σ/3)‖s‖³
//   trust region  min gᵀs + ½ sᵀHs  with ‖s‖ ≤ Δ
//
// Gould, Lucidi, Roma & Toint, SIAM J. Optim. 9 (1999) (GLTR); for the cubic term Cartis, Gould & Toint, Math. Prog.
// 127 (2011), §6.2. The space grows until ‖∇m(s)‖ = β_k |h_k| ≤ tolerance; another weight or radius goes on with the
// same space. The first `kept` basis vectors are stored; where more are needed the recurrence is run again (GLTR's
// second pass), which costs the products beyond them twice. Memory (kept + 6) n + 5k; 8n operations a product beside
// H's, and 10k for each of some ten tridiagonal systems a space. A lowest eigenvector to which g is exactly
// orthogonal is not in the space: lowest_curvature() looks for it from a random vector, where g = 0.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/second_order/secular.hpp"

namespace thalweg {

class KrylovSolver {
 public:
  using Product = std::function<void(std::span<const double> v, std::span<double> out)>;  // out ← H v
  KrylovSolver(std::size_t n, Product product, std::size_t most_products, std::size_t kept);

  // A new model: g, and what the product now means.
  void begin(std::span<const double> g);
  // The minimiser for σ > 0 with ‖∇m(s)‖ ≤ accuracy·min(1, ‖s‖)·‖g‖ if most_products allow. `hard` of the answer: an
  // eigenvector of the tridiagonal matrix was added.
  RegularisedStep cubic(double sigma, double accuracy, std::span<double> s);
  RegularisedStep trust_region(double radius, double accuracy, std::span<double> s);
  [[nodiscard]] std::size_t products() const { return products_; }  // asked since begin()
  [[nodiscard]] bool finite() const { return finite_; }

  // The lowest Ritz value of H from a random vector, its Ritz vector (unit length) in v, and in `scale` the largest
  // |Ritz value|. Ends when the residual is below 1e-3 of the Ritz value or the products are used up. Asks begin().
  double lowest_curvature(Generator random, std::span<double> v, double& scale);

 private:
  template <class Radius>
  RegularisedStep solve(Radius regulariser, double accuracy, std::span<double> s);
  template <class Radius>
  RegularisedStep tridiagonal(Radius regulariser);
  void start(std::span<const double> q, double norm);
  bool extend();
  void combine(std::span<double> s);
  bool factor(double lambda);
  void solve_factored(std::span<double> x) const;  // in place
  [[nodiscard]] double lowest_of_tridiagonal();
  void lowest_vector(double lowest, std::span<double> out);
  [[nodiscard]] std::size_t size() const { return alpha_.size(); }

  std::size_t n_, most_, kept_;
  Product product_;
  double gamma_ = 0.0;  // ‖g‖
  double lambda_ = 0.0;
  bool finite_ = true, closed_ = false;  // the space is invariant
  std::size_t products_ = 0;
  std::vector<double> basis_;                 // kept × n
  std::vector<double> q_, before_, next_;     // q_k, q_{k−1}, β_k q_{k+1}
  std::vector<double> again_, current_, hq_;  // of combine(); H q
  std::vector<double> alpha_, beta_;          // of T
  std::vector<double> h_, w_, pivot_;         // at most most_products
};

}  // namespace thalweg
