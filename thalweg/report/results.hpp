// What `compare` wrote, read back: results.json as plain structs.
// Numbers that are not finite stand as the strings "nan", "inf", "-inf"; what is absent or null is NaN or empty.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thalweg::report {

inline constexpr double missing = std::numeric_limits<double>::quiet_NaN();
using Pairs = std::vector<std::pair<std::string, std::string>>;  // name, value as text

struct Score {
  double loss = missing, accuracy = missing;
};

// A run's history, all of one length: any of samples, flops, seconds, evaluations (x) and loss, accuracy, f (y).
struct Curve {
  std::vector<std::pair<std::string, std::vector<double>>> columns;
  [[nodiscard]] const std::vector<double>* find(std::string_view name) const;
};

struct Run {
  std::string problem, seed, status, message;
  bool crashed = false;
  Score train, validation, test;
  double cosine = missing, variance = missing, iterations = missing;
  double samples = missing, forward_passes = missing, backward_passes = missing, flops = missing, seconds = missing;
  std::vector<std::pair<std::string, double>> evaluations;  // answers of each kind
  double f = missing;
  std::vector<double> x;
  Curve curve;
  std::vector<std::array<double, 2>> path;  // iterates, on a problem of two variables
};

struct Tuning {
  double runs = missing, flops = missing, seconds = missing;
  std::string measure;               // what the score is
  std::vector<std::string> at_edge;  // options whose best value is the first or last of its grid
  struct Trial {
    Pairs settings;
    double score = missing;
  };
  std::vector<Trial> table;
};

struct MethodResult {
  std::string label, credit, method, rule, section, origin;  // credit, method, rule, origin: "" where null
  Pairs settings, tuned;
  std::optional<Tuning> tuning;
  std::vector<Run> runs;
};

// Values of f on a grid: row r, column c at index r·columns + c is the point
// lower + (c/(columns − 1), r/(rows − 1)) ∘ (upper − lower).
struct Landscape {
  std::string problem;
  std::array<double, 2> lower{}, upper{};
  std::size_t columns = 0, rows = 0;
  std::vector<double> values;
  std::vector<std::array<double, 2>> minimisers;
};

// What compare says of its runs by the field's yardsticks (experiment/profile_results.hpp).
struct Steps {
  std::vector<double> x, y;
};
struct ProfileData {
  struct Level {
    double tau = missing;
    std::vector<Steps> data, performance;  // one a method
  };
  struct Cell {
    std::string function;
    double n = missing;
    std::size_t method = 0;
    std::vector<double> evaluations, successes, trials;  // by precision
  };
  std::string low;
  double simplex_gradients = missing, evaluations_per_dimension = missing, problems = missing,
         problems_with_optimum = missing;
  std::vector<Level> levels;
  std::vector<Steps> run_times;
  std::vector<double> precisions;
  std::vector<Cell> expected;
};

struct Results {
  std::string name, version, command, toml;
  bool training = false;     // kind "train", else "minimize"
  bool interrupted = false;  // stopped before every run was made
  std::vector<std::string> warnings;
  std::vector<std::string> seeds, problems;
  Pairs budget;
  std::vector<MethodResult> methods;
  std::vector<Landscape> landscapes;
  std::optional<ProfileData> profiles;
};

// Throws InvalidArgument, naming the origin and the place, for text that is not JSON or not such results.
Results parse_results(std::string_view json, const std::string& origin);

}  // namespace thalweg::report
