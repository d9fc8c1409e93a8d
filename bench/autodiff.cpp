// Derivatives of one generic callable: ours beside ADOL-C's in one process, in turn, n = 1000. Both record the
// function anew at each point, as control flow demands; ADOL-C is also timed on a tape that is kept. Ratios are
// ADOL-C's time over ours.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#ifdef HAVE_ADOLC
#include <adolc/adolc.h>
#endif

#include "thalweg/autodiff/differentiable.hpp"

namespace {

using Clock = std::chrono::steady_clock;
using Numbers = std::vector<double>;
constexpr std::size_t n = 1000;

struct Rosenbrock {
  static constexpr const char* name = "Rosenbrock's function";
  template <class X>
  auto operator()(const X& x) const {
    thalweg::scalar_t<X> sum = 0;
    for (std::size_t i = 0; i + 1 < n; ++i) {
      const auto u = x[i + 1] - x[i] * x[i], v = 1.0 - x[i];
      sum += 100.0 * u * u + v * v;
    }
    return sum;
  }
};
struct Elementary {
  static constexpr const char* name = "exp, sin, sqrt, log and cos";
  template <class X>
  auto operator()(const X& x) const {
    using namespace thalweg::math;
    thalweg::scalar_t<X> sum = 0;
    for (std::size_t i = 0; i + 1 < n; ++i)
      sum += exp(sin(x[i])) * sqrt(1.0 + x[i + 1] * x[i + 1]) + log(2.0 + cos(x[i] * x[i + 1]));
    return sum;
  }
};

volatile double sink = 0.0;

template <class Work>
double time_of(Work&& work) {  // seconds of one call
  work();
  int calls = 1;
  for (;;) {
    const auto start = Clock::now();
    for (int k = 0; k < calls; ++k) work();
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (seconds > 0.02) return seconds / calls;
    calls *= 2;
  }
}
double median(Numbers v) {
  std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
  return v[v.size() / 2];
}

template <class F>
void compare() {
  const F f;
  auto ours = thalweg::differentiable(f, n);
  Numbers x(n), g(n), d(n), out(n);
  for (std::size_t i = 0; i < n; ++i)
    x[i] = 0.3 + 0.001 * static_cast<double>(i), d[i] = std::cos(static_cast<double>(i));
  Numbers plain, gradient, product, peer_gradient, peer_kept, peer_product;
  double largest = 0.0;
  for (int round = 0; round < 9; ++round) {
    plain.push_back(time_of([&] { sink = sink + f(std::span<const double>(x)); }));
    gradient.push_back(time_of([&] { sink = sink + ours.value_and_gradient(x, g); }));
    product.push_back(time_of([&] { ours.hessian_vector(x, d, out); }));
#ifdef HAVE_ADOLC
    const auto record = [&] {
      trace_on(1);
      std::vector<adouble> a(n);
      for (std::size_t i = 0; i < n; ++i) a[i] <<= x[i];
      adouble y = f(a);
      double value = 0.0;
      y >>= value;
      trace_off();
    };
    Numbers theirs(n);
    const int size = static_cast<int>(n);
    peer_gradient.push_back(time_of([&] {
      record();
      ::gradient(1, size, x.data(), theirs.data());
    }));
    peer_kept.push_back(time_of([&] { ::gradient(1, size, x.data(), theirs.data()); }));
    for (std::size_t i = 0; i < n; ++i)
      largest = std::max(largest, std::abs(g[i] - theirs[i]) / (1.0 + std::abs(g[i])));
    peer_product.push_back(time_of([&] {
      record();
      hess_vec(1, size, x.data(), d.data(), theirs.data());
    }));
    for (std::size_t i = 0; i < n; ++i)
      largest = std::max(largest, std::abs(out[i] - theirs[i]) / (1.0 + std::abs(out[i])));
#endif
  }
  thalweg::autodiff::Tape tape;
  std::vector<thalweg::autodiff::Var> v;
  for (const double value : x) v.push_back(tape.input(value));
  sink = sink + f(v).value();
  const double us = 1e6;
  fmt::print("{}, n = {}\n  f {:.1f} us; tape {} operations, {:.0f} KB with adjoints\n", F::name, n,
             median(plain) * us, tape.size(), 28e-3 * static_cast<double>(tape.size()));
  const auto row = [&](const char* what, const Numbers& mine, const Numbers& peer, const char* note) {
    fmt::print("  {:<34} {:>8.1f} us ({:>5.1f} f)", what, median(mine) * us, median(mine) / median(plain));
    if (!peer.empty()) {
      Numbers ratio;
      for (std::size_t k = 0; k < peer.size(); ++k) ratio.push_back(peer[k] / mine[k]);
      fmt::print("   ADOL-C{} {:>8.1f} us   ratio {:.2f}", note, median(peer) * us, median(ratio));
    }
    fmt::print("\n");
  };
  row("value and gradient", gradient, peer_gradient, "");
  row("value and gradient", gradient, peer_kept, ", tape kept");
  row("Hessian-vector product", product, peer_product, "");
  if (!peer_gradient.empty()) fmt::print("  largest relative difference of the two: {:.1e}\n", largest);
}

}  // namespace

int main() {
  compare<Rosenbrock>();
  compare<Elementary>();
}
