// Matrix kernels, compiled for avx2.
#if defined(__AVX2__)
#include "thalweg/network/gemm_kernels.inl"

namespace thalweg::kernels::avx2 {
const GemmKernels<float>& gemm32() { return table<float>; }
const GemmKernels<double>& gemm64() { return table<double>; }
}  // namespace thalweg::kernels::avx2
#endif
