// Data by name, as in `thalweg train --data`:
//   digits              8×8 handwritten digits, built in (1797 samples)
//   fashion-mnist       28×28 articles of clothing (60000 + 10000), from Debian's dataset-fashion-mnist
//   idx:DIR             any directory of IDX files named as MNIST's
//   csv:FILE,target=COL any table with a header line
#pragma once

#include <string_view>

#include "thalweg/network/data_set.hpp"

namespace thalweg {

struct LoadOptions {
  SplitOptions split{};      // `test` is unused where the data come with a test part of their own
  bool standardise = false;  // by the training part's mean and deviation
};

// Reads, checks and splits. Throws InvalidArgument: an unknown name (with the nearest), a missing or malformed file.
template <class S>
Split<S> load_data(std::string_view text, const LoadOptions& options = {});

}  // namespace thalweg
