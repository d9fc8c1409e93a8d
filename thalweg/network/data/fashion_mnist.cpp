#include "thalweg/network/data/fashion_mnist.hpp"

#include <filesystem>

#include "thalweg/network/data/idx.hpp"

namespace thalweg {

template <class S>
Split<S> fashion_mnist(const SplitOptions& options, const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error))
    throw InvalidArgument(
        "data set `fashion-mnist`: no directory " + directory +
        "; install the Debian package dataset-fashion-mnist (apt-get install dataset-fashion-mnist), "
        "or name a directory of your own with idx:DIR");
  Split<S> parts = read_idx_directory<S>("fashion-mnist", directory, options);
  const std::size_t train = parts.train.samples + parts.validation.samples;
  if (train != 60000 || parts.test.samples != 10000 || parts.train.features != 784 || parts.train.classes != 10)
    throw InvalidArgument("data set `fashion-mnist`: " + directory + " holds " + std::to_string(train) + " + " +
                          std::to_string(parts.test.samples) + " samples of " + std::to_string(parts.train.features) +
                          " features in " + std::to_string(parts.train.classes) +
                          " classes; expected 60000 + 10000 of 784 in 10. Other data are read with idx:DIR");
  for (auto* part : {&parts.train, &parts.validation, &parts.test})
    part->class_names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                         "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  return parts;
}

template Split<float> fashion_mnist(const SplitOptions&, const std::string&);
template Split<double> fashion_mnist(const SplitOptions&, const std::string&);

}  // namespace thalweg
