// train: one network, one credit rule, one update rule, on one data set.
//
//   auto fit = train<float>(network("64-32-10"), digits, NodePerturbation{.directions = 8},
//                           chain(clip(1.0), adam({.rate = 1e-3})), {.max_epochs = 5});
//
// What is counted is training alone: FLOPs executed by the credit rule and the update rule, and the seconds they
// took; the evaluations that draw the learning curve and the diagnostics of the gradient are not charged. A run is a
// function of its seed: the minibatches, the start and all noise are counter-based, so a checkpoint needs no random
// state and a resumed run gives the bits of an uninterrupted one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "thalweg/core/result.hpp"
#include "thalweg/core/search.hpp"
#include "thalweg/credit/credit_rule.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/network/data_set.hpp"
#include "thalweg/network/loss.hpp"
#include "thalweg/network/network.hpp"

namespace thalweg {

struct Score {  // of one part of the data; NaN where it is empty or the notion does not apply
  double loss = std::numeric_limits<double>::quiet_NaN();
  double accuracy = std::numeric_limits<double>::quiet_NaN();
};

struct TrainProgress {
  std::uint64_t step = 0, samples = 0;
  double fraction = 0.0;  // of the budget that will end the run first, in [0, 1]
  double loss = 0.0;      // of the training batches since the last report
  Score validation;
  double flops = 0.0, seconds = 0.0;
};

// The learning curve: one entry a measurement, the first before any step.
struct Curve {
  std::vector<std::uint64_t> samples;
  std::vector<double> flops, seconds, loss, accuracy;  // of the validation part (the training part without one)
};

struct TrainOptions {
  std::size_t batch = 32;      // samples a step, ≥ 1
  std::optional<Loss> loss{};  // default: cross-entropy for classes, squared error for targets
  Initialisation initialisation = Initialisation::automatic;
  std::optional<double> max_epochs{};  // budgets: the first one met ends the run; at least one is needed
  std::optional<std::uint64_t> max_samples{};
  std::optional<double> max_flops{};    // never exceeded
  std::optional<double> max_seconds{};  // of training
  std::uint64_t seed = 0;
  int threads = 1;
  int measurements = 50;     // points of the learning curve, spread evenly over the budget
  bool diagnostics = true;   // cosine and variance of the gradient, at ten moments of the run
  std::string checkpoint{};  // folder; "" for none. Saved at the end and every checkpoint_seconds
  double checkpoint_seconds = 30.0;
  bool resume = false;                                      // go on from the checkpoint
  std::function<Control(const TrainProgress&)> callback{};  // at each measurement
  const std::atomic<bool>* interrupt = nullptr;
};

template <class S>
struct TrainResult {
  Status status = Status::stalled;
  std::string message;
  std::string credit, rule, model, data;
  std::vector<S> theta;
  Score train, validation, test;
  std::uint64_t steps = 0, samples = 0;
  CreditWork work;       // flops of the update rule included
  double seconds = 0.0;  // of training
  std::uint64_t seed = 0;
  bool diverged = false;  // the loss or a weight stopped being finite
  Curve curve;
  double cosine = std::numeric_limits<double>::quiet_NaN();    // mean of cos(ĝ, g) on the same minibatch
  double variance = std::numeric_limits<double>::quiet_NaN();  // E‖ĝ − E ĝ‖²/‖g‖² on the same minibatch
  std::string checkpoint;                                      // the file written, "" for none
};

// Throws InvalidArgument for a wrong request before anything is computed. A diverging run is a status.
template <class S>
TrainResult<S> train(const Network& network, const Split<S>& data, const Credit& credit, const Rule& rule,
                     const TrainOptions& options);

// Loss and accuracy of θ on a data set.
template <class S>
Score score(const Network& network, Loss loss, std::span<const S> theta, const DataSet<S>& data);

}  // namespace thalweg
