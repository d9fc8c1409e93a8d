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
// rows×columns of a matrix with rows of `stride` numbers
template <class S>
thalweg::kernels::Ahead ahead(const S* at, std::size_t rows, std::size_t columns, std::size_t stride) {
  return {reinterpret_cast<const char*>(at), rows, columns * sizeof(S), stride * sizeof(S)};
}
// What is ahead, in equal parts for so many products.
class AheadParts {
 public:
  AheadParts(thalweg::kernels::Ahead all, std::size_t products) : left_(all), share_(parts(all.rows, products)) {}
  thalweg::kernels::Ahead take() {
    thalweg::kernels::Ahead part = left_;
    part.rows = std::min(share_, left_.rows);
    left_.rows -= part.rows;
    left_.at += part.rows * left_.stride;
    return part;
  }

 private:
  thalweg::kernels::Ahead left_;
  std::size_t share_;
};
}  // namespace

template <class S>
Gemm<S>::Gemm(Isa isa, int workers)
    : kernels_(thalweg::kernels::gemm_kernels<S>(isa)), noise_(thalweg::kernels::noise_kernels(isa)) {
  for (int i = 0; i < workers; ++i) {
    // `plus` also holds a block of rows of the left side, for multiply_transposed.
    const std::size_t room = std::max(k_block * n_block, up(m_block, kernels_.mr) * k_block);
    scratch_.push_back({Buffer<S>(room), Buffer<S>(k_block * n_block), Buffer<S>(noise_chunk + 64), Buffer<S>(),
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
  const std::size_t stride = kernels_.nr * kc;
  // Whole rows lie one after another: several are made in one call.
  // Signs of 128 columns are one block of the generator when all is aligned: the blocks of 16 rows in one call.
  constexpr std::size_t block = 128;
  const bool blocks = right.noise == Noise::rademacher && nc == block && nc < right.n && right.n % block == 0 &&
                      (right.offset + j0) % block == 0;
  const bool gaussian = right.noise == Noise::gaussian, whole = nc == right.n;
  const bool made = right.epsilon != nullptr;
  const std::size_t at_once =
      made ? kc : (whole || gaussian ? std::max<std::size_t>(1, noise_chunk / nc) : (blocks ? 16 : 1));
  for (std::size_t r = 0; r < kc; r += at_once) {
    const std::size_t rows = std::min(at_once, kc - r);
    const std::size_t count = (rows - 1) * right.n + nc;
    const std::uint64_t first = right.offset + (k0 + r) * right.n + j0;
    thalweg::kernels::PackNoise<S> noise{right.scale};
    if (made) {
      noise.epsilon = right.epsilon + k0 * right.n + j0, noise.stride = right.n;
    } else if (blocks) {
      noise_.blocks(scratch.words.data(), rows, right.stream, first / block, right.n / block);
      noise.words = scratch.words.data(), noise.stride = block;
    } else if (right.noise == Noise::rademacher) {
      const std::size_t needed = (first % 32 + count + 31) / 32;
      noise_.words(scratch.words.data(), needed, right.stream, first / 32);
      scratch.words.data()[needed] = 0;
      noise.words = scratch.words.data(), noise.position = first % 32, noise.stride = right.n;
    } else if (gaussian) {
      this->gaussian(scratch.epsilon.data(), whole ? 1 : rows, whole ? count : nc, right.stream, first, right.n);
      noise.epsilon = scratch.epsilon.data(), noise.stride = nc;
    }
    const std::size_t at = r * kernels_.nr;
    kernels_.pack_rows(w == nullptr ? nullptr : w + r * right.n, right.n, rows, nc, noise, plus + at,
                       minus ? scratch.minus.data() + at : nullptr, stride);
  }
}

template <class S>
void Gemm<S>::multiply(const Tasks& tasks, std::span<const Left<S>> left, bool lines, std::size_t m,
                       const Right<S>& right) {
  const bool minus = std::any_of(left.begin(), left.end(), [](const auto& l) { return l.minus; });
  const bool plain = right.noise == Noise::none && right.w != nullptr && !minus;
  const std::size_t n = right.n, rows = up(m, kernels_.mr);
  const auto weights = [&](std::size_t k0, std::size_t j0) {  // of one block
    return j0 >= n || right.w == nullptr
               ? thalweg::kernels::Ahead{}
               : ahead(right.w + k0 * n + j0, std::min(k_block, right.k - k0), std::min(n_block, n - j0), n);
  };
  tasks.run(parts(n, n_block), operations(m, n, right.k), [&](std::size_t block, int worker) {
    Scratch& scratch = scratch_[static_cast<std::size_t>(worker)];
    const std::size_t j0 = block * n_block, nc = std::min(n_block, n - j0);
    for (std::size_t k0 = 0; k0 < right.k; k0 += k_block) {
      const std::size_t kc = std::min(k_block, right.k - k0);
      if (!plain) pack_right(right, k0, kc, j0, nc, minus, scratch);
      AheadParts next(k0 + kc < right.k ? weights(k0 + kc, j0) : weights(0, j0 + tasks.threads() * n_block),
                      parts(nc, kernels_.nr) * left.size());
      for (std::size_t j = 0; j < nc; j += kernels_.nr) {
        const std::size_t width = std::min(kernels_.nr, nc - j);
        // A panel that is packed when it is used is still in the first cache.
        if (plain) kernels_.pack_b(right.w + k0 * n + j0 + j, n, kc, width, scratch.plus.data());
        for (const Left<S>& l : left) {
          thalweg::kernels::Product<S> p;
          p.a = l.packed + k0 * rows, p.lines = lines, p.m = m, p.k = kc;
          p.b = (l.minus ? scratch.minus : scratch.plus).data() + (plain ? 0 : j * kc), p.n = width;
          p.c = l.c + j0 + j, p.ldc = n;
          p.accumulate = l.accumulate || k0 != 0;
          p.bias = l.bias == nullptr || k0 != 0 ? nullptr : l.bias + j0 + j;
          p.ahead = next.take();
          kernels_.multiply(p);
        }
      }
    }
  });
}

template <class S>
void Gemm<S>::multiply_transposed(const Tasks& tasks, const S* a, std::size_t m, std::size_t k, const S* b,
                                  std::size_t n, S* c, bool accumulate, S* scratch) {
  const std::size_t nr = kernels_.nr;
  const auto weights = [&](std::size_t i0, std::size_t k0) {  // of one block of rows of B
    return i0 >= n ? thalweg::kernels::Ahead{}
                   : ahead(b + i0 * k + k0, std::min(m_block, n - i0), std::min(k_block, k - k0), k);
  };
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
  // Cᵀ = B·Aᵀ: the rows of B are packed as they lie, the small sides are transposed.
  const std::size_t columns = up(m, nr), at_once = std::min(m_block, rows_at_once(m));
  tasks.run(parts(k, k_block), 8.0 * static_cast<double>(m * k), [&](std::size_t block, int) {
    const std::size_t k0 = block * k_block;
    kernels_.pack_b_transposed(a + k0, k, std::min(k_block, k - k0), m, scratch + k0 * columns);
  });
  tasks.run(parts(n, at_once), operations(m, n, k), [&](std::size_t block, int worker) {
    const Scratch& own = scratch_[static_cast<std::size_t>(worker)];
    const std::size_t i0 = block * at_once, mc = std::min(at_once, n - i0);
    for (std::size_t k0 = 0; k0 < k; k0 += k_block) {
      const std::size_t kc = std::min(k_block, k - k0);
      kernels_.pack_lines(b + i0 * k + k0, k, mc, kc, own.plus.data());
      AheadParts next(k0 + kc < k ? weights(i0, k0 + kc) : weights(i0 + tasks.threads() * at_once, 0), parts(m, nr));
      for (std::size_t j = 0; j < m; j += nr) {
        thalweg::kernels::Product<S> p;
        p.a = own.plus.data(), p.m = mc, p.k = kc;
        p.b = scratch + k0 * columns + j * kc, p.n = std::min(nr, m - j);
        p.c = own.rows.data() + j, p.ldc = m, p.accumulate = k0 != 0;
        p.ahead = next.take();
        kernels_.multiply(p);
      }
    }
    kernels_.transpose(own.rows.data(), mc, m, c + i0, n, accumulate);
  });
}

template <class S>
std::size_t Gemm<S>::rows_at_once(std::size_t n) const {
  return std::max(rows_room / n / kernels_.mr * kernels_.mr, kernels_.mr);
}
template <class S>
void Gemm<S>::make_rows(std::size_t n) {
  for (Scratch& scratch : scratch_) scratch.rows.reserve(std::max(rows_room, kernels_.mr * n));
}

template <class S>
void Gemm<S>::multiply_by_rows(const Tasks& tasks, const S* packed, std::size_t m, std::size_t k, const S* b,
                               std::size_t n, S* packed_b, std::size_t first,
                               const std::function<void(std::size_t, std::span<S>)>& take) {
  const std::size_t mr = kernels_.mr, nr = kernels_.nr;
  const std::size_t at_once = std::min(rows_at_once(n), m);
  tasks.run(parts(n, n_block), 8.0 * static_cast<double>(k * n), [&](std::size_t block, int) {
    const std::size_t j0 = block * n_block, nc = std::min(n_block, n - j0);
    for (std::size_t k0 = 0; k0 < k; k0 += k_block) {
      const std::size_t kc = std::min(k_block, k - k0);
      kernels_.pack_b(b + k0 * n + j0, n, kc, nc, packed_b + k0 * up(n, nr) + j0 * kc);
    }
  });
  tasks.run(parts(m, at_once), operations(m, n, k), [&](std::size_t block, int worker) {
    S* const rows = scratch_[static_cast<std::size_t>(worker)].rows.data();
    const std::size_t i0 = block * at_once, mc = std::min(at_once, m - i0);
    for (std::size_t j = 0; j < n; j += nr)
      for (std::size_t k0 = 0; k0 < k; k0 += k_block) {
        const std::size_t kc = std::min(k_block, k - k0);
        thalweg::kernels::Product<S> p;
        p.a = packed + k0 * up(m, mr) + i0 * up(kc, thalweg::kernels::line), p.lines = false, p.m = mc, p.k = kc;
        p.b = packed_b + k0 * up(n, nr) + j * kc, p.n = std::min(nr, n - j);
        p.c = rows + j, p.ldc = n, p.accumulate = k0 != 0;
        kernels_.multiply(p);
      }
    take(first + i0 * n, std::span<S>(rows, mc * n));
  });
}

template class Gemm<float>;
template class Gemm<double>;

}  // namespace thalweg
