// A run's events as JSON, one object a line (`--log FILE.jsonl`). Every line has "event" and "version"; the events
// are
//   start        method, dimension, seed, stamp
//   iteration    iteration, evaluations, f (of the iterate), best_f, seconds
//   answer       asked, sample, f, failed, evaluations              (when asked for)
//   improvement  iteration, evaluations, f, seconds
//   stop         status, message, evaluations, non_finite, failed, seconds
// Numbers that are not finite are the strings "nan", "inf", "-inf"; "evaluations" counts values.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "thalweg/core/events.hpp"

namespace thalweg {

class JsonLog final : public EventSink {
 public:
  // Writes over an existing file. Throws InvalidArgument when it cannot be opened.
  explicit JsonLog(const std::string& path, bool answers = false);
  ~JsonLog() override;
  JsonLog(const JsonLog&) = delete;
  JsonLog& operator=(const JsonLog&) = delete;

  void start(std::string_view method, std::size_t dimension, std::uint64_t seed) override;
  void iteration(const Progress& progress) override;
  void answer(Kinds asked, std::uint64_t sample, double value, bool failed, const Ledger& ledger) override;
  void improvement(const TracePoint& point) override;
  void stop(Status status, std::string_view message, const Ledger& ledger, double seconds) override;
  // One object of the caller's own: the text of its members after "event" and "version", e.g. "\"epoch\":3".
  void line(std::string_view event, std::string_view members);

  // Writes out what waits. A full disk does not end the run: the log stops, and this says why; "" when all is well.
  std::string flush();

 private:
  std::string path_, error_, text_;
  std::FILE* file_;
  bool answers_;
  double last_flush_ = 0.0;
};

}  // namespace thalweg
