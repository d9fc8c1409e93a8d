#include "thalweg/core/linalg.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/linalg_maps.hpp"

namespace thalweg::linalg {
namespace {
bool lower_finite(const Input& a) {
  for (Index i = 0; i < a.rows(); ++i)
    if (!a.row(i).head(i + 1).allFinite()) return false;
  return true;
}
}  // namespace

// --- SymmetricEigen

struct SymmetricEigen::Data {
  explicit Data(Index size) : n(size), input(size, size), solver(size) {}
  Index n;
  Matrix input;
  Eigen::SelfAdjointEigenSolver<Matrix> solver;
  bool ready = false;
};
SymmetricEigen::SymmetricEigen(std::size_t n) : data_(std::make_unique<Data>(to_index(n))) {}
SymmetricEigen::~SymmetricEigen() = default;
SymmetricEigen::SymmetricEigen(SymmetricEigen&&) noexcept = default;
SymmetricEigen& SymmetricEigen::operator=(SymmetricEigen&&) noexcept = default;

bool SymmetricEigen::compute(std::span<const double> a) {
  Data& d = *data_;
  const Input in = square(a, d.n);
  d.ready = false;
  if (!lower_finite(in)) return false;
  d.input = in;  // the solver reads the lower triangle
  d.solver.compute(d.input, Eigen::ComputeEigenvectors);
  return d.ready = d.solver.info() == Eigen::Success;
}
std::size_t SymmetricEigen::size() const { return static_cast<std::size_t>(data_->n); }
std::span<const double> SymmetricEigen::values() const {
  expect_ready(data_->ready, "SymmetricEigen");
  return span_of(data_->solver.eigenvalues());
}
std::span<const double> SymmetricEigen::vectors() const {
  expect_ready(data_->ready, "SymmetricEigen");
  return span_of(data_->solver.eigenvectors());  // column-major columns are row-major rows
}
std::span<const double> SymmetricEigen::vector(std::size_t j) const { return vectors().subspan(j * size(), size()); }
void SymmetricEigen::to_eigenbasis(std::span<const double> x, std::span<double> out) const {
  expect_ready(data_->ready, "SymmetricEigen");
  linalg::vector(out, data_->n, "out").noalias() =
      data_->solver.eigenvectors().transpose() * linalg::vector(x, data_->n, "x");
}
void SymmetricEigen::from_eigenbasis(std::span<const double> x, std::span<double> out) const {
  expect_ready(data_->ready, "SymmetricEigen");
  linalg::vector(out, data_->n, "out").noalias() = data_->solver.eigenvectors() * linalg::vector(x, data_->n, "x");
}

// --- Cholesky

struct Cholesky::Data {
  explicit Data(Index size) : n(size), factor(RowMajor::Zero(size, size)) {}
  Index n;
  RowMajor factor;  // L, zero above the diagonal
  bool ready = false;
};
Cholesky::Cholesky(std::size_t n) : data_(std::make_unique<Data>(to_index(n))) {}
Cholesky::~Cholesky() = default;
Cholesky::Cholesky(Cholesky&&) noexcept = default;
Cholesky& Cholesky::operator=(Cholesky&&) noexcept = default;

bool Cholesky::factor(std::span<const double> a, double shift) {
  Data& d = *data_;
  const Input in = square(a, d.n);
  d.ready = false;
  if (!lower_finite(in) || !std::isfinite(shift)) return false;
  d.factor = in;
  d.factor.diagonal().array() += shift;
  Eigen::LLT<Eigen::Ref<RowMajor>, Eigen::Lower> in_place(d.factor);
  if (in_place.info() != Eigen::Success) return false;
  d.factor.triangularView<Eigen::StrictlyUpper>().setZero();
  return d.ready = d.factor.diagonal().allFinite();
}
void Cholesky::solve(std::span<double> b) const {
  expect_ready(data_->ready, "Cholesky");
  auto v = linalg::vector(b, data_->n, "b");
  data_->factor.triangularView<Eigen::Lower>().solveInPlace(v);
  data_->factor.transpose().triangularView<Eigen::Upper>().solveInPlace(v);
}
void Cholesky::solve_lower(std::span<double> b) const {
  expect_ready(data_->ready, "Cholesky");
  auto v = linalg::vector(b, data_->n, "b");
  data_->factor.triangularView<Eigen::Lower>().solveInPlace(v);
}
void Cholesky::inverse(std::span<double> out) const {
  expect_ready(data_->ready, "Cholesky");
  expect(out.size(), static_cast<std::size_t>(data_->n * data_->n), "out");
  Output o(out.data(), data_->n, data_->n);
  o.setIdentity();
  data_->factor.triangularView<Eigen::Lower>().solveInPlace(o);
  data_->factor.transpose().triangularView<Eigen::Upper>().solveInPlace(o);
}
void Cholesky::multiply_lower(std::span<const double> x, std::span<double> out) const {
  expect_ready(data_->ready, "Cholesky");
  linalg::vector(out, data_->n, "out").noalias() =
      data_->factor.triangularView<Eigen::Lower>() * linalg::vector(x, data_->n, "x");
}
double Cholesky::log_determinant() const {
  expect_ready(data_->ready, "Cholesky");
  return 2.0 * data_->factor.diagonal().array().log().sum();
}
std::span<const double> Cholesky::lower() const {
  expect_ready(data_->ready, "Cholesky");
  return {data_->factor.data(), static_cast<std::size_t>(data_->factor.size())};
}

// --- Ldlt

struct Ldlt::Data {
  explicit Data(Index size) : n(size), input(size, size), solver(size), pivots(size) {}
  Index n;
  Matrix input;
  Eigen::LDLT<Matrix, Eigen::Lower> solver;
  Vector pivots;
  bool ready = false;
};
Ldlt::Ldlt(std::size_t n) : data_(std::make_unique<Data>(to_index(n))) {}
Ldlt::~Ldlt() = default;
Ldlt::Ldlt(Ldlt&&) noexcept = default;
Ldlt& Ldlt::operator=(Ldlt&&) noexcept = default;

bool Ldlt::factor(std::span<const double> a) {
  Data& d = *data_;
  const Input in = square(a, d.n);
  d.ready = false;
  if (!lower_finite(in)) return false;
  d.input = in;
  d.solver.compute(d.input);
  d.pivots = d.solver.vectorD();
  const double largest = d.n > 0 ? d.pivots.cwiseAbs().maxCoeff() : 0.0;
  const bool regular = d.n == 0 || d.pivots.cwiseAbs().minCoeff() > 2.3e-16 * static_cast<double>(d.n) * largest;
  return d.ready = d.solver.info() == Eigen::Success && d.pivots.allFinite() && regular;
}
void Ldlt::solve(std::span<double> b) const {
  expect_ready(data_->ready, "Ldlt");
  auto v = linalg::vector(b, data_->n, "b");
  data_->solver.solveInPlace(v);
}
bool Ldlt::positive() const {
  expect_ready(data_->ready, "Ldlt");
  return data_->n == 0 || data_->pivots.minCoeff() >= 0.0;
}
std::span<const double> Ldlt::pivots() const {
  expect_ready(data_->ready, "Ldlt");
  return span_of(data_->pivots);
}

// --- Lu

struct Lu::Data {
  explicit Data(Index size) : n(size), solver(size), sums(size) {}
  Index n;
  Eigen::PartialPivLU<Matrix> solver;
  Vector sums;
  bool ready = false;

