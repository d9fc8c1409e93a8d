// Kernels of low-rank perturbations, compiled for portable.
#include "thalweg/network/low_rank_kernels.inl"

namespace thalweg::kernels::portable {
const LowRankKernels<float>& low_rank32() { return low_rank_table<float>; }
const LowRankKernels<double>& low_rank64() { return low_rank_table<double>; }
}  // namespace thalweg::kernels::portable
