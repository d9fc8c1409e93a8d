#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/linalg.hpp"
#include "thalweg/core/linalg_maps.hpp"

namespace thalweg::linalg {

// --- Qr

struct Qr::Data {
  Data(Index rows, Index columns)
      : m(rows), n(columns), solver(rows, columns), input(rows, columns), upper(std::min(rows, columns), columns) {}
  Index m, n;
  Eigen::HouseholderQR<Matrix> solver;
  Matrix input;
  RowMajor upper;
  bool ready = false;
};
Qr::Qr(std::size_t m, std::size_t n) : data_(std::make_unique<Data>(to_index(m), to_index(n))) {}
Qr::~Qr() = default;
Qr::Qr(Qr&&) noexcept = default;
Qr& Qr::operator=(Qr&&) noexcept = default;

bool Qr::factor(std::span<const double> a) {
  Data& d = *data_;
  expect(a.size(), static_cast<std::size_t>(d.m * d.n), "the matrix");
  d.ready = false;
  d.input = Input(a.data(), d.m, d.n);
  if (!d.input.allFinite()) return false;
  d.solver.compute(d.input);
  d.upper = d.solver.matrixQR().topRows(d.upper.rows()).triangularView<Eigen::Upper>();
  return d.ready = true;
}
std::span<const double> Qr::upper() const {
  expect_ready(data_->ready, "Qr");
  return {data_->upper.data(), static_cast<std::size_t>(data_->upper.size())};
}
void Qr::apply_transposed(std::span<double> b) const {
  expect_ready(data_->ready, "Qr");
  const auto& qr = data_->solver.matrixQR();
  auto x = linalg::vector(b, data_->m, "b");
  for (Index j = 0; j < data_->upper.rows(); ++j) {  // I − τ v vᵀ, v = (1, the column below the diagonal)
    const Index below = data_->m - j - 1;
    const double t = data_->solver.hCoeffs()[j] * (x[j] + qr.col(j).tail(below).dot(x.tail(below)));
    x[j] -= t;
    x.tail(below) -= t * qr.col(j).tail(below);
  }
}

// --- LeastSquares

struct LeastSquares::Data {
  Data(Index rows, Index columns) : m(rows), n(columns), solver(rows, columns), input(rows, columns) {}
  Index m, n;
  Eigen::ColPivHouseholderQR<Matrix> solver;
  Matrix input;
  bool ready = false;
};
LeastSquares::LeastSquares(std::size_t m, std::size_t n) : data_(std::make_unique<Data>(to_index(m), to_index(n))) {}
LeastSquares::~LeastSquares() = default;
LeastSquares::LeastSquares(LeastSquares&&) noexcept = default;
LeastSquares& LeastSquares::operator=(LeastSquares&&) noexcept = default;

bool LeastSquares::factor(std::span<const double> a) {
  Data& d = *data_;
  expect(a.size(), static_cast<std::size_t>(d.m * d.n), "the matrix");
  d.ready = false;
  d.input = Input(a.data(), d.m, d.n);
  if (!d.input.allFinite()) return false;
  d.solver.compute(d.input);
  return d.ready = true;
}
void LeastSquares::solve(std::span<const double> b, std::span<double> x) const {
  expect_ready(data_->ready, "LeastSquares");
  auto out = linalg::vector(x, data_->n, "x");
  out = data_->solver.solve(linalg::vector(b, data_->m, "b"));
}
std::size_t LeastSquares::rank() const {
  expect_ready(data_->ready, "LeastSquares");
  return static_cast<std::size_t>(data_->solver.rank());
}
bool LeastSquares::inverse_normal(std::span<double> out) const {
  expect_ready(data_->ready, "LeastSquares");
  const Index n = data_->n;
  expect(out.size(), static_cast<std::size_t>(n * n), "out");
  if (data_->solver.rank() < n) return false;
  // A P = Q R: (AᵀA)⁻¹ = P R⁻¹ R⁻ᵀ Pᵀ
  Matrix inverse = Matrix::Identity(n, n);
  data_->solver.matrixR().topLeftCorner(n, n).triangularView<Eigen::Upper>().solveInPlace(inverse);
  const Matrix rows = data_->solver.colsPermutation() * inverse;
  Output(out.data(), n, n).noalias() = rows * rows.transpose();
  return true;
}

// --- Svd

struct Svd::Data {
  Data(Index rows, Index columns)
      : m(rows), n(columns), input(rows, columns), solver(rows, columns, Eigen::ComputeThinU | Eigen::ComputeThinV) {}
  Index m, n;
  Matrix input;
  Eigen::JacobiSVD<Matrix> solver;
  bool ready = false;
};
Svd::Svd(std::size_t m, std::size_t n) : data_(std::make_unique<Data>(to_index(m), to_index(n))) {}
Svd::~Svd() = default;
Svd::Svd(Svd&&) noexcept = default;
Svd& Svd::operator=(Svd&&) noexcept = default;

bool Svd::compute(std::span<const double> a) {
  Data& d = *data_;
  expect(a.size(), static_cast<std::size_t>(d.m * d.n), "the matrix");
  d.ready = false;
  d.input = Input(a.data(), d.m, d.n);
  if (!d.input.allFinite()) return false;
  d.solver.compute(d.input);
  return d.ready = d.solver.info() == Eigen::Success;
}
std::span<const double> Svd::values() const {
  expect_ready(data_->ready, "Svd");
  return {data_->solver.singularValues().data(), static_cast<std::size_t>(data_->solver.singularValues().size())};
}
std::span<const double> Svd::left() const {
  expect_ready(data_->ready, "Svd");
  return span_of(data_->solver.matrixU());
}
std::span<const double> Svd::right() const {
  expect_ready(data_->ready, "Svd");
  return span_of(data_->solver.matrixV());
}

// --- Orthonormal

struct Orthonormal::Data {
  explicit Data(Index size) : n(size), solver(size, size), q(size, size), work(size) {}
  Index n;
  Eigen::HouseholderQR<Matrix> solver;
  Matrix q;
  Vector work;
  bool ready = false;
};
Orthonormal::Orthonormal(std::size_t n) : data_(std::make_unique<Data>(to_index(n))) {}
Orthonormal::~Orthonormal() = default;
Orthonormal::Orthonormal(Orthonormal&&) noexcept = default;
Orthonormal& Orthonormal::operator=(Orthonormal&&) noexcept = default;

bool Orthonormal::compute(std::span<const double> a) {
  Data& d = *data_;
  d.ready = false;
  d.q = square(a, d.n);
  if (!d.q.allFinite()) return false;
  d.solver.compute(d.q);
  d.solver.householderQ().evalTo(d.q, d.work);
  return d.ready = true;
}
std::span<const double> Orthonormal::vectors() const {
  expect_ready(data_->ready, "Orthonormal");
  return span_of(data_->q);
}

void multiply(std::size_t m, std::size_t k, std::size_t n, double alpha, std::span<const double> a,
              std::span<const double> b, double beta, std::span<double> c) {
  expect(a.size(), m * k, "A"), expect(b.size(), k * n, "B"), expect(c.size(), m * n, "C");
  const Input left(a.data(), to_index(m), to_index(k)), right(b.data(), to_index(k), to_index(n));
  Output out(c.data(), to_index(m), to_index(n));
  if (beta == 0.0) {
    out.setZero();
  } else if (beta != 1.0) {
    out *= beta;
  }
  out.noalias() += alpha * left * right;
}

}  // namespace thalweg::linalg
