// Rows of a data set, gathered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace thalweg {

template <class S>
struct Batch {
  std::span<const S> inputs;             // size×features, row-major
  std::span<const std::int32_t> labels;  // size, for classification; empty otherwise
  std::span<const S> targets;            // size×outputs, for regression; empty otherwise
  std::size_t size = 0;
};

}  // namespace thalweg
