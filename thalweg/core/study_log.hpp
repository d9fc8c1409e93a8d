// The durable study: every question and its answer in one SQLite file (WAL, synchronous=NORMAL).
//
// Given the seed and the answers a method is deterministic, so the record of answers is the run's state: resuming
// replays it, comparing each question bit by bit. What was answered survives kill -9. Tables, for readers:
//   meta(key, value)                     the run's stamp and what its owner adds (set_meta)
//   answers(k, asks, sample, f, …)       question k with its answer; point, direction and answer as raw doubles
//   remembered(name, vals)               dear internal results
//   events(kind, text, seconds, at)      opened, resumed, exceptions, stops; each opening with its stamp()
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/answer_log.hpp"

namespace thalweg {

// The file could not be read or written; what was answered before is safe in it.
class StudyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class StudyLog final : public AnswerLog<double> {
 public:
  enum class Mode {
    create,  // a new file; InvalidArgument if it holds a study already
    resume,  // an existing study; InvalidArgument if there is none
  };
  StudyLog(const std::string& path, Mode mode);
  ~StudyLog() override;

  void set_meta(std::string_view key, std::string_view value);
  [[nodiscard]] std::optional<std::string> meta(std::string_view key) const;
  [[nodiscard]] std::uint64_t answers() const;  // how many the file holds
  // The stamp of the run it holds; empty when none has begun.
  [[nodiscard]] std::optional<RunStamp<double>> run_stamp() const;

  void begin(const RunStamp<double>& stamp) override;
  bool replay(std::uint64_t k, const Question<double>& question, Answer<double>& answer, double& seconds) override;
  void record(std::uint64_t k, const Question<double>& question, const Answer<double>& answer,
              double seconds) override;
  void commit() override;
  std::optional<std::vector<double>> remembered(std::string_view name) override;
  void remember(std::string_view name, const std::vector<double>& values) override;
  void event(std::string_view kind, std::string_view text, double seconds) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thalweg
