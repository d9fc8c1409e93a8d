// Matrix kernels, compiled for avx512.
#if defined(__AVX512F__)
#include "thalweg/network/gemm_kernels.inl"

namespace thalweg::kernels::avx512 {
const GemmKernels<float>& gemm32() { return table<float>; }
const GemmKernels<double>& gemm64() { return table<double>; }
}  // namespace thalweg::kernels::avx512
#endif
