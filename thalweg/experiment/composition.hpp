// From names and settings to something that runs: a method, with an estimator below it where one is named, or a rule.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "thalweg/core/minimize.hpp"

namespace thalweg {

// Settings by what they belong to: "rule.rate" → rule's "rate"; a name without prefix is the method's.
struct RoutedSettings {
  Settings method, estimator, rule, credit;
};
RoutedSettings routed(const Settings& settings);

// The chain with options set, each on the one link that has it: rule_with("clip | adam", {{"rate", "0.1"}}) is
// "clip | adam(rate=0.1)". A link is named where several have the option: {"clip.norm", "1"}. A value already in the
// text is replaced. Throws InvalidArgument for a name that no link has (with the nearest) or that several have.
std::string rule_with(const std::string& chain, const Settings& settings);

// An estimator makes gradients: throws InvalidArgument when it is named with a method that asks none.
void check_estimator_is_used(const std::string& method, const std::string& estimator);

// A method for problems: `id`, or the descent loop of `rule`; below it `estimator`, where one is named.
struct Composition {
  Method method;
  std::function<std::unique_ptr<Adapter<double>>(Objective<double>&)> estimator;  // empty: none
};
// Throws InvalidArgument for names and values that are wrong, before anything runs.
Composition compose(const std::string& id, const std::string& estimator, const std::string& rule,
                    const Settings& settings);

}  // namespace thalweg
