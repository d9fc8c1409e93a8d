// An objective that a program outside answers: one JSON object a line, over the pipes of a long-lived process.
//
// To the program:  {"id":7,"x":[…],"kind":"value"|"value_and_gradient","seed":S}   (S: the question's sample key)
// Back:            {"id":7,"f":1.5}, with "g":[…] when it was asked;  {"id":7,"error":"text"} records a failed
//                  evaluation, and the run goes on. "nan", "inf", "-inf", null and Python's bare NaN and Infinity are
//                  numbers that are not finite. `id` may be left out by a program that answers in order; "c" is
//                  reserved for constraints and ignored.
// The program's standard output carries answers only; what it writes to standard error is kept, and its last lines
// are part of every complaint. No shell is run. The end of its input tells the program to end.
//
// A program that exits, answers rubbish or is late is a ProgramError; it is stopped, and so are the others when the
// objective is destroyed (end of input, SIGTERM after a second, SIGKILL after another). Each program has a process
// group of its own, so that a Ctrl-C at the terminal reaches this process alone, which then ends them.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "thalweg/core/objective.hpp"

namespace thalweg {

// Words as a shell would split them: blanks separate; 'literal', "with \" and \\", and \ before a character keep
// them. Nothing is expanded. Throws InvalidArgument for an open quote, no word at all, and for what only a shell can
// do (an unquoted | & ; < > ( ) or `).
std::vector<std::string> split_command(std::string_view text);

// The program exited, answered rubbish or was late; the message ends with its last lines of standard error.
class ProgramError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct ProgramOptions {
  std::vector<std::string> command;  // program (looked up in PATH) and arguments
  std::size_t dimension = 1;
  bool gradient = false;    // it answers "value_and_gradient" too
  bool stochastic = false;  // its answers depend on the seed
  int workers = 1;          // copies of the program, ≥ 1
  int in_flight = 1;        // questions that a copy may hold at once, ≥ 1; it may answer them in any order, by id
  double timeout = std::numeric_limits<double>::infinity();  // seconds for one answer, > 0
  const std::atomic<bool>* interrupt =
      nullptr;  // looked at while waiting; true: throws Interrupted (interrupted.hpp)
};

class ExternalProgram final : public Objective<double> {
 public:
  // Starts the programs. Throws InvalidArgument for a wrong option and when the program cannot be started.
  explicit ExternalProgram(ProgramOptions options);
  ~ExternalProgram() override;

  [[nodiscard]] std::size_t dimension() const override;
  [[nodiscard]] Offers offers() const override;
  [[nodiscard]] bool parallel_inside() const override;
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override;
  // Each answer is reported, and durable in a study, as soon as it has come, whatever others of its batch do.
  void report_answers(std::function<void(std::size_t)> answered) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thalweg
