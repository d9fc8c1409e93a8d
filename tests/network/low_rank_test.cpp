// Certificates of low-rank perturbations: the losses are forward passes of materialised weights on every instruction
// set, the same bits for any number of threads; the operations are those executed.
#include "thalweg/network/low_rank.hpp"

#include <gtest/gtest.h>

#include "network/example.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/network/network_objective.hpp"
#include "thalweg/network/weight_matrices.hpp"

namespace {

using namespace thalweg;
using example::Task;

std::vector<Isa> isas() {
  std::vector<Isa> found;
  for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512})
    if (supported(isa)) found.push_back(isa);
  return found;
}

// ε of the documented layout, by plain loops.
template <class S>
std::vector<double> direction(const Network& net, Noise noise, const Stream& stream, std::size_t rank,
                              Isa isa = best_isa()) {
  std::size_t next = net.parameters(), all = next;
  for (const LayerView& l : net.layers()) all += rank * (l.in + l.out);
  std::vector<S> components(all);
  fill_noise_on<S>(isa, components, noise, stream);
  std::vector<double> e(components.begin(), components.begin() + static_cast<std::ptrdiff_t>(net.parameters()));
  for (const LayerView& l : net.layers()) {
    if (l.in == 1 || l.out == 1) continue;
    for (std::size_t i = 0; i < l.in; ++i)
      for (std::size_t j = 0; j < l.out; ++j) {
        double sum = 0.0;
        for (std::size_t c = 0; c < rank; ++c)
          sum += static_cast<double>(components[next + i * rank + c]) *
                 static_cast<double>(components[next + l.in * rank + c * l.out + j]);
        e[l.weights + i * l.out + j] = sum / std::sqrt(static_cast<double>(rank));
      }
    next += rank * (l.in + l.out);
  }
  return e;
}

std::vector<Perturbation> mixed(std::uint32_t rank, Noise noise) {
  const Stream stream(3, Purpose("epsilon"), 5);
  std::vector<Perturbation> all;
  all.push_back({});
  for (std::uint32_t k = 0; k < 19; ++k)  // pairs: more than go together at once
    for (double sign : {1.0, -1.0}) all.push_back({noise, sign * (k == 2 ? 0.3 : 0.01), stream.at(5, k), rank});
  for (std::uint32_t k = 0; k < 3; ++k) all.push_back({noise, 0.02, stream.at(6, k), rank});
  all.push_back({Noise::gaussian, 0.01, stream.at(7, 0)});  // of full rank among them
  all.push_back({noise, 0.05, stream.at(8, 0), rank + 2});
  return all;
}

template <class S>
void losses_are_those_of_materialised_weights(Isa isa, const std::string& text, Loss loss, std::uint32_t rank,
                                              Noise noise, double tolerance) {
  const Task<S> task(text, 37, loss);
  Plan<S> plan(task.network, task.loss, 40, 1, isa);
  auto pass = plan.pass();
  const std::vector<Perturbation> all = mixed(rank, noise);
  std::vector<double> losses(all.size());
  plan.perturbed_losses(task.theta, task.batch(), all, losses);
  for (std::size_t k = 0; k < all.size(); ++k) {
    std::vector<S> theta = task.theta;
    if (all[k].rank > 0) {
      const auto e = direction<S>(task.network, all[k].noise, all[k].stream, all[k].rank, isa);
      for (std::size_t i = 0; i < e.size(); ++i) theta[i] += static_cast<S>(all[k].scale * e[i]);
    } else {
      std::vector<S> e(theta.size());
      fill_noise_on<S>(isa, e, all[k].noise, all[k].stream);
      for (std::size_t i = 0; i < e.size(); ++i) theta[i] += static_cast<S>(all[k].scale) * e[i];
    }
    const double expected = plan.forward(theta, task.batch(), pass);
    EXPECT_NEAR(losses[k], expected, tolerance * (1 + expected))
        << text << " " << k << " " << name(isa) << " rank " << rank << " " << name(noise) << " " << name(loss);
  }
  EXPECT_NE(losses[1], losses[2]);
}

