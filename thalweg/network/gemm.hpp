// Matrix products of the network engine, on the kernels of gemm_kernels.hpp. Internal.
//
// Work is cut into tasks by rows or columns of C, never along k, and k is always cut at the same places: each number
// is summed in one order whatever the number of threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include "thalweg/core/noise_kernels.hpp"
#include "thalweg/core/thread_pool.hpp"
#include "thalweg/network/gemm_kernels.hpp"

namespace thalweg {

// Storage aligned to cache lines, zero at first.
template <class S>
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size) : size_(size) {
    if (size == 0) return;
    data_.reset(static_cast<S*>(::operator new (size * sizeof(S), std::align_val_t{64})));
    std::uninitialized_value_construct_n(data_.get(), size);
  }
  [[nodiscard]] S* data() const { return data_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  void reserve(std::size_t size) {
    if (size > size_) *this = Buffer(size);
  }

 private:
  struct Free {
    void operator()(S* p) const { ::operator delete (static_cast<void*>(p), std::align_val_t{64}); }
  };
  std::unique_ptr<S, Free> data_;
  std::size_t size_ = 0;
};

// Where tasks run: on the pool, or here.
class Tasks {
 public:
  explicit Tasks(ThreadPool* pool, int worker = 0) : pool_(pool), worker_(worker) {}
  // f(index, worker). Small work (operations, fused multiply-add = 2) is not worth waking a thread.
  template <class F>
  void run(std::size_t count, double operations, F&& f) const {
    constexpr double worth_a_thread = 4e5;  // about 5 µs of one core
    if (pool_ != nullptr && pool_->threads() > 1 && count > 1 && operations > worth_a_thread)
      pool_->run(count, f);
    else
      for (std::size_t i = 0; i < count; ++i) f(i, worker_);
  }
  [[nodiscard]] std::size_t threads() const {
    return pool_ == nullptr ? 1 : static_cast<std::size_t>(pool_->threads());
  }

 private:
  ThreadPool* pool_;
  int worker_;
};

// The right side of a product, k×n, row-major: w + scale·ε, w alone, or (w null) scale·ε alone. Component (i, j) of
// the noise is offset + i·n + j.
template <class S>
struct Right {
  const S* w = nullptr;
  std::size_t k = 0, n = 0;
  Noise noise = Noise::none;
  S scale = 0;
  Stream stream{};
  std::uint64_t offset = 0;
  const S* epsilon = nullptr;  // the noise where it is made already, k×n
};
// One product with it: c (m×n) = a·B, + bias (n) unless null, + c if accumulate; B with −scale if minus.
template <class S>
struct Left {
  const S* packed = nullptr;
  S* c = nullptr;
  const S* bias = nullptr;
  bool accumulate = false;
  bool minus = false;
};

template <class S>
class Gemm {
 public:
  static constexpr std::size_t k_block = sizeof(S) == 4 ? 256 : 128;
  static constexpr std::size_t n_block = 128;  // columns of one task; packed block 128 KB: stays in the second cache
  static constexpr std::size_t rows_room = 32768;  // numbers of a block of multiply_by_rows, unless 8 rows are more
  static constexpr std::size_t m_block = 96;       // rows of one task where the left side is the large one

  Gemm(Isa isa, int workers);

  // Numbers that a packed left side (m×k) takes.
  [[nodiscard]] std::size_t packed_left(std::size_t m, std::size_t k) const;
  [[nodiscard]] std::size_t packed_right(std::size_t k, std::size_t n) const;

  // a is m×k (rows contiguous), or given transposed, k×m.
  void pack_left(const Tasks& tasks, const S* a, std::size_t m, std::size_t k, S* out) const;
  void pack_left_transposed(const Tasks& tasks, const S* a, std::size_t m, std::size_t k, S* out) const;

  // One or two products that share packing of the right side. `lines`: the left sides were packed by pack_left.
  void multiply(const Tasks& tasks, std::span<const Left<S>> left, bool lines, std::size_t m, const Right<S>& right);
  // c (m×n) = a (m×k) · Bᵀ, B n×k row-major (the back-propagation of errors a through weights B). `scratch` has room
  // for max(packed_left(m, k), packed_right(k, m)).
  void multiply_transposed(const Tasks& tasks, const S* a, std::size_t m, std::size_t k, const S* b, std::size_t n,
                           S* c, bool accumulate, S* scratch);

  // c (m×n) = a·B in blocks of whole rows that stay in the second cache: take(first + index, block) has each once, to
  // do with as it likes. `packed`: a, by pack_left_transposed; `packed_b` has room for packed_right(k, n).
  // make_rows(the largest n) comes first.
  void multiply_by_rows(const Tasks& tasks, const S* packed, std::size_t m, std::size_t k, const S* b, std::size_t n,
                        S* packed_b, std::size_t first, const std::function<void(std::size_t, std::span<S>)>& take);
  void make_rows(std::size_t n);  // before multiply_transposed too, with the largest m

  [[nodiscard]] const kernels::GemmKernels<S>& kernels() const { return kernels_; }
  [[nodiscard]] const thalweg::kernels::NoiseKernels& noise() const { return noise_; }
  void fill(S* out, std::size_t count, Noise noise, const Stream& stream, std::uint64_t offset) const;

 private:
  [[nodiscard]] std::size_t rows_at_once(std::size_t n) const;
  void gaussian(S* out, std::size_t rows, std::size_t count, const Stream& stream, std::uint64_t offset,
                std::uint64_t stride) const;
  struct Scratch {
    Buffer<S> plus, minus, epsilon, rows;
    Buffer<std::uint32_t> words;
  };
  void pack_right(const Right<S>& right, std::size_t k0, std::size_t kc, std::size_t j0, std::size_t nc, bool minus,
                  Scratch& scratch) const;

  const thalweg::kernels::GemmKernels<S>& kernels_;
  const thalweg::kernels::NoiseKernels& noise_;
  std::vector<Scratch> scratch_;  // of each worker
};

extern template class Gemm<float>;
extern template class Gemm<double>;

}  // namespace thalweg
