// train: budgets, determinism, checkpoints, divergence, what is counted.
#include "thalweg/credit/train.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "thalweg/credit/backprop.hpp"
#include "thalweg/credit/checkpoint.hpp"
#include "thalweg/credit/feedback_alignment.hpp"
#include "thalweg/credit/forward_gradient.hpp"
#include "thalweg/credit/node_perturbation.hpp"
#include "thalweg/credit/weight_perturbation.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

namespace fs = std::filesystem;

// Three normal clouds in the plane.
Split<float> clouds(std::size_t samples = 300) {
  DataSet<float> d;
  d.id = "clouds", d.samples = samples, d.features = 2, d.classes = 3;
  Generator random(Stream(1, Purpose("test.clouds")));
  for (std::size_t i = 0; i < samples; ++i) {
    const auto k = static_cast<std::int32_t>(i % 3);
    const double angle = 2.0 * M_PI * k / 3.0;
    d.inputs.push_back(static_cast<float>(2 * std::cos(angle) + 0.5 * random.normal()));
    d.inputs.push_back(static_cast<float>(2 * std::sin(angle) + 0.5 * random.normal()));
    d.labels.push_back(k);
  }
  return split(d, {.seed = 2});
}

TEST(Train, EveryCreditRuleLearnsTheClouds) {
  const auto data = clouds();
  const std::vector<Credit> rules = {Backprop{}, ForwardGradient{.directions = 4},
                                     WeightPerturbation{.directions = 4}, NodePerturbation{.directions = 2},
                                     FeedbackAlignment{}};
  for (const Credit& credit : rules) {
    const auto fit =
        train<float>(network("2-16-3"), data, credit, parse_rule("adam(rate=1e-2)"), {.max_epochs = 60.0, .seed = 3});
    EXPECT_GT(fit.test.accuracy, 0.9) << credit.id();
    EXPECT_GT(fit.cosine, 0.05) << credit.id();
    EXPECT_EQ(fit.curve.samples.front(), 0u);
    EXPECT_EQ(fit.curve.samples.back(), fit.samples);
    EXPECT_EQ(fit.status, Status::iteration_budget);
  }
}

TEST(Train, CountsSamplesPassesAndNeverExceedsItsFlops) {
  const auto data = clouds();
  const auto bp = train<float>(network("2-16-3"), data, Backprop{}, parse_rule("sgd(rate=1e-1)"),
                               {.batch = 10, .max_samples = 1000, .seed = 3});
  EXPECT_EQ(bp.samples, 1000u);
  EXPECT_EQ(bp.work.forward_passes, bp.steps);
  EXPECT_EQ(bp.work.backward_passes, bp.steps);
  const auto wp = train<float>(network("2-16-3"), data, WeightPerturbation{.directions = 3},
                               parse_rule("sgd(rate=1e-3)"), {.batch = 10, .max_samples = 1000, .seed = 3});
  EXPECT_EQ(wp.work.forward_passes, 6 * wp.steps);
  EXPECT_EQ(wp.work.backward_passes, 0u);
  const auto capped = train<float>(network("2-16-3"), data, Backprop{}, parse_rule("sgd(rate=1e-1)"),
                                   {.batch = 10, .max_flops = 1e6, .seed = 3});
  EXPECT_EQ(capped.status, Status::flop_budget);
  EXPECT_LE(capped.work.flops, 1e6);
  EXPECT_GT(capped.work.flops, 0.97e6);
}

TEST(Train, ThreadsAndSecondRunsGiveTheSameBits) {
  const auto data = clouds();
  for (const Credit& credit :
       {Credit(Backprop{}), Credit(NodePerturbation{}), Credit(WeightPerturbation{.directions = 2})}) {
    const auto run = [&](int threads) {
      return train<float>(network("2-32-16-3"), data, credit, parse_rule("adam(rate=1e-2)"),
                          {.batch = 48, .max_epochs = 3.0, .seed = 5, .threads = threads});
    };
    const auto one = run(1);
    for (const int threads : {1, 2, 4})
      EXPECT_EQ(run(threads).theta, one.theta) << credit.id() << " with " << threads;
    const auto other = train<float>(network("2-32-16-3"), data, credit, parse_rule("adam(rate=1e-2)"),
                                    {.batch = 48, .max_epochs = 3.0, .seed = 6});
    EXPECT_NE(other.theta, one.theta);
  }
}

