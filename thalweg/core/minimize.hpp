// minimize(f, x0, method, limits): one run of a method on an objective.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

// A method, its options applied, with its type forgotten. Made from any method struct (see `method`).
template <class S>
struct BasicMethod {
  Entry entry;                         // id, what it asks, which qualities it accepts; without its options
  std::function<Settings()> settings;  // the options' values, as text, for logs
  std::function<void(Objective<S>&, BasicSearch<S>&)> run;
};
using Method = BasicMethod<double>;

// A method as one run sees it; what it refers to outlives the run.
template <class S>
struct MethodRef {
  const Entry& entry;
  const std::function<Settings()>& settings;
  const std::function<void(Objective<S>&, BasicSearch<S>&)>& run;

  MethodRef(const BasicMethod<S>& m) : entry(m.entry), settings(m.settings), run(m.run) {}
  MethodRef(const Entry& e, const std::function<Settings()>& s,
            const std::function<void(Objective<S>&, BasicSearch<S>&)>& r)
      : entry(e), settings(s), run(r) {}
};

// A method struct describes its options and runs on an objective of scalar S.
template <class M, class S>
concept MethodOf = requires(const M& m, Objective<S>& f, BasicSearch<S>& search) {
  { M::describe() } -> std::convertible_to<Entry>;
  m.run(f, search);
};

namespace detail {
// Once for each method: a short run may cost less than its texts.
template <class M>
const auto& description_of() {
  static const auto description = M::describe();
  return description;
}
template <class M>
const Entry& entry_of() {
  static const Entry entry = [] {
    Entry e = description_of<M>();
    e.options.clear();
    return e;
  }();
  return entry;
}
template <class M>
Settings settings_of(const M& m) {
  Settings settings;
  for (const auto& o : description_of<M>().options) settings.emplace_back(o.name, o.get(&m));
  return settings;
}
}  // namespace detail

template <class S, class M>
requires MethodOf<M, S> BasicMethod<S> method_of(M options) {
  const auto m = std::make_shared<const M>(std::move(options));
  return {detail::entry_of<M>(), [m] { return detail::settings_of(*m); },
          [m](Objective<S>& f, BasicSearch<S>& search) { m->run(f, search); }};
}
template <class M>
Method method(M options) {
  return method_of<double>(std::move(options));
}

// Runs a method. Throws InvalidArgument for a user's mistake before anything is evaluated; rethrows the
// objective's own exception (limits.progress then holds the best point); everything else is a status.
template <class S>
BasicResult<S> run(Objective<S>& f, std::span<const S> x0, MethodRef<S> method, const BasicLimits<S>& limits);
template <class S, class M>
requires MethodOf<M, S> BasicResult<S> run(Objective<S>& f, std::span<const S> x0, const M& m,
                                           const BasicLimits<S>& limits) {
  const std::function<Settings()> settings = [&m] { return detail::settings_of(m); };
  const std::function<void(Objective<S>&, BasicSearch<S>&)> steps = [&m](auto& objective, auto& search) {
    m.run(objective, search);
  };
  return run<S>(f, x0, MethodRef<S>(detail::entry_of<M>(), settings, steps), limits);
}

template <class S, class M>
requires MethodOf<M, S> BasicResult<S> minimize(Objective<S>& f, const std::vector<S>& x0, const M& m,
                                                const BasicLimits<S>& limits = {}) {
  return run<S>(f, x0, m, limits);
}
inline Result minimize(Objective<double>& f, const std::vector<double>& x0, const Method& m,
                       const Limits& limits = {}) {
  return run<double>(f, x0, m, limits);
}
// An objective without a name: minimize(differentiable(f), x0, m).
template <class O>
concept ObjectiveType = std::derived_from<O, Objective<double>>;
template <class O, class M>
requires ObjectiveType<O> && MethodOf<M, double> Result minimize(O&& f, const std::vector<double>& x0, const M& m,
                                                                 const Limits& limits = {}) {
  return run<double>(f, x0, m, limits);
}
template <class O>
requires ObjectiveType<O> Result minimize(O&& f, const std::vector<double>& x0, const Method& m,
                                          const Limits& limits = {}) {
  return run<double>(f, x0, m, limits);
}
// A plain function: double f(std::span<const double>), or double f(x, gradient).
template <class F, class M>
requires std::invocable<F&, std::span<const double>> && MethodOf<M, double> Result
minimize(F&& f, const std::vector<double>& x0, const M& m, const Limits& limits = {}) {
  FunctionObjective objective(x0.size(), FunctionObjective::Value(std::ref(f)));
  return run<double>(objective, x0, m, limits);
}
template <class F, class M>
requires std::invocable<F&, std::span<const double>, std::span<double>> && MethodOf<M, double> Result
minimize(F&& f, const std::vector<double>& x0, const M& m, const Limits& limits = {}) {
  FunctionObjective objective(x0.size(), FunctionObjective::ValueAndGradient(std::ref(f)));
  return run<double>(objective, x0, m, limits);
}

extern template BasicResult<float> run(Objective<float>&, std::span<const float>, MethodRef<float>,
                                       const BasicLimits<float>&);
extern template BasicResult<double> run(Objective<double>&, std::span<const double>, MethodRef<double>,
                                        const BasicLimits<double>&);

}  // namespace thalweg
