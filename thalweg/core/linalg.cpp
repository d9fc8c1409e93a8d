#include "thalweg/core/linalg.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "thalweg/core/blas1.hpp"

namespace thalweg::linalg {
namespace {

using Index = Eigen::Index;
using Matrix = Eigen::MatrixXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;
using Input = Eigen::Map<const RowMajor>;
using Output = Eigen::Map<RowMajor>;
using InputVector = Eigen::Map<const Vector>;
using OutputVector = Eigen::Map<Vector>;

Index to_index(std::size_t n) { return static_cast<Index>(n); }
std::span<const double> span_of(const Matrix& m) { return {m.data(), static_cast<std::size_t>(m.size())}; }
std::span<const double> span_of(const Vector& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }

void expect(std::size_t got, std::size_t wanted, const char* what) {
  if (got != wanted)
    throw std::logic_error(std::string("linalg: ") + what + " has " + std::to_string(got) + " numbers, not " +
                           std::to_string(wanted));
}
void expect_ready(bool ready, const char* what) {
  if (!ready) throw std::logic_error(std::string("linalg: ") + what + " is used before a decomposition succeeded");
}
Input square(std::span<const double> a, Index n) {
  expect(a.size(), static_cast<std::size_t>(n * n), "the matrix");
  return Input(a.data(), n, n);
}
OutputVector vector(std::span<double> v, Index n, const char* what) {
  expect(v.size(), static_cast<std::size_t>(n), what);
  return OutputVector(v.data(), n);
}
InputVector vector(std::span<const double> v, Index n, const char* what) {
  expect(v.size(), static_cast<std::size_t>(n), what);
  return InputVector(v.data(), n);
}
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
  explicit Data(Index size) : n(size), solver(size) {}
  Index n;
  Eigen::PartialPivLU<Matrix> solver;
  bool ready = false;
};
Lu::Lu(std::size_t n) : data_(std::make_unique<Data>(to_index(n))) {}
Lu::~Lu() = default;
Lu::Lu(Lu&&) noexcept = default;
Lu& Lu::operator=(Lu&&) noexcept = default;

bool Lu::factor(std::span<const double> a) {
  Data& d = *data_;
  const Input in = square(a, d.n);
  d.ready = false;
  if (!in.allFinite()) return false;
  d.solver.compute(in);
  if (d.n > 0 && !(d.solver.matrixLU().diagonal().cwiseAbs().minCoeff() > 0.0)) return false;
  return d.ready = d.n == 0 || d.solver.rcond() >= 1e-15;
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

// --- Orthogonal rows

namespace {
// Turns rows x and y, of squares p and q, to be orthogonal, the shorter first. False if they are so already.
bool turn(double* __restrict x, double* __restrict y, std::size_t n, double& p, double& q, double rounding) {
  const bool swapped = p > q;
  const double small = swapped ? q : p, large = swapped ? p : q;
  const double xy = blas::short_dot(x, y, n), g = xy / large, ratio = small / large;
  if (!(g * g > rounding * rounding * ratio)) {
    if (swapped) std::swap_ranges(x, x + n, y), std::swap(p, q);
    return false;
  }
  const double a = 1.0 - ratio, h = std::sqrt(a * a + 4.0 * g * g);  // tan 2φ = 2g/a
  const double c = std::sqrt((h + a) / (2.0 * h)), s = g / (h * c);
  for (std::size_t i = 0; i < n; ++i) {
    const double u = swapped ? y[i] : x[i], v = swapped ? x[i] : y[i];
    x[i] = c * u - s * v;
    y[i] = s * u + c * v;
  }
  const double moved = 2.0 * g / (a + h) * xy;
  p = std::max(small - moved, 0.0), q = large + moved;
  return true;
}
}  // namespace

// Pairs as in a tournament in which all play at once: the turns of a round are independent, and overlap.
bool orthogonalise_rows(std::span<double> a, std::span<double> squares) {
  const std::size_t n = squares.size(), players = n + n % 2;
  expect(a.size(), n * n, "the matrix");
  constexpr int most_sweeps = 40;  // ten are many
  const double rounding = std::numeric_limits<double>::epsilon() * static_cast<double>(std::max<std::size_t>(n, 8));
  for (const double v : a)
    if (!std::isfinite(v)) return false;
  const auto row = [&](std::size_t k) { return a.data() + k * n; };
  for (int sweep = 0, turns = 1; turns > 0 && sweep < most_sweeps; ++sweep) {
    turns = 0;
    for (std::size_t p = 0; p < n; ++p) squares[p] = blas::short_dot(row(p), row(p), n);
    for (std::size_t round = 0; round + 1 < players; ++round)
      for (std::size_t k = 0; k < players / 2; ++k) {
        const std::size_t one = k == 0 ? players - 1 : (round + k) % (players - 1);
        const std::size_t other = (round + players - 1 - k) % (players - 1);
        const std::size_t p = std::min(one, other), q = std::max(one, other);
        if (q < n && squares[q] + squares[p] > 0.0)
          turns += turn(row(p), row(q), n, squares[p], squares[q], rounding);
      }
  }
  return true;
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
