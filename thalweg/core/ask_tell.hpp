// Ask/tell for every method: the same function that minimize() calls runs on a fiber, and pauses at each question.
//
//   AskTell study(method(NelderMead{}), x0, {.max_evaluations = 200});
//   while (const auto* questions = study.ask())          // the same batch until it is told
//     study.tell(measure(*questions));                    // one value a question; NaN or fail() where it failed
//   use(study.result());
//
// Everything of a run holds here too: budgets, targets, the log, the seed. ask() and tell() may be called from
// different threads, one at a time. User code (measurements, callbacks) always runs on the caller's stack.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "thalweg/core/minimize.hpp"

namespace thalweg {

class AskTell {
 public:
  // What is put between the method and the questions, e.g. an estimator that asks values to answer a gradient.
  using Adapt = std::function<std::unique_ptr<Adapter<double>>(Objective<double>&)>;

  // `offers`: what the teller can answer; values only by default. Throws as minimize() does for a wrong request.
  AskTell(Method method, std::vector<double> x0, Limits limits = {}, Offers offers = {}, Adapt adapt = {});
  template <class M>
  requires MethodOf<M, double> AskTell(const M& options, std::vector<double> x0, Limits limits = {},
                                       Offers offers = {}, Adapt adapt = {})
      : AskTell(thalweg::method(options), std::move(x0), std::move(limits), offers, std::move(adapt)) {}
  // A study abandoned in the middle unwinds its method's stack.
  ~AskTell();
  AskTell(AskTell&&) noexcept;
  AskTell& operator=(AskTell&&) noexcept;

  // The questions that wait for an answer; null when the run has ended. Asking again before telling gives the same.
  // The questions stay valid until they are told.
  const std::vector<Question<double>>* ask();
  // Answers all waiting questions, in order. Throws InvalidArgument when the sizes differ, std::logic_error when
  // nothing was asked.
  void tell(std::span<const double> values);
  void tell(std::span<const Answer<double>> answers);  // spans are copied to where the method wants them
  // All waiting questions failed; the run goes on, they count as +inf.
  void fail(std::string why = "failed");

  [[nodiscard]] bool ended() const;
  void stop();  // ends the run now (`stopped_by_callback`); the result is final
  // Final when ended(); before that, the best and the counts so far.
  [[nodiscard]] const Result& result() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace thalweg
