#include "thalweg/experiment/compare.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <thread>

#include "thalweg/core/stamp.hpp"
#include "thalweg/experiment/foreign_runs.hpp"
#include "thalweg/experiment/run_logs.hpp"
#include "thalweg/experiment/run_store.hpp"
#include "thalweg/experiment/runs.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

using Clock = std::chrono::steady_clock;

Settings joined(const Settings& a, const Settings& b) {
  Settings all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

std::string shown(const Settings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) text += (text.empty() ? "" : ", ") + name + " = " + value;
  return text;
}

class Runner {
 public:
  Runner(const Comparison& c, const CompareOptions& options) : c_(c), options_(options) {
    if (options.threads < 1)
      throw InvalidArgument("threads is " + std::to_string(options.threads) + "; it must be ≥ 1");
    results_.comparison = c;
    results_.version = version();
    results_.command = options.command;
    if (c.task) {
      data_ = load_task(*c.task);
      results_.problems = {c.task->data};
    }
    const bool facts = c.profiles || c.coco_logs || c.ioh_logs;
    for (const auto& p : c.problems) {
      results_.problems.push_back(p.id);
      if (const auto optimum = registry::make_problem(p.id)->optimum_f) results_.optimum[p.id] = *optimum;
      if (facts) results_.facts.push_back(facts_of(p, c.budget));
    }
    check();
    read_foreign();
    if (options.files) store_.emplace(c.out, c.resume);
  }

  ComparisonResults run() {
    const auto began = Clock::now();
    std::vector<Job> jobs = tuning_jobs();
    for (const Job& job : jobs) work_ += c_.tuning.budget, static_cast<void>(job);
    total_ = jobs.size() + c_.methods.size() * problem_count() * c_.seeds.size();
    work_ += static_cast<double>(total_ - jobs.size());
    const auto trials = execute(jobs);
    choose(jobs, trials);

    jobs = final_jobs();
    auto records = execute(jobs);
    for (std::size_t i = 0; i < jobs.size(); ++i)
      if (records[i]) results_.methods[jobs[i].method].runs.push_back(std::move(*records[i]));
    results_.interrupted = interrupted();
    for (auto& method : foreign_) results_.methods.push_back(std::move(method));
    if (c_.profiles) results_.profiles = make_profiles(results_.facts, results_.methods, c_.profiles->low_is_optimum);
    for (const auto& p : c_.problems)
      if (auto l = p.suite.empty() ? landscape(p, results_.methods) : std::nullopt)
        results_.landscapes.push_back(std::move(*l));
    warn();
    results_.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    if (store_) {
      const std::filesystem::path out = c_.out;
      write_file(out / "results.json", to_json(results_));
      write_file(out / "results.csv", to_csv(results_));
      if (results_.profiles) write_file(out / "profiles.csv", to_csv(*results_.profiles));
      if (c_.coco_logs) write_coco_logs(results_, out / "coco");
      if (c_.ioh_logs) write_ioh_logs(results_, out / "ioh");
    }
    return std::move(results_);
  }

 private:
  [[nodiscard]] std::size_t problem_count() const { return c_.task ? 1 : c_.problems.size(); }
  [[nodiscard]] bool interrupted() const {
    return options_.interrupt != nullptr && options_.interrupt->load(std::memory_order_relaxed);
  }

  // Everything about the request that can be wrong, before the first run.
  void check() {
    for (const MethodSpec& m : c_.methods) {
      try {
        for (const Settings& point : m.grid()) {
          const Settings settings = joined(m.set, point);
          if (c_.task) check_training_run(m, settings, *c_.task, data_);
          for (const auto& p : c_.problems) check_problem_run(m, settings, p, c_.budget);
        }
        results_.methods.push_back(
            {.spec = m, .section = section_of(m), .origin = {}, .tuned = {}, .tuning = {}, .runs = {}});
      } catch (const InvalidArgument& e) {
        throw InvalidArgument("method \"" + m.label + "\": " + e.what());
      }
    }
  }

