#include "thalweg/network/data_set.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace thalweg {
namespace {

void require_size(const std::string& id, const char* what, std::size_t have, std::size_t want) {
  if (have != want)
    throw InvalidArgument("data set `" + id + "`: " + what + " has " + std::to_string(have) + " entries, not " +
                          std::to_string(want));
}

template <class S>
void require_finite(const std::string& id, const char* what, const std::vector<S>& values, std::size_t columns) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw InvalidArgument("data set `" + id + "`: " + what + " of sample " + std::to_string(i / columns) +
                            ", column " + std::to_string(i % columns) + ", is not finite");
}

}  // namespace

template <class S>
void DataSet<S>::check() const {
  const bool regression = classes == 0;
  if (features == 0) throw InvalidArgument("data set `" + id + "` has no features");
  if (regression && outputs == 0) throw InvalidArgument("data set `" + id + "` has neither classes nor outputs");
  if (!regression && outputs != 0) throw InvalidArgument("data set `" + id + "` has both classes and outputs");
  require_size(id, "inputs", inputs.size(), samples * features);
  require_size(id, "targets", targets.size(), samples * outputs);
  require_size(id, "labels", labels.size(), regression ? 0 : samples);
  if (!class_names.empty()) require_size(id, "class_names", class_names.size(), classes);
  require_size(id, "one input's shape",
               std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()), features);
  require_finite(id, "the input", inputs, features);
  require_finite(id, "the target", targets, std::max<std::size_t>(outputs, 1));
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] < 0 || static_cast<std::size_t>(labels[i]) >= classes)
      throw InvalidArgument("data set `" + id + "`: the label of sample " + std::to_string(i) + " is " +
                            std::to_string(labels[i]) + ", not in [0, " + std::to_string(classes) + ")");
}

template <class To, class From>
DataSet<To> converted(const DataSet<From>& data) {
  const auto convert = [](const std::vector<From>& from) {
    std::vector<To> to(from.size());
    std::ranges::transform(from, to.begin(), [](From v) { return static_cast<To>(v); });
    return to;
  };
  return {data.id,      data.samples,         data.features,         data.classes,
          data.outputs, convert(data.inputs), convert(data.targets), data.labels,
          data.shape,   data.class_names};
}

template <class S>
DataSet<S> rows_of(const DataSet<S>& data, std::span<const std::uint32_t> rows) {
  DataSet<S> part{data.id, rows.size(), data.features, data.classes,    data.outputs, {},
                  {},      {},          data.shape,    data.class_names};
  part.inputs.reserve(rows.size() * data.features);
  part.targets.reserve(rows.size() * data.outputs);
  part.labels.reserve(data.labels.empty() ? 0 : rows.size());
  for (const std::uint32_t row : rows) {
    if (row >= data.samples)
      throw InvalidArgument("row " + std::to_string(row) + " of data set `" + data.id + "`, which has " +
                            std::to_string(data.samples));
    const auto input = data.input(row), target = data.target(row);
    part.inputs.insert(part.inputs.end(), input.begin(), input.end());
    part.targets.insert(part.targets.end(), target.begin(), target.end());
    if (!data.labels.empty()) part.labels.push_back(data.labels[row]);
  }
  return part;
}

template <class S>
std::vector<S> one_hot(const DataSet<S>& data) {
  std::vector<S> out(data.samples * data.classes, S{0});
  for (std::size_t i = 0; i < data.labels.size(); ++i)
    out[i * data.classes + static_cast<std::size_t>(data.labels[i])] = S{1};
  return out;
}

template <class S>
Standardisation<S> standardisation(const DataSet<S>& data) {
  const std::size_t n = data.features;
  const double count = static_cast<double>(std::max<std::size_t>(data.samples, 1));
  std::vector<double> mean(n, 0.0), variance(n, 0.0);
  for (std::size_t i = 0; i < data.samples; ++i)
    for (std::size_t j = 0; j < n; ++j) mean[j] += static_cast<double>(data.inputs[i * n + j]) / count;
  for (std::size_t i = 0; i < data.samples; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double d = static_cast<double>(data.inputs[i * n + j]) - mean[j];
      variance[j] += d * d / count;
    }
  Standardisation<S> result;
  for (std::size_t j = 0; j < n; ++j) {
    // Below the rounding of the mean a feature counts as constant.
    const double deviation = std::sqrt(variance[j]);
    const bool varies = deviation > 1e-12 * std::abs(mean[j]);
    result.mean.push_back(static_cast<S>(mean[j]));
    result.deviation.push_back(varies ? static_cast<S>(deviation) : S{1});
  }
  return result;
}

