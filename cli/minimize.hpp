// The request of `thalweg minimize`: as it was written, and as it runs.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "cli.hpp"
#include "thalweg/core/external_program.hpp"
#include "thalweg/core/minimize.hpp"
#include "thalweg/problems/problem.hpp"

namespace thalweg::cli {

// Every option as its text, so that a study can keep the request and `resume` run it again.
struct MinimizeArguments {
  std::string problem, command, method = "auto", estimator, rule, x0, dimension, bounds;
  std::string max_evaluations, max_seconds, max_iterations, max_flops, target, workers, in_flight, timeout, study;
  std::vector<std::string> set, max_answers, tolerance;
  bool gradient = false, stochastic = false, resume = false, require_converged = false, log_answers = false;
  std::string why;  // the method was chosen by `auto`
  Common common;
};
void add_minimize_budgets(CLI::App& app, MinimizeArguments& a);  // what `resume` may change

// What the study keeps, and back. `--study`, `--log`, `--json` and the like belong to the process, not to the run.
Json to_json(const MinimizeArguments& a);
MinimizeArguments arguments_from_json(const std::string& text);
// Throws UsageError, naming the option, when the two are not of the same run. Budgets, workers and time-outs may
// differ.
void require_same_run(const MinimizeArguments& stored, const MinimizeArguments& now);

// The request made ready. Members below refer to those above.
struct PreparedRun {
  std::unique_ptr<Problem> problem;
  std::unique_ptr<ExternalProgram> program;
  std::unique_ptr<Adapter<double>> adapter;
  Objective<double>* objective = nullptr;  // what the method asks
  std::string what;                        // the problem's id, or the command
  Method method;
  std::string why;  // chosen by `auto`: why
  std::vector<double> x0;
  Limits limits;
};
PreparedRun prepare(const MinimizeArguments& a, const std::atomic<bool>* interrupt);

int run_minimize(MinimizeArguments a);                                        // `minimize`
int resume_study(const std::string& path, const MinimizeArguments& changes);  // `resume STUDY.db`

}  // namespace thalweg::cli
