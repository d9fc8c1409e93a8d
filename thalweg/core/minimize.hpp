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
  Entry entry;        // id, what it asks, which qualities it accepts; its options are in `settings`
  Settings settings;  // the options' values, as text, for logs
  std::function<void(Objective<S>&, BasicSearch<S>&)> run;
};
using Method = BasicMethod<double>;

// A method struct describes its options and runs on an objective of scalar S.
template <class M, class S>
concept MethodOf = requires(const M& m, Objective<S>& f, BasicSearch<S>& search) {
  { M::describe() } -> std::convertible_to<Entry>;
  m.run(f, search);
};

template <class S, class M>
requires MethodOf<M, S> BasicMethod<S> method_of(M options) {
  static const auto description = M::describe();  // once: a short run may cost less than its texts
  static const Entry entry = [] {
    Entry e = description;
    e.options.clear();
    return e;
  }();
  BasicMethod<S> erased;
  erased.entry = entry;
  for (const auto& o : description.options) erased.settings.emplace_back(o.name, o.get(&options));
  erased.run = [m = std::move(options)](Objective<S>& f, BasicSearch<S>& search) { m.run(f, search); };
  return erased;
}
template <class M>
Method method(M options) {
  return method_of<double>(std::move(options));
}

// Runs a method. Throws InvalidArgument for a user's mistake before anything is evaluated; rethrows the
// objective's own exception (limits.progress then holds the best point); everything else is a status.
template <class S>
BasicResult<S> run(Objective<S>& f, std::span<const S> x0, const BasicMethod<S>& method,
                   const BasicLimits<S>& limits);

template <class S, class M>
requires MethodOf<M, S> BasicResult<S> minimize(Objective<S>& f, const std::vector<S>& x0, const M& m,
                                                const BasicLimits<S>& limits = {}) {
  return run<S>(f, x0, method_of<S>(m), limits);
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
  return run<double>(f, x0, method(m), limits);
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
  return run<double>(objective, x0, method(m), limits);
}
template <class F, class M>
requires std::invocable<F&, std::span<const double>, std::span<double>> && MethodOf<M, double> Result
minimize(F&& f, const std::vector<double>& x0, const M& m, const Limits& limits = {}) {
  FunctionObjective objective(x0.size(), FunctionObjective::ValueAndGradient(std::ref(f)));
  return run<double>(objective, x0, method(m), limits);
}

extern template BasicResult<float> run(Objective<float>&, std::span<const float>, const BasicMethod<float>&,
                                       const BasicLimits<float>&);
extern template BasicResult<double> run(Objective<double>&, std::span<const double>, const BasicMethod<double>&,
                                        const BasicLimits<double>&);

}  // namespace thalweg
