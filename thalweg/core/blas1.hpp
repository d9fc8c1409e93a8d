// Plain loops over spans: dot, axpy, norms. Sums run in eight fixed partial sums, so that the compiler can vectorise
// them without -ffast-math and the result does not depend on the vector width.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

// A function of this kind is compiled for AVX-512, AVX2 and the baseline, and the widest supported is bound when the
// program is loaded. Without contraction and with sums in a fixed order all give the same bits. (Sanitizers' own
// start-up does not bear it.)
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define THALWEG_WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define THALWEG_WIDEST
#endif

namespace thalweg::blas {

inline constexpr std::size_t lanes = 8;
// n rounded up to whole vectors: storage of this size, zero beyond n, needs no loop for the rest.
inline constexpr std::size_t padded(std::size_t n) { return (n + lanes - 1) / lanes * lanes; }

// Σ term(i), i < n, in eight interleaved partial sums that are then added as a tree.
template <class S, class Term>
inline S sum_of(std::size_t n, Term&& term) {
  S partial[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::size_t k = 0; k < lanes; ++k) partial[k] += term(i + k);
  const std::size_t rest = n - i;  // one by one: an index that varies would keep the sums out of registers
  if (rest > 0) partial[0] += term(i);
  if (rest > 1) partial[1] += term(i + 1);
  if (rest > 2) partial[2] += term(i + 2);
  if (rest > 3) partial[3] += term(i + 3);
  if (rest > 4) partial[4] += term(i + 4);
  if (rest > 5) partial[5] += term(i + 5);
  if (rest > 6) partial[6] += term(i + 6);
  return ((partial[0] + partial[4]) + (partial[2] + partial[6])) +
         ((partial[1] + partial[5]) + (partial[3] + partial[7]));
}

// xᵀy. Sizes are equal.
inline double dot(std::span<const double> x, std::span<const double> y) {
  const double* a = x.data();
  const double* b = y.data();
  return sum_of<double>(x.size(), [a, b](std::size_t i) { return a[i] * b[i]; });
}

// The same of n numbers, one after the other where they do not fill a vector.
inline double short_dot(const double* x, const double* y, std::size_t n) {
  if (n >= lanes) return dot({x, n}, {y, n});
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) sum += x[i] * y[i];
  return sum;
}

// y ← y + αx
inline void axpy(double alpha, std::span<const double> x, std::span<double> y) {
  const double* __restrict a = x.data();
  double* __restrict b = y.data();
  const std::size_t n = x.size();
  for (std::size_t i = 0; i < n; ++i) b[i] += alpha * a[i];
}

// y ← y + αx, and zᵀy of the new y, in one pass.
inline double axpy_dot(double alpha, std::span<const double> x, std::span<double> y, std::span<const double> z) {
  const double* __restrict a = x.data();
  double* __restrict b = y.data();
  const double* __restrict c = z.data();
  return sum_of<double>(y.size(), [alpha, a, b, c](std::size_t i) {
    b[i] += alpha * a[i];
    return b[i] * c[i];
  });
}

// out ← x + αd. `out` overlaps neither.
inline void step(std::span<const double> x, double alpha, std::span<const double> d, std::span<double> out) {
  const double* __restrict a = x.data();
  const double* __restrict b = d.data();
  double* __restrict c = out.data();
  const std::size_t n = x.size();
  for (std::size_t i = 0; i < n; ++i) c[i] = a[i] + alpha * b[i];
}

// out ← x − y. `out` overlaps neither.
inline void subtract(std::span<const double> x, std::span<const double> y, std::span<double> out) {
  const double* __restrict a = x.data();
  const double* __restrict b = y.data();
  double* __restrict c = out.data();
  const std::size_t n = x.size();
  for (std::size_t i = 0; i < n; ++i) c[i] = a[i] - b[i];
}

inline void scale(double alpha, std::span<double> x) {
  for (double& v : x) v *= alpha;
}

inline void copy(std::span<const double> from, std::span<double> to) {
  for (std::size_t i = 0; i < from.size(); ++i) to[i] = from[i];
}

// ‖x‖∞; NaN counts as +inf. Without their sign numbers are in the order of their bits, and NaN is above them all.
inline double max_abs(std::span<const double> x) {
  std::int64_t largest = 0;
  for (const double v : x) {
    const std::int64_t bits = std::bit_cast<std::int64_t>(v) & std::numeric_limits<std::int64_t>::max();
    largest = bits > largest ? bits : largest;
  }
  const double value = std::bit_cast<double>(largest);
  return value <= std::numeric_limits<double>::max() ? value : std::numeric_limits<double>::infinity();
}

// ‖x‖₂, safe against overflow and underflow of the squares.
inline double norm(std::span<const double> x) {
  const double squares = dot(x, x);
  if (squares > 1e-280 && squares < 1e280) return std::sqrt(squares);
  const double largest = max_abs(x);
  if (largest == 0.0 || !std::isfinite(largest)) return largest;
  const double* a = x.data();
  return largest * std::sqrt(sum_of<double>(x.size(), [a, largest](std::size_t i) {
           const double v = a[i] / largest;
           return v * v;
         }));
}

// out ← A x, A m×n row-major with m = out.size(), n = x.size().
inline void multiply(std::span<const double> a, std::span<const double> x, std::span<double> out) {
  const std::size_t n = x.size();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = dot(a.subspan(i * n, n), x);
}

// out ← Aᵀ x, A m×n row-major with m = x.size(), n = out.size().
inline void multiply_transposed(std::span<const double> a, std::span<const double> x, std::span<double> out) {
  const std::size_t n = out.size();
  for (double& v : out) v = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) axpy(x[i], a.subspan(i * n, n), out);
}

// Of any number type, in the same order of sums; of double they are those above.
template <class S>
S dot_of(std::span<const S> x, std::span<const S> y) {
  return sum_of<S>(x.size(), [a = x.data(), b = y.data()](std::size_t i) { return S(a[i] * b[i]); });
}
template <class S>
S norm_of(std::span<const S> x) {
  using std::abs, std::isfinite, std::sqrt;
  if constexpr (std::is_same_v<S, double>) {
    return norm(x);
  } else {
    S largest = 0.0;
    for (const S& v : x) largest = abs(v) > largest || !isfinite(v) ? S(abs(v)) : largest;
    if (largest == 0.0 || !isfinite(largest)) return largest;
    return largest * sqrt(sum_of<S>(x.size(), [a = x.data(), &largest](std::size_t i) {
             const S v = a[i] / largest;
             return S(v * v);
           }));
  }
}
template <class S>
void multiply_transposed_of(std::span<const S> a, std::span<const S> x, std::span<S> out) {
  const std::size_t n = out.size();
  for (S& v : out) v = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < n; ++j) out[j] += x[i] * a[i * n + j];
}

}  // namespace thalweg::blas
