// Rule: an update rule or a chain of them, as a value, its scalar not yet chosen.
//
//   Rule r = chain(clip(1.0), adam({.rate = 1e-3}), cosine({.steps = 1000}));
//   Rule s = parse_rule("clip(norm=1) | adam(rate=1e-3) | cosine(steps=1000)");   // the same
//   std::unique_ptr<UpdateRule<float>> made = r.make<float>();
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

// A plain struct of options that describes itself and makes the rule.
template <class O>
concept RuleOptions = requires(const O& options) {
  { O::describe() } -> std::convertible_to<Entry>;
  { options.template make<double>() } -> std::convertible_to<std::unique_ptr<UpdateRule<double>>>;
  { options.template make<float>() } -> std::convertible_to<std::unique_ptr<UpdateRule<float>>>;
};

// The shorthand of options: id(name=value, …), those at their default left out. Also checks every range
// (throws InvalidArgument), since a struct made in C++ has passed no parser.
template <class O>
std::string shorthand(const O& options) {
  const auto description = O::describe();
  O copy = options;
  std::string inside;
  for (const OptionInfo& o : description.options) {
    const std::string value = o.get(&options);
    o.set(o, &copy, value);
    if (value != o.default_text) inside += (inside.empty() ? "" : ", ") + o.name + "=" + value;
  }
  return inside.empty() ? description.id : description.id + "(" + inside + ")";
}

class Rule {
 public:
  // From an options struct, `Rule r = Adam{.rate = 1e-2}`. Throws InvalidArgument for a value out of range.
  template <RuleOptions O>
  Rule(O options)  // NOLINT: options are a rule
      : text_(shorthand(options)),
        make_double_([options] { return options.template make<double>(); }),
        make_float_([options] { return options.template make<float>(); }) {}
  // From factories of one's own rule.
  Rule(std::string text, std::function<std::unique_ptr<UpdateRule<double>>()> make_double,
       std::function<std::unique_ptr<UpdateRule<float>>()> make_float)
      : text_(std::move(text)), make_double_(std::move(make_double)), make_float_(std::move(make_float)) {}

  // A new rule, to be told begin(n).
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const {
    if constexpr (std::same_as<S, float>) {
      return make_float_();
    } else {
      return make_double_();
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::function<std::unique_ptr<UpdateRule<double>>()> make_double_;
  std::function<std::unique_ptr<UpdateRule<float>>()> make_float_;
};

// One after another: the gradient goes into the first, the step comes out of the last. At least one
// (InvalidArgument).
Rule chain(std::vector<Rule> rules);
template <class... R>
requires(sizeof...(R) > 0 && (std::convertible_to<R, Rule> && ...)) Rule chain(R... rules) {
  return chain(std::vector<Rule>{Rule(std::move(rules))...});
}

// "clip(norm=1) | adam(rate=1e-3) | cosine(steps=1000)". Names are the registry's ids; a schedule's may leave out
// its "lr-", and an option's `_` may be written `-`. Throws InvalidArgument that names position and nearest name.
Rule parse_rule(std::string_view text);

}  // namespace thalweg