  // Runs made elsewhere, on the problems that are compared.
  void read_foreign() {
    for (const std::string& file : c_.foreign_files) {
      std::size_t others = 0, kept = 0;
      for (MethodRecord& method : read_foreign_runs(file)) {
        for (const auto& m : c_.methods) taken(m.label, method.spec.label, file);
        for (const auto& m : foreign_) taken(m.spec.label, method.spec.label, file);
        const std::size_t all = method.runs.size();
        std::erase_if(method.runs, [&](const RunRecord& run) {
          return std::ranges::find(results_.problems, run.problem) == results_.problems.end();
        });
        others += all - method.runs.size();
        kept += method.runs.size();
        if (!method.runs.empty()) foreign_.push_back(std::move(method));
      }
      if (kept == 0) throw InvalidArgument("[[runs]]: " + file + " has no run on a problem that is compared");
      if (others > 0)
        results_.warnings.push_back(file + ": " + std::to_string(others) +
                                    " runs on problems that are not compared were left out");
    }
  }
  static void taken(const std::string& label, const std::string& foreign, const std::string& file) {
    if (label == foreign)
      throw InvalidArgument("[[runs]]: " + file + " calls a method \"" + foreign + "\", as another is called");
  }

  [[nodiscard]] std::vector<Job> tuning_jobs() const {
    std::vector<Job> jobs;
    const RunBudget budget = c_.budget.scaled(c_.tuning.budget);
    for (std::size_t m = 0; m < c_.methods.size(); ++m) {
      if (c_.methods[m].tune.empty()) continue;
      const auto grid = c_.methods[m].grid();
      for (std::size_t point = 0; point < grid.size(); ++point)
        for (std::size_t p = 0; p < problem_count(); ++p)
          for (const auto seed : c_.tuning_seeds())
            jobs.push_back({.method = m,
                            .problem = p,
                            .settings = joined(c_.methods[m].set, grid[point]),
                            .seed = seed,
                            .tuning = true,
                            .point = point,
                            .budget = budget});
    }
    return jobs;
  }

  [[nodiscard]] std::vector<Job> final_jobs() const {
    std::vector<Job> jobs;
    for (std::size_t m = 0; m < c_.methods.size(); ++m)
      for (std::size_t p = 0; p < problem_count(); ++p)
        for (const auto seed : c_.seeds)
          jobs.push_back({.method = m,
                          .problem = p,
                          .settings = joined(c_.methods[m].set, results_.methods[m].tuned),
                          .seed = seed,
                          .budget = c_.budget});
    return jobs;
  }

