// Bulk noise, regenerated from its counters.
//
// Component i of a noise vector is a function of (noise, stream, i) alone: not of the chunk it was asked in, of the
// thread, or of the instruction set (Gaussian: the same to `gaussian_isa_tolerance` between instruction sets; words
// and signs the same bits everywhere; on one instruction set every chunking gives the same bits).
//
//   word i        word i mod 4 of stream.block(i / 4)
//   Rademacher i  bit i mod 32 of word i / 32: clear is +1, set is −1
//   Gaussian i    inverse normal CDF of word i: its top bit is the sign, the lower 31 bits r give
//                 the tail probability (r + ½)/2³². A polynomial of degree 5 on each of 32 octaves of r, error
//                 below 1e-5. |ε| ≤ 6.34. The double is the float, widened.
// So one stream holds 2³⁴ Gaussian or 2³⁹ Rademacher components.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "thalweg/core/cpu.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {

inline constexpr double gaussian_isa_tolerance = 2e-6;  // absolute, between instruction sets

// out[k] = ε(offset + k). Noise::none gives zeros.
template <class S>
void fill_noise(std::span<S> out, Noise noise, const Stream& stream, std::uint64_t offset = 0);

// w[k] += scale·ε(offset + k), in one pass, nothing stored.
template <class S>
void add_noise(std::span<S> w, S scale, Noise noise, const Stream& stream, std::uint64_t offset = 0);

// w[k] += Σ_d coefficients[d]·ε_d(offset + k), ε_d of base.at(base.step, first_direction + d): one pass over w for
// all directions, summed in the order of d.
template <class S>
void add_noises(std::span<S> w, std::span<const S> coefficients, Noise noise, const Stream& base,
                std::uint32_t first_direction = 0, std::uint64_t offset = 0);

// Operations to make one component of noise and add it, scaled: Rademacher 2, Gaussian 12 (a polynomial of degree 5).
[[nodiscard]] double flops_per_noise(Noise noise);

// out[k] = word (offset + k) of the stream.
void fill_words(std::span<std::uint32_t> out, const Stream& stream, std::uint64_t offset = 0);

// The same on a stated instruction set, for tests; throws InvalidArgument when the machine lacks it.
template <class S>
void fill_noise_on(Isa isa, std::span<S> out, Noise noise, const Stream& stream, std::uint64_t offset = 0);
template <class S>
void add_noises_on(Isa isa, std::span<S> w, std::span<const S> coefficients, Noise noise, const Stream& base,
                   std::uint32_t first_direction = 0, std::uint64_t offset = 0);
void fill_words_on(Isa isa, std::span<std::uint32_t> out, const Stream& stream, std::uint64_t offset = 0);

}  // namespace thalweg
