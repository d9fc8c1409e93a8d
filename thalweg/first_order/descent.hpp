// The descent loop: ask the gradient, let a rule turn it into a step, take the step.
//
// Minimises any objective that answers a gradient: exact, minibatched (each step asks its own sample, so that noise
// is averaged over), or estimated from values by an adapter (estimated(f, Spsa{}), --estimator). Per step: one
// gradient question, one pass of the rule; memory n for the point, n for the gradient, and the rule's state. Nothing
// is allocated after the first step.
//
// Stops as converged when the gradient is exact, the objective deterministic, and ‖∇f‖∞ ≤ gradient_tolerance (the
// run's tolerance, where one is given); as stalled when such an objective's iterates repeat bit by bit; as
// numerical_failure when iterate or gradient is no longer finite. Otherwise it runs until a limit. The point to bet
// on is the last iterate (or what the rule says: Nesterov's x), since the lowest of many noisy values is biased;
// under max_evaluations one evaluation is kept for its value. Where values come with exact gradients they are asked
// together, so that target, trace and best point work.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "thalweg/core/minimize.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/sgd.hpp"

namespace thalweg {

struct Descent {
  Rule rule = sgd();
  double gradient_tolerance = 1e-8;  // ‖∇f‖∞, absolute; only for exact gradients of deterministic objectives

  static Description<Descent> describe();
  template <class S>
  void run(Objective<S>& f, BasicSearch<S>& search) const;
};

// minimize(f, x0, descent(chain(clip(1.0), adam({.rate = 1e-2}))), limits)
inline Descent descent(Rule rule) { return {.rule = std::move(rule)}; }

// The methods named after a rule (adam, momentum …): the descent loop with that rule's options beside its own.
template <RuleOptions O>
struct DescentWith {
  O rule{};
  double gradient_tolerance = Descent{}.gradient_tolerance;

  static Description<DescentWith> describe() {
    const Entry of_rule = O::describe();
    Description<DescentWith> d(of_rule.id, of_rule.name, of_rule.section);
    d.reference(of_rule.reference).cost("one gradient a step; " + of_rule.cost).asks(AnswerKind::gradient);
    d.notes(of_rule.notes).formula(of_rule.formula);
    for (OptionInfo o : of_rule.options) {  // the rule is a member: shift the object that they read and write
      o.get = [get = o.get](const void* object) { return get(&static_cast<const DescentWith*>(object)->rule); };
      o.set = [set = o.set](const OptionInfo& info, void* object, std::string_view text) {
        set(info, &static_cast<DescentWith*>(object)->rule, text);
      };
      d.options.push_back(std::move(o));
    }
    d.option("gradient_tolerance", &DescentWith::gradient_tolerance,
             "stop at ‖∇f‖∞ ≤ this where the gradient is exact and f deterministic")
        .at_least(0.0);
    return d;
  }
  template <class S>
  void run(Objective<S>& f, BasicSearch<S>& search) const {
    Descent{.rule = rule, .gradient_tolerance = gradient_tolerance}.run(f, search);
  }
};

extern template void Descent::run(Objective<float>&, BasicSearch<float>&) const;
extern template void Descent::run(Objective<double>&, BasicSearch<double>&) const;

}  // namespace thalweg