  // ‖A⁻¹‖₁ is at most this, had in n² operations: |T⁻¹| ≤ M(T)⁻¹ for a triangle T, where M(T) is |T| with all but its
  // diagonal negated (N. J. Higham, Accuracy and Stability of Numerical Algorithms (2002), §8.2). Eigen's estimate,
  // which is at most the norm, is dearer than the factors of a small matrix.
  double inverse_at_most() {
    const Matrix& lu = solver.matrixLU();
    const auto product = [&](Index j, Index from, Index end) {
      return blas::sum_of<double>(
          static_cast<std::size_t>(end - from),
          [a = lu.col(j).data() + from, v = sums.data() + from](std::size_t i) { return std::abs(a[i]) * v[i]; });
    };
    for (Index j = 0; j < n; ++j) sums[j] = (1.0 + product(j, 0, j)) / std::abs(lu(j, j));
    for (Index j = n; j-- > 0;) sums[j] += product(j, j + 1, n);
    return sums.maxCoeff();
  }
};
Lu::Lu(std::size_t n) : data_(std::make_unique<Data>(to_index(n))) {}
Lu::~Lu() = default;
Lu::Lu(Lu&&) noexcept = default;
Lu& Lu::operator=(Lu&&) noexcept = default;

bool Lu::factor(std::span<const double> a) {
  Data& d = *data_;
  const Input in = square(a, d.n);
  d.ready = false;
  const double largest = blas::max_abs(a);
  if (!std::isfinite(largest)) return false;
  d.solver.compute(in);
  if (d.n > 0 && !(d.solver.matrixLU().diagonal().cwiseAbs().minCoeff() > 0.0)) return false;
  const double norm_at_most = static_cast<double>(d.n) * largest;
  return d.ready = d.n == 0 || norm_at_most * d.inverse_at_most() <= 1e15 || d.solver.rcond() >= 1e-15;
}
void Lu::solve(std::span<double> b) const {
  expect_ready(data_->ready, "Lu");
  auto v = linalg::vector(b, data_->n, "b");
  v = data_->solver.solve(v).eval();
}
void Lu::inverse(std::span<double> out) const {
  expect_ready(data_->ready, "Lu");
  expect(out.size(), static_cast<std::size_t>(data_->n * data_->n), "out");
  Output(out.data(), data_->n, data_->n) = data_->solver.inverse();
}

}  // namespace thalweg::linalg
