// compare: every method on every problem (or one task) with every seed, under the same budget.
//
//   auto results = compare(parse_comparison(text), {.threads = 2});
//   std::fputs(to_table(results).c_str(), stdout);
//
// Each run is single-threaded and a function of its seed; `threads` runs go on at once, and the results do not depend
// on how many. Methods with a grid are tuned first, on seeds that no compared run uses: training by the accuracy on
// the validation part (loss where accuracies are equal; loss alone for regression), one problem by the lowest f,
// several by the mean rank over them. What tuning cost is counted apart, and an optimum at the edge of a grid is a
// warning. A method is handed a problem's customary bounds when it supports bounds. Starts are the problem's, for
// every seed.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>

#include "thalweg/experiment/comparison.hpp"
#include "thalweg/experiment/results.hpp"

namespace thalweg {

struct CompareProgress {            // after each finished run, on one thread at a time
  std::size_t done = 0, total = 0;  // runs, tuning included
  double fraction = 0.0;            // of the expected work, in [0, 1]: a tuning run weighs its share of the budget
  std::size_t crashed = 0, reused = 0;
  bool tuning = false;  // the run that just ended was part of a grid
  std::string label;    // of its method
};

struct CompareOptions {
  int threads = 1;        // runs at once, ≥ 1
  std::string command{};  // shown in the report
  std::function<void(const CompareProgress&)> progress{};
  const std::atomic<bool>* interrupt = nullptr;  // set: what has finished is kept, the rest is left
  bool files = true;  // comparison.out receives results.json, results.csv, profiles.csv and runs/*.jsonl (a line a
                      // finished run, at once); an older runs/ is renamed runs.old, unless comparison.resume reuses
                      // it. And coco/ and ioh/, where logs are asked for
};

// Throws InvalidArgument, naming the method, for whatever is wrong with the request, before anything runs. What an
// objective throws is a crashed run with its message.
ComparisonResults compare(const Comparison& comparison, const CompareOptions& options = {});

}  // namespace thalweg
