// The finished runs of a comparison on disk: runs/NN-label.jsonl, one line a run, written at once.
// A line is {"job": {…}, "tuning": bool, "run": {…}}; the job is everything that the run's result depends on, so that
// a later comparison finds it again.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "thalweg/experiment/results.hpp"

namespace thalweg {

// One run to do: a point of a method's grid, or the compared setting, on a problem (or the task) with a seed.
struct Job {
  std::size_t method = 0, problem = 0;
  Settings settings;  // the method's own and the grid's, the latter last
  std::uint64_t seed = 0;
  bool tuning = false;
  std::size_t point = 0;  // of the grid
  RunBudget budget;
};
// As JSON on one line.
std::string job_key(const Comparison& comparison, const Job& job, const std::string& version);

class RunStore {
 public:
  // Opens directory/runs for writing; `resume` reads what is there, otherwise it is renamed runs.old.
  // Throws InvalidArgument naming the path that cannot be made or written.
  RunStore(const std::filesystem::path& directory, bool resume);
  [[nodiscard]] std::optional<RunRecord> find(const std::string& key) const;
  // Safe to call from several threads.
  void append(std::size_t method, const std::string& label, const std::string& key, bool tuning,
              const RunRecord& run);

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::string> known_;  // job → run, both as text
  std::mutex mutex_;
};

// A label as part of a file's name: "backprop · adam" → "backprop-adam"; "" when nothing of it can stand there.
std::string slug(const std::string& label);

// Writes a file whole or not at all.
void write_file(const std::filesystem::path& path, const std::string& text);

}  // namespace thalweg
