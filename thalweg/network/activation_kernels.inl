// Activations and their derivatives, for the instruction set this is compiled for. Part of gemm_kernels.inl.

namespace thalweg::kernels {
namespace {

// eˣ of floats: Cephes' expf (Moshier), relative error about 2e-7; below −87.3 the smallest normal, not 0.
inline Simd<float>::V exponential(Simd<float>::V x) {
  using V = Simd<float>::V;
  typedef std::int32_t J __attribute__((vector_size(vector_bytes)));
  x = x > 88.37f ? V{} + 88.37f : x;
  x = x < -87.33f ? V{} - 87.33f : x;
  V n = x * 1.44269504f + 12582912.0f;  // 1.5·2²³: rounds to the nearest integer
  n = n - 12582912.0f;
  V r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  V y = 1.9875691500e-4f * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * (r * r) + r + 1.0f;
  const J power = (__builtin_convertvector(n, J) + 127) << 23;
  return y * reinterpret_cast<V>(power);
}
inline Simd<double>::V exponential(Simd<double>::V x) {
  for (int i = 0; i < Simd<double>::lanes; ++i) x[i] = __builtin_exp(x[i]);
  return x;
}
inline Simd<float>::V magnitude(Simd<float>::V x) { return x < 0.0f ? -x : x; }
inline Simd<float>::V hyperbolic_tangent(Simd<float>::V x) {
  using V = Simd<float>::V;
  const V size = magnitude(x);
  const V e = exponential(2.0f * size);
  V large = 1.0f - 2.0f / (e + 1.0f);
  large = x < 0.0f ? -large : large;
  const V q = x * x;  // Cephes' tanhf, |x| < 0.625
  V small = -5.70498872745e-3f * q + 2.06390887954e-2f;
  small = small * q - 5.37397155531e-2f;
  small = small * q + 1.33314422036e-1f;
  small = small * q - 3.33332819422e-1f;
  small = small * q * x + x;
  return size < 0.625f ? small : large;
}
inline Simd<double>::V hyperbolic_tangent(Simd<double>::V x) {
  for (int i = 0; i < Simd<double>::lanes; ++i) x[i] = __builtin_tanh(x[i]);
  return x;
}
// Φ(z). Float: Abramowitz & Stegun 7.1.26, absolute error 1.5e-7.
inline Simd<float>::V normal_cdf(Simd<float>::V z) {
  using V = Simd<float>::V;
  const V x = magnitude(z) * 0.70710678f;
  const V t = 1.0f / (1.0f + 0.3275911f * x);
  V p = 1.061405429f * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const V half_tail = 0.5f * p * t * exponential(-x * x);
  return z < 0.0f ? half_tail : 1.0f - half_tail;
}
inline Simd<double>::V normal_cdf(Simd<double>::V z) {
  for (int i = 0; i < Simd<double>::lanes; ++i) z[i] = 0.5 * __builtin_erfc(-0.70710678118654752440 * z[i]);
  return z;
}
template <class V>
inline V normal_density(V z) {
  return exponential(z * z * decltype(z[0] + 0)(-0.5)) * decltype(z[0] + 0)(0.39894228040143267794);
}

template <class S>
void activate(Activation activation, const S* z, S* h, std::size_t count) {
  using V = typename Simd<S>::V;
  const auto each = [&](auto f) {
    by_vectors<S>(count, [&](std::size_t i, int n) { store_n(h + i, V(f(V(load_n(z + i, n)))), n); });
  };
  switch (activation) {
    case Activation::linear:
      return each([](V x) { return x; });
    case Activation::relu:
      return each([](V x) {
        return x < S{0} ? V{} : x; /* a NaN stays */
      });
    case Activation::tanh:
      return each([](V x) { return hyperbolic_tangent(x); });
    case Activation::sigmoid:
      return each([](V x) { return S{1} / (S{1} + exponential(-x)); });
    case Activation::gelu:
      return each([](V x) { return x * normal_cdf(x); });
  }
}
template <class S>
void times_derivative(Activation activation, const S* z, const S* h, S* d, std::size_t count) {
  using V = typename Simd<S>::V;
  const auto each = [&](const S* from, auto f) {
    by_vectors<S>(count, [&](std::size_t i, int n) {
      store_n(d + i, V(V(load_n(d + i, n)) * V(f(V(load_n(from + i, n))))), n);
    });
  };
  switch (activation) {
    case Activation::linear:
      return;
    case Activation::relu:
      return each(z, [](V x) { return x > S{0} ? V{} + S{1} : V{}; });
    case Activation::tanh:
      return each(h, [](V y) { return S{1} - y * y; });
    case Activation::sigmoid:
      return each(h, [](V y) { return y * (S{1} - y); });
    case Activation::gelu:
      return each(z, [](V x) { return normal_cdf(x) + x * normal_density(x); });
  }
}
template <class S>
void second_derivative(Activation activation, const S* z, const S* h, S* out, std::size_t count) {
  using V = typename Simd<S>::V;
  const auto each = [&](const S* from, auto f) {
    by_vectors<S>(count, [&](std::size_t i, int n) { store_n(out + i, V(f(V(load_n(from + i, n)))), n); });
  };
  switch (activation) {
    case Activation::linear:
    case Activation::relu:
      return each(z, [](V) { return V{}; });
    case Activation::tanh:
      return each(h, [](V y) { return S{-2} * y * (S{1} - y * y); });
    case Activation::sigmoid:
      return each(h, [](V y) { return y * (S{1} - y) * (S{1} - S{2} * y); });
    case Activation::gelu:
      return each(z, [](V x) { return normal_density(x) * (S{2} - x * x); });
  }
}

}  // namespace
}  // namespace thalweg::kernels
