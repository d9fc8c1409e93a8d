#include "thalweg/core/ask_tell.hpp"

#include <algorithm>
#include <stdexcept>

#include "thalweg/core/driver.hpp"
#include "thalweg/core/fiber.hpp"

namespace thalweg {

struct AskTell::State {
  // The bottom of the run: its questions are answered by the teller.
  class Asked final : public Objective<double> {
   public:
    Asked(State& state, std::size_t dimension, Offers offers) : state_(&state), n_(dimension), offers_(offers) {}
    [[nodiscard]] std::size_t dimension() const override { return n_; }
    [[nodiscard]] Offers offers() const override { return offers_; }
    [[nodiscard]] bool parallel_inside() const override { return true; }
    void answer(std::span<const Question<double>> batch, std::span<Answer<double>> wanted) override {
      state_->questions.assign(batch.begin(), batch.end());
      state_->answers = wanted;
      state_->fiber->pause();
      if (state_->abandoned) throw RunOver{};
    }

   private:
    State* state_;
    std::size_t n_;
    Offers offers_;
  };

  State(Method m, std::vector<double> x0, Limits l, Offers offers, const Adapt& adapt)
      : method(std::move(m)), limits(std::move(l)), asked(*this, x0.size(), offers) {
    if (adapt) adapter = adapt(asked);
    if (limits.callback) {  // the user's code runs on the caller's stack: hand it over and wait
      callback = std::move(limits.callback);
      limits.callback = [this](const Progress& progress) {
        reported = &progress;
        fiber->pause();
        reported = nullptr;
        return abandoned ? Control::stop : reply;
      };
    }
    Objective<double>& top = adapter ? static_cast<Objective<double>&>(*adapter) : asked;
    driver = std::make_unique<Driver<double>>(top, x0, method, limits);
    fiber = std::make_unique<Fiber>([this] { driver->run(); });
  }

  ~State() {
    if (!fiber->started() || fiber->ended()) return;
    abandoned = true;
    driver->stop_from_outside("the study was abandoned");
    fiber->resume();  // the method's stack unwinds
  }

  // Runs until questions wait or the run is over.
  void advance() {
    questions.clear();
    fiber->resume();
    while (reported != nullptr) {
      const Progress progress = *reported;
      reply = callback(progress);  // may throw: the study can be asked again
      fiber->resume();
    }
    if (fiber->ended() && driver->error()) std::rethrow_exception(driver->error());
  }

  Method method;
  Limits limits;
  std::function<Control(const Progress&)> callback;
  Asked asked;
  std::unique_ptr<Adapter<double>> adapter;
  std::unique_ptr<Driver<double>> driver;
  std::unique_ptr<Fiber> fiber;
  std::vector<Question<double>> questions;
  std::span<Answer<double>> answers;
  const Progress* reported = nullptr;
  Control reply = Control::proceed;
  bool abandoned = false;
};

AskTell::AskTell(Method method, std::vector<double> x0, Limits limits, Offers offers, Adapt adapt)
    : state_(std::make_unique<State>(std::move(method), std::move(x0), std::move(limits), offers, adapt)) {}
AskTell::~AskTell() = default;
AskTell::AskTell(AskTell&&) noexcept = default;
AskTell& AskTell::operator=(AskTell&&) noexcept = default;

const std::vector<Question<double>>* AskTell::ask() {
  State& s = *state_;
  if (s.questions.empty() && !s.fiber->ended()) s.advance();
  return s.questions.empty() ? nullptr : &s.questions;
}

void AskTell::tell(std::span<const double> values) {
  State& s = *state_;
  if (s.questions.empty()) throw std::logic_error("tell: nothing was asked; call ask() first");
  if (values.size() != s.questions.size())
    throw InvalidArgument("tell got " + std::to_string(values.size()) + " values for " +
                          std::to_string(s.questions.size()) + " questions");
  for (const Question<double>& q : s.questions)
    if (!(q.asks == Kinds(AnswerKind::value)))
      throw InvalidArgument("tell got values, but the questions ask " + to_string(q.asks) + "; tell Answers");
  for (std::size_t i = 0; i < values.size(); ++i) s.answers[i].value = values[i];
  s.advance();
}

void AskTell::tell(std::span<const Answer<double>> answers) {
  State& s = *state_;
  if (s.questions.empty()) throw std::logic_error("tell: nothing was asked; call ask() first");
  if (answers.size() != s.questions.size())
    throw InvalidArgument("tell got " + std::to_string(answers.size()) + " answers for " +
                          std::to_string(s.questions.size()) + " questions");
  const auto copy = [](std::span<const double> from, std::span<double> to, bool asked, const char* what) {
    if (!asked) return;
    if (from.size() != to.size())
      throw InvalidArgument(std::string("tell: the ") + what + " has " + std::to_string(from.size()) + " entries; " +
                            std::to_string(to.size()) + " were asked");
    std::copy(from.begin(), from.end(), to.begin());
  };
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Answer<double>& a = answers[i];
    Answer<double>& to = s.answers[i];
    const Kinds asks = s.questions[i].asks;
    copy(a.gradient, to.gradient, asks.has(AnswerKind::gradient) && !a.failed, "gradient");
    copy(a.hessian_vector, to.hessian_vector, asks.has(AnswerKind::hessian_vector) && !a.failed,
         "Hessian-vector product");
    copy(a.hessian, to.hessian, asks.has(AnswerKind::hessian) && !a.failed, "Hessian");
    copy(a.third, to.third, asks.has(AnswerKind::third) && !a.failed, "third derivative");
    copy(a.residual, to.residual, asks.has(AnswerKind::residual) && !a.failed, "residual");
    copy(a.jacobian, to.jacobian, asks.has(AnswerKind::jacobian) && !a.failed, "Jacobian");
    copy(a.product, to.product,
         (asks.has(AnswerKind::jacobian_vector) || asks.has(AnswerKind::vector_jacobian)) && !a.failed, "product");
    if ((asks.has(AnswerKind::layer_statistics) || asks.has(AnswerKind::model_statistics)) && !a.failed) {
      if (a.layers == nullptr) throw InvalidArgument("tell: statistics of layers were asked; the answer has none");
      *to.layers = *a.layers;
    }
    copy(a.fisher_vector, to.fisher_vector, asks.has(AnswerKind::fisher_vector) && !a.failed,
         "Fisher-vector product");
    to.value = a.value;
    to.directional = a.directional;
    to.quality = a.quality;
    to.flops = a.flops;
    to.failed = a.failed;
    to.error = a.error;
  }
  s.advance();
}

void AskTell::fail(std::string why) {
  State& s = *state_;
  if (s.questions.empty()) throw std::logic_error("fail: nothing was asked; call ask() first");
  for (Answer<double>& a : s.answers) {
    a.failed = true;
    a.error = why;
  }
  s.advance();
}

bool AskTell::ended() const { return state_->fiber->ended(); }

void AskTell::stop() {
  State& s = *state_;
  if (s.fiber->ended()) return;
  s.abandoned = true;
  s.questions.clear();
  s.driver->stop_from_outside("stopped by AskTell::stop()");
  s.fiber->resume();
}

const Result& AskTell::result() const { return state_->driver->so_far(); }

}  // namespace thalweg
