#include <algorithm>
#include <array>
#include <cmath>

#include "thalweg/core/driver.hpp"
#include "thalweg/experiment/composition.hpp"
#include "thalweg/experiment/runs.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

constexpr std::size_t most_path_points = 500;

// The path without the points that a picture would not tell apart: each is at least a certain distance from the one
// before, which grows until few enough are left. The first and the last stay.
std::vector<std::array<double, 2>> thinned(const std::vector<double>& x0,
                                           const std::vector<std::vector<double>>& path) {
  std::vector<std::array<double, 2>> all = {{x0[0], x0[1]}};
  double size = 0.0;
  for (const auto& x : path) {
    if (!std::isfinite(x[0]) || !std::isfinite(x[1])) break;
    all.push_back({x[0], x[1]});
    size = std::max({size, std::abs(x[0] - x0[0]), std::abs(x[1] - x0[1])});
  }
  for (double distance = size / 1000; all.size() > most_path_points; distance *= 2) {
    std::vector<std::array<double, 2>> kept = {all.front()};
    for (const auto& p : all)
      if (std::hypot(p[0] - kept.back()[0], p[1] - kept.back()[1]) >= distance) kept.push_back(p);
    if (kept.back() != all.back()) kept.push_back(all.back());
    all = std::move(kept);
    if (!(distance > 0.0)) break;
  }
  return all;
}

struct Setup {
  std::unique_ptr<Problem> problem;
  std::unique_ptr<Recorder> recorder;  // over the problem's objective
  Composition composition;
  std::unique_ptr<Adapter<double>> adapter;
  Limits limits;
  std::vector<double> x0;
  [[nodiscard]] Objective<double>& objective() const {
    return adapter ? static_cast<Objective<double>&>(*adapter) : *recorder;
  }
};

Setup prepare(const MethodSpec& method, const Settings& settings, const ProblemSpec& spec, const RunBudget& budget,
              std::uint64_t seed) {
  Setup s;
  s.problem = registry::make_problem(spec.id);
  s.recorder = std::make_unique<Recorder>(s.problem->objective, s.problem->noiseless, seed);
  if (method.rule.empty()) check_estimator_is_used(method.id, method.estimator);
  s.composition = compose(method.id, method.estimator, method.rule, settings);
  if (s.composition.estimator) s.adapter = s.composition.estimator(*s.recorder);
  s.x0 = spec.x0.empty() ? s.problem->start : spec.x0;
  s.limits.max_evaluations = budget.evaluations_for(s.problem->dimension());
  s.limits.max_iterations = budget.iterations;
  s.limits.max_seconds = budget.seconds;
  s.limits.max_flops = budget.flops;
  s.limits.max_answers = budget.answers;
  s.limits.target = spec.target;
  if (s.composition.method.entry.bounds) s.limits.bounds = s.problem->bounds;
  s.limits.keep_path = s.problem->dimension() == 2 && spec.suite.empty();
  s.limits.seed = seed;
  return s;
}

}  // namespace

std::map<std::string, std::vector<double>> curve_of(const History& history, std::size_t most) {
  History few = history.thinned(most);
  if (!few.empty() && few.evaluations.back() < few.end) {  // it went on without a lower f
    few.evaluations.push_back(few.end);
    few.f.push_back(few.f.back());
  }
  return {{"evaluations", std::move(few.evaluations)}, {"f", std::move(few.f)}};
}

ProblemFacts facts_of(const ProblemSpec& spec, const RunBudget& budget) {
  const auto problem = registry::make_problem(spec.id);
  Objective<double>& exact = problem->noiseless ? *problem->noiseless : *problem->objective;
  const auto cap = budget.evaluations_for(problem->dimension());
  const bool rounded = problem->optimum_f && problem->optimum_tolerance > Problem{}.optimum_tolerance;
  return {.id = spec.id,
          .function = function_of(spec.id),
          .n = problem->dimension(),
          .f0 = exact.value(spec.x0.empty() ? problem->start : spec.x0),
          .optimum = problem->optimum_f.value_or(not_known),
          .budget = cap ? static_cast<double>(*cap) : std::numeric_limits<double>::infinity(),
          .precision = rounded ? problem->optimum_tolerance * std::max(1.0, std::abs(*problem->optimum_f)) : 0.0};
}

