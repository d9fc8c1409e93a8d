// How far a run is, on stderr: a bar on a terminal, elsewhere a line now and then.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli.hpp"
#include "thalweg/core/events.hpp"

namespace thalweg::cli {

class ProgressBar {
 public:
  explicit ProgressBar(const Common& common);
  ~ProgressBar();  // takes the bar away
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  // True when something should be shown now; cheap.
  [[nodiscard]] bool due();
  void show(double fraction, const std::string& text);  // a fraction that is not in [0, 1] is unknown
  [[nodiscard]] double seconds() const;

 private:
  bool on_, terminal_;
  Paint paint_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  double next_, pause_;
  bool shown_ = false;
};

// The progress of minimize, from its events.
class MinimizeProgress final : public EventSink {
 public:
  // `fraction` of the budget that will end the run first.
  MinimizeProgress(const Common& common, std::function<double(const Ledger&, std::uint64_t, double)> fraction)
      : bar_(common), fraction_(std::move(fraction)) {}
  void iteration(const Progress& progress) override { iterations_ = progress.iteration; }
  void answer(Kinds asked, std::uint64_t sample, double value, bool failed, const Ledger& ledger) override;
  void improvement(const TracePoint& point) override { best_ = point.f; }

 private:
  ProgressBar bar_;
  std::function<double(const Ledger&, std::uint64_t, double)> fraction_;
  std::uint64_t iterations_ = 0;
  double best_ = std::numeric_limits<double>::infinity();
};

// Several sinks as one.
class Tee final : public EventSink {
 public:
  void add(EventSink& sink) { sinks_.push_back(&sink); }
  void start(std::string_view method, std::size_t dimension, std::uint64_t seed) override {
    for (EventSink* s : sinks_) s->start(method, dimension, seed);
  }
  void iteration(const Progress& progress) override {
    for (EventSink* s : sinks_) s->iteration(progress);
  }
  void answer(Kinds asked, std::uint64_t sample, double value, bool failed, const Ledger& ledger) override {
    for (EventSink* s : sinks_) s->answer(asked, sample, value, failed, ledger);
  }
  void improvement(const TracePoint& point) override {
    for (EventSink* s : sinks_) s->improvement(point);
  }
  void stop(Status status, std::string_view message, const Ledger& ledger, double seconds) override {
    for (EventSink* s : sinks_) s->stop(status, message, ledger, seconds);
  }

 private:
  std::vector<EventSink*> sinks_;
};

}  // namespace thalweg::cli
