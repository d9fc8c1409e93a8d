#include "thalweg/network/gemm.hpp"

#include "thalweg/network/low_rank_kernels.hpp"

namespace thalweg {

namespace kernels {
namespace {
template <class S, class F, class D>
const auto& pick(F f, D d) {
  if constexpr (sizeof(S) == 4)
    return f();
  else
    return d();
}
}  // namespace
template <class S>
const GemmKernels<S>& gemm_kernels(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return pick<S>(avx512::gemm32, avx512::gemm64);
  if (isa == Isa::avx2) return pick<S>(avx2::gemm32, avx2::gemm64);
#endif
  static_cast<void>(isa);
  return pick<S>(portable::gemm32, portable::gemm64);
}
template const GemmKernels<float>& gemm_kernels<float>(Isa);
template const GemmKernels<double>& gemm_kernels<double>(Isa);
template <class S>
const LowRankKernels<S>& low_rank_kernels(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return pick<S>(avx512::low_rank32, avx512::low_rank64);
  if (isa == Isa::avx2) return pick<S>(avx2::low_rank32, avx2::low_rank64);
#endif
  static_cast<void>(isa);
  return pick<S>(portable::low_rank32, portable::low_rank64);
}
template const LowRankKernels<float>& low_rank_kernels<float>(Isa);
template const LowRankKernels<double>& low_rank_kernels<double>(Isa);
}  // namespace kernels

namespace {
constexpr std::size_t noise_chunk = 2048;  // components made at once while packing
constexpr std::size_t up(std::size_t x, std::size_t to) { return (x + to - 1) / to * to; }
constexpr std::size_t parts(std::size_t x, std::size_t size) { return (x + size - 1) / size; }
double operations(std::size_t m, std::size_t n, std::size_t k) {
  return 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
}
}  // namespace

template <class S>
Gemm<S>::Gemm(Isa isa, int workers)
    : kernels_(thalweg::kernels::gemm_kernels<S>(isa)), noise_(thalweg::kernels::noise_kernels(isa)) {
  for (int i = 0; i < workers; ++i) {
    // `plus` also holds a block of rows of the left side, for multiply_transposed.
    const std::size_t room = std::max(k_block * n_block, up(m_block, kernels_.mr) * k_block);
    scratch_.push_back({Buffer<S>(room), Buffer<S>(k_block * n_block), Buffer<S>(noise_chunk + 64),
                        Buffer<std::uint32_t>(noise_chunk / 32 + 8)});
  }
}

template <class S>
std::size_t Gemm<S>::packed_left(std::size_t m, std::size_t k) const {
  return up(m, kernels_.mr) * up(k, thalweg::kernels::line);
}
template <class S>
std::size_t Gemm<S>::packed_right(std::size_t k, std::size_t n) const {
  return up(n, kernels_.nr) * k;
}

template <class S>
void Gemm<S>::pack_left(const Tasks& tasks, const S* a, std::size_t m, std::size_t k, S* out) const {
  tasks.run(parts(k, k_block), 4.0 * static_cast<double>(m * k), [&](std::size_t block, int) {
    const std::size_t k0 = block * k_block;
    kernels_.pack_lines(a + k0, k, m, std::min(k_block, k - k0), out + k0 * up(m, kernels_.mr));
  });
}
template <class S>
void Gemm<S>::pack_left_transposed(const Tasks& tasks, const S* a, std::size_t m, std::size_t k, S* out) const {
  tasks.run(parts(k, k_block), 4.0 * static_cast<double>(m * k), [&](std::size_t block, int) {
    const std::size_t k0 = block * k_block;
    kernels_.pack_columns(a + k0 * m, m, m, std::min(k_block, k - k0), out + k0 * up(m, kernels_.mr));
  });
}

template <class S>
void Gemm<S>::fill(S* out, std::size_t count, Noise noise, const Stream& stream, std::uint64_t offset) const {
  if (noise == Noise::none)
    std::fill_n(out, count, S{0});
  else if (noise == Noise::gaussian)
    gaussian(out, 1, count, stream, offset, 0);
  else if constexpr (sizeof(S) == 4)
    noise_.rademacher(out, count, stream, offset);
  else
    noise_.rademacher_double(out, count, stream, offset);
}
template <class S>
void Gemm<S>::gaussian(S* out, std::size_t rows, std::size_t count, const Stream& stream, std::uint64_t offset,
                       std::uint64_t stride) const {
  if constexpr (sizeof(S) == 4)
    noise_.gaussian(out, rows, count, stream, offset, stride);
  else
    noise_.gaussian_double(out, rows, count, stream, offset, stride);
}

// Rows [k0, k0 + kc), columns [j0, j0 + nc) of the right side into panels of nr columns.
template <class S>
void Gemm<S>::pack_right(const Right<S>& right, std::size_t k0, std::size_t kc, std::size_t j0, std::size_t nc,
                         bool minus, Scratch& scratch) const {
  const S* const w = right.w == nullptr ? nullptr : right.w + k0 * right.n + j0;
  S* const plus = scratch.plus.data();
  if (right.noise == Noise::none && w != nullptr && !minus) return kernels_.pack_b(w, right.n, kc, nc, plus);
  const std::size_t stride = kernels_.nr * kc;
  // Whole rows lie one after another: several are made in one call.
  // Signs of 128 columns are one block of the generator when all is aligned: the blocks of 16 rows in one call.
  constexpr std::size_t block = 128;
  const bool blocks = right.noise == Noise::rademacher && nc == block && nc < right.n && right.n % block == 0 &&
                      (right.offset + j0) % block == 0;
  const bool gaussian = right.noise == Noise::gaussian, whole = nc == right.n;
  const std::size_t at_once = whole || gaussian ? std::max<std::size_t>(1, noise_chunk / nc) : (blocks ? 16 : 1);
  for (std::size_t r = 0; r < kc; r += at_once) {
    const std::size_t rows = std::min(at_once, kc - r);
    const std::size_t count = (rows - 1) * right.n + nc;
    const std::uint64_t first = right.offset + (k0 + r) * right.n + j0;
    thalweg::kernels::PackNoise<S> noise{right.scale};
    if (blocks) {
      noise_.blocks(scratch.words.data(), rows, right.stream, first / block, right.n / block);
      noise.words = scratch.words.data();
    } else if (right.noise == Noise::rademacher) {
      const std::size_t needed = (first % 32 + count + 31) / 32;
      noise_.words(scratch.words.data(), needed, right.stream, first / 32);
      scratch.words.data()[needed] = 0;
      noise.words = scratch.words.data();
    } else if (gaussian && whole) {
      this->gaussian(scratch.epsilon.data(), 1, count, right.stream, first, 0);
    } else if (gaussian) {
      this->gaussian(scratch.epsilon.data(), rows, nc, right.stream, first, right.n);
    }
    for (std::size_t i = 0; i < rows; ++i) {
      noise.position = blocks ? i * block : first % 32 + i * right.n;
      if (gaussian) noise.epsilon = scratch.epsilon.data() + i * nc;
      const std::size_t at = (r + i) * kernels_.nr;
      kernels_.pack_row(w == nullptr ? nullptr : w + (r + i) * right.n, nc, noise, plus + at,
                        minus ? scratch.minus.data() + at : nullptr, stride);
    }
  }
}

template <class S>
void Gemm<S>::multiply(const Tasks& tasks, std::span<const Left<S>> left, bool lines, std::size_t m,
                       const Right<S>& right) {
  const bool minus = std::any_of(left.begin(), left.end(), [](const auto& l) { return l.minus; });
  const std::size_t n = right.n, rows = up(m, kernels_.mr);
  tasks.run(parts(n, n_block), operations(m, n, right.k), [&](std::size_t block, int worker) {
    Scratch& scratch = scratch_[static_cast<std::size_t>(worker)];
    const std::size_t j0 = block * n_block, nc = std::min(n_block, n - j0);
    for (std::size_t k0 = 0; k0 < right.k; k0 += k_block) {
      const std::size_t kc = std::min(k_block, right.k - k0);
      pack_right(right, k0, kc, j0, nc, minus, scratch);
      for (std::size_t j = 0; j < nc; j += kernels_.nr)
        for (const Left<S>& l : left) {
          thalweg::kernels::Product<S> p;
          p.a = l.packed + k0 * rows, p.lines = lines, p.m = m, p.k = kc;
          p.b = (l.minus ? scratch.minus : scratch.plus).data() + j * kc, p.n = std::min(kernels_.nr, nc - j);
          p.c = l.c + j0 + j, p.ldc = n;
          p.accumulate = l.accumulate || k0 != 0;
          p.bias = l.bias == nullptr || k0 != 0 ? nullptr : l.bias + j0 + j;
          kernels_.multiply(p);
        }
    }
  });
}

template <class S>
void Gemm<S>::multiply_transposed(const Tasks& tasks, const S* a, std::size_t m, std::size_t k, const S* b,
                                  std::size_t n, S* c, bool accumulate, S* scratch) {
  const std::size_t nr = kernels_.nr;
  if (k <= m / 2) {  // transposing B (n·k numbers) costs less than transposing C (n·m)
    pack_left(tasks, a, m, k, scratch);
    tasks.run(parts(n, n_block), operations(m, n, k), [&](std::size_t block, int worker) {
      S* const panels = scratch_[static_cast<std::size_t>(worker)].plus.data();
      const std::size_t j0 = block * n_block, nc = std::min(n_block, n - j0);
      for (std::size_t k0 = 0; k0 < k; k0 += k_block) {
        const std::size_t kc = std::min(k_block, k - k0);
        kernels_.pack_b_transposed(b + j0 * k + k0, k, kc, nc, panels);
        for (std::size_t j = 0; j < nc; j += nr) {
          thalweg::kernels::Product<S> p;
          p.a = scratch + k0 * up(m, kernels_.mr), p.m = m, p.k = kc;
          p.b = panels + j * kc, p.n = std::min(nr, nc - j);
          p.c = c + j0 + j, p.ldc = n, p.accumulate = accumulate || k0 != 0;
          kernels_.multiply(p);
        }
      }
    });
    return;
  }
  // Cᵀ = B·Aᵀ: the rows of B are packed as they lie, the small side is transposed.
  const std::size_t columns = up(m, nr);
  tasks.run(parts(k, k_block), 8.0 * static_cast<double>(m * k), [&](std::size_t block, int) {
    const std::size_t k0 = block * k_block;
    kernels_.pack_b_transposed(a + k0, k, std::min(k_block, k - k0), m, scratch + k0 * columns);
  });
  tasks.run(parts(n, m_block), operations(m, n, k), [&](std::size_t block, int worker) {
    S* const packed = scratch_[static_cast<std::size_t>(worker)].plus.data();
    const std::size_t i0 = block * m_block, mc = std::min(m_block, n - i0);
    for (std::size_t k0 = 0; k0 < k; k0 += k_block) {
      const std::size_t kc = std::min(k_block, k - k0);
      kernels_.pack_lines(b + i0 * k + k0, k, mc, kc, packed);
      for (std::size_t j = 0; j < m; j += nr) {
        thalweg::kernels::Product<S> p;
        p.a = packed, p.m = mc, p.k = kc;
        p.b = scratch + k0 * columns + j * kc, p.n = std::min(nr, m - j);
        p.c = c + j * n + i0, p.ldc = n, p.accumulate = accumulate || k0 != 0;
        p.transposed = true;
        kernels_.multiply(p);
      }
    }
  });
}

template class Gemm<float>;
template class Gemm<double>;

}  // namespace thalweg
