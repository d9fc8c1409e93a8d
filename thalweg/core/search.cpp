#include "thalweg/core/search.hpp"

#include <algorithm>

#include "thalweg/core/driver.hpp"

namespace thalweg {

bool Bounds::finite() const {
  const auto is_finite = [](double v) { return std::isfinite(v); };
  return !empty() && std::all_of(lower.begin(), lower.end(), is_finite) &&
         std::all_of(upper.begin(), upper.end(), is_finite);
}

std::string_view name(Status status) {
  constexpr std::array<std::string_view, 12> names = {"converged",     "target_reached",      "evaluation_budget",
                                                      "answer_budget", "iteration_budget",    "time_budget",
                                                      "flop_budget",   "stopped_by_callback", "interrupted",
                                                      "stalled",       "numerical_failure",   "objective_failed"};
  return names[static_cast<std::size_t>(status)];
}

template <class S>
std::span<const S> BasicSearch<S>::start() const {
  return driver_->start_;
}
template <class S>
const Bounds& BasicSearch<S>::bounds() const {
  return driver_->limits_.bounds;
}
template <class S>
const Tolerances& BasicSearch<S>::tolerance() const {
  return driver_->limits_.tolerance;
}
template <class S>
std::uint64_t BasicSearch<S>::seed() const {
  return driver_->limits_.seed;
}
template <class S>
void BasicSearch<S>::iteration(std::span<const S> x, double f) {
  driver_->iteration(x, f);
}
template <class S>
void BasicSearch<S>::recommend(std::span<const S> x, double f) {
  driver_->recommend(x, f);
}
template <class S>
void BasicSearch<S>::charge_flops(double flops) {
  driver_->result_.ledger.flops += flops;
}
template <class S>
void BasicSearch<S>::finish(Status status, std::string message) {
  driver_->finish(status, std::move(message));
}
template <class S>
std::uint64_t BasicSearch<S>::iterations() const {
  return driver_->result_.iterations;
}
template <class S>
const Ledger& BasicSearch<S>::ledger() const {
  return driver_->result_.ledger;
}
template <class S>
double BasicSearch<S>::best_f() const {
  return driver_->result_.f;
}
template <class S>
std::span<const S> BasicSearch<S>::best_x() const {
  return driver_->result_.x;
}
template <class S>
std::optional<std::uint64_t> BasicSearch<S>::evaluations_left() const {
  const std::uint64_t cap = driver_->caps_[static_cast<std::size_t>(AnswerKind::value)];
  if (cap == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  return cap - std::min(cap, driver_->result_.ledger.of(AnswerKind::value));
}
template <class S>
bool BasicSearch<S>::spent(Kinds asks) {
  return driver_->spent(asks);
}
template <class S>
std::vector<double> BasicSearch<S>::remember(const std::string& name,
                                             const std::function<std::vector<double>()>& compute) {
  AnswerLog<S>* log = driver_->limits_.log;
  if (log == nullptr) return compute();
  if (auto known = log->remembered(name)) return *known;
  std::vector<double> values = compute();
  log->remember(name, values);
  return values;
}

template class BasicSearch<float>;
template class BasicSearch<double>;

template <class S>
BasicResult<S> run(Objective<S>& f, std::span<const S> x0, MethodRef<S> method, const BasicLimits<S>& limits) {
  Driver<S> driver(f, x0, method, limits);
  driver.run();
  if (limits.progress != nullptr) *limits.progress = driver.result();
  if (driver.error()) std::rethrow_exception(driver.error());
  return std::move(driver.result());
}
template BasicResult<float> run(Objective<float>&, std::span<const float>, MethodRef<float>,
                                const BasicLimits<float>&);
template BasicResult<double> run(Objective<double>&, std::span<const double>, MethodRef<double>,
                                 const BasicLimits<double>&);

}  // namespace thalweg
