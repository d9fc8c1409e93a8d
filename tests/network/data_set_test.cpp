#include "thalweg/network/data_set.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "thalweg/network/data/digits.hpp"

namespace thalweg {
namespace {

// Samples numbered by their one feature; class i%classes, the last class rarer.
DataSet<double> numbered(std::size_t samples, std::size_t classes) {
  DataSet<double> data;
  data.id = "numbered";
  data.samples = samples, data.features = 1, data.shape = {1}, data.classes = classes;
  for (std::size_t i = 0; i < samples; ++i) {
    data.inputs.push_back(static_cast<double>(i));
    if (classes > 0)
      data.labels.push_back(i % 50 == 0 ? static_cast<int>(classes) - 1 : static_cast<int>(i % (classes - 1)));
  }
  if (classes == 0) {
    data.outputs = 1;
    data.targets = data.inputs;
  }
  return data;
}

TEST(DataSet, EverySampleLandsInExactlyOnePart) {
  for (const bool stratified : {false, true}) {
    const auto data = numbered(1000, 5);
    const auto parts = split(data, {.validation = 0.1, .test = 0.25, .stratified = stratified, .seed = 7});
    EXPECT_EQ(parts.test.samples, 250u);
    EXPECT_EQ(parts.validation.samples, 100u);
    EXPECT_EQ(parts.train.samples, 650u);
    std::set<double> seen;
    for (const auto* part : {&parts.train, &parts.validation, &parts.test}) {
      part->check();
      for (std::size_t i = 0; i < part->samples; ++i) {
        const double x = part->input(i)[0];
        EXPECT_TRUE(seen.insert(x).second);
        EXPECT_EQ(part->labels[i], data.labels[static_cast<std::size_t>(x)]);  // the label came along
      }
    }
    EXPECT_EQ(seen.size(), 1000u);
  }
}

TEST(DataSet, StratifiedKeepsProportionsOfARareClass) {
  const auto data = numbered(1000, 5);  // 20 samples of class 4
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto parts = split(data, {.validation = 0.1, .test = 0.25, .seed = seed});
    EXPECT_NEAR(static_cast<double>(std::ranges::count(parts.test.labels, 4)), 5.0, 1.0);
    EXPECT_NEAR(static_cast<double>(std::ranges::count(parts.validation.labels, 4)), 2.0, 1.0);
  }
}

TEST(DataSet, SplitIsAFunctionOfTheSeed) {
  const auto data = numbered(300, 3);
  EXPECT_EQ(split(data, {.seed = 1}).train.inputs, split(data, {.seed = 1}).train.inputs);
  EXPECT_NE(split(data, {.seed = 1}).train.inputs, split(data, {.seed = 2}).train.inputs);
  EXPECT_FALSE(std::ranges::is_sorted(split(data, {.seed = 1}).train.inputs));  // shuffled
}

TEST(DataSet, SplitOfRegressionAndEmptyParts) {
  const auto parts = split(numbered(100, 0), {.validation = 0.0, .test = 0.3});
  EXPECT_EQ(parts.validation.samples, 0u);
  EXPECT_EQ(parts.test.samples, 30u);
  EXPECT_EQ(parts.test.targets, parts.test.inputs);
  EXPECT_THROW(split(numbered(10, 0), {.validation = 0.5, .test = 0.5}), InvalidArgument);
  EXPECT_THROW(split(numbered(10, 0), {.validation = -0.1}), InvalidArgument);
  EXPECT_THROW(split(numbered(10, 0), {.test = std::nan("")}), InvalidArgument);
}

TEST(DataSet, StandardisationIsMeasuredOnTheTrainingPartOnly) {
  auto parts = split(numbered(500, 4), {.seed = 3});
  const auto before = parts.test;
  const auto scaling = standardisation(parts.train);
  standardise(parts);
  double mean = 0, square = 0;
  for (const double x : parts.train.inputs) mean += x, square += x * x;
  const auto n = static_cast<double>(parts.train.samples);
  EXPECT_NEAR(mean / n, 0.0, 1e-12);
  EXPECT_NEAR(square / n, 1.0, 1e-12);
  EXPECT_DOUBLE_EQ(parts.test.inputs[5], (before.inputs[5] - scaling.mean[0]) / scaling.deviation[0]);
}

TEST(DataSet, ConstantFeatureIsOnlyCentred) {
  DataSet<float> data;
  data.samples = 3, data.features = 1, data.shape = {1}, data.outputs = 1;
  data.inputs = {0.1f, 0.1f, 0.1f}, data.targets = {1, 2, 3};
  standardisation(data).apply(data);
  for (const float x : data.inputs) EXPECT_NEAR(x, 0.0f, 1e-7f);
}

TEST(DataSet, ConversionKeepsEverything) {
  const auto data = digits<double>();
  const auto back = converted<double>(converted<float>(data));  // sixteenths are exact in float
  EXPECT_EQ(back.inputs, data.inputs);
  EXPECT_EQ(back.labels, data.labels);
  EXPECT_EQ(back.shape, data.shape);
  EXPECT_EQ(back.id, data.id);
}

TEST(DataSet, OneHot) {
  const auto data = numbered(60, 3);
  const auto targets = one_hot(data);
  ASSERT_EQ(targets.size(), 180u);
  for (std::size_t i = 0; i < 60; ++i)
    for (std::size_t c = 0; c < 3; ++c)
      EXPECT_EQ(targets[i * 3 + c], static_cast<std::size_t>(data.labels[i]) == c ? 1.0 : 0.0);
}

TEST(DataSet, CheckNamesWhatIsWrong) {
  auto data = numbered(10, 3);
  data.labels[4] = 3;
  try {
    data.check();
    FAIL();
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("label of sample 4 is 3, not in [0, 3)"), std::string::npos) << e.what();
  }
  data = numbered(10, 3);
  data.inputs[2] = std::nan("");
  EXPECT_THROW(data.check(), InvalidArgument);
  data = numbered(10, 3);
  data.inputs.pop_back();
  EXPECT_THROW(data.check(), InvalidArgument);
}

TEST(DataSet, RowsOfRejectsARowThatIsNotThere) {
  const std::vector<std::uint32_t> rows = {10};
  EXPECT_THROW(rows_of<double>(numbered(10, 3), rows), InvalidArgument);
}

TEST(Digits, AreThoseOfTheFile) {
  const auto data = digits<float>();
  EXPECT_EQ(data.samples, 1797u);
  EXPECT_EQ(data.features, 64u);
  // Class counts as documented for this set (scikit-learn's copy: 178 zeros, 182 ones, …).
  std::vector<long> counts;
  for (int c = 0; c < 10; ++c) counts.push_back(std::ranges::count(data.labels, c));
  EXPECT_EQ(counts, (std::vector<long>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}));
  EXPECT_EQ(data.input(0)[2], 5.0f / 16.0f);
  EXPECT_EQ(*std::ranges::max_element(data.inputs), 1.0f);
  EXPECT_EQ(*std::ranges::min_element(data.inputs), 0.0f);
}

}  // namespace
}  // namespace thalweg
