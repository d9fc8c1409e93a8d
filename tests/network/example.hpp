// A small made-up batch, for tests of the network engine.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "thalweg/core/noise.hpp"
#include "thalweg/network/plan.hpp"

namespace example {

template <class S>
struct Task {
  thalweg::Network network;
  std::vector<S> theta, inputs, targets;
  std::vector<std::int32_t> labels;
  std::size_t size;
  thalweg::Loss loss;

  Task(const std::string& text, std::size_t size_, thalweg::Loss loss_ = thalweg::Loss::cross_entropy,
       std::uint64_t seed = 1)
      : network(thalweg::Network::parse(text)), theta(network.initial<S>(seed)), size(size_), loss(loss_) {
    for (const auto& layer : network.layers())  // biases that are not 0
      thalweg::add_noise<S>(std::span(theta).subspan(layer.bias, layer.out), S(0.1), thalweg::Noise::gaussian,
                            thalweg::Stream(seed, thalweg::Purpose("bias"), layer.bias));
    inputs.resize(size * network.inputs());
    thalweg::fill_noise<S>(inputs, thalweg::Noise::gaussian, thalweg::Stream(seed, thalweg::Purpose("x")));
    targets.resize(size * network.outputs());
    thalweg::fill_noise<S>(targets, thalweg::Noise::gaussian, thalweg::Stream(seed, thalweg::Purpose("t")));
    thalweg::Generator random(thalweg::Stream(seed, thalweg::Purpose("labels")));
    for (std::size_t b = 0; b < size; ++b)
      labels.push_back(static_cast<std::int32_t>(random.index(network.outputs())));
  }
  [[nodiscard]] thalweg::Batch<S> batch() const {
    thalweg::Batch<S> b;
    b.inputs = inputs, b.size = size;
    if (loss == thalweg::Loss::cross_entropy)
      b.labels = labels;
    else
      b.targets = targets;
    return b;
  }
  [[nodiscard]] std::vector<S> direction(std::uint64_t seed = 9) const {
    std::vector<S> v(theta.size());
    thalweg::fill_noise<S>(v, thalweg::Noise::gaussian, thalweg::Stream(seed, thalweg::Purpose("v")));
    return v;
  }
};

inline const std::vector<std::string> activations = {"linear", "relu", "tanh", "sigmoid", "gelu"};
inline const std::vector<thalweg::Loss> losses = {thalweg::Loss::cross_entropy, thalweg::Loss::squared_error};

template <class S>
double dot(const std::vector<S>& a, const std::vector<S>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

}  // namespace example
