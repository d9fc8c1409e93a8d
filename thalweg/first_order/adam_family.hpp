// Internal: the one fused pass that adam, amsgrad and adamw share.
//     m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  [v̂ ← max(v̂, v)]
//     u = η m/(1−β₁ᵗ) / (√(v/(1−β₂ᵗ)) + ε) + ηλθ
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "thalweg/first_order/optioned_rule.hpp"

namespace thalweg::detail {

// O has rate, beta1, beta2, epsilon. amsgrad_of(o) and decay_of(o) say the rest.
template <class Derived, class S, class O>
class AdamFamilyRule : public OptionedRule<Derived, ElementWiseRule<S>, O> {
 public:
  explicit AdamFamilyRule(O options)
      : OptionedRule<Derived, ElementWiseRule<S>, O>(options),
        keep_max_(options.keeps_maximum()),
        decay_(options.decoupled_decay()) {}
  void begin(std::size_t n, std::span<const ParameterBlock>) override {
    m_.assign(n, S(0));
    v_.assign(n, S(0));
    max_.assign(keep_max_ ? n : 0, S(0));
  }
  void prepare(std::uint64_t t) override {
    const auto time = static_cast<double>(t);
    step_ = this->o.rate / (1.0 - std::pow(this->o.beta1, time));
    correction_ = S(1.0 / std::sqrt(1.0 - std::pow(this->o.beta2, time)));
  }
  void update_part(std::size_t first, std::span<S> u, std::span<const S> theta) override {
    S* const g = u.data();
    if (decay_ == 0.0) return pass(first, u.size(), g, S(step_), [g](std::size_t i, S step) { g[i] = step; });
    const S shrink = S(this->o.rate * decay_);
    const S* const x = theta.data();
    pass(first, u.size(), g, S(step_), [=](std::size_t i, S step) { g[i] = step + shrink * x[i]; });
  }
  void apply_part(std::size_t first, std::span<S> theta, std::span<S> gradient, S scale) override {
    S* const x = theta.data();
    const S rate = S(step_) * scale;
    if (decay_ == 0.0)
      return pass(first, theta.size(), gradient.data(), rate, [x](std::size_t i, S step) { x[i] -= step; });
    const S shrink = S(this->o.rate * decay_) * scale;
    pass(first, theta.size(), gradient.data(), rate,
         [=](std::size_t i, S step) { x[i] = (x[i] - shrink * x[i]) - step; });
  }
  [[nodiscard]] std::vector<RuleState<S>> state() override {
    const std::string id = O::describe().id;
    std::vector<RuleState<S>> all{{id + ".m", m_}, {id + ".v", v_}};
    if (keep_max_) all.push_back({id + ".max", max_});
    return all;
  }
  [[nodiscard]] double flops(std::size_t n) const override {
    return (13.0 + (keep_max_ ? 1.0 : 0.0) + (decay_ != 0.0 ? 2.0 : 0.0)) * static_cast<double>(n);
  }

 private:
  template <class Take>
  void pass(std::size_t first, std::size_t n, const S* g, S rate, Take take) {
    S* const m = m_.data() + first;
    S* const v = v_.data() + first;
    const S b1 = S(this->o.beta1), a1 = S(1.0 - this->o.beta1), b2 = S(this->o.beta2), a2 = S(1.0 - this->o.beta2);
    const S epsilon = S(this->o.epsilon), correction = correction_;
    if (keep_max_) {
      S* const top = max_.data() + first;
      for_each_element(n, [=](std::size_t i) {
        m[i] = b1 * m[i] + a1 * g[i];
        v[i] = b2 * v[i] + a2 * g[i] * g[i];
        top[i] = v[i] > top[i] ? v[i] : top[i];
        take(i, rate * m[i] / (std::sqrt(top[i]) * correction + epsilon));
      });
    } else {
      for_each_element(n, [=](std::size_t i) {
        m[i] = b1 * m[i] + a1 * g[i];
        v[i] = b2 * v[i] + a2 * g[i] * g[i];
        take(i, rate * m[i] / (std::sqrt(v[i]) * correction + epsilon));
      });
    }
  }
  bool keep_max_;
  double decay_;
  std::vector<S> m_, v_, max_;
  double step_ = 0.0;    // η/(1−β₁ᵗ)
  S correction_ = S(1);  // 1/√(1−β₂ᵗ)
};

// The options that the three have in common.
template <class O>
void describe_adam_options(Description<O>& d) {
  d.option("rate", &O::rate, "step size η").above(0.0);
  d.option("beta1", &O::beta1, "decay of the first moment m").at_least(0.0).below(1.0);
  d.option("beta2", &O::beta2, "decay of the second moment v").at_least(0.0).below(1.0);
  d.option("epsilon", &O::epsilon, "ε, added to the root of the corrected v").above(0.0);
}

}  // namespace thalweg::detail