class Folder : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = fs::temp_directory_path() / ("thalweg-train-" + std::to_string(::getpid()) + "-" +
                                         ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(path_);
  }
  void TearDown() override { fs::remove_all(path_); }
  fs::path path_;
};
using TrainCheckpoint = Folder;

TEST_F(TrainCheckpoint, AResumedRunGivesTheBitsOfAnUninterruptedOne) {
  const auto data = clouds();
  for (const Credit& credit :
       {Credit(FeedbackAlignment{}), Credit(NodePerturbation{}), registry::make_credit("spsa")}) {
    const std::string folder = (path_ / credit.id()).string();
    TrainOptions options{.batch = 16, .max_epochs = 6.0, .seed = 5};
    const auto whole = train<float>(network("2-16-3"), data, credit, parse_rule("adam(rate=1e-2)"), options);
    options.checkpoint = folder;
    int reports = 0;
    options.callback = [&](const TrainProgress&) { return ++reports == 20 ? Control::stop : Control::proceed; };
    const auto half = train<float>(network("2-16-3"), data, credit, parse_rule("adam(rate=1e-2)"), options);
    EXPECT_EQ(half.status, Status::stopped_by_callback);
    EXPECT_LT(half.steps, whole.steps);
    options.callback = {};
    options.resume = true;
    const auto rest = train<float>(network("2-16-3"), data, credit, parse_rule("adam(rate=1e-2)"), options);
    EXPECT_EQ(rest.theta, whole.theta);
    EXPECT_EQ(rest.work.flops, whole.work.flops);
    EXPECT_EQ(rest.curve.loss, whole.curve.loss);
    EXPECT_EQ(rest.cosine, whole.cosine);
    EXPECT_THROW(train<float>(network("2-16-3"), data, credit, parse_rule("adam(rate=2e-2)"), options),
                 InvalidArgument);
  }
}

TEST_F(TrainCheckpoint, DamagedFilesAreRefused) {
  const std::string file = (path_ / "a.safetensors").string();
  Checkpoint<float> made;
  made.arrays.emplace_back("theta", std::vector<float>{1.0F, 2.0F, 3.0F});
  made.metadata["k"] = "v";
  save_checkpoint(file, made);
  const auto back = load_checkpoint<float>(file);
  EXPECT_EQ(back.arrays, made.arrays);
  EXPECT_EQ(back.metadata, made.metadata);
  EXPECT_THROW(load_checkpoint<double>(file), InvalidArgument);
  EXPECT_THROW(static_cast<void>(back.array(file, "theta", 4)), InvalidArgument);
  fs::resize_file(file, fs::file_size(file) - 4);  // truncated
  EXPECT_THROW(load_checkpoint<float>(file), InvalidArgument);
  std::ofstream(file, std::ios::binary) << std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);  // a lying length
  EXPECT_THROW(load_checkpoint<float>(file), InvalidArgument);
  std::ofstream(file, std::ios::binary) << "abc";
  EXPECT_THROW(load_checkpoint<float>(file), InvalidArgument);
  EXPECT_THROW(load_checkpoint<float>((path_ / "none").string()), InvalidArgument);
}

TEST(Train, ADivergingRunIsAStatus) {
  const auto fit =
      train<float>(network("2-16-3"), clouds(), Backprop{}, parse_rule("sgd(rate=1e30)"), {.max_epochs = 5.0});
  EXPECT_EQ(fit.status, Status::numerical_failure);
  EXPECT_TRUE(fit.diverged);
}

TEST(Train, WrongRequestsAreNamed) {
  const auto error = [](const Network& net, const TrainOptions& options) -> std::string {
    try {
      train<float>(net, clouds(), Backprop{}, parse_rule("sgd"), options);
    } catch (const InvalidArgument& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_NE(error(network("3-3"), {.max_epochs = 1.0}).find("takes 3 inputs; data clouds has 2"), std::string::npos);
  EXPECT_NE(error(network("2-4"), {.max_epochs = 1.0}).find("has 4 outputs; data clouds has 3 classes"),
            std::string::npos);
  EXPECT_NE(error(network("2-3"), {}).find("no budget"), std::string::npos);
  EXPECT_NE(error(network("2-3"), {.batch = 0, .max_epochs = 1.0}).find("batch is 0"), std::string::npos);
  EXPECT_NE(error(network("2-3"), {.loss = Loss::squared_error, .max_epochs = 1.0}).find("needs targets"),
            std::string::npos);
}

}  // namespace
}  // namespace thalweg