TEST(LowRank, LossesAreThoseOfMaterialisedWeights) {
  for (Isa isa : isas())
    for (const std::string text : {"6-3", "4-1", "1-5-2", "7-5-1-6", "30-40-35-5", "9-33-18-17-4:tanh"})
      for (Loss loss : example::losses)
        for (Noise noise : {Noise::gaussian, Noise::rademacher})
          for (std::uint32_t rank : {1u, 3u}) {
            if (loss == Loss::cross_entropy && text == "4-1") continue;  // always 0
            losses_are_those_of_materialised_weights<float>(isa, text, loss, rank, noise, 1e-5);
            losses_are_those_of_materialised_weights<double>(isa, text, loss, rank, noise, 1e-12);
          }
}
TEST(LowRank, LossesOfALayerWiderThanABlockOfUnits) {
  losses_are_those_of_materialised_weights<float>(best_isa(), "5-600-300-4", Loss::cross_entropy, 1, Noise::gaussian,
                                                  1e-5);
  losses_are_those_of_materialised_weights<double>(best_isa(), "5-600-300-4", Loss::cross_entropy, 1,
                                                   Noise::rademacher, 1e-12);
}
TEST(LowRank, LossesUnderEveryActivation) {
  for (const std::string& activation : example::activations) {
    if (activation == "linear") continue;
    const std::string text = "12-21-15-4:" + activation;
    losses_are_those_of_materialised_weights<float>(best_isa(), text, Loss::cross_entropy, 2, Noise::gaussian, 1e-5);
    losses_are_those_of_materialised_weights<double>(best_isa(), text, Loss::cross_entropy, 2, Noise::gaussian,
                                                     1e-12);
  }
}

// The difference of a pair is what matters, and is kept: against double, floats lose no digits to cancellation.
TEST(LowRank, TheDifferenceOfAPairIsRoundedLessThanTheLosses) {
  const Task<float> task("30-40-35-5", 37);
  const Task<double> exact("30-40-35-5", 37);
  std::vector<double> wide(task.theta.begin(), task.theta.end()), inputs(task.inputs.begin(), task.inputs.end());
  const Batch<double> batch{.inputs = inputs, .labels = task.labels, .targets = {}, .size = 37};
  Plan<float> plan(task.network, task.loss, 37);
  Plan<double> reference(task.network, task.loss, 37);
  const Stream stream(3, Purpose("epsilon"), 5);
  const double sigma = 1e-4;
  std::vector<Perturbation> all = {{Noise::gaussian, sigma, stream, 1}, {Noise::gaussian, -sigma, stream, 1}};
  std::vector<double> losses(2), expected(2);
  plan.perturbed_losses(task.theta, task.batch(), all, losses);
  reference.perturbed_losses(wide, batch, all, expected);
  EXPECT_NEAR((losses[0] - losses[1]) / (expected[0] - expected[1]), 1.0, 2e-4);
}

TEST(LowRank, TheSameBitsForAnyNumberOfThreads) {
  const Task<float> task("100-130-90-10", 150);
  std::vector<std::vector<double>> all;
  for (int threads : {1, 2, 4}) {
    Plan<float> plan(task.network, task.loss, 150, threads);
    const auto perturbations = mixed(2, Noise::gaussian);
    std::vector<double> losses(perturbations.size() + 1);
    losses.back() =
        plan.perturbed_losses(task.theta, task.batch(), perturbations, std::span(losses).first(perturbations.size()));
    all.push_back(losses);
  }
  EXPECT_EQ(all[1], all[0]);
  EXPECT_EQ(all[2], all[0]);
}

TEST(LowRank, ADirectionIsAddedAsItIsDefined) {
  const Network net = network("7-5-1-6");
  for (Noise noise : {Noise::gaussian, Noise::rademacher})
    for (std::size_t rank : {1u, 2u, 70u}) {
      LowRank<double> directions(net.parameters(), weight_matrices(net), rank);
      EXPECT_EQ(directions.matrices().size(), 1u);  // the others are vectors
      const Stream first(4, Purpose("d"), 2);
      std::vector<double> sum(net.parameters(), 0.5), expected = sum, coefficients, set(sum), added(sum);
      for (std::uint32_t k = 0; k < 70; ++k) {
        coefficients.push_back(0.1 * (1.0 + k));
        const auto e = direction<double>(net, noise, first.at(2, k), rank);
        for (std::size_t i = 0; i < e.size(); ++i) expected[i] += coefficients[k] * e[i];
        directions.add(added, coefficients[k], noise, first.at(2, k));
      }
      directions.add_all(sum, coefficients, noise, first);
      directions.set_all(set, coefficients, noise, first);
      for (std::size_t i = 0; i < sum.size(); ++i) {
        ASSERT_NEAR(sum[i], expected[i], 1e-11);
        ASSERT_NEAR(added[i], expected[i], 1e-11);
        ASSERT_NEAR(set[i], expected[i] - 0.5, 1e-11);
      }
    }
  EXPECT_THROW(LowRank<double>(10, {{0, 3, 4}}, 1), InvalidArgument);
  EXPECT_THROW(LowRank<double>(20, {{0, 3, 4}, {11, 2, 2}}, 1), InvalidArgument);
}

