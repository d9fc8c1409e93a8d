#include "thalweg/core/driver.hpp"

#include <algorithm>
#include <cmath>
#include <typeinfo>

#include "thalweg/core/asks_beside.hpp"
#include "thalweg/core/interrupted.hpp"
#include "thalweg/core/thread_pool.hpp"

namespace thalweg {

namespace {
constexpr std::size_t improvements_at_first = 64;
// To the adapters that ask beside the method's points, in the coordinates of each.
template <class S>
void tell_bounds(const std::vector<Adapter<S>*>& adapters, Bounds bounds) {
  const auto below = [](const Adapter<S>& adapter, const std::vector<double>& side) {
    const std::vector<S> image = adapter.to_base(std::vector<S>(side.begin(), side.end()));
    return std::vector<double>(image.begin(), image.end());
  };
  for (Adapter<S>* adapter : adapters) {
    if (auto* asker = dynamic_cast<AsksBeside*>(adapter)) asker->within(bounds);
    if (!bounds.empty()) bounds = {below(*adapter, bounds.lower), below(*adapter, bounds.upper)};
  }
}
}  // namespace

// What the method (or the lowest adapter) sees in place of the user's objective.
template <class S>
class Driver<S>::Gateway final : public Objective<S> {
 public:
  explicit Gateway(Driver& driver) : driver_(&driver) {}
  [[nodiscard]] std::size_t dimension() const override { return driver_->leaf_->dimension(); }
  [[nodiscard]] Offers offers() const override { return driver_->leaf_offers_; }
  [[nodiscard]] bool regenerates_noise() const override { return driver_->leaf_->regenerates_noise(); }
  [[nodiscard]] bool parallel_inside() const override { return true; }
  void answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) override {
    driver_->ask(questions, answers);
  }
  double value(std::span<const S> x, SampleKey sample) override {
    return driver_->plain_ != nullptr ? driver_->ask_value(x, sample) : Objective<S>::value(x, sample);
  }
  double value_and_gradient(std::span<const S> x, std::span<S> gradient, SampleKey sample) override {
    return driver_->plain_ != nullptr ? driver_->ask_value_and_gradient(x, gradient, sample)
                                      : Objective<S>::value_and_gradient(x, gradient, sample);
  }
  void values(std::span<const S> points, std::span<double> values, SampleKey sample) override {
    const std::size_t n = dimension();
    if (driver_->plain_ == nullptr || driver_->pool_ || points.size() != n * values.size())
      return Objective<S>::values(points, values, sample);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = driver_->ask_value(points.subspan(i * n, n), sample);
  }

 private:
  Driver* driver_;
};

template <class S>
Driver<S>::Driver(Objective<S>& f, std::span<const S> x0, MethodRef<S> method, const BasicLimits<S>& limits)
    : method_(method), limits_(limits), leaf_(&f), top_(&f), gateway_(std::make_unique<Gateway>(*this)) {
  FunctionObjective* function = nullptr;
  if constexpr (std::is_same_v<S, double>)
    if (typeid(f) == typeid(FunctionObjective)) function = static_cast<FunctionObjective*>(&f);
  for (Adapter<S>* adapter; function == nullptr && (adapter = dynamic_cast<Adapter<S>*>(leaf_)) != nullptr;) {
    adapters_.push_back(adapter);
    leaf_ = &adapter->base();
  }
  leaf_offers_ = leaf_->offers();
  direct_ = limits.log == nullptr && !leaf_->parallel_inside();
  if (limits.log == nullptr && limits.events == nullptr && !limits.max_flops) plain_ = function;
  limited_ = limits.target || limits.interrupt != nullptr || limits.max_flops || limits.max_seconds;
  overlooked_ = limits.keep_path || limits.callback || limits.events != nullptr;
  if (x0.size() != leaf_->dimension())
    throw InvalidArgument("x0 has " + std::to_string(x0.size()) + " entries; the objective has " +
                          std::to_string(leaf_->dimension()) + " variables");
  if (x0.empty()) throw InvalidArgument("x0 is empty; an objective needs at least one variable");
  if (!detail::all_finite(x0)) throw InvalidArgument("x0 has an entry that is not finite; start from a finite point");
  start_.assign(x0.begin(), x0.end());
  result_.improvements.reserve(improvements_at_first);
  for (auto adapter = adapters_.rbegin(); adapter != adapters_.rend(); ++adapter)
    start_ = (*adapter)->from_base(std::span<const S>(start_));
  check_request(f.offers());
  set_caps();
  result_.method = method.entry.id;
  result_.seed = limits.seed;
  result_.stochastic = leaf_offers_.stochastic;
  if (limits.threads > 1 && !leaf_->parallel_inside()) pool_ = std::make_unique<ThreadPool>(limits.threads);
  if (!adapters_.empty()) adapters_.back()->rebase(*gateway_);
  leaf_->report_answers([this](std::size_t i) { complete(i); });
  top_ = adapters_.empty() ? static_cast<Objective<S>*>(gateway_.get()) : adapters_.front();
}

