// Kernels of low-rank perturbations, compiled for avx2.
#if defined(__AVX2__)
#include "thalweg/network/low_rank_kernels.inl"

namespace thalweg::kernels::avx2 {
const LowRankKernels<float>& low_rank32() { return low_rank_table<float>; }
const LowRankKernels<double>& low_rank64() { return low_rank_table<double>; }
}  // namespace thalweg::kernels::avx2
#endif