template <class S>
void Standardisation<S>::apply(DataSet<S>& data) const {
  require_size(data.id, "the standardisation", mean.size(), data.features);
  for (std::size_t i = 0; i < data.samples; ++i)
    for (std::size_t j = 0; j < data.features; ++j) {
      S& x = data.inputs[i * data.features + j];
      x = (x - mean[j]) / deviation[j];
    }
}

template <class S>
void standardise(Split<S>& parts) {
  const auto scaling = standardisation(parts.train);
  for (auto* part : {&parts.train, &parts.validation, &parts.test}) scaling.apply(*part);
}

template <class S>
Split<S> split(const DataSet<S>& data, const SplitOptions& options) {
  for (const auto& [name, fraction] : {std::pair("validation", options.validation), std::pair("test", options.test)})
    if (!(fraction >= 0.0 && fraction < 1.0))
      throw InvalidArgument(std::string("split: ") + name + " is " + detail::format(fraction) +
                            "; it is a fraction in [0, 1)");
  if (!(options.validation + options.test < 1.0))
    throw InvalidArgument("split: validation + test is " + detail::format(options.validation + options.test) +
                          ", which leaves nothing to train on");
  // Groups: one a class, or all samples as one. Each group keeps the order of one permutation of all samples.
  const bool stratified = options.stratified && data.classes > 0;
  std::vector<std::vector<std::uint32_t>> groups(stratified ? data.classes : 1);
  const auto order = permutation(Stream(options.seed, Purpose("data.split")), data.samples);
  for (const std::uint32_t row : order)
    groups[stratified ? static_cast<std::size_t>(data.labels[row]) : 0].push_back(row);
  // Cuts round the running total, so that the parts' sizes are those of an unstratified cut within one sample.
  std::vector<std::uint8_t> part_of(data.samples, 0);
  std::size_t seen = 0, validation_taken = 0, test_taken = 0;
  for (const auto& group : groups) {
    seen += group.size();
    const auto due = [&](double fraction) {
      return static_cast<std::size_t>(std::llround(fraction * static_cast<double>(seen)));
    };
    const std::size_t for_test = std::min(due(options.test) - test_taken, group.size());
    const std::size_t for_validation = std::min(due(options.validation) - validation_taken, group.size() - for_test);
    for (std::size_t i = 0; i < for_test + for_validation; ++i) part_of[group[i]] = i < for_test ? 2 : 1;
    test_taken += for_test;
    validation_taken += for_validation;
  }
  std::vector<std::uint32_t> rows[3];
  for (const std::uint32_t row : order) rows[part_of[row]].push_back(row);
  return {rows_of<S>(data, rows[0]), rows_of<S>(data, rows[1]), rows_of<S>(data, rows[2])};
}

#define THALWEG_DATA_SET(S)                                                       \
  template struct DataSet<S>;                                                     \
  template struct Standardisation<S>;                                             \
  template DataSet<S> rows_of(const DataSet<S>&, std::span<const std::uint32_t>); \
  template std::vector<S> one_hot(const DataSet<S>&);                             \
  template Standardisation<S> standardisation(const DataSet<S>&);                 \
  template void standardise(Split<S>&);                                           \
  template Split<S> split(const DataSet<S>&, const SplitOptions&);
THALWEG_DATA_SET(float)
THALWEG_DATA_SET(double)
#undef THALWEG_DATA_SET
template DataSet<float> converted(const DataSet<float>&);
template DataSet<double> converted(const DataSet<float>&);
template DataSet<float> converted(const DataSet<double>&);
template DataSet<double> converted(const DataSet<double>&);

}  // namespace thalweg