void check_problem_run(const MethodSpec& method, const Settings& settings, const ProblemSpec& spec,
                       const RunBudget& budget) {
  const Setup s = prepare(method, settings, spec, budget, 0);
  // The driver checks a request when it is made, before anything is asked.
  const Driver<double> checked(s.objective(), s.x0, s.composition.method, s.limits);
  if (!budget.flops) return;
  const Question<double> question{.asks = AnswerKind::value, .point = s.x0};
  Answer<double> answer;
  s.problem->objective->answer(std::span(&question, 1), std::span(&answer, 1));
  if (answer.flops == 0.0)
    throw InvalidArgument("budget.flops is for tasks: " + spec.id +
                          " does not say how many operations a value takes; give evaluations, seconds or iterations");
}

RunRecord run_problem(const MethodSpec& method, const Settings& settings, const ProblemSpec& spec,
                      const RunBudget& budget, std::uint64_t seed, const std::atomic<bool>* interrupt) {
  Setup s = prepare(method, settings, spec, budget, seed);
  Result result;
  s.limits.interrupt = interrupt;
  s.limits.progress = &result;
  try {
    result = minimize(s.objective(), s.x0, s.composition.method, s.limits);
  } catch (const std::exception& e) {  // the objective's own; the best point so far is in `result`
    result.status = Status::objective_failed;
    result.message = e.what();
  }
  RunRecord run;
  run.problem = spec.id;
  run.seed = seed;
  run.status = name(result.status);
  run.message = result.message;
  run.f = result.f;
  run.x = result.x;
  run.iterations = static_cast<double>(result.iterations);
  run.seconds = result.seconds;
  if (result.ledger.flops > 0.0) run.flops = result.ledger.flops;
  for (std::size_t k = 0; k < answer_kinds; ++k)
    if (result.ledger.answers[k] > 0)
      run.evaluations.emplace_back(name(static_cast<AnswerKind>(k)), static_cast<double>(result.ledger.answers[k]));
  run.crashed = result.status == Status::numerical_failure || result.status == Status::objective_failed ||
                !std::isfinite(result.f);
  if (s.problem->noiseless && !result.best().empty()) run.true_f = s.problem->noiseless->value(result.best());
  run.history = s.recorder->history();
  run.curve = curve_of(run.history, spec.suite.empty() ? curve_points : suite_curve_points);
  if (s.limits.keep_path) run.path = thinned(s.x0, result.path);
  return run;
}

std::optional<LandscapeRecord> landscape(const ProblemSpec& spec, const std::vector<MethodRecord>& methods) {
  const auto problem = registry::make_problem(spec.id);
  if (problem->dimension() != 2) return {};
  constexpr std::size_t side = 161;  // contours of a thin valley stay whole; 26 k values, well under a second
  LandscapeRecord l;
  l.problem = spec.id;
  l.columns = l.rows = side;
  const auto& x0 = spec.x0.empty() ? problem->start : spec.x0;
  std::array<double, 2> low = {x0[0], x0[1]}, high = low;
  const auto include = [&](double x, double y) {
    if (!std::isfinite(x) || !std::isfinite(y)) return;
    low = {std::min(low[0], x), std::min(low[1], y)};
    high = {std::max(high[0], x), std::max(high[1], y)};
  };
  for (const auto& m : problem->minimisers) {
    if (m.size() == 2) l.minimisers.push_back({m[0], m[1]});
    if (m.size() == 2) include(m[0], m[1]);
  }
  // Paths widen the frame of start and minimisers, by its own size at most: one wild method must not hide the rest.
  double size = std::max(high[0] - low[0], high[1] - low[1]);
  if (!(size > 0.0)) size = 2.0;
  const std::array<double, 2> least = {low[0] - size, low[1] - size}, most = {high[0] + size, high[1] + size};
  for (const auto& method : methods)
    for (const auto& run : method.runs)
      if (run.problem == spec.id)
        for (const auto& p : run.path)
          if (p[0] >= least[0] && p[0] <= most[0] && p[1] >= least[1] && p[1] <= most[1]) include(p[0], p[1]);
  size = std::max(high[0] - low[0], high[1] - low[1]);
  if (!(size > 0.0)) size = 2.0;
  for (std::size_t k = 0; k < 2; ++k) {
    // At least half as high as wide, and a margin of an eighth.
    const double extent = std::max(high[k] - low[k], size / 2), middle = (low[k] + high[k]) / 2;
    l.lower[k] = middle - extent * 0.625;
    l.upper[k] = middle + extent * 0.625;
  }
  for (std::size_t r = 0; r < side; ++r)
    for (std::size_t c = 0; c < side; ++c) {
      const auto at = [&](std::size_t k, std::size_t i) {
        return l.lower[k] + (l.upper[k] - l.lower[k]) * static_cast<double>(i) / static_cast<double>(side - 1);
      };
      const std::vector<double> x = {at(0, c), at(1, r)};
      l.values.push_back(problem->objective->value(x));
    }
  return l;
}

}  // namespace thalweg
