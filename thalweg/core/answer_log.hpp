// What a durable record of questions and answers does for a run. The study log (study_log.hpp) is one.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/core/question.hpp"
#include "thalweg/core/result.hpp"

namespace thalweg {

// What identifies a run: two runs of equal stamps ask the same questions while they get the same answers.
template <class S>
struct RunStamp {
  std::string method;
  Settings settings;
  std::vector<S> x0;
  std::uint64_t seed = 0;
};

// The replayed run asked something else than the log holds.
class Diverged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class S>
class AnswerLog {
 public:
  virtual ~AnswerLog() = default;
  // The run starts. Throws InvalidArgument when the log holds another run.
  virtual void begin(const RunStamp<S>& stamp) = 0;
  // Fills in the answer to question number k (0, 1, …) if the log holds it, and the run's clock at that moment; false
  // if it does not. Throws Diverged ("diverged at question k") if the question differs from the logged one in a bit.
  virtual bool replay(std::uint64_t k, const Question<S>& question, Answer<S>& answer, double& seconds) = 0;
  // Durable when commit() returns. Within a batch the numbers may come in any order.
  virtual void record(std::uint64_t k, const Question<S>& question, const Answer<S>& answer, double seconds) = 0;
  virtual void commit() = 0;
  // A dear internal result of the method (search.remember).
  virtual std::optional<std::vector<double>> remembered(std::string_view name) = 0;
  virtual void remember(std::string_view name, const std::vector<double>& values) = 0;
  // The objective threw, or the run ended.
  virtual void event(std::string_view kind, std::string_view text, double seconds) = 0;
};

}  // namespace thalweg
