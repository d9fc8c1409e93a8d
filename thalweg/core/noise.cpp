#include "thalweg/core/noise.hpp"

#include <algorithm>
#include <string>

#include "thalweg/core/noise_kernels.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

namespace kernels {
const NoiseKernels& noise_kernels(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return avx512::noise();
  if (isa == Isa::avx2) return avx2::noise();
#endif
  static_cast<void>(isa);
  return portable::noise();
}
}  // namespace kernels

namespace {

const kernels::NoiseKernels& best() {
  static const kernels::NoiseKernels& chosen = kernels::noise_kernels(best_isa());
  return chosen;
}
const kernels::NoiseKernels& of(Isa isa) {
  if (!supported(isa)) throw InvalidArgument("isa is " + std::string(name(isa)) + ", which this machine lacks");
  return kernels::noise_kernels(isa);
}

template <class S>
void fill_by(const kernels::NoiseKernels& k, std::span<S> out, Noise noise, const Stream& stream,
             std::uint64_t offset) {
  constexpr bool narrow = sizeof(S) == 4;
  if (noise == Noise::none) {
    std::fill(out.begin(), out.end(), S{0});
  } else if (noise == Noise::rademacher) {
    if constexpr (narrow)
      k.rademacher(out.data(), out.size(), stream, offset);
    else
      k.rademacher_double(out.data(), out.size(), stream, offset);
  } else {
    if constexpr (narrow)
      k.gaussian(out.data(), 1, out.size(), stream, offset, 0);
    else
      k.gaussian_double(out.data(), 1, out.size(), stream, offset, 0);
  }
}
template <class S>
void add_by(const kernels::NoiseKernels& k, std::span<S> w, std::span<const S> coefficients, Noise noise,
            const Stream& base, std::uint32_t first, std::uint64_t offset) {
  if (noise == Noise::none) return;
  if constexpr (sizeof(S) == 4)
    k.add(w.data(), w.size(), coefficients.data(), coefficients.size(), noise, base, first, offset);
  else
    k.add_double(w.data(), w.size(), coefficients.data(), coefficients.size(), noise, base, first, offset);
}

}  // namespace

template <class S>
void fill_noise(std::span<S> out, Noise noise, const Stream& stream, std::uint64_t offset) {
  fill_by(best(), out, noise, stream, offset);
}
template <class S>
void add_noise(std::span<S> w, S scale, Noise noise, const Stream& stream, std::uint64_t offset) {
  add_by<S>(best(), w, std::span<const S>(&scale, 1), noise, stream, stream.direction, offset);
}
template <class S>
void add_noises(std::span<S> w, std::span<const S> coefficients, Noise noise, const Stream& base,
                std::uint32_t first_direction, std::uint64_t offset) {
  add_by(best(), w, coefficients, noise, base, first_direction, offset);
}
void fill_words(std::span<std::uint32_t> out, const Stream& stream, std::uint64_t offset) {
  best().words(out.data(), out.size(), stream, offset);
}

template <class S>
void fill_noise_on(Isa isa, std::span<S> out, Noise noise, const Stream& stream, std::uint64_t offset) {
  fill_by(of(isa), out, noise, stream, offset);
}
template <class S>
void add_noises_on(Isa isa, std::span<S> w, std::span<const S> coefficients, Noise noise, const Stream& base,
                   std::uint32_t first_direction, std::uint64_t offset) {
  add_by(of(isa), w, coefficients, noise, base, first_direction, offset);
}
void fill_words_on(Isa isa, std::span<std::uint32_t> out, const Stream& stream, std::uint64_t offset) {
  of(isa).words(out.data(), out.size(), stream, offset);
}

#define THALWEG_INSTANTIATE(S)                                                                                    \
  template void fill_noise(std::span<S>, Noise, const Stream&, std::uint64_t);                                    \
  template void add_noise(std::span<S>, S, Noise, const Stream&, std::uint64_t);                                  \
  template void add_noises(std::span<S>, std::span<const S>, Noise, const Stream&, std::uint32_t, std::uint64_t); \
  template void fill_noise_on(Isa, std::span<S>, Noise, const Stream&, std::uint64_t);                            \
  template void add_noises_on(Isa, std::span<S>, std::span<const S>, Noise, const Stream&, std::uint32_t,         \
                              std::uint64_t)
THALWEG_INSTANTIATE(float);
THALWEG_INSTANTIATE(double);
#undef THALWEG_INSTANTIATE

double flops_per_noise(Noise noise) {
  return noise == Noise::gaussian ? 12.0 : (noise == Noise::rademacher ? 2.0 : 0.0);
}

}  // namespace thalweg
