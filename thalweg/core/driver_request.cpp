// The part of the driver that looks at a request before anything is evaluated: what is asked, bounds, limits, caps.
#include <algorithm>
#include <cmath>

#include "thalweg/core/driver.hpp"

namespace thalweg {

template <class S>
void Driver<S>::check_request(const Offers& offers) const {
  const Entry& entry = method_.entry;
  const Kinds missing = entry.asks - offers.kinds;
  if (!missing.empty()) {
    std::string message = entry.id + " asks " + to_string(entry.asks) + ", but this objective answers only " +
                          to_string(offers.kinds) + " (missing: " + to_string(missing) + ")";
    if (missing == Kinds(AnswerKind::gradient) && offers.kinds.has(AnswerKind::value))
      message +=
          ". Add an estimator (estimated(f, FdCentral{}), --estimator fd-central), give the gradient, or write f as "
          "a "
          "generic callable and pass differentiable(f)";
    else
      message += ". Write f as a generic callable and pass differentiable(f), or choose another method";
    throw MissingAnswer(message);
  }
  if (!entry.accepts.empty())
    detail::for_each_kind(entry.asks, [&](std::size_t k) {
      const Quality quality = offers.quality[k];
      const bool accepted = std::find(entry.accepts.begin(), entry.accepts.end(), quality) != entry.accepts.end();
      // Deterministic approximations (finite differences) are repeatable, which is what a line search relies on.
      if (!accepted && offers.stochastic)
        throw InvalidArgument(entry.id + " asks for exact answers, but this objective's " +
                              std::string(name(static_cast<AnswerKind>(k))) + " is " + std::string(name(quality)) +
                              " and differs from call to call; use a descent rule (adam, sgd, momentum), " +
                              (leaf_offers_.stochastic ? "" : "fd-central, ") +
                              "or the estimator's option frozen, which repeats its directions and its sample");
    });
  const Bounds& bounds = limits_.bounds;
  if (bounds.empty()) {
    if (entry.needs_box)
      throw InvalidArgument(entry.id +
                            " searches a box, and there is none: give every variable finite bounds (Limits::bounds, "
                            "--bounds), or choose another method");
    return;
  }
  if (bounds.lower.size() != start_.size() || bounds.upper.size() != start_.size())
    throw InvalidArgument("bounds have " + std::to_string(bounds.lower.size()) + " lower and " +
                          std::to_string(bounds.upper.size()) + " upper sides; x0 has " +
                          std::to_string(start_.size()) + " entries");
  for (std::size_t i = 0; i < start_.size(); ++i) {
    const std::string at = "[" + std::to_string(i) + "]";
    if (!(bounds.lower[i] <= bounds.upper[i]))
      throw InvalidArgument("bounds" + at + " are " + detail::format(bounds.lower[i]) + " to " +
                            detail::format(bounds.upper[i]) + "; the lower side must not exceed the upper");
    const double x = static_cast<double>(start_[i]);
    if (x < bounds.lower[i] || x > bounds.upper[i])
      throw InvalidArgument("x0" + at + " is " + detail::format(x) + ", outside its bounds [" +
                            detail::format(bounds.lower[i]) + ", " + detail::format(bounds.upper[i]) + "]");
    if (entry.needs_box && !(std::isfinite(bounds.lower[i]) && std::isfinite(bounds.upper[i])))
      throw InvalidArgument("bounds" + at + " are " + detail::format(bounds.lower[i]) + " to " +
                            detail::format(bounds.upper[i]) + "; " + entry.id +
                            " searches a box and needs finite ones for every variable");
  }
  if (!entry.bounds)
    throw InvalidArgument(entry.id +
                          " does not support bounds; l-bfgs, powell, nelder-mead, mads and cma-es, for example, do");
}

template <class S>
void Driver<S>::set_caps() {
  caps_.fill(detail::no_cap);
  auto cap = [&](AnswerKind kind, std::uint64_t n) {
    caps_[detail::slot(kind)] = std::min(caps_[detail::slot(kind)], n);
  };
  for (const auto& [kind, n] : limits_.max_answers) cap(kind, n);
  std::optional<std::uint64_t> evaluations = limits_.max_evaluations;
  if (!evaluations && limits_.max_answers.empty() && !limits_.max_iterations && !limits_.max_seconds &&
      !limits_.max_flops) {
    evaluations = 1000 * (start_.size() + 1);
    default_budget_ = true;
  }
  if (evaluations) {
    for (AnswerKind kind : {AnswerKind::value, AnswerKind::gradient, AnswerKind::residual, AnswerKind::directional})
      cap(kind, *evaluations);
  }
  if (limits_.max_seconds && !(*limits_.max_seconds > 0.0))
    throw InvalidArgument("max_seconds is " + detail::format(*limits_.max_seconds) + "; it must be > 0");
  if (limits_.max_flops && !(*limits_.max_flops > 0.0))
    throw InvalidArgument("max_flops is " + detail::format(*limits_.max_flops) + "; it must be > 0");
  if (limits_.target && std::isnan(*limits_.target))
    throw InvalidArgument("target is nan; it must be a number, or left out");
  const auto check = [](const char* what, const std::optional<double>& tolerance) {
    if (tolerance && !(*tolerance >= 0.0))
      throw InvalidArgument("the tolerance of " + std::string(what) + " is " + detail::format(*tolerance) +
                            "; it must be ≥ 0");
  };
  check("f", limits_.tolerance.f);
  check("x", limits_.tolerance.x);
  check("the gradient", limits_.tolerance.gradient);
  if (limits_.threads < 1)
    throw InvalidArgument("threads is " + std::to_string(limits_.threads) + "; it must be ≥ 1");
}

template void Driver<float>::check_request(const Offers&) const;
template void Driver<double>::check_request(const Offers&) const;
template void Driver<float>::set_caps();
template void Driver<double>::set_caps();

}  // namespace thalweg