template <class S>
Driver<S>::~Driver() {
  leaf_->report_answers({});
  if (!adapters_.empty()) adapters_.back()->rebase(*leaf_);
}

template <class S>
void Driver<S>::run() {
  began_ = std::chrono::steady_clock::now();
  BasicSearch<S> search(*this);
  if (limits_.events != nullptr) limits_.events->start(method_.entry.id, start_.size(), limits_.seed);
  try {
    if (limits_.log != nullptr) {
      limits_.log->begin(
          {method_.entry.id, method_.settings ? method_.settings() : Settings{}, start_, limits_.seed});
      replaying_ = true;
    }
    tell_bounds(adapters_, limits_.bounds);
    for (auto adapter = adapters_.rbegin(); adapter != adapters_.rend(); ++adapter) (*adapter)->begin(limits_.seed);
    method_.run(*top_, search);
    if (!finished_) finish(Status::stalled, method_.entry.id + " returned without giving a reason");
  } catch (const RunOver&) {  // the run was ended by end(); status and message are set
  } catch (const Interrupted&) {
    finished_ = false;
    finish(Status::interrupted, detail::interrupted_text);
  } catch (...) {
    error_ = std::current_exception();
    finished_ = false;
    std::string what = "an exception that is not a std::exception";
    try {
      std::rethrow_exception(error_);
    } catch (const std::exception& e) {
      what = e.what();
    } catch (...) {  // kept in error_ and rethrown by run()
    }
    finish(Status::objective_failed, what);
  }
  conclude();
}

template <class S>
void Driver<S>::ask(std::span<const Question<S>> questions, std::span<Answer<S>> answers) {
  AnswerKind crossed = AnswerKind::value;
  const std::size_t count = allowed(questions, crossed);
  if (direct_ && count == 1 && questions.size() == 1) {
    leaf_->answer(questions, answers);
    note(questions[0], answers[0]);
    ++question_;
    return check_limits();
  }
  if (count > 0) {
    if (replaying_)
      replay(questions.first(count), answers.first(count));
    else
      ask_leaf(questions.first(count), answers.first(count));
  }
  check_limits();
  if (count < questions.size()) {
    finish_at_cap(crossed);
    throw RunOver{};
  }
}

template <class S>
bool Driver<S>::spent(Kinds asks) {
  for (std::uint32_t bits = asks.bits(); bits != 0; bits &= bits - 1) {
    const auto k = static_cast<std::size_t>(std::countr_zero(bits));
    if (result_.ledger.answers[k] < caps_[k]) continue;
    check_limits();
    finish_at_cap(static_cast<AnswerKind>(k));
    return true;
  }
  return false;
}

template <class S>
void Driver<S>::finish_at_cap(AnswerKind crossed) {
  const std::uint64_t cap = caps_[detail::slot(crossed)];
  if (limits_.max_evaluations && cap == *limits_.max_evaluations)
    return finish(Status::evaluation_budget,
                  "used the budget of " + std::to_string(cap) + " evaluations (max_evaluations)");
  if (default_budget_)
    return finish(Status::evaluation_budget, "used the default budget of 1000·(n+1) = " + std::to_string(cap) +
                                                 " evaluations; set max_evaluations to change it");
  finish(Status::answer_budget, "used the budget of " + std::to_string(cap) + " answers of kind " +
                                    std::string(name(crossed)) + " (max_answers)");
}

// One value of a plain function that nothing else listens to: what ask() does, without Question and Answer.
template <class S>
double Driver<S>::ask_value(std::span<const S> x, SampleKey sample) {
  std::uint64_t& count = result_.ledger.answers[detail::slot(AnswerKind::value)];
  if (count >= caps_[detail::slot(AnswerKind::value)])
    return gateway_->Objective<S>::value(x, sample);  // ends the run
  double f = std::numeric_limits<double>::quiet_NaN();
  if constexpr (std::is_same_v<S, double>) f = plain_->value(x);  // inline: a plain function is one of doubles
  ++count;
  if (!std::isfinite(f)) {
    ++result_.ledger.non_finite;
    f = std::numeric_limits<double>::infinity();
  }
  consider(x, f);
  check_limits();
  return f;
}

