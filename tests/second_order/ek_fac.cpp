// Certificate of ek-fac: the best diagonal in K-FAC's basis, so never farther from F than K-FAC is.
#include "thalweg/second_order/ek_fac.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "second_order/layers.hpp"

namespace thalweg {
namespace {

using namespace layers_of_a_network;

struct Held {                                // of one layer
  std::vector<double> a, g, basis, moments;  // basis: U_A ⊗ U_G
};

template <class S>
Held held(UpdateRule<S>& rule, std::size_t l, const LayerView& layer) {
  const auto all = state(rule);
  const std::string name = "ek-fac." + std::to_string(l);
  return {all.at(name + ".A"), all.at(name + ".G"),
          kronecker(all.at(name + ".basis_A"), layer.in + 1, all.at(name + ".basis_G"), layer.out),
          all.at(name + ".moments")};
}

// U diag(d) Uᵀ
std::vector<double> from_basis(const std::vector<double>& u, const std::vector<double>& d) {
  const std::size_t n = d.size();
  std::vector<double> f(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = 0; k < n; ++k) f[i * n + j] += u[i * n + k] * d[k] * u[j * n + k];
  return f;
}
// diag(UᵀFU)
std::vector<double> diagonal_in(const std::vector<double>& u, const std::vector<double>& f, std::size_t n) {
  std::vector<double> d(n, 0.0);
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) d[k] += u[i * n + k] * f[i * n + j] * u[j * n + k];
  return d;
}

TEST(EkFac, IsTheDiagonalOfTheSameFisherAndNeverFartherFromItThanKFac) {
  int closer = 0;
  for (const char* text : {"4-5-3:tanh", "3-2", "5-4-4:sigmoid", "4-6-3"})
    for (std::uint64_t seed = 1; seed <= 5; ++seed)
      for (const Fisher fisher : {Fisher::model, Fisher::empirical})
        for (const Loss loss : example::losses) {
          Bench<double> bench(text, 7 + 3 * seed, loss, seed);
          const auto rule = ek_fac({.fisher = fisher}).make<double>();
          rule->begin(bench.task.theta.size(), bench.blocks());
          bench.look(1, rule->needs());
          rule->observe(bench.layers, 1);
          for (std::size_t l = 0; l < bench.layers.size(); ++l) {
            const auto& layer = bench.task.network.layers()[l];
            const Held h = held(*rule, l, layer);
            const auto f = second_moment(sample_gradients(bench.layers[l]));
            const auto exact = diagonal_in(h.basis, f, h.moments.size());
            const double size = norm(f);
            for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(h.moments[i], exact[i], 1e-12 * size);
            const double ek = distance(f, from_basis(h.basis, h.moments));
            const double k = distance(f, kronecker(h.a, layer.in + 1, h.g, layer.out));
            EXPECT_LE(ek, k + 1e-12 * size) << text << " " << seed;
            closer += ek < 0.99 * k ? 1 : 0;
          }
        }
  EXPECT_GT(closer, 40);  // of 140: it is not the same thing
}

TEST(EkFac, ANewBasisCarriesTheMomentsOver) {
  const EkFac o{.decay = 0.75, .statistics_period = 1, .inverse_period = 1};
  Bench<double> bench("4-3-3:tanh", 12);
  const auto rule = o.make<double>();
  rule->begin(bench.task.theta.size(), bench.blocks());
  std::vector<Held> before;
  for (std::uint64_t t = 1; t <= 6; ++t) {
    bench.look(t, LayerDetail::model_gradients);
    rule->observe(bench.layers, t);
    std::vector<Held> now;
    for (std::size_t l = 0; l < 2; ++l) {
      now.push_back(held(*rule, l, bench.task.network.layers()[l]));
      if (t == 1) continue;
      const std::size_t n = now[l].moments.size();
      const auto carried = diagonal_in(now[l].basis, from_basis(before[l].basis, before[l].moments), n);
      const auto fresh = diagonal_in(now[l].basis, second_moment(sample_gradients(bench.layers[l])), n);
      const double keep = std::min(1.0 - 1.0 / static_cast<double>(t), o.decay);
      for (std::size_t i = 0; i < n; ++i)
        EXPECT_NEAR(now[l].moments[i], keep * carried[i] + (1.0 - keep) * fresh[i], 1e-13);
    }
    before = std::move(now);
    for (double& v : bench.task.theta) v *= 0.9;  // elsewhere
  }
}

TEST(EkFac, TheStepIsItsFormula) {
  const EkFac o{.rate = 0.3, .damping = 0.02, .momentum = 0.0, .kl_clip = 0.0};
  Bench<double> bench("4-5-3:tanh", 20);
  const auto rule = o.make<double>();
  rule->begin(bench.task.theta.size(), bench.blocks());
  bench.look(1, LayerDetail::model_gradients);
  rule->observe(bench.layers, 1);
  auto u = bench.gradient;
  rule->update(u, bench.task.theta, 1);
  for (std::size_t l = 0; l < 2; ++l) {
    const auto& layer = bench.task.network.layers()[l];
    const Held h = held(*rule, l, layer);
    const std::size_t n = h.moments.size();
    std::vector<double> along(n, 0.0);
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t i = 0; i < n; ++i) along[k] += h.basis[i * n + k] * bench.gradient[layer.weights + i];
      along[k] /= h.moments[k] + o.damping;
    }
    for (std::size_t i = 0; i < n; ++i) {
      double expected = 0.0;
      for (std::size_t k = 0; k < n; ++k) expected += o.rate * h.basis[i * n + k] * along[k];
      EXPECT_NEAR(u[layer.weights + i], expected, 1e-13);
    }
  }
}

}  // namespace
}  // namespace thalweg
