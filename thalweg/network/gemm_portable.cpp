// Matrix kernels, compiled for portable.
#include "thalweg/network/gemm_kernels.inl"

namespace thalweg::kernels::portable {
const GemmKernels<float>& gemm32() { return table<float>; }
const GemmKernels<double>& gemm64() { return table<double>; }
}  // namespace thalweg::kernels::portable
