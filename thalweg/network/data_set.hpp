// Data sets: rows of numbers with a class or a target each, their splitting and scaling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {

// A table of samples. Classification: `classes` ≥ 1, `labels` has one entry in [0, classes) a sample, `targets` is
// empty. Regression: `classes` is 0, `labels` is empty, `targets` has `outputs` numbers a sample.
template <class S>
struct DataSet {
  std::string id;                        // "digits", "csv:wine.csv,target=quality"
  std::size_t samples = 0;               // rows
  std::size_t features = 0;              // columns of inputs
  std::size_t classes = 0;               // 0: regression
  std::size_t outputs = 0;               // columns of targets; 0 for classification
  std::vector<S> inputs;                 // samples×features, row-major
  std::vector<S> targets;                // samples×outputs, row-major
  std::vector<std::int32_t> labels;      // samples
  std::vector<std::size_t> shape;        // of one input, as in {28, 28}; its product is `features`
  std::vector<std::string> class_names;  // classes, or empty: "0", "1", …

  [[nodiscard]] std::span<const S> input(std::size_t row) const {
    return std::span<const S>(inputs).subspan(row * features, features);
  }
  [[nodiscard]] std::span<const S> target(std::size_t row) const {
    return std::span<const S>(targets).subspan(row * outputs, outputs);
  }
  // Throws InvalidArgument, naming `id`, unless every size fits, every number is finite and every label in range.
  void check() const;
};

// Training, validation (choosing step sizes) and test (looked at once) parts of one data set. A part may be empty.
template <class S>
struct Split {
  DataSet<S> train, validation, test;
};

// A copy in the other scalar.
template <class To, class From>
DataSet<To> converted(const DataSet<From>& data);
template <class To, class From>
Split<To> converted(const Split<From>& split) {
  return {converted<To>(split.train), converted<To>(split.validation), converted<To>(split.test)};
}

// The given rows, in the given order.
template <class S>
DataSet<S> rows_of(const DataSet<S>& data, std::span<const std::uint32_t> rows);

// Labels as targets: samples×classes, 1 at the label, 0 elsewhere.
template <class S>
std::vector<S> one_hot(const DataSet<S>& data);

// x ↦ (x − mean)/deviation, feature by feature. A feature that never varies is only centred.
template <class S>
struct Standardisation {
  std::vector<S> mean, deviation;  // features; deviation is 1 where the feature never varies
  void apply(DataSet<S>& data) const;
};
// Measured on one data set (the training part), two-pass, in double; the deviation divides by the sample count.
template <class S>
Standardisation<S> standardisation(const DataSet<S>& data);
// All three parts by the training part's mean and deviation.
template <class S>
void standardise(Split<S>& split);

struct SplitOptions {
  double validation = 0.15;  // fraction of all samples, in [0, 1)
  double test = 0.2;         // fraction of all samples, in [0, 1); validation + test < 1
  bool stratified = true;    // every class in the same proportion in each part, as near as whole samples allow
  std::uint64_t seed = 0;
};
// Shuffles (counter-based: a function of the seed and the sample count) and cuts. Every sample lands in exactly
// one part, whose rows are in shuffled order. Stratified cuts ask for labels; regression is cut plainly.
template <class S>
Split<S> split(const DataSet<S>& data, const SplitOptions& options = {});

}  // namespace thalweg
