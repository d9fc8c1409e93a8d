// Kernels for many low-rank perturbations of one network, on one instruction set. Internal; see plan_low_rank.cpp.
//
// `group` evaluations go together, one a lane: those of one sample under 16 perturbations, or of several samples
// under fewer. What is changed at a unit is one row of `group` numbers. A change is kept as its rows that are not all
// zero, with their units (Rows): where a ReLU is off in all lanes there is nothing to multiply. Weights (in×out) lie
// in panels of `panel` outputs, [in][panel].
#pragma once

#include <cstddef>
#include <cstdint>

#include "thalweg/core/cpu.hpp"
#include "thalweg/network/network.hpp"

namespace thalweg::kernels {

inline constexpr std::size_t group = 16;
inline constexpr std::size_t panel = 16;

template <class S>
struct Rows {
  S* values = nullptr;             // count×group
  std::uint32_t* units = nullptr;  // count
  std::size_t count = 0;
};

// One layer of one group. With z clean and a pair ±: z± = z + even ± odd; one-sided: z + odd, and no even.
// To odd and even, which may be null for zero, the kernels add what the layer's own noise does:
//   odd[j] += Σ_l u_odd[l]·b[j][l] + epsilon[j],   even[j] += Σ_l u_even[l]·b[j][l]
template <class S>
struct LowRankLayer {
  Activation activation = Activation::linear;
  bool pair = true;
  bool by_lane = false;  // z and h are out×group; else out, the same in all lanes
  std::size_t out = 0, rank = 1;
  const S *z = nullptr, *h = nullptr;           // clean, h = φ(z)
  const S *odd = nullptr, *even = nullptr;      // out×group
  const S *u_odd = nullptr, *u_even = nullptr;  // rank×group, u_even null for zero
  const S *b = nullptr, *epsilon = nullptr;     // out×rank×group, out×group
};

template <class S>
struct LowRankKernels {
  // z[i] = Σ_k weights[units[k]][i]·values[k], + z[i] if accumulate, i < panel; z is panel×group.
  void (*multiply)(const S* weights, const Rows<S>& rows, bool accumulate, S* z);
  // out[l] = Σ_k values[k]·a[units[k]][l], l < rank; a is units×rank×group.
  void (*project)(const Rows<S>& rows, const S* a, std::size_t rank, S* out);
  // What φ makes of the change of z: φ(z±) − φ(z) as odd and even (untouched when not a pair) again.
  void (*activate)(const LowRankLayer<S>& layer, Rows<S>& odd, Rows<S>& even);
  // z+ and, for a pair, z−: out×group.
  void (*outputs)(const LowRankLayer<S>& layer, S* plus, S* minus);
  // Of each lane of y (width×group): largest y, and Σ exp(y − largest).
  void (*exponentials)(const S* y, std::size_t width, S* largest, S* sum);
};

template <class S>
const LowRankKernels<S>& low_rank_kernels(Isa isa);  // isa must be supported

#define THALWEG_DECLARE(isa)                  \
  namespace isa {                             \
  const LowRankKernels<float>& low_rank32();  \
  const LowRankKernels<double>& low_rank64(); \
  }
THALWEG_DECLARE(portable)
THALWEG_DECLARE(avx2)
THALWEG_DECLARE(avx512)
#undef THALWEG_DECLARE

}  // namespace thalweg::kernels
