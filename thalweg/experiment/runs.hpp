// One run of a comparison: a method on a problem, or a network trained on the task.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <variant>

#include "thalweg/experiment/comparison.hpp"
#include "thalweg/experiment/results.hpp"
#include "thalweg/network/data_set.hpp"

namespace thalweg {

// The history as the curve of a report: at most `most` points and the end, evaluations and f.
inline constexpr std::size_t curve_points = 400, suite_curve_points = 100;
std::map<std::string, std::vector<double>> curve_of(const History& history, std::size_t most);
// What profiles need to know of a problem; f0 is one evaluation, outside of every ledger.
ProblemFacts facts_of(const ProblemSpec& problem, const RunBudget& budget);

// Checks everything that minimize() would, without evaluating anything. Throws InvalidArgument.
void check_problem_run(const MethodSpec& method, const Settings& settings, const ProblemSpec& problem,
                       const RunBudget& budget);
RunRecord run_problem(const MethodSpec& method, const Settings& settings, const ProblemSpec& problem,
                      const RunBudget& budget, std::uint64_t seed, const std::atomic<bool>* interrupt);

// The task's data, read once and shared by the runs.
using TaskData = std::variant<Split<float>, Split<double>>;
TaskData load_task(const TaskSpec& task);
void check_training_run(const MethodSpec& method, const Settings& settings, const TaskSpec& task,
                        const TaskData& data);
// `diagnostics`: also the cosine to the true gradient and the estimator's variance, off the clock.
RunRecord run_training(const MethodSpec& method, const Settings& settings, const TaskSpec& task, const TaskData& data,
                       const RunBudget& budget, std::uint64_t seed, bool diagnostics,
                       const std::atomic<bool>* interrupt);

// Where each method's story in the review is told.
std::string section_of(const MethodSpec& method);

// f of a problem in two variables on a grid around its start, its minimisers and the paths of the runs on it.
// Nothing for other problems.
std::optional<LandscapeRecord> landscape(const ProblemSpec& problem, const std::vector<MethodRecord>& methods);

}  // namespace thalweg
