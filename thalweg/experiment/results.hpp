// What a comparison found, and its files: results.json (read by the report), results.csv, the table of a terminal.
// NaN stands for what does not apply.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/experiment/comparison.hpp"
#include "thalweg/experiment/history.hpp"
#include "thalweg/experiment/profile_results.hpp"
#include "thalweg/report/table.hpp"

namespace thalweg {

inline constexpr double not_known = std::numeric_limits<double>::quiet_NaN();

struct PartScore {
  double loss = not_known, accuracy = not_known;
};

// One finished run, of a problem or of training.
struct RunRecord {
  std::string problem;  // the problem's id; the data set's when training
  std::uint64_t seed = 0;
  std::string status, message;
  bool crashed = false;  // training: a loss not finite, or test accuracy no better than always naming the commonest
                         // class; problems: a failure, or no finite value
  PartScore train, validation, test;
  double cosine = not_known, variance = not_known;
  double samples = not_known, forward_passes = not_known, backward_passes = not_known;
  double flops = not_known, seconds = not_known, iterations = not_known;
  std::vector<std::pair<std::string, double>> evaluations;  // answers of each kind taken; only those that were
  double f = not_known;
  double true_f = not_known;  // on a noisy problem: f without its noise, at the point that the run recommends
  std::vector<double> x;
  // Columns of one length. Training: samples, flops, seconds, loss, accuracy (of the validation part); problems:
  // evaluations (answers of every kind), seconds, f (the lowest so far).
  std::map<std::string, std::vector<double>> curve;
  std::vector<std::array<double, 2>> path;  // iterates in two dimensions
  // Problems: the lowest f (without noise) at each improvement. In runs/*.jsonl; results.json has the curve alone.
  History history;
  // What the run is judged by: f, without its noise where there is some.
  [[nodiscard]] double judged_f() const { return std::isnan(true_f) ? f : true_f; }
};

struct TuningTrial {
  Settings settings;
  std::size_t crashed = 0;   // runs; a point of the grid with fewer crashes is better, whatever the scores
  double score = not_known;  // see TuningRecord::measure
  double tie = not_known;    // validation loss, lower is better, where scores are equal
};
struct TuningRecord {
  std::uint64_t runs = 0;
  double flops = 0.0, seconds = 0.0;
  std::string measure;  // "validation accuracy" (higher is better), "validation loss", "lowest f" or
                        // "mean rank over problems" (lower is better)
  std::vector<TuningTrial> table;
  std::vector<std::string> at_edge;  // options whose best value is the least or largest of its grid
};

struct MethodRecord {
  MethodSpec spec;
  std::string section;
  std::string origin;  // the file of runs made elsewhere; "" for ours
  Settings tuned;      // the chosen point of the grid
  std::optional<TuningRecord> tuning;
  std::vector<RunRecord> runs;
};

// Values of f on a grid, row-major, row 0 at lower[1].
struct LandscapeRecord {
  std::string problem;
  std::array<double, 2> lower{}, upper{};
  std::size_t columns = 0, rows = 0;
  std::vector<double> values;
  std::vector<std::array<double, 2>> minimisers;
};

struct ComparisonResults {
  Comparison comparison;
  std::string version, command;
  bool interrupted = false;
  double seconds = 0.0;  // of the whole, waiting included
  std::vector<std::string> problems;
  std::map<std::string, double> optimum;  // lowest value known, of problems
  std::vector<MethodRecord> methods;
  std::vector<LandscapeRecord> landscapes;
  std::vector<ProblemFacts> facts;    // of the problems, in their order; where profiles or logs are asked for
  std::optional<Profiles> profiles;   // where they are asked for
  std::vector<std::string> warnings;  // optima at the edge of a grid, crashed runs: for people
};

std::string to_json(const ComparisonResults& results);
// A field of CSV: quoted where it holds a comma, a quote or a line's end.
std::string csv_cell(const std::string& text);
// One line a run.
std::string to_csv(const ComparisonResults& results);
// What is printed: one line a method (and problem), tuning shown apart, warnings below.
std::string to_table(const ComparisonResults& results, const report::TableStyle& style = {});

// One run as JSON on one line, and back. Throws InvalidArgument for text that is not such a record.
std::string run_to_json(const RunRecord& run);
RunRecord run_from_json(const std::string& text);

}  // namespace thalweg