// Under tanh every unit changes: the count is a closed form. Under a ReLU it is what was not zero.
TEST(LowRank, OperationsAreThoseExecuted) {
  const auto executed = [](const std::string& text, double scale) {
    const Task<double> task(text, 33);
    Plan<double> plan(task.network, task.loss, 33);
    const Stream stream(3, Purpose("epsilon"), 5);
    std::vector<Perturbation> all;
    for (std::uint32_t k = 0; k < 9; ++k)  // more than half of what goes together
      for (double sign : {1.0, -1.0}) all.push_back({Noise::gaussian, sign * scale, stream.at(5, k), 2});
    std::vector<double> losses(all.size());
    return plan.perturbed_losses(task.theta, task.batch(), all, losses) - plan.flops_forward(33);
  };
  const double lanes = 9, rows = 33, in = 20, hidden = 30, out = 4, r = 2;
  const double factors = lanes * 12 * (r * (in + hidden) + hidden + r * (hidden + out) + out);
  const double along = rows * lanes * 2 * r * (in + hidden);
  const double products = rows * hidden * 2 * lanes * 2 * (out + r);  // odd and even
  const double added = rows * lanes * (hidden * (1 + 2 * r) + out * (1 + 4 * r));
  const double activations = rows * lanes * hidden * (2 * (32 + 3) + 2), outputs = rows * lanes * 2 * out * 26;
  EXPECT_DOUBLE_EQ(executed("20-30-4:tanh", 0.01), factors + along + products + added + activations + outputs);
  const double relu = rows * lanes * hidden * (2 * (1 + 3) + 2);
  const double rest = factors + along + added + relu + outputs;
  const double half = executed("20-30-4", 1e-6) - rest, most = executed("20-30-4", 10.0) - rest;
  EXPECT_GT(half, 0.15 * products);  // odd for the units that are on
  EXPECT_LT(half, 0.35 * products);
  EXPECT_GT(most, 0.9 * products);  // every unit is on somewhere
  EXPECT_LE(most, products);
}

TEST(LowRank, OtherAnswersAreAtTheMaterialisedPoint) {
  const Task<double> task("6-7-3", 9);
  DataSet<double> data;
  data.id = "made", data.samples = 9, data.features = 6, data.classes = 3;
  data.inputs = task.inputs, data.labels = task.labels;
  NetworkObjective<double> f(task.network, task.loss, data);
  const Stream stream(3, Purpose("epsilon"), 5);
  std::vector<double> g(task.theta.size()), expected(g), moved = task.theta;
  Question<double> q{.asks = {AnswerKind::value, AnswerKind::gradient}, .point = task.theta};
  q.perturbation = {Noise::gaussian, 0.1, stream, 2};
  Answer<double> a;
  a.gradient = g;
  f.answer({&q, 1}, {&a, 1});
  const auto e = direction<double>(task.network, Noise::gaussian, stream, 2);
  for (std::size_t i = 0; i < e.size(); ++i) moved[i] += 0.1 * e[i];
  EXPECT_NEAR(a.value, f.value_and_gradient(moved, expected), 1e-12);
  for (std::size_t i = 0; i < g.size(); ++i) ASSERT_NEAR(g[i], expected[i], 1e-12);
  auto pass = f.plan().pass();
  Tangent<double> tangent;
  tangent.noise = q.perturbation;
  EXPECT_THROW(f.plan().jvp(task.theta, task.batch(), pass, tangent), InvalidArgument);
}

}  // namespace
