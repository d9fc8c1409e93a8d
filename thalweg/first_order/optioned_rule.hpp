// Internal to first_order: what every rule made from an options struct shares. Not for callers.
#pragma once

#include <memory>
#include <string>

#include "thalweg/core/vectorized.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg::detail {

// Options `o` of type O, text and clone for the rule Derived<S>; Base is ElementWiseRule<S> or UpdateRule<S>.
template <class Derived, class Base, class O>
class OptionedRule : public Base {
 public:
  explicit OptionedRule(O options) : o(options) {}
  [[nodiscard]] std::string text() const override { return shorthand(o); }

 protected:
  O o;
};

// Makes the class's clone(): a copy of the most derived rule.
#define THALWEG_CLONES(Derived) \
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> clone() const override { return std::make_unique<Derived>(*this); }

// The one definition of Options::make<S>() and its two instantiations.
#define THALWEG_MAKES(Options, Derived)                              \
  template <class S>                                                 \
  std::unique_ptr<UpdateRule<S>> Options::make() const {             \
    return std::make_unique<Derived<S>>(*this);                      \
  }                                                                  \
  template std::unique_ptr<UpdateRule<float>> Options::make() const; \
  template std::unique_ptr<UpdateRule<double>> Options::make() const;

}  // namespace thalweg::detail
