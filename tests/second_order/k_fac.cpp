// Certificate of k-fac: on a deep linear network its factors are the exact Fisher blocks; linear regression in one
// step.
#include "thalweg/second_order/k_fac.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "second_order/layers.hpp"
#include "thalweg/core/linalg.hpp"

namespace thalweg {
namespace {

using namespace layers_of_a_network;

// The Fisher matrix's block of each layer, by brute force: F = mean over samples of JᵀJ, J = ∂y/∂θ of that sample by
// differences. The outputs of a deep linear network are linear in each parameter alone: differences are exact.
std::vector<std::vector<double>> exact_blocks(Bench<double>& bench) {
  const std::size_t out = bench.task.network.outputs(), batch = bench.task.size, n = bench.task.theta.size();
  Pass<double> pass = bench.plan.pass();
  const auto outputs = [&](const std::vector<double>& theta) {
    const auto y = bench.plan.outputs(theta, bench.task.batch(), pass);
    return std::vector<double>(y.begin(), y.end());
  };
  const auto base = outputs(bench.task.theta);
  std::vector<std::vector<double>> jacobian(n);  // of each parameter: batch×out
  for (std::size_t p = 0; p < n; ++p) {
    auto theta = bench.task.theta;
    theta[p] += 1.0;
    jacobian[p] = outputs(theta);
    for (std::size_t i = 0; i < batch * out; ++i) jacobian[p][i] -= base[i];
  }
  std::vector<std::vector<double>> blocks;
  for (const auto& layer : bench.task.network.layers()) {
    const std::size_t size = layer.parameters();
    std::vector<double> f(size * size, 0.0);
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < size; ++j)
        f[i * size + j] =
            example::dot(jacobian[layer.weights + i], jacobian[layer.weights + j]) / static_cast<double>(batch);
    blocks.push_back(std::move(f));
  }
  return blocks;
}

TEST(KFac, OnADeepLinearNetworkTheFactorsAreTheExactFisherBlocks) {
  Bench<double> bench("5-4-6-3:linear", 64, Loss::squared_error);
  const auto exact = exact_blocks(bench);
  const auto rule = k_fac({.decay = 0.9999999}).make<double>();  // an exact mean over all observations here
  rule->begin(bench.task.theta.size(), bench.blocks());
  std::vector<double> error_after;
  for (std::uint64_t t = 1; t <= 1024; ++t) {
    bench.look(t, LayerDetail::model_gradients);
    rule->observe(bench.layers, t);
    if (t != 64 && t != 1024) continue;
    const auto held = state(*rule);
    for (std::size_t l = 0; l < exact.size(); ++l) {
      const auto& layer = bench.task.network.layers()[l];
      const std::string name = "k-fac." + std::to_string(l);
      const auto k = kronecker(held.at(name + ".A"), layer.in + 1, held.at(name + ".G"), layer.out);
      error_after.push_back(distance(k, exact[l]) / norm(exact[l]));
      // Of G alone, from 64·t draws: relative error about √(out/(64·t)).
      EXPECT_LT(error_after.back(), 3.0 * std::sqrt(6.0 / (64.0 * static_cast<double>(t)))) << l << " after " << t;
    }
  }
  for (std::size_t l = 0; l < exact.size(); ++l)  // sixteen times the samples: a quarter of the error, about
    EXPECT_LT(error_after[exact.size() + l], 0.6 * error_after[l]) << l;
}

TEST(KFac, LinearRegressionInOneStep) {
  Bench<double> bench("6-1", 64, Loss::squared_error);
  const auto rule = k_fac({.rate = 1.0, .damping = 1e-16, .momentum = 0.0, .kl_clip = 0.0}).make<double>();
  rule->begin(bench.task.theta.size(), bench.blocks());
  bench.look(1, LayerDetail::none);
  const double before = norm(bench.gradient);
  bench.step(*rule, 1);
  bench.look(2, LayerDetail::none);
  EXPECT_LT(norm(bench.gradient), 1e-7 * before);
  // Three outputs: the drawn targets' G is the identity to 1/√samples only.
  Bench<double> three("6-3", 4096, Loss::squared_error);
  rule->begin(three.task.theta.size(), three.blocks());
  three.look(1, LayerDetail::none);
  const double first = norm(three.gradient);
  three.step(*rule, 1);
  three.look(2, LayerDetail::none);
  EXPECT_LT(norm(three.gradient), 5.0 * std::sqrt(3.0 / 4096.0) * first);
}

// Labels drawn from softmax(y): E[g gᵀ] = diag p − p pᵀ, within 5 standard errors of its entries (each at most ½/√N).
TEST(KFac, DrawnTargetsHaveTheModelsCovariance) {
  Bench<double> bench("3-4", 200);
  const double draws = 200.0 * 200.0;
  std::vector<double> exact(16, 0.0), drawn(16, 0.0), data(16, 0.0);
  for (std::uint64_t t = 1; t <= 200; ++t) {
    bench.look(t, LayerDetail::model_gradients);
    const auto& s = bench.layers[0];
    for (std::size_t b = 0; b < s.batch; ++b)
      for (std::size_t i = 0; i < 16; ++i)
        drawn[i] += s.output_gradients[b * 4 + i / 4] * s.output_gradients[b * 4 + i % 4] * 200.0 * 200.0 / draws;
  }
  Pass<double> pass = bench.plan.pass();
  bench.plan.forward(bench.task.theta, bench.task.batch(), pass);
  for (std::size_t b = 0; b < 200; ++b) {
    double p[4], sum = 0.0;
    for (std::size_t j = 0; j < 4; ++j) sum += p[j] = std::exp(pass.outputs()[b * 4 + j]);
    for (double& v : p) v /= sum;
    for (std::size_t i = 0; i < 16; ++i)
      exact[i] += ((i / 4 == i % 4 ? p[i / 4] : 0.0) - p[i / 4] * p[i % 4]) / 200.0;
  }
  for (std::size_t i = 0; i < 16; ++i) EXPECT_NEAR(drawn[i], exact[i], 5.0 * 0.5 / std::sqrt(draws));
}

// u = η′(A + π√λ)⁻¹ ∇W (G + √λ/π)⁻¹ by a general solver, with the limit and the momentum.
TEST(KFac, TheStepIsItsFormula) {
  const KFac o{.rate = 0.7,
               .damping = 0.03,
               .momentum = 0.5,
               .kl_clip = 0.02,
               .decay = 0.8,
               .statistics_period = 1,
               .inverse_period = 1};
  Bench<double> bench("4-5-3:tanh", 20);
  const auto rule = o.make<double>();
  const std::size_t n = bench.task.theta.size();
  rule->begin(n, bench.blocks());
  std::vector<double> velocity(n, 0.0);
  for (std::uint64_t t = 1; t <= 4; ++t) {
    bench.look(t, LayerDetail::model_gradients);
    rule->observe(bench.layers, t);
    const auto held = state(*rule);
    std::vector<double> direction(n);
    double product = 0.0;
    for (std::size_t l = 0; l < 2; ++l) {
      const auto& layer = bench.task.network.layers()[l];
      const std::size_t rows = layer.in + 1, out = layer.out;
      auto a = held.at("k-fac." + std::to_string(l) + ".A"), g = held.at("k-fac." + std::to_string(l) + ".G");
      double trace_a = 0.0, trace_g = 0.0;
      for (std::size_t i = 0; i < rows; ++i) trace_a += a[i * rows + i];
      for (std::size_t i = 0; i < out; ++i) trace_g += g[i * out + i];
      const double pi = std::sqrt((trace_a / static_cast<double>(rows)) / (trace_g / static_cast<double>(out)));
      for (std::size_t i = 0; i < rows; ++i) a[i * rows + i] += pi * std::sqrt(o.damping);
      for (std::size_t i = 0; i < out; ++i) g[i * out + i] += std::sqrt(o.damping) / pi;
      linalg::Lu whole(rows * out);  // of the Kronecker product itself
      ASSERT_TRUE(whole.factor(kronecker(a, rows, g, out)));
      const auto part = std::span(direction).subspan(layer.weights, rows * out);
      std::copy_n(bench.gradient.begin() + static_cast<std::ptrdiff_t>(layer.weights), rows * out, part.begin());
      whole.solve(part);
    }
    for (std::size_t i = 0; i < n; ++i) product += direction[i] * bench.gradient[i];
    const double rate = std::min(o.rate, std::sqrt(o.kl_clip / product));
    EXPECT_LT(rate, o.rate);  // the limit is at work
    auto u = bench.gradient;
    rule->update(u, bench.task.theta, t);
    for (std::size_t i = 0; i < n; ++i) {
      velocity[i] = o.momentum * velocity[i] + rate * direction[i];
      EXPECT_NEAR(u[i], velocity[i], 1e-11);
      bench.task.theta[i] -= u[i];
    }
  }
}

TEST(KFac, FactorsThatRoundingLeavesIndefiniteAreStillInverted) {
  Bench<float> bench("8-5-3", 2);  // two samples, all inputs 1: A has rank 1 of 9
  std::fill(bench.task.inputs.begin(), bench.task.inputs.end(), 1.0F);
  const auto rule = k_fac({.rate = 1e-3, .damping = 1e-12}).make<float>();
  rule->begin(bench.task.theta.size(), bench.blocks());
  for (std::uint64_t t = 1; t <= 5; ++t) bench.step(*rule, t);
  for (const float v : bench.task.theta) EXPECT_TRUE(std::isfinite(v));
}

}  // namespace
}  // namespace thalweg
