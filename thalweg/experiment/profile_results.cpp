#include "thalweg/experiment/profile_results.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/experiment/results.hpp"

namespace thalweg {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();

// One run of a method on a problem, cut at the budget.
struct Trial {
  const History* history;
  double budget;
  [[nodiscard]] double time(double target) const {
    const double t = history->hitting_time(target);
    return t <= budget ? t : never;
  }
  [[nodiscard]] double end() const { return std::min(history->end, budget); }
};

class Maker {
 public:
  Maker(const std::vector<ProblemFacts>& problems, const std::vector<MethodRecord>& methods, bool low_is_optimum)
      : problems_(problems), methods_(methods), trials_(problems.size()) {
    for (std::size_t p = 0; p < problems.size(); ++p) {
      trials_[p].resize(methods.size());
      for (std::size_t m = 0; m < methods.size(); ++m)
        for (const auto& run : methods[m].runs)
          if (run.problem == problems[p].id) trials_[p][m].push_back({&run.history, problems[p].budget});
      double low = never;
      for (const auto& runs : trials_[p])
        for (const Trial& t : runs) low = std::min(low, t.history->lowest(t.budget));
      if (low_is_optimum && !std::isnan(problems[p].optimum)) low = std::min(low, problems[p].optimum);
      low_.push_back(low);
    }
  }

  void levels(Profiles& out) const {
    for (const double tau : profiles::tolerances) {
      Profiles::Level level{.tau = tau, .data = {}, .performance = {}};
      std::vector<double> fewest(problems_.size(), never);
      const auto target = [&](std::size_t p) { return profiles::convergence_level(problems_[p].f0, low_[p], tau); };
      for (std::size_t p = 0; p < problems_.size(); ++p)
        for (const auto& runs : trials_[p])
          for (const Trial& t : runs) fewest[p] = std::min(fewest[p], t.time(target(p)));
      for (std::size_t m = 0; m < methods_.size(); ++m) {
        const auto curve = [&](const auto& place) {
          return over_problems(m,
                               [&](std::size_t p, const Trial& t, auto&& add) { add(place(p, t.time(target(p)))); });
        };
        level.data.push_back(
            curve([&](std::size_t p, double time) { return time / (static_cast<double>(problems_[p].n) + 1.0); }));
        level.performance.push_back(
            curve([&](std::size_t p, double time) { return std::isfinite(time) ? time / fewest[p] : never; }));
      }
      out.levels.push_back(std::move(level));
    }
  }

  void run_times(Profiles& out) const {
    const auto precisions = profiles::coco_precisions();
    for (std::size_t p = 0; p < problems_.size(); ++p) out.problems_with_optimum += known(p) ? 1 : 0;
    if (out.problems_with_optimum == 0) return;
    for (std::size_t m = 0; m < methods_.size(); ++m)
      out.run_times.push_back(over_problems(
          m,
          [&](std::size_t p, const Trial& t, auto&& add) {
            for (const double precision : precisions)
              if (precision >= problems_[p].precision)
                add(t.time(problems_[p].optimum + precision) / static_cast<double>(problems_[p].n));
          },
          true));
  }

  void cells(Profiles& out) const {
    out.precisions.assign(profiles::table_precisions.begin(), profiles::table_precisions.end());
    std::vector<std::string> functions;
    for (std::size_t p = 0; p < problems_.size(); ++p)
      if (known(p) && std::ranges::find(functions, problems_[p].function) == functions.end())
        functions.push_back(problems_[p].function);
    for (const auto& function : functions) {
      std::vector<std::size_t> sizes;
      for (std::size_t p = 0; p < problems_.size(); ++p)
        if (known(p) && problems_[p].function == function) sizes.push_back(problems_[p].n);
      std::ranges::sort(sizes);
      sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
      for (const std::size_t n : sizes)
        for (std::size_t m = 0; m < methods_.size(); ++m) out.cells.push_back(cell(function, n, m));
    }
  }

 private:
  [[nodiscard]] bool known(std::size_t p) const { return !std::isnan(problems_[p].optimum); }

  // The distribution of what `each` adds of every trial of a method. Problems weigh the same, as do the values added
  // on one.
  template <class Each>
  [[nodiscard]] profiles::Steps over_problems(std::size_t m, const Each& each, bool with_optimum = false) const {
    std::vector<double> times, weights;
    for (std::size_t p = 0; p < problems_.size(); ++p) {
      if (with_optimum && !known(p)) continue;
      const std::size_t before = times.size();
      for (const Trial& t : trials_[p][m]) each(p, t, [&](double time) { times.push_back(time); });
      if (times.size() == before) times.push_back(never);  // no run: not solved
      weights.resize(times.size(), 1.0 / static_cast<double>(times.size() - before));
    }
    return profiles::distribution(times, weights);
  }

  [[nodiscard]] Profiles::Cell cell(const std::string& function, std::size_t n, std::size_t m) const {
    Profiles::Cell cell{.function = function, .n = n, .method = m, .times = {}};
    for (const double precision : profiles::table_precisions) {
      std::vector<double> times, ends;
      for (std::size_t p = 0; p < problems_.size(); ++p) {
        if (!known(p) || problems_[p].n != n || problems_[p].function != function) continue;
        if (precision < problems_[p].precision) continue;  // finer than the optimum is known
        for (const Trial& t : trials_[p][m]) {
          times.push_back(t.time(problems_[p].optimum + precision));
          ends.push_back(t.end());
        }
      }
      cell.times.push_back(profiles::running_time(times, ends));
    }
    return cell;
  }

  const std::vector<ProblemFacts>& problems_;
  const std::vector<MethodRecord>& methods_;
  std::vector<std::vector<std::vector<Trial>>> trials_;  // by problem and method
  std::vector<double> low_;                              // f_L
};

}  // namespace

std::string function_of(const std::string& problem) {
  const std::size_t colon = problem.find(':');
  std::string out = problem.substr(0, colon), rest = colon == std::string::npos ? "" : problem.substr(colon + 1);
  char before = ':';
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string pair = rest.substr(0, comma);
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
    if (pair.starts_with("n=") || pair.starts_with("instance=") || pair.starts_with("seed=")) continue;
    out += before + pair;
    before = ',';
  }
  return out;
}

Profiles make_profiles(const std::vector<ProblemFacts>& problems, const std::vector<MethodRecord>& methods,
                       bool low_is_optimum) {
  Profiles out;
  out.low = low_is_optimum ? "the known optimum, or the lowest f of all runs where that is lower or none is known"
                           : "the lowest f of all runs within the budget";
  out.problems = problems.size();
  for (const auto& m : methods) out.methods.push_back(m.spec.label);
  for (const auto& p : problems) {
    const auto n = static_cast<double>(p.n);
    double longest = p.budget;
    if (std::isinf(longest)) {  // none: as long as the longest run
      longest = 1.0;
      for (const auto& m : methods)
        for (const auto& run : m.runs)
          if (run.problem == p.id) longest = std::max(longest, run.history.end);
    }
    out.budget = std::max(out.budget, longest / (n + 1.0));
    out.horizon = std::max(out.horizon, longest / n);
  }
  const Maker maker(problems, methods, low_is_optimum);
  maker.levels(out);
  maker.run_times(out);
  maker.cells(out);
  return out;
}

}  // namespace thalweg
