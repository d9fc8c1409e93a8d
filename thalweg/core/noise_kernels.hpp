// The kernels of bulk noise on one instruction set. Internal; see noise.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "thalweg/core/cpu.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg::kernels {

struct NoiseKernels {
  void (*words)(std::uint32_t* out, std::size_t count, const Stream& stream, std::uint64_t offset);
  // The four words of each of `count` blocks first, first + stride, …
  void (*blocks)(std::uint32_t* out, std::size_t count, const Stream& stream, std::uint64_t first,
                 std::uint64_t stride);
  // `count` components from each of offset, offset + stride, …, one row after another
  void (*gaussian)(float* out, std::size_t rows, std::size_t count, const Stream& stream, std::uint64_t offset,
                   std::uint64_t stride);
  void (*gaussian_double)(double* out, std::size_t rows, std::size_t count, const Stream& stream,
                          std::uint64_t offset, std::uint64_t stride);
  void (*rademacher)(float* out, std::size_t count, const Stream& stream, std::uint64_t offset);
  void (*rademacher_double)(double* out, std::size_t count, const Stream& stream, std::uint64_t offset);
  // w += Σ_d coefficients[d]·ε of streams[…] base.at(step, first + d)
  void (*add)(float* w, std::size_t count, const float* coefficients, std::size_t directions, Noise noise,
              const Stream& base, std::uint32_t first, std::uint64_t offset);
  void (*add_double)(double* w, std::size_t count, const double* coefficients, std::size_t directions, Noise noise,
                     const Stream& base, std::uint32_t first, std::uint64_t offset);
};

const NoiseKernels& noise_kernels(Isa isa);  // isa must be supported

namespace portable {
const NoiseKernels& noise();
}
namespace avx2 {
const NoiseKernels& noise();
}
namespace avx512 {
const NoiseKernels& noise();
}

}  // namespace thalweg::kernels
