#include "thalweg/network/minibatches.hpp"

#include <algorithm>
#include <numeric>

#include "thalweg/core/random.hpp"

namespace thalweg {

template <class S>
Minibatches<S>::Minibatches(const DataSet<S>& data, std::size_t size, std::uint64_t seed)
    : data_(&data), size_(std::min(size, data.samples)), seed_(seed) {
  if (size == 0) throw InvalidArgument("batch is 0; it must be ≥ 1");
  if (data.samples == 0) throw InvalidArgument("data " + data.id + " has no samples to draw a batch from");
  per_epoch_ = (data.samples + size_ - 1) / size_;
  inputs_.resize(size_ * data.features);
  targets_.resize(size_ * data.outputs);
  labels_.resize(data.labels.empty() ? 0 : size_);
  order_.resize(data.samples);
}

template <class S>
Batch<S> Minibatches<S>::at(std::uint64_t k) {
  const std::uint64_t epoch = (k - 1) / per_epoch_;
  if (epoch != epoch_) {
    std::iota(order_.begin(), order_.end(), 0u);
    Generator(Stream(seed_, Purpose("minibatches.order"), epoch)).shuffle(std::span(order_));
    epoch_ = epoch;
  }
  const std::size_t first = static_cast<std::size_t>((k - 1) % per_epoch_) * size_;
  const std::size_t count = std::min(size_, data_->samples - first);
  const std::size_t features = data_->features, outputs = data_->outputs;
  for (std::size_t b = 0; b < count; ++b) {
    const std::size_t row = order_[first + b];
    std::copy_n(&data_->inputs[row * features], features, &inputs_[b * features]);
    if (outputs > 0) std::copy_n(&data_->targets[row * outputs], outputs, &targets_[b * outputs]);
    if (!labels_.empty()) labels_[b] = data_->labels[row];
  }
  return {.inputs = std::span<const S>(inputs_).first(count * features),
          .labels = std::span<const std::int32_t>(labels_).first(labels_.empty() ? 0 : count),
          .targets = std::span<const S>(targets_).first(count * outputs),
          .size = count};
}

template <class S>
Batch<S> Minibatches<S>::rows(std::size_t first, std::size_t count) const {
  const DataSet<S>& d = *data_;
  return {.inputs = std::span<const S>(d.inputs).subspan(first * d.features, count * d.features),
          .labels = d.labels.empty() ? std::span<const std::int32_t>{}
                                     : std::span<const std::int32_t>(d.labels).subspan(first, count),
          .targets = std::span<const S>(d.targets).subspan(first * d.outputs, count * d.outputs),
          .size = count};
}

template class Minibatches<float>;
template class Minibatches<double>;

}  // namespace thalweg
