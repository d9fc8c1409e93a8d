#include "thalweg/second_order/layer_rule.hpp"

#include <bit>
#include <stdexcept>

#include "thalweg/core/options.hpp"

namespace thalweg::detail {

std::vector<LayerShape> layers_of(const std::string& rule, std::size_t n, std::span<const ParameterBlock> blocks) {
  const auto wrong = [&](const std::string& what) {
    return InvalidArgument(
        "rule " + rule + ": " + what +
        "; it steps the layers of a network (train, or descent on a NetworkObjective), whose blocks "
        "are weights (in×out) and bias (out) in turn");
  };
  if (blocks.empty()) throw wrong("no parameter blocks are given");
  std::vector<LayerShape> layers;
  std::size_t next = 0;
  for (std::size_t i = 0; i < blocks.size(); i += 2) {
    const ParameterBlock& w = blocks[i];
    if (w.offset != next) throw wrong("block " + w.name + " does not begin where the one before ends");
    if (i + 1 == blocks.size()) throw wrong("weights " + w.name + " have no bias behind them");
    const ParameterBlock& b = blocks[i + 1];
    if (b.offset != w.offset + w.size() || b.rows != w.cols || b.cols != 1)
      throw wrong("block " + b.name + " is not the bias of " + w.name);
    layers.push_back({w.offset, w.rows, w.cols});
    next = b.offset + b.rows;
  }
  if (next != n) throw wrong("the blocks cover " + std::to_string(next) + " of " + std::to_string(n) + " parameters");
  return layers;
}

template <class S>
void check_statistics(std::span<const LayerShape> layers, std::span<const LayerStatistics<S>> statistics,
                      bool gradients) {
  bool right = layers.size() == statistics.size();
  for (std::size_t l = 0; right && l < layers.size(); ++l) {
    const LayerStatistics<S>& s = statistics[l];
    right = s.weights == layers[l].offset && s.in == layers[l].in && s.out == layers[l].out && s.batch > 0 &&
            s.inputs.size() == s.batch * s.in && (!gradients || s.output_gradients.size() == s.batch * s.out);
  }
  if (!right) throw std::logic_error("observe: these are not the statistics of the layers that begin() was given");
}
template void check_statistics(std::span<const LayerShape>, std::span<const LayerStatistics<float>>, bool);
template void check_statistics(std::span<const LayerShape>, std::span<const LayerStatistics<double>>, bool);

bool due(std::uint64_t t, std::uint64_t period, std::uint64_t spacing, std::uint64_t observed) {
  return (t - 1) % period < spacing || std::has_single_bit(observed);
}

}  // namespace thalweg::detail
