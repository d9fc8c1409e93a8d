// Bulk noise, compiled for avx512.
#if defined(__AVX512F__)
#include "thalweg/core/noise_kernels.inl"

const thalweg::kernels::NoiseKernels& thalweg::kernels::avx512::noise() { return table; }
#endif
