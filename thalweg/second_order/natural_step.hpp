// Internal to second_order: the end of a preconditioned step — a limit on its length, and momentum. Not for callers.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "thalweg/first_order/update_rule.hpp"

namespace thalweg::detail {

// With d = (F+λ)⁻¹g:  η′ = min(η, √(κ/dᵀg)),  v ← μv + η′d,  u = v.
// dᵀg is dᵀ(F+λ)d, twice the divergence to second order between the predictions before and after a step of rate 1;
// the limit is that of Ba, Grosse & Martens (ICLR 2017), section 5, with λ inside.
template <class S>
class NaturalStep {
 public:
  void begin(std::size_t n, double momentum) {
    momentum_ = static_cast<S>(momentum);
    direction_.assign(n, S(0));
    velocity_.assign(momentum > 0.0 ? n : 0, S(0));
  }
  [[nodiscard]] std::span<S> direction() { return direction_; }
  // In: u is g and direction() d. Out: u is the step.
  void take(std::span<S> u, double rate, double clip) {
    if (clip > 0.0) {
      double product = 0.0;
      for (std::size_t i = 0; i < u.size(); ++i)
        product += static_cast<double>(u[i]) * static_cast<double>(direction_[i]);
      if (rate * rate * product > clip) rate = std::sqrt(clip / product);
    }
    const S r = static_cast<S>(rate);
    if (velocity_.empty()) {
      for (std::size_t i = 0; i < u.size(); ++i) u[i] = r * direction_[i];
      return;
    }
    for (std::size_t i = 0; i < u.size(); ++i) u[i] = velocity_[i] = momentum_ * velocity_[i] + r * direction_[i];
  }
  void add_state(const std::string& prefix, std::vector<RuleState<S>>& state) {
    if (!velocity_.empty()) state.push_back({prefix + ".velocity", velocity_});
  }
  [[nodiscard]] double flops(std::size_t n) const { return (velocity_.empty() ? 3.0 : 5.0) * static_cast<double>(n); }

 private:
  std::vector<S> direction_, velocity_;
  S momentum_ = S(0);
};

}  // namespace thalweg::detail
