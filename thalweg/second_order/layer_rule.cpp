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

template <class S>
void Products<S>::reserve(std::size_t a, std::size_t b, std::size_t c) {
  for (const std::size_t m : {a, b, c})
    for (const std::size_t k : {a, b, c})
      scratch_.reserve(std::max(gemm_.packed_left(m, k), gemm_.packed_right(k, m)));
}

template <class S>
void Products<S>::multiply(std::size_t m, std::size_t k, std::size_t n, const S* a, const S* b, S* c, const S* bias) {
  scratch_.reserve(gemm_.packed_left(m, k));
  gemm_.pack_left(tasks_, a, m, k, scratch_.data());
  const Left<S> left{scratch_.data(), c, bias};
  gemm_.multiply(tasks_, {&left, 1}, true, m, Right<S>{b, k, n});
}

template <class S>
void Products<S>::multiply_left_transposed(std::size_t m, std::size_t k, std::size_t n, const S* a, const S* b,
                                           S* c) {
  scratch_.reserve(gemm_.packed_left(m, k));
  gemm_.pack_left_transposed(tasks_, a, m, k, scratch_.data());
  const Left<S> left{scratch_.data(), c};
  gemm_.multiply(tasks_, {&left, 1}, false, m, Right<S>{b, k, n});
}

template <class S>
void Products<S>::multiply_right_transposed(std::size_t m, std::size_t k, std::size_t n, const S* a, const S* b,
                                            S* c) {
  scratch_.reserve(std::max(gemm_.packed_left(m, k), gemm_.packed_right(k, m)));
  gemm_.multiply_transposed(tasks_, a, m, k, b, n, c, false, scratch_.data());
}

template class Products<float>;
template class Products<double>;

}  // namespace thalweg::detail
