// Minibatches of a data set by number: batch k (k = 1, 2, …) is a function of (seed, k) alone.
//
// Each epoch is a fresh permutation of the samples, cut into ⌈n/B⌉ batches, so that every sample is seen once an
// epoch (sampling without replacement); the last batch of an epoch may be smaller.
#pragma once

#include <cstdint>
#include <vector>

#include "thalweg/network/batch.hpp"
#include "thalweg/network/data_set.hpp"

namespace thalweg {

template <class S>
class Minibatches {
 public:
  // The data must outlive this. size is cut to the number of samples; both must be ≥ 1.
  Minibatches(const DataSet<S>& data, std::size_t size, std::uint64_t seed);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::uint64_t per_epoch() const { return per_epoch_; }
  // Batch k ≥ 1, gathered into storage that the next call overwrites. Allocates only when an epoch begins.
  Batch<S> at(std::uint64_t k);
  // Rows [first, first + count), in order; no copy.
  [[nodiscard]] Batch<S> rows(std::size_t first, std::size_t count) const;

 private:
  const DataSet<S>* data_;
  std::size_t size_;
  std::uint64_t per_epoch_, seed_;
  std::uint64_t epoch_ = ~std::uint64_t{0};  // whose permutation order_ holds
  std::vector<std::uint32_t> order_;
  std::vector<S> inputs_, targets_;
  std::vector<std::int32_t> labels_;
};

extern template class Minibatches<float>;
extern template class Minibatches<double>;

}  // namespace thalweg
