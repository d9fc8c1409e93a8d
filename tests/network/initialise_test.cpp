// Initialisation: the second moment of pre-activations stays flat over 50 layers of width 1024, He with ReLU
// (He et al. 2015, eq. 10) and Glorot with linear layers (Glorot & Bengio 2010, eq. 12). One net's moment is a random
// walk over its layers (log-variance of about 5/width a layer with ReLU), so nets are averaged.
#include <gtest/gtest.h>

#include "network/example.hpp"

namespace {

using namespace thalweg;

// Mean over nets of E[z²] of the last layer over that of the first. Layers of a net are made one at a time: the same
// two buffers of one layer serve all 50.
double growth(Activation activation, Initialisation how, std::size_t width, int nets) {
  const std::vector<std::size_t> widths = {width, width, width};  // two layers: the first hidden, of the activation
  const Network one(widths, activation);
  constexpr std::size_t samples = 4, depth = 50;
  Plan<float> plan(one, Loss::squared_error, samples);
  auto pass = plan.pass();
  std::vector<float> theta(one.parameters()), h(samples * width);
  double sum = 0;
  for (int net = 0; net < nets; ++net) {
    fill_noise<float>(h, Noise::gaussian, Stream(static_cast<std::uint64_t>(net), Purpose("x")));
    double first = 0, last = 0;
    for (std::size_t l = 0; l < depth; ++l) {
      one.initialise<float>(theta, static_cast<std::uint64_t>(net) * 1000 + l, how);
      Batch<float> batch;
      batch.inputs = h, batch.size = samples;
      plan.outputs(theta, batch, pass);
      double moment = 0;
      for (float z : pass.pre_activations(0)) moment += static_cast<double>(z) * static_cast<double>(z);
      if (l == 0) first = moment;
      last = moment;
      const auto next = pass.inputs(1);
      h.assign(next.begin(), next.end());
    }
    sum += last / first;
  }
  return sum / nets;
}

TEST(Initialise, SecondMomentIsFlatOverFiftyLayers) {
  // Standard error of the mean: √(50·5/256/12) ≈ 0.28 with ReLU at width 256, √(50·2/256/12) ≈ 0.18 linear.
  EXPECT_NEAR(growth(Activation::relu, Initialisation::he, 256, 12), 1.0, 0.9);
  EXPECT_NEAR(growth(Activation::linear, Initialisation::glorot, 256, 12), 1.0, 0.6);
  // The wrong one vanishes: 2⁻⁴⁹.
  EXPECT_LT(growth(Activation::relu, Initialisation::glorot, 256, 1), 1e-10);
}

TEST(Initialise, LongFormSecondMomentIsFlatAtWidth1024) {
  EXPECT_NEAR(growth(Activation::relu, Initialisation::he, 1024, 8), 1.0, 0.5);
  EXPECT_NEAR(growth(Activation::linear, Initialisation::glorot, 1024, 8), 1.0, 0.35);
}

TEST(Initialise, VarianceIsTheStatedOneAndTheSeedDecides) {
  const Network net = network("300-200-10");
  const auto& first = net.layers()[0];
  for (auto [how, variance] : {std::pair{Initialisation::automatic, 2.0 / 300},
                               {Initialisation::glorot, 2.0 / 500},
                               {Initialisation::he, 2.0 / 300},
                               {Initialisation::lecun, 1.0 / 300}}) {
    const auto theta = net.initial<double>(3, how);
    double squares = 0;
    for (std::size_t i = 0; i < 60000; ++i) squares += theta[first.weights + i] * theta[first.weights + i];
    EXPECT_NEAR(squares / 60000 / variance, 1.0, 4 * std::sqrt(2.0 / 60000));
    for (std::size_t j = 0; j < first.out; ++j) EXPECT_EQ(theta[first.bias + j], 0.0);
  }
  EXPECT_EQ(net.initial<double>(3), net.initial<double>(3));
  EXPECT_NE(net.initial<double>(3), net.initial<double>(4));
}

}  // namespace
