// What the decompositions of linalg share: views of spans as Eigen's matrices, and checks of sizes. Internal to core.
#pragma once

#include <Eigen/Core>
#include <span>
#include <stdexcept>
#include <string>

namespace thalweg::linalg {

using Index = Eigen::Index;
using Matrix = Eigen::MatrixXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;
using Input = Eigen::Map<const RowMajor>;
using Output = Eigen::Map<RowMajor>;
using InputVector = Eigen::Map<const Vector>;
using OutputVector = Eigen::Map<Vector>;

inline Index to_index(std::size_t n) { return static_cast<Index>(n); }
inline std::span<const double> span_of(const Matrix& m) { return {m.data(), static_cast<std::size_t>(m.size())}; }
inline std::span<const double> span_of(const Vector& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }

inline void expect(std::size_t got, std::size_t wanted, const char* what) {
  if (got != wanted)
    throw std::logic_error(std::string("linalg: ") + what + " has " + std::to_string(got) + " numbers, not " +
                           std::to_string(wanted));
}
inline void expect_ready(bool ready, const char* what) {
  if (!ready) throw std::logic_error(std::string("linalg: ") + what + " is used before a decomposition succeeded");
}
inline Input square(std::span<const double> a, Index n) {
  expect(a.size(), static_cast<std::size_t>(n * n), "the matrix");
  return Input(a.data(), n, n);
}
inline OutputVector vector(std::span<double> v, Index n, const char* what) {
  expect(v.size(), static_cast<std::size_t>(n), what);
  return OutputVector(v.data(), n);
}
inline InputVector vector(std::span<const double> v, Index n, const char* what) {
  expect(v.size(), static_cast<std::size_t>(n), what);
  return InputVector(v.data(), n);
}

}  // namespace thalweg::linalg
