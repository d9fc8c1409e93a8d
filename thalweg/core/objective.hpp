// An Objective answers questions. `offers()` says which.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/question.hpp"

namespace thalweg {

template <class S>
class Objective {
 public:
  virtual ~Objective() = default;
  Objective() = default;
  Objective(const Objective&) = delete;
  Objective& operator=(const Objective&) = delete;

  [[nodiscard]] virtual std::size_t dimension() const = 0;
  [[nodiscard]] virtual Offers offers() const = 0;
  // The one door: answers question i into answer i. The sizes are equal. May throw; answers before the throwing
  // question are then valid. With `gradient` alone asked the value may be filled in too; it is then not counted.
  // A question with a perturbation reaches only objectives whose `regenerates_noise()`
  // is true.
  virtual void answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) = 0;
  [[nodiscard]] virtual bool regenerates_noise() const { return false; }
  // True when answer() takes whole batches and runs its own threads (a network, a pool of programs); false when the
  // driver hands it one question at a time, and from several threads at once when the run asks for threads > 1.
  [[nodiscard]] virtual bool parallel_inside() const { return false; }

  // The driver's wish to hear of each answer as soon as it is complete: answered(i) for answer i of the batch being
  // answered, from any thread, one at a time. Worth honouring where answers are dear and come one by one (a pool of
  // programs): the study then holds each at once, not a batch at a time. Empty: the run is over.
  virtual void report_answers(std::function<void(std::size_t)> answered) { static_cast<void>(answered); }

  // Sugar over answer(). Each throws std::logic_error if a size is wrong.
  virtual double value(std::span<const S> x, SampleKey sample = {});
  virtual double value_and_gradient(std::span<const S> x, std::span<S> gradient, SampleKey sample = {});
  void gradient(std::span<const S> x, std::span<S> gradient, SampleKey sample = {});
  double directional(std::span<const S> x, std::span<const S> direction, SampleKey sample = {});
  void hessian_vector(std::span<const S> x, std::span<const S> direction, std::span<S> out, SampleKey sample = {});
  void fisher_vector(std::span<const S> x, std::span<const S> direction, std::span<S> out, SampleKey sample = {});
  void hessian(std::span<const S> x, std::span<S> out, SampleKey sample = {});  // n×n
  void third(std::span<const S> x, std::span<const S> direction, std::span<S> out, SampleKey sample = {});
  void residual(std::span<const S> x, std::span<S> out, SampleKey sample = {});
  void jacobian(std::span<const S> x, std::span<S> out, SampleKey sample = {});  // m×n
  // `points` holds values.size() points, one after another.
  virtual void values(std::span<const S> points, std::span<double> values, SampleKey sample = {});

 private:
  void one(const Question<S>& question, Answer<S>& answer);
  std::vector<Question<S>> batch_questions_;  // of values()
  std::vector<Answer<S>> batch_answers_;
};

// An objective that stands on another. The driver puts its ledger under the lowest adapter, so that adapters are
// charged in the answers that they really take, and tells each adapter when a run begins.
template <class S>
class Adapter : public Objective<S> {
 public:
  explicit Adapter(Objective<S>& base) : base_(&base) {}
  explicit Adapter(std::shared_ptr<Objective<S>> base) : owned_(std::move(base)), base_(owned_.get()) {}
  [[nodiscard]] Objective<S>& base() const { return *base_; }
  void rebase(Objective<S>& base) { base_ = &base; }  // the driver's; restored when the run ends
  // A run begins: forget every state, draw all randomness from this seed. Called before the first question.
  virtual void begin(std::uint64_t seed) { static_cast<void>(seed); }
  // The next estimate is the call-th of the run (1, 2, …), with the randomness that belongs to it.
  virtual void seek(std::uint64_t call) { static_cast<void>(call); }
  // Between the coordinates of the method (above) and those of the base (below). Identity by default.
  [[nodiscard]] virtual std::vector<S> to_base(std::span<const S> x) const { return {x.begin(), x.end()}; }
  [[nodiscard]] virtual std::vector<S> from_base(std::span<const S> x) const { return {x.begin(), x.end()}; }
  [[nodiscard]] std::size_t dimension() const override { return base_->dimension(); }
  [[nodiscard]] bool parallel_inside() const override { return base_->parallel_inside(); }

 private:
  std::shared_ptr<Objective<S>> owned_;
  Objective<S>* base_;
};

// A plain function of the user's, values only; or a pair that also writes the gradient.
//   double f(std::span<const double> x)
//   double fg(std::span<const double> x, std::span<double> gradient)   // gradient may be empty: not asked
class FunctionObjective final : public Objective<double> {
 public:
  using Value = std::function<double(std::span<const double>)>;
  using ValueAndGradient = std::function<double(std::span<const double>, std::span<double>)>;
  FunctionObjective(std::size_t dimension, Value value) : dimension_(dimension), value_(std::move(value)) {}
  FunctionObjective(std::size_t dimension, ValueAndGradient both) : dimension_(dimension), both_(std::move(both)) {}
  [[nodiscard]] std::size_t dimension() const override { return dimension_; }
  [[nodiscard]] Offers offers() const override;
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override;
  // Without the detour through answer(); here, because the driver of a run knows the type and has it inline.
  double value(std::span<const double> x, SampleKey = {}) override {
    if (x.size() != dimension_) wrong_size(x.size());
    return value_ ? value_(x) : both_(x, {});
  }
  double value_and_gradient(std::span<const double> x, std::span<double> gradient, SampleKey sample = {}) override;

 private:
  [[noreturn]] void wrong_size(std::size_t size) const;
  std::size_t dimension_;
  Value value_;
  ValueAndGradient both_;
};

extern template class Objective<float>;
extern template class Objective<double>;

}  // namespace thalweg
