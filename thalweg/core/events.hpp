// What happens in a run, told as it happens. Sinks are called on the run's own thread, between answers.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "thalweg/core/result.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void start(std::string_view method, std::size_t dimension, std::uint64_t seed) {
    static_cast<void>(method), static_cast<void>(dimension), static_cast<void>(seed);
  }
  virtual void iteration(const Progress& progress) { static_cast<void>(progress); }
  // One answered question: what was asked, its value (NaN when none was asked), failed or not.
  virtual void answer(Kinds asked, std::uint64_t sample, double value, bool failed, const Ledger& ledger) {
    static_cast<void>(asked), static_cast<void>(sample), static_cast<void>(value), static_cast<void>(failed);
    static_cast<void>(ledger);
  }
  virtual void improvement(const TracePoint& point) { static_cast<void>(point); }
  virtual void stop(Status status, std::string_view message, const Ledger& ledger, double seconds) {
    static_cast<void>(status), static_cast<void>(message), static_cast<void>(ledger), static_cast<void>(seconds);
  }
};

}  // namespace thalweg
