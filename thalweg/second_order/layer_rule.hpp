// Internal to second_order: what update rules that look into the layers of a network share. Not for callers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "thalweg/first_order/update_rule.hpp"
#include "thalweg/network/products.hpp"

namespace thalweg::detail {

// A dense layer in the flat parameter vector: weights (in×out, row-major) at `offset`, the bias (out) right behind
// them. Together they are one (in+1)×out matrix, the bias its last row: the weight of an input that is always 1.
struct LayerShape {
  std::size_t offset = 0, in = 0, out = 0;
  [[nodiscard]] std::size_t rows() const { return in + 1; }
  [[nodiscard]] std::size_t size() const { return (in + 1) * out; }
};

// The layers that the blocks describe. Throws InvalidArgument, naming `rule`, when they are not weights and bias in
// turn that cover all n parameters.
std::vector<LayerShape> layers_of(const std::string& rule, std::size_t n, std::span<const ParameterBlock> blocks);

// Are the statistics of these layers, with output gradients if `gradients`? Throws std::logic_error otherwise.
template <class S>
void check_statistics(std::span<const LayerShape> layers, std::span<const LayerStatistics<S>> statistics,
                      bool gradients);

// A running mean's weight of what it held, at its k-th item (k = 1, 2, …): exact means at first, then exponential.
// Martens & Grosse (2015), section 5: min(1 − 1/k, decay).
inline double kept(double k, double decay) { return std::min(1.0 - 1.0 / k, decay); }

// Is this observation the time for a decomposition: every `period` steps (observations come every `spacing` steps),
// and after 1, 2, 4, 8 … observations, since the first statistics are of one batch.
bool due(std::uint64_t t, std::uint64_t period, std::uint64_t spacing, std::uint64_t observed);

}  // namespace thalweg::detail
