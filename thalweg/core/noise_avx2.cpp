// Bulk noise, compiled for avx2.
#if defined(__AVX2__)
#include "thalweg/core/noise_kernels.inl"

const thalweg::kernels::NoiseKernels& thalweg::kernels::avx2::noise() { return table; }
#endif
