#include "thalweg/network/low_rank.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "thalweg/core/noise.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/core/vectorized.hpp"

namespace thalweg {
namespace {

constexpr std::size_t columns_at_once = 64;  // of the left side of the product that sums directions

}  // namespace

template <class S>
LowRank<S>::LowRank(std::size_t n, std::vector<MatrixShape> matrices, std::size_t rank)
    : n_(n),
      rank_(rank),
      shrink_(static_cast<S>(1.0 / std::sqrt(static_cast<double>(rank)))),
      matrices_(std::move(matrices)),
      gemm_(best_isa(), 1),
      at_once_(std::max<std::size_t>(1, columns_at_once / rank)) {
  std::erase_if(matrices_, [](const MatrixShape& m) { return !has_factors(m); });
  std::size_t rows = 0, cols = 0, end = 0;
  for (const MatrixShape& m : matrices_) {
    if (m.offset < end || m.offset + m.size() > n)
      throw InvalidArgument("a matrix takes variables " + std::to_string(m.offset) + " to " +
                            std::to_string(m.offset + m.size()) + " of " + std::to_string(n) +
                            "; the one before it " + "ends at " + std::to_string(end));
    end = m.offset + m.size();
    rows = std::max(rows, m.rows), cols = std::max(cols, m.cols);
  }
  const std::size_t depth = at_once_ * rank_;
  a_ = Buffer<S>(rows * rank_), b_ = Buffer<S>(depth * cols), left_ = Buffer<S>(depth * rows);
  packed_ = Buffer<S>(gemm_.packed_left(rows, depth));
}

template <class S>
template <class F>
void LowRank<S>::plain(F&& f) const {
  std::size_t at = 0;
  for (const MatrixShape& m : matrices_) {
    if (m.offset > at) f(at, m.offset - at);
    at = m.offset + m.size();
  }
  if (n_ > at) f(at, n_ - at);
}

template <class S>
void LowRank<S>::add(std::span<S> point, S scale, Noise noise, const Stream& stream) {
  plain([&](std::size_t at, std::size_t count) { add_noise(point.subspan(at, count), scale, noise, stream, at); });
  const S factor = scale * shrink_;
  std::uint64_t next = n_;
  for (const MatrixShape& m : matrices_) {
    const std::span<S> a(a_.data(), m.rows * rank_), b(b_.data(), m.cols * rank_);
    fill_noise(a, noise, stream, next);
    fill_noise(b, noise, stream, next + a.size());
    next += a.size() + b.size();
    for (std::size_t i = 0; i < m.rows; ++i)
      for (std::size_t l = 0; l < rank_; ++l)
        for_each_element(m.cols, [row = point.data() + m.offset + i * m.cols, other = b.data() + l * m.cols,
                                  along = factor * a[i * rank_ + l]](std::size_t j) { row[j] += along * other[j]; });
  }
}

template <class S>
void LowRank<S>::add_all(std::span<S> sum, std::span<const S> coefficients, Noise noise, const Stream& first) {
  sum_up(sum, coefficients, noise, first, false);
}
template <class S>
void LowRank<S>::set_all(std::span<S> sum, std::span<const S> coefficients, Noise noise, const Stream& first) {
  sum_up(sum, coefficients, noise, first, true);
}

// Each matrix: Σ_k (c_k/√r) A_k B_kᵀ = [A_1 … A_K]·[c_1/√r B_1 … c_K/√r B_K]ᵀ.
template <class S>
void LowRank<S>::sum_up(std::span<S> sum, std::span<const S> coefficients, Noise noise, const Stream& first,
                        bool overwrite) {
  plain([&](std::size_t at, std::size_t count) {
    if (overwrite) std::fill_n(sum.begin() + static_cast<std::ptrdiff_t>(at), count, S(0));
    add_noises(sum.subspan(at, count), coefficients, noise, first, 0, at);
  });
  std::uint64_t position = n_;
  for (const MatrixShape& m : matrices_) {
    for (std::size_t k0 = 0; k0 < coefficients.size(); k0 += at_once_) {
      const std::size_t count = std::min(at_once_, coefficients.size() - k0), depth = count * rank_;
      for (std::size_t k = 0; k < count; ++k) {
        const Stream stream = first.at(first.step, static_cast<std::uint32_t>(k0 + k));
        const std::span<S> b(b_.data() + k * rank_ * m.cols, rank_ * m.cols);
        S* const left = left_.data() + k * rank_ * m.rows;  // Aᵀ, r×rows
        if (rank_ == 1) {
          fill_noise(std::span<S>(left, m.rows), noise, stream, position);
        } else {
          fill_noise(std::span<S>(a_.data(), m.rows * rank_), noise, stream, position);
          for (std::size_t i = 0; i < m.rows; ++i)
            for (std::size_t l = 0; l < rank_; ++l) left[l * m.rows + i] = a_.data()[i * rank_ + l];
        }
        fill_noise(b, noise, stream, position + m.rows * rank_);
        const S scale = coefficients[k0 + k] * shrink_;
        for (S& x : b) x *= scale;
      }
      gemm_.pack_left_transposed(tasks_, left_.data(), m.rows, depth, packed_.data());
      // Some rows at a time, so that they are written while in the cache.
      const std::size_t at_once = depth <= Gemm<S>::k_block ? Gemm<S>::m_block : m.rows;
      for (std::size_t i = 0; i < m.rows; i += at_once) {
        const Left<S> left{packed_.data() + gemm_.packed_left(i, depth), sum.data() + m.offset + i * m.cols, nullptr,
                           !overwrite || k0 > 0};
        gemm_.multiply(tasks_, {&left, 1}, false, std::min(at_once, m.rows - i), Right<S>{b_.data(), depth, m.cols});
      }
    }
    position += rank_ * (m.rows + m.cols);
  }
}

template <class S>
double LowRank<S>::flops(Noise noise) const {
  double sum = 0.0;
  plain([&](std::size_t, std::size_t count) { sum += static_cast<double>(count) * flops_per_noise(noise); });
  for (const MatrixShape& m : matrices_)
    sum += 2.0 * static_cast<double>(m.size() * rank_) +
           static_cast<double>(rank_ * (m.rows + m.cols)) * flops_per_noise(noise);
  return sum;
}

template class LowRank<float>;
template class LowRank<double>;

}  // namespace thalweg
