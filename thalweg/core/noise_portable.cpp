// Bulk noise, compiled for portable.
#include "thalweg/core/noise_kernels.inl"

const thalweg::kernels::NoiseKernels& thalweg::kernels::portable::noise() { return table; }
