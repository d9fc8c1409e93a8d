#include "thalweg/core/in_space.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg {
namespace {

[[noreturn]] void fail(const std::string& variable, const std::string& what) {
  throw InvalidArgument("variable `" + variable + "`: " + what);
}

}  // namespace

InSpace::InSpace(Objective<double>& objective, Space space) : Adapter(objective), space_(std::move(space)) {
  check_space();
}
InSpace::InSpace(std::shared_ptr<Objective<double>> objective, Space space)
    : Adapter(std::move(objective)), space_(std::move(space)) {
  check_space();
}

void InSpace::check_space() {
  if (space_.size() != base().dimension())
    throw InvalidArgument("a space of " + std::to_string(space_.size()) + " variables for an objective of " +
                          std::to_string(base().dimension()));
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const Variable& v = space_.variables()[i];
    if (v.kind() != VariableKind::real)
      fail(v.name, "it is " + std::string(name(v.kind())) + "; this method searches real variables only");
    reals_.push_back(&std::get<Real>(v.domain));
    if (reals_.back()->fixed) continue;
    free_.push_back(i);
    any_log_ = any_log_ || reals_.back()->log;
    any_granular_ = any_granular_ || reals_.back()->granularity > 0.0;
  }
  if (free_.empty()) throw InvalidArgument("every variable is fixed; nothing is left to search");
}

Offers InSpace::offers() const {
  using enum AnswerKind;
  Offers offers = base().offers();
  Kinds kinds = offers.kinds - Kinds{layer_statistics, model_statistics};
  if (any_granular_) kinds = kinds - (kinds - Kinds{value, residual});
  if (any_log_) {
    if (!kinds.has(gradient)) kinds = kinds - Kinds{hessian_vector, hessian, third};
    if (!kinds.has(hessian_vector)) kinds = kinds - Kinds(third);
    const auto worse = [&](AnswerKind kind, AnswerKind by) {
      offers.quality[static_cast<std::size_t>(kind)] = std::max(offers.of(kind), offers.of(by));
    };
    worse(hessian_vector, gradient);
    worse(hessian, gradient);
    worse(third, hessian_vector);
  }
  offers.kinds = kinds;
  return offers;
}

void InSpace::place(std::span<const double> z, std::span<double> x) const {
  for (std::size_t i = 0; i < reals_.size(); ++i)
    if (reals_[i]->fixed) x[i] = *reals_[i]->fixed;
  for (std::size_t k = 0; k < free_.size(); ++k) {
    const Real& r = *reals_[free_[k]];
    double v = r.log ? std::exp(z[k]) : z[k];
    if (r.log) {  // exp(log(bound)) misses the bound by rounding; a step outside on purpose stays outside
      const double low = std::log(r.lower), high = std::log(r.upper);
      if (z[k] >= low) v = z[k] == low ? r.lower : std::max(v, r.lower);
      if (z[k] <= high) v = z[k] == high ? r.upper : std::min(v, r.upper);
    }
    x[free_[k]] = r.granularity > 0.0 && std::isfinite(v) ? on_grid(r, v) : v;
  }
}

std::vector<double> InSpace::to_base(std::span<const double> z) const {
  std::vector<double> x(reals_.size());
  place(z, x);
  return x;
}

std::vector<double> InSpace::from_base(std::span<const double> x) const {
  if (x.size() != reals_.size())
    throw InvalidArgument("a point of " + std::to_string(x.size()) + " values in a space of " +
                          std::to_string(reals_.size()) + " variables");
  std::vector<double> z;
  for (const std::size_t i : free_) {
    if (reals_[i]->log && !(x[i] > 0.0))
      fail(space_.variables()[i].name, detail::format(x[i]) + " has no logarithm; start from a number > 0");
    z.push_back(reals_[i]->log ? std::log(x[i]) : x[i]);
  }
  return z;
}

Bounds InSpace::bounds() const {
  Bounds out;
  bool any = false;
  for (const std::size_t i : free_) {
    const Real& r = *reals_[i];
    out.lower.push_back(r.log ? std::log(r.lower) : r.lower);
    out.upper.push_back(r.log ? std::log(r.upper) : r.upper);
    any = any || std::isfinite(r.lower) || std::isfinite(r.upper);
  }
  return any ? out : Bounds{};
}

std::vector<double> InSpace::granularity() const {
  std::vector<double> out;
  for (const std::size_t i : free_) out.push_back(reals_[i]->log ? 0.0 : reals_[i]->granularity);
  return out;
}

