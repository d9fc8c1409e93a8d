// The profiles of a comparison: what its runs, and those made elsewhere, say by the field's yardsticks.
//
// Every answer of any kind counts as one evaluation, a gradient too; a run is judged within the budget of its
// problem. On a noisy problem f is the function without its noise, at each point that the run asked for a value.
// Every problem weighs the same, and every run of a method on it the same share; a problem that a method has no run
// on counts as not solved.
#pragma once

#include <string>
#include <vector>

#include "thalweg/experiment/profiles.hpp"
#include "thalweg/report/table.hpp"

namespace thalweg {

struct Comparison;
struct MethodRecord;

// What is known of a compared problem.
struct ProblemFacts {
  std::string id;
  std::string function;  // the id without n, instance and seed: problems of one function are put together by n
  std::size_t n = 0;
  double f0 = 0.0;         // at the start, without noise
  double optimum = 0.0;    // NaN: not known
  double budget = 0.0;     // evaluations; +inf: none
  double precision = 0.0;  // of the optimum: the last digit published; 0: exact
};

struct Profiles {
  struct Level {  // one τ; curves one a method
    double tau = 0.0;
    std::vector<profiles::Steps> data;         // against evaluations/(n + 1)
    std::vector<profiles::Steps> performance;  // against the ratio to the fewest evaluations of any method
  };
  struct Cell {  // the expected running times of a method on one function in one dimension, by target
    std::string function;
    std::size_t n = 0, method = 0;
    std::vector<profiles::RunningTime> times;
  };
  std::string low;       // what f_L is, in words
  double budget = 0.0;   // in simplex gradients, the largest of a problem; +inf: none
  double horizon = 0.0;  // in evaluations/n, likewise
  std::size_t problems = 0;
  std::vector<std::string> methods;  // labels, foreign ones too
  std::vector<Level> levels;
  std::size_t problems_with_optimum = 0;
  std::vector<profiles::Steps> run_times;  // share of (problem, target) reached, against evaluations/n; one a method
  std::vector<double> precisions;          // of `cells`
  std::vector<Cell> cells;                 // by function, n, method; only problems whose optimum is known
};

Profiles make_profiles(const std::vector<ProblemFacts>& problems, const std::vector<MethodRecord>& methods,
                       bool low_is_optimum);

// As a table for the terminal: shares solved at each τ within 10, 50, 100 simplex gradients and the whole budget.
std::string to_table(const Profiles& profiles, const report::TableStyle& style);
// Long form: profile,level,function,n,method,x,y,successes,trials.
std::string to_csv(const Profiles& profiles);

// "bbob/f8:n=5,instance=3" → "bbob/f8".
std::string function_of(const std::string& problem);

}  // namespace thalweg