  // Runs the jobs on the threads; record i is that of job i, empty where an interruption came first.
  std::vector<std::optional<RunRecord>> execute(const std::vector<Job>& jobs) {
    std::vector<std::optional<RunRecord>> records(jobs.size());
    std::atomic<std::size_t> next{0};
    std::exception_ptr thrown;
    const auto worker = [&] {
      try {
        for (std::size_t i = next++; i < jobs.size() && !interrupted(); i = next++) one(jobs[i], records[i]);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!thrown) thrown = std::current_exception();  // rethrown below, on the caller's thread
        next = jobs.size();
      }
    };
    std::vector<std::thread> threads;
    for (int t = 1; t < options_.threads; ++t) threads.emplace_back(worker);
    worker();
    for (auto& thread : threads) thread.join();
    if (thrown) std::rethrow_exception(thrown);
    return records;
  }

  void one(const Job& job, std::optional<RunRecord>& record) {
    const MethodSpec& m = c_.methods[job.method];
    const std::string key = job_key(c_, job, results_.version);
    if (store_) record = store_->find(key);
    if (record && !c_.task && record->history.end == 0.0) record.reset();  // of a version that kept no history
    const bool reused = record.has_value();
    if (!reused) {
      record =
          c_.task
              ? run_training(m, job.settings, *c_.task, data_, job.budget, job.seed, !job.tuning, options_.interrupt)
              : run_problem(m, job.settings, c_.problems[job.problem], job.budget, job.seed, options_.interrupt);
      if (record->status == name(Status::interrupted)) return record.reset();  // not finished: not kept
      if (store_) store_->append(job.method, m.label, key, job.tuning, *record);
    }
    const std::lock_guard lock(mutex_);
    progress_.total = total_;
    ++progress_.done;
    work_done_ += job.tuning ? c_.tuning.budget : 1.0;
    progress_.fraction = std::min(1.0, work_done_ / work_);
    progress_.crashed += record->crashed && !job.tuning ? 1 : 0;
    progress_.reused += reused ? 1 : 0;
    progress_.tuning = job.tuning;
    progress_.label = m.label;
    if (options_.progress) options_.progress(progress_);
  }

  // The best point of each grid.
  void choose(const std::vector<Job>& jobs, const std::vector<std::optional<RunRecord>>& trials) {
    for (std::size_t m = 0; m < c_.methods.size(); ++m) {
      if (c_.methods[m].tune.empty()) continue;
      std::vector<std::size_t> mine;
      TuningRecord t;
      const auto grid = c_.methods[m].grid();
      for (const auto& point : grid) t.table.push_back({.settings = point});
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (jobs[i].method != m || !trials[i]) continue;
        mine.push_back(i);
        ++t.runs;
        t.table[jobs[i].point].crashed += trials[i]->crashed ? 1 : 0;
        if (!std::isnan(trials[i]->flops)) t.flops += trials[i]->flops;
        if (!std::isnan(trials[i]->seconds)) t.seconds += trials[i]->seconds;
      }
      if (c_.task)
        score_training(jobs, trials, mine, t);
      else
        score_problems(jobs, trials, mine, t);
      if (mine.size() < grid.size() * problem_count() * c_.tuning.seeds) {  // interrupted: nothing is chosen
        results_.methods[m].tuning = std::move(t);
        continue;
      }
      const bool higher = t.measure == "validation accuracy";
      std::size_t best = 0;
      for (std::size_t k = 1; k < t.table.size(); ++k)
        if (better(t.table[k], t.table[best], higher)) best = k;
      results_.methods[m].tuned = grid[best];
      for (std::size_t k = 0; k < grid[best].size(); ++k)
        if (at_edge(c_.methods[m].tune[k].second, grid[best][k].second))
          t.at_edge.push_back(c_.methods[m].tune[k].first);
      results_.methods[m].tuning = std::move(t);
    }
  }

  static bool better(const TuningTrial& a, const TuningTrial& b, bool higher) {
    if (std::isnan(a.score) || std::isnan(b.score)) return std::isnan(b.score) && !std::isnan(a.score);
    if (a.crashed != b.crashed) return a.crashed < b.crashed;
    if (a.score != b.score) return higher ? a.score > b.score : a.score < b.score;
    return a.tie < b.tie;
  }

  // Whether the chosen value is the least or the largest of a grid of numbers.
  static bool at_edge(const std::vector<std::string>& values, const std::string& chosen) {
    std::vector<double> numbers;
    double mine = 0.0;
    for (const auto& text : values) {
      double v = 0.0;
      try {
        v = detail::parse_double("tune", text);
      } catch (const InvalidArgument&) {
        return false;  // names have no edge
      }
      numbers.push_back(v);
      if (text == chosen) mine = v;
    }
    return numbers.size() > 1 &&
           (mine == *std::ranges::min_element(numbers) || mine == *std::ranges::max_element(numbers));
  }

  // Mean accuracy (loss, for regression) on the validation part over the tuning seeds; a crashed run has none.
  void score_training(const std::vector<Job>& jobs, const std::vector<std::optional<RunRecord>>& trials,
                      const std::vector<std::size_t>& mine, TuningRecord& t) const {
    const bool classes = std::visit([](const auto& d) { return d.train.classes > 0; }, data_);
    const bool held_out = std::visit([](const auto& d) { return d.validation.samples > 0; }, data_);
    t.measure = std::string(held_out ? "validation " : "training ") + (classes ? "accuracy" : "loss");
    for (std::size_t point = 0; point < t.table.size(); ++point) {
      double score = 0.0, loss = 0.0, count = 0.0;
      for (const std::size_t i : mine) {
        if (jobs[i].point != point) continue;
        const RunRecord& run = *trials[i];
        const PartScore& part = held_out ? run.validation : run.train;
        const bool sound = std::isfinite(part.loss);
        score +=
            classes ? (sound ? part.accuracy : 0.0) : (sound ? part.loss : std::numeric_limits<double>::infinity());
        loss += sound ? part.loss : std::numeric_limits<double>::infinity();
        count += 1.0;
      }
      if (count > 0.0) t.table[point].score = score / count, t.table[point].tie = loss / count;
    }
  }

  // The mean lowest f over seeds, on one problem; on several, whose f have no common scale, the mean rank.
  void score_problems(const std::vector<Job>& jobs, const std::vector<std::optional<RunRecord>>& trials,
                      const std::vector<std::size_t>& mine, TuningRecord& t) const {
    const std::size_t points = t.table.size(), problems = problem_count();
    t.measure = problems == 1 ? "lowest f" : "mean rank over problems";
    std::vector<double> total(points, 0.0);
    for (std::size_t p = 0; p < problems; ++p) {
      std::vector<double> f(points, 0.0);
      for (const std::size_t i : mine)
        if (jobs[i].problem == p)
          f[jobs[i].point] +=
              (std::isnan(trials[i]->judged_f()) ? std::numeric_limits<double>::infinity() : trials[i]->judged_f()) /
              static_cast<double>(c_.tuning.seeds);
      for (std::size_t a = 0; a < points; ++a) {
        double rank = 1.0;  // equal values share the mean of their places
        for (std::size_t b = 0; b < points; ++b) rank += f[b] < f[a] ? 1.0 : a != b && f[b] == f[a] ? 0.5 : 0.0;
        total[a] += problems == 1 ? f[a] : rank / static_cast<double>(problems);
      }
    }
    for (std::size_t a = 0; a < points; ++a) t.table[a].score = total[a], t.table[a].tie = 0.0;
  }

  void warn() {
    if (interrupted()) results_.warnings.emplace_back("interrupted: only the runs that had finished are here");
    for (const auto& method : results_.methods) {
      std::size_t crashed = 0;
      for (const auto& run : method.runs) crashed += run.crashed ? 1 : 0;
      if (crashed > 0) {
        const auto first = std::ranges::find_if(method.runs, &RunRecord::crashed);
        results_.warnings.push_back("\"" + method.spec.label + "\": " + std::to_string(crashed) + " of " +
                                    std::to_string(method.runs.size()) + " runs crashed (" + first->status + ": " +
                                    first->message + ")");
      }
      if (!method.tuning || method.tuning->at_edge.empty()) continue;
      Settings edge;
      for (const auto& s : method.tuned)
        if (std::ranges::find(method.tuning->at_edge, s.first) != method.tuning->at_edge.end()) edge.push_back(s);
      results_.warnings.push_back("\"" + method.spec.label + "\": the best " + shown(edge) +
                                  " lies at the edge of its grid; a wider one may do better");
    }
  }

  const Comparison& c_;
  const CompareOptions& options_;
  ComparisonResults results_;
  std::vector<MethodRecord> foreign_;
  TaskData data_;
  std::optional<RunStore> store_;
  std::mutex mutex_;
  CompareProgress progress_;
  std::size_t total_ = 0;
  double work_ = 0.0, work_done_ = 0.0;
};

}  // namespace

ComparisonResults compare(const Comparison& comparison, const CompareOptions& options) {
  return Runner(comparison, options).run();
}

}  // namespace thalweg