// Writes x, the scales s and the direction in the base's coordinates, and the base's question or two.
void InSpace::pose(const Question<double>& question, const Answer<double>& answer, Work& work) {
  using enum AnswerKind;
  const std::size_t n = reals_.size();
  const auto need = [&](std::vector<double>& storage, std::size_t size) {
    if (storage.size() < size) storage.resize(size);
    return std::span(storage).first(size);
  };
  const auto x = need(work.x, n), s = need(work.scale, n), d = need(work.direction, n), w = need(work.curved, n);
  place(question.point, x);
  for (std::size_t i = 0; i < n; ++i) s[i] = reals_[i]->log ? x[i] : 1.0;

  Kinds asks = question.asks;
  const bool curved = any_log_ && (asks.has(hessian_vector) || asks.has(hessian) || asks.has(third));
  work.second = any_log_ && asks.has(third);
  if (curved) asks = asks | gradient;
  if (work.second) asks = asks | hessian_vector;

  Question<double> below = question;
  Answer<double> store;
  below.asks = asks;
  below.point = x;
  if (!question.direction.empty() && !asks.has(vector_jacobian)) {
    std::ranges::fill(d, 0.0);
    std::ranges::fill(w, 0.0);
    for (std::size_t k = 0; k < free_.size(); ++k) {
      const std::size_t i = free_[k];
      d[i] = s[i] * question.direction[k];
      w[i] = reals_[i]->log ? s[i] * question.direction[k] * question.direction[k] : 0.0;
    }
    below.direction = d;
  }
  if (asks.has(gradient)) store.gradient = need(work.gradient, n);
  if (asks.has(hessian_vector)) store.hessian_vector = need(work.hessian_vector, n);
  if (asks.has(hessian)) store.hessian = need(work.hessian, n * n);
  if (asks.has(third)) store.third = need(work.third, n);
  if (asks.has(jacobian)) store.jacobian = need(work.jacobian, answer.jacobian.size() / free_.size() * n);
  if (asks.has(vector_jacobian)) store.product = need(work.product, n);
  if (asks.has(jacobian_vector)) store.product = answer.product;
  if (asks.has(fisher_vector)) store.fisher_vector = need(work.fisher, n);
  store.residual = answer.residual;
  store.constraints = answer.constraints;
  work.first = questions_.size();
  questions_.push_back(below);
  answers_.push_back(store);
  if (!work.second) return;
  below.asks = hessian_vector;
  below.direction = w;
  Answer<double> second;
  second.hessian_vector = need(work.curved_product, n);
  questions_.push_back(below);
  answers_.push_back(second);
}

void InSpace::translate(const Question<double>& question, Answer<double>& answer, const Work& work) const {
  using enum AnswerKind;
  const std::size_t n = reals_.size(), count = free_.size();
  const Answer<double>& got = answers_[work.first];
  const auto& s = work.scale;
  const Kinds asks = question.asks;
  answer.value = got.value;
  answer.directional = got.directional;
  answer.quality = got.quality;
  answer.flops = got.flops;
  answer.failed = got.failed;
  answer.error = got.error;
  if (work.second) {
    const Answer<double>& more = answers_[work.first + 1];
    answer.quality = std::max(answer.quality, more.quality);
    answer.flops += more.flops;
    answer.failed = answer.failed || more.failed;
    if (answer.error.empty()) answer.error = more.error;
  }
  const std::size_t rows = asks.has(jacobian) ? answer.jacobian.size() / count : 0;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t i = free_[k];
    const bool log = reals_[i]->log;  // then s₂ = s₃ = s = x
    if (asks.has(gradient)) answer.gradient[k] = s[i] * work.gradient[i];
    if (asks.has(hessian_vector)) {
      answer.hessian_vector[k] = s[i] * work.hessian_vector[i];
      if (log) answer.hessian_vector[k] += s[i] * work.gradient[i] * question.direction[k];
    }
    if (asks.has(hessian)) {
      for (std::size_t l = 0; l < count; ++l)
        answer.hessian[k * count + l] = work.hessian[i * n + free_[l]] * (s[i] * s[free_[l]]);
      if (log) answer.hessian[k * count + k] += s[i] * work.gradient[i];
    }
    if (asks.has(third)) {
      const double d = question.direction[k];
      double& t = answer.third[k];
      t = s[i] * work.third[i];
      if (work.second) t += s[i] * work.curved_product[i];
      if (log) t += 2.0 * s[i] * d * work.hessian_vector[i] + s[i] * work.gradient[i] * d * d;
    }
    if (asks.has(vector_jacobian)) answer.product[k] = s[i] * work.product[i];
    if (asks.has(fisher_vector)) answer.fisher_vector[k] = s[i] * work.fisher[i];  // a metric: no second-order part
    for (std::size_t r = 0; r < rows; ++r) answer.jacobian[r * count + k] = work.jacobian[r * n + i] * s[i];
  }
}

void InSpace::answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) {
  if (work_.size() < questions.size()) work_.resize(questions.size());
  questions_.clear();
  answers_.clear();
  for (std::size_t q = 0; q < questions.size(); ++q) pose(questions[q], answers[q], work_[q]);
  try {
    base().answer(questions_, answers_);
  } catch (...) {  // the answers before the throwing question are valid: hand them up too
    for (std::size_t q = 0; q < questions.size(); ++q) translate(questions[q], answers[q], work_[q]);
    throw;
  }
  for (std::size_t q = 0; q < questions.size(); ++q) translate(questions[q], answers[q], work_[q]);
}

}  // namespace thalweg
