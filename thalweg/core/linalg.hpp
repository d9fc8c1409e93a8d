// Dense decompositions, compiled once (Eigen 3.4 inside). All matrices are row-major spans in double; a symmetric
// matrix is read from its lower triangle. Each class is a workspace: it allocates in its constructor (or when the
// size grows), not in steady state. Solving in the wrong order of calls or with a wrong size throws std::logic_error.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace thalweg::linalg {

// A = Σ_j values[j]·v_j v_jᵀ for symmetric A (n×n). About 9n³ operations (tridiagonal QR).
class SymmetricEigen {
 public:
  explicit SymmetricEigen(std::size_t n);
  ~SymmetricEigen();
  SymmetricEigen(SymmetricEigen&&) noexcept;
  SymmetricEigen& operator=(SymmetricEigen&&) noexcept;
  // False when A has a number that is not finite or the iteration does not converge (30n sweeps).
  [[nodiscard]] bool compute(std::span<const double> a);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::span<const double> values() const;               // n, ascending
  [[nodiscard]] std::span<const double> vectors() const;              // n×n: row j is the unit eigenvector v_j
  [[nodiscard]] std::span<const double> vector(std::size_t j) const;  // row j of vectors()
  void to_eigenbasis(std::span<const double> x, std::span<double> out) const;    // out_j = v_jᵀx; no overlap
  void from_eigenbasis(std::span<const double> x, std::span<double> out) const;  // out = Σ_j x_j v_j; no overlap

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

// A + shift·I = L Lᵀ for symmetric positive definite A (n×n). n³/3 operations.
class Cholesky {
 public:
  explicit Cholesky(std::size_t n);
  ~Cholesky();
  Cholesky(Cholesky&&) noexcept;
  Cholesky& operator=(Cholesky&&) noexcept;
  // False when the matrix is not positive definite to working precision (or not finite).
  [[nodiscard]] bool factor(std::span<const double> a, double shift = 0.0);
  void solve(std::span<double> b) const;        // b ← (A + shift·I)⁻¹ b
  void solve_lower(std::span<double> b) const;  // b ← L⁻¹ b
  void inverse(std::span<double> out) const;    // (A + shift·I)⁻¹, n×n; 2n³ operations
  void multiply_lower(std::span<const double> x,
                      std::span<double> out) const;  // out = L x (a draw of N(0, A) from N(0, I))
  [[nodiscard]] double log_determinant() const;
  [[nodiscard]] std::span<const double> lower() const;  // n×n row-major; above the diagonal 0

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

// P A Pᵀ = L D Lᵀ with diagonal pivoting, for symmetric positive (or negative) semidefinite A.
class Ldlt {
 public:
  explicit Ldlt(std::size_t n);
  ~Ldlt();
  Ldlt(Ldlt&&) noexcept;
  Ldlt& operator=(Ldlt&&) noexcept;
  // False when not finite or a pivot breaks down (A is indefinite, or singular to working precision).
  [[nodiscard]] bool factor(std::span<const double> a);
  void solve(std::span<double> b) const;
  [[nodiscard]] bool positive() const;  // no negative pivot
  [[nodiscard]] std::span<const double> pivots() const;

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

// A general square matrix, LU with partial pivoting.
class Lu {
 public:
  explicit Lu(std::size_t n);
  ~Lu();
  Lu(Lu&&) noexcept;
  Lu& operator=(Lu&&) noexcept;
  // False when not finite or singular to working precision (reciprocal condition estimate < 1e-15).
  [[nodiscard]] bool factor(std::span<const double> a);
  void solve(std::span<double> b) const;
  void inverse(std::span<double> out) const;  // n×n

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

// A = Q R for A m×n, Householder, without pivoting. 2n²(m − n/3) operations for m ≥ n.
class Qr {
 public:
  Qr(std::size_t m, std::size_t n);
  ~Qr();
  Qr(Qr&&) noexcept;
  Qr& operator=(Qr&&) noexcept;
  // False when A has a number that is not finite.
  [[nodiscard]] bool factor(std::span<const double> a);
  [[nodiscard]] std::span<const double> upper() const;  // R, min(m, n)×n row-major; below the diagonal 0
  void apply_transposed(std::span<double> b) const;     // b ← Qᵀ b, all m entries

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

// min ‖A x − b‖₂ for A m×n (any m, n): Householder QR with column pivoting; the rank-deficient case gives a basic
// solution. 2n²(m − n/3) operations.
class LeastSquares {
 public:
  LeastSquares(std::size_t m, std::size_t n);
  ~LeastSquares();
  LeastSquares(LeastSquares&&) noexcept;
  LeastSquares& operator=(LeastSquares&&) noexcept;
  // False when A has a number that is not finite.
  [[nodiscard]] bool factor(std::span<const double> a);
  void solve(std::span<const double> b, std::span<double> x) const;
  [[nodiscard]] std::size_t rank() const;
  // (AᵀA)⁻¹, n×n, for the covariance of a fit. False when A has not full column rank.
  [[nodiscard]] bool inverse_normal(std::span<double> out) const;

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

// A = U diag(σ) Vᵀ for A m×n, thin: k = min(m, n) singular values, descending. One-sided Jacobi (full accuracy).
class Svd {
 public:
  Svd(std::size_t m, std::size_t n);
  ~Svd();
  Svd(Svd&&) noexcept;
  Svd& operator=(Svd&&) noexcept;
  [[nodiscard]] bool compute(std::span<const double> a);
  [[nodiscard]] std::span<const double> values() const;  // k
  [[nodiscard]] std::span<const double> left() const;    // k×m: row j is u_j
  [[nodiscard]] std::span<const double> right() const;   // k×n: row j is v_j

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

// A ← J A with J orthogonal, so that the rows of A (n×n) are orthogonal: σ_j v_jᵀ of its singular values and right
// vectors, the smallest σ first; `squares` (n) becomes σ_j². One-sided Jacobi (Hestenes 1958), in place: about 25n³
// operations, and σ to relative accuracy where the rows of A, each of unit length, are well conditioned (Demmel &
// Veselić 1992). False when A has a number that is not finite.
[[nodiscard]] bool orthogonalise_rows(std::span<double> a, std::span<double> squares);

// A = Q R for square A (n×n), Q orthogonal, R upper triangular: Householder. 8n³/3 operations, Q formed.
class Orthonormal {
 public:
  explicit Orthonormal(std::size_t n);
  ~Orthonormal();
  Orthonormal(Orthonormal&&) noexcept;
  Orthonormal& operator=(Orthonormal&&) noexcept;
  // False when A has a number that is not finite. A of any rank gives a whole basis.
  [[nodiscard]] bool compute(std::span<const double> a);
  [[nodiscard]] std::span<const double> vectors() const;  // n×n: row j is column j of Q

 private:
  struct Data;
  std::unique_ptr<Data> data_;
};

// C = alpha·A·B + beta·C, A m×k, B k×n, C m×n, row-major, one thread. For small products outside the network engine.
void multiply(std::size_t m, std::size_t k, std::size_t n, double alpha, std::span<const double> a,
              std::span<const double> b, double beta, std::span<double> c);

}  // namespace thalweg::linalg
