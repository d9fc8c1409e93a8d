// What to compare: methods × problems × seeds under one budget, or networks trained on one task. Read from TOML:
//
//   name = "credit"                 # of the report
//   out = "runs/credit"             # default: runs/NAME
//   seeds = 5                       # 0 … 4; or a list, [3, 14, 15]
//   budget = { flops = 1e9 }        # flops, seconds, samples, epochs, iterations, evaluations, answers.KIND: any of
//                                   # them; or by a problem's n: simplex_gradients = K is K·(n + 1) evaluations,
//                                   # evaluations_per_dimension = K is K·n
//   resume = false                  # true: reuse the finished runs of the same jobs found in `out`
//   tuning = { seeds = 1, budget = 1.0 }   # of every point of a grid: seeds of its own, and this share of the budget
//   logs = ["coco", "ioh"]          # also write the runs as COCO and IOHprofiler do, below `out`
//
//   [task]                          # training; or [[problem]] tables for minimisation
//   data = "digits"                 # and batch, loss, validation, test, split_seed, standardise, initialisation,
//   model = "64-32-10"              # scalar ("float", "double"), measurements
//
//   [[problem]]
//   id = "rosenbrock:n=10"          # and x0 = […], target = f
//   [[suite]]
//   id = "mgh:start=1+10"           # every problem of a suite; adds profiles to the results
//   [profiles]                      # how they are judged, see profile_results.hpp; alone it asks for them too
//   low = "best"                    # f_L of a data profile: of all runs here; or "optimum", where that is known
//   [[runs]]
//   file = "peers.jsonl"            # runs made elsewhere, beside ours; see foreign_runs.hpp
//
//   [[method]]
//   credit = ["backprop", "node-perturbation"]   # lists stand for every combination
//   rule = ["sgd", "adam"]
//   set = { "credit.directions" = 4, "rule.rate" = 0.1 }
//   tune = { "rule.rate" = [0.001, 0.01, 0.1] }
//   label = "…"                     # default: what it is made of
//   [[method]]
//   id = "cma-es"                   # a method, for problems; or estimator = …, rule = … for the descent loop
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/core/question.hpp"

namespace thalweg {

// What one run may spend; the first cap met ends it. At least one is needed.
struct RunBudget {
  std::optional<double> flops, seconds, epochs;
  std::optional<std::uint64_t> samples, iterations, evaluations;
  std::optional<double> simplex_gradients, evaluations_per_dimension;  // of n + 1 and of n evaluations
  std::map<AnswerKind, std::uint64_t> answers;
  [[nodiscard]] bool empty() const {
    return !flops && !seconds && !epochs && !samples && !iterations && !evaluations && !simplex_gradients &&
           !evaluations_per_dimension && answers.empty();
  }
  // The least of the caps on evaluations, for n variables; at least 1. Empty when there is none.
  [[nodiscard]] std::optional<std::uint64_t> evaluations_for(std::size_t n) const;
  [[nodiscard]] RunBudget scaled(double share) const;  // counts at least 1
};

struct TaskSpec {
  std::string data, model;
  std::string loss;  // "": by the data
  std::string initialisation = "automatic";
  std::string scalar = "float";
  std::size_t batch = 32;
  double validation = 0.15, test = 0.2;  // fractions; `test` unused where the data have a test part
  std::uint64_t split_seed = 0;          // the same split for every run
  bool standardise = false;
  int measurements = 50;  // points of a learning curve
};

struct ProblemSpec {
  std::string id;
  std::vector<double> x0;  // empty: the problem's own
  std::optional<double> target;
  std::string suite;  // that it came from; "" when it was named by itself
};

// How profiles are made.
struct ProfileSpec {
  bool low_is_optimum = false;  // f_L is the known optimum where there is one, else the lowest f of all runs
};

struct MethodSpec {
  std::string label;
  std::string id, estimator, credit, rule;  // "" where there is none
  Settings set;                             // "rule.rate", "credit.directions", "memory" …, as text
  std::vector<std::pair<std::string, std::vector<std::string>>> tune;  // name, the values of its grid
  // Every combination of the grid; one empty setting without one.
  [[nodiscard]] std::vector<Settings> grid() const;
};

struct TuningSpec {
  std::size_t seeds = 1;  // per point; they are seeds that no compared run uses
  double budget = 1.0;    // share of a run's budget, in (0, 1]
};

struct Comparison {
  std::string name, out;
  std::vector<std::uint64_t> seeds;
  RunBudget budget;
  TuningSpec tuning;
  bool resume = false;
  std::optional<TaskSpec> task;
  std::vector<ProblemSpec> problems;  // those of suites too
  std::vector<MethodSpec> methods;
  std::vector<std::string> suites;         // as they were named
  std::vector<std::string> foreign_files;  // [[runs]]
  std::optional<ProfileSpec> profiles;     // asked for, by [[suite]], [[runs]] or [profiles]
  bool coco_logs = false, ioh_logs = false;
  std::string toml;  // the text it was read from
  [[nodiscard]] bool training() const { return task.has_value(); }
  [[nodiscard]] std::vector<std::uint64_t> tuning_seeds() const;
};

// Reads and checks the shape; names of methods and options are checked by compare(). Throws InvalidArgument with
// origin and line for text that is not TOML, an unknown key (with the nearest), a value of the wrong kind or range,
// or something needed that is missing.
Comparison parse_comparison(std::string_view toml, const std::string& origin = "comparison");

}  // namespace thalweg
