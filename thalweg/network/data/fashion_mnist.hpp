// Fashion-MNIST: 28×28 grey images of ten articles of clothing, 60000 to train on and 10000 to test.
// Xiao, Rasul & Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms",
// arXiv:1708.07747 (2017). Read from Debian's package dataset-fashion-mnist.
#pragma once

#include <string>

#include "thalweg/network/data_set.hpp"

namespace thalweg {

inline constexpr const char* fashion_mnist_directory = "/usr/share/datasets/fashion-mnist";

// Pixels in [0, 1]; the validation part is cut from the 60000, the test part is the 10000.
// Throws InvalidArgument that names the package when the directory is absent, and unless the files have those sizes.
template <class S>
Split<S> fashion_mnist(const SplitOptions& options = {}, const std::string& directory = fashion_mnist_directory);

}  // namespace thalweg