// The same with the gradient.
template <class S>
double Driver<S>::ask_value_and_gradient(std::span<const S> x, std::span<S> gradient, SampleKey sample) {
  constexpr std::size_t v = detail::slot(AnswerKind::value), g = detail::slot(AnswerKind::gradient);
  auto& counts = result_.ledger.answers;
  if (counts[v] >= caps_[v] || counts[g] >= caps_[g])
    return gateway_->Objective<S>::value_and_gradient(x, gradient, sample);  // ends the run
  double f = leaf_->value_and_gradient(x, gradient, sample);
  ++counts[v], ++counts[g];
  if (!std::isfinite(f) || !detail::all_finite<S>(gradient)) {
    ++result_.ledger.non_finite;
    f = std::numeric_limits<double>::infinity();
  }
  consider(x, f);
  check_limits();
  return f;
}

// A value of the objective itself: is it the best? Of equal values the last is: see BasicSearch::finish().
template <class S>
void Driver<S>::consider(std::span<const S> x, double f) {
  whole_value_seen_ = true;
  if (f < result_.f)
    take_best(x, f);
  else if (f == result_.f && !result_.x.empty())
    result_.x.assign(x.begin(), x.end());
}

template <class S>
void Driver<S>::take_best(std::span<const S> x, double f) {
  result_.f = f;
  result_.x.assign(x.begin(), x.end());
  result_.improvements.push_back({result_.iterations, result_.evaluations(), f, seconds_about_now()});
  if (limits_.events != nullptr) limits_.events->improvement(result_.improvements.back());
}

// Reading the clock costs as much as a cheap objective: between readings at most about 0.1 ms of answers pass.
template <class S>
double Driver<S>::seconds_about_now() {
  const std::uint64_t answered = result_.evaluations();
  if (answered < clock_due_ && !replaying_) return clock_read_;
  const double now = seconds();
  const double each = (now - clock_read_) / static_cast<double>(std::max<std::uint64_t>(answered - clock_at_, 1));
  clock_due_ = answered + static_cast<std::uint64_t>(std::clamp(1e-4 / std::max(each, 1e-9), 1.0, 1000.0));
  clock_at_ = answered;
  return clock_read_ = now;
}

// Apart from check_limits(), so that unwinding passes no strings.
template <class S>
bool Driver<S>::limit_met() {
  if (limits_.target && result_.f <= *limits_.target)
    finish(Status::target_reached,
           "f = " + detail::format(result_.f) + " ≤ target " + detail::format(*limits_.target));
  else if (limits_.interrupt != nullptr && limits_.interrupt->load(std::memory_order_relaxed))
    finish(Status::interrupted, detail::interrupted_text);
  else if (limits_.max_flops && result_.ledger.flops >= *limits_.max_flops)
    finish(Status::flop_budget, "used the budget of " + detail::format(*limits_.max_flops) + " FLOPs (max_flops)");
  else if (limits_.max_seconds && seconds() >= *limits_.max_seconds)
    finish(Status::time_budget, "used the budget of " + detail::format(*limits_.max_seconds) + " s (max_seconds)");
  else
    return false;
  return true;
}

template <class S>
void Driver<S>::iteration(std::span<const S> x, double f) {
  ++result_.iterations;
  if (overlooked_) tell(x, f);
  if (limits_.max_iterations && result_.iterations >= *limits_.max_iterations)
    end(Status::iteration_budget,
        "used the budget of " + std::to_string(*limits_.max_iterations) + " iterations (max_iterations)");
  check_limits();
}

template <class S>
void Driver<S>::tell(std::span<const S> x, double f) {
  if (limits_.keep_path && !x.empty()) result_.path.push_back(in_users_coordinates(x));
  if (!limits_.callback && limits_.events == nullptr) return;
  const Progress progress{result_.iterations, &result_.ledger, f, result_.f, seconds()};
  if (limits_.events != nullptr) limits_.events->iteration(progress);
  if (limits_.callback && limits_.callback(progress) == Control::stop)
    end(Status::stopped_by_callback, "the callback asked to stop at iteration " + std::to_string(result_.iterations));
}

template <class S>
void Driver<S>::recommend(std::span<const S> x, double f) {
  result_.recommended.assign(x.begin(), x.end());
  result_.recommended_f = f;
}

template <class S>
void Driver<S>::finish(Status status, std::string message) {
  if (finished_) return;
  finished_ = true;
  result_.status = status;
  result_.message = std::move(message);
}

template <class S>
void Driver<S>::end(Status status, std::string message) {
  finish(status, std::move(message));
  throw RunOver{};
}

template <class S>
double Driver<S>::seconds() const {
  if (replaying_) return replayed_seconds_;
  return seconds_before_ + std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
}

template <class S>
std::vector<S> Driver<S>::in_users_coordinates(std::span<const S> x) const {
  std::vector<S> out(x.begin(), x.end());
  for (const Adapter<S>* adapter : adapters_) out = adapter->to_base(out);
  return out;
}

template class Driver<float>;
template class Driver<double>;

}  // namespace thalweg
