// The weights of a network's layers as matrices within θ, for those who ask what shape θ has (core/shaped.hpp).
#pragma once

#include <vector>

#include "thalweg/core/shaped.hpp"
#include "thalweg/network/network.hpp"

namespace thalweg {

inline std::vector<MatrixShape> weight_matrices(const Network& network) {
  std::vector<MatrixShape> matrices;
  for (const LayerView& layer : network.layers()) matrices.push_back({layer.weights, layer.in, layer.out});
  return matrices;
}

}  // namespace thalweg
