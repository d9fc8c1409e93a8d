// An objective whose values are random. The noise is a function of counters alone (core/random.hpp), so that a run is
// the same whatever the number of threads, and a resumed run continues it:
//
//   a question that names a sample     draws by (seed, sample): one realisation for all points, common random numbers
//   a question of the whole            draws by (seed, bits of the point): neighbours share nothing, and a point that
//                                      is asked again has the same value
//
// Methods of values alone name no sample, and meet the second kind. The whole is not the expectation here: that of a
// problem is its `noiseless`.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg::problems {

class NoisyObjective final : public Objective<double> {
 public:
  // The value at x with the noise of one question.
  using Value = std::function<double(std::span<const double> x, Generator& noise)>;
  NoisyObjective(std::size_t dimension, std::uint64_t seed, Value value)
      : dimension_(dimension), seed_(seed), value_(std::move(value)) {}
  [[nodiscard]] std::size_t dimension() const override { return dimension_; }
  [[nodiscard]] Offers offers() const override;
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override;
  double value(std::span<const double> x, SampleKey sample = {}) override;

 private:
  std::size_t dimension_;
  std::uint64_t seed_;
  Value value_;
};

}  // namespace thalweg::problems
