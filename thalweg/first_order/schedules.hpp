// Schedules: factors of the step, chained after a rule. u ← a(k)·u at step t = k+1, k = 0, 1, 2 …
//
// No state, and inside a chain no pass of their own: the factor goes into the pass of the rule before. Each struct's
// factor(t) is the closed form, the same that its page (`thalweg show lr-cosine`) prints.
#pragma once

#include <cstdint>
#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

// A constant rate: a(k) = factor
struct LrConstant {
  double factor = 1.0;  // ≥ 0

  [[nodiscard]] double factor_at(std::uint64_t t) const;
  static Description<LrConstant> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule lr_constant(LrConstant options = {}) { return {options}; }

// Step decay: a(k) = γ^⌊k/every⌋
struct LrStep {
  std::uint64_t every = 1000;  // steps between two drops, ≥ 1
  double gamma = 0.1;          // factor of each drop, in (0, 1]

  [[nodiscard]] double factor_at(std::uint64_t t) const;
  static Description<LrStep> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule lr_step(LrStep options = {}) { return {options}; }

// Exponential decay: a(k) = γᵏ
struct LrExponential {
  double gamma = 0.999;  // factor a step, in (0, 1]

  [[nodiscard]] double factor_at(std::uint64_t t) const;
  static Description<LrExponential> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule lr_exponential(LrExponential options = {}) { return {options}; }

// Cosine annealing: a(k) = e + (1−e)(1 + cos(π min(k,T)/T))/2
struct LrCosine {
  std::uint64_t steps = 1000;  // T ≥ 1
  double end = 0.0;            // e: the factor from step T on, in [0, 1]

  [[nodiscard]] double factor_at(std::uint64_t t) const;
  static Description<LrCosine> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule lr_cosine(LrCosine options = {}) { return {options}; }

// Linear warm-up: a(k) = s + (1−s) min(1, (k+1)/W)
struct LrWarmUp {
  std::uint64_t steps = 100;  // W ≥ 1
  double start = 0.0;         // s: the factor that the ramp starts below, in [0, 1]

  [[nodiscard]] double factor_at(std::uint64_t t) const;
  static Description<LrWarmUp> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule lr_warm_up(LrWarmUp options = {}) { return {options}; }

// One cycle: a(k) = k ≤ u: cosine from s to 1 over u = wT−1 steps; then cosine from 1 to e over T−1−u steps
struct LrOneCycle {
  std::uint64_t steps = 1000;  // T ≥ 3
  double warm = 0.3;           // share of T in which the rate rises, in (0, 1)
  double start = 0.04;         // factor of the first step, in (0, 1]
  double end = 4e-6;           // factor of the last step, in [0, 1]

  [[nodiscard]] double factor_at(std::uint64_t t) const;
  static Description<LrOneCycle> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule lr_one_cycle(LrOneCycle options = {}) { return {options}; }

// Search then converge (Darken): a(k) = c = 0: 1/(1 + k/τ);  c > 0: (1 + ck/τ)/(1 + ck/τ + τ(k/τ)²), which tends to
// c/k
struct LrSearchThenConverge {
  double tau = 1000.0;  // τ > 0, steps of search
  double c = 0.0;       // c/η₀ ≥ 0; 0: the simple form

  [[nodiscard]] double factor_at(std::uint64_t t) const;
  static Description<LrSearchThenConverge> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule lr_search_then_converge(LrSearchThenConverge options = {}) { return {options}; }

// Power decay (Spall's gains, Robbins–Monro): a(k) = 1/(A + k + 1)^α
struct LrPower {
  double exponent = 0.602;  // α ≥ 0
  double offset = 0.0;      // A ≥ 0, steps

  [[nodiscard]] double factor_at(std::uint64_t t) const;
  static Description<LrPower> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule lr_power(LrPower options = {}) { return {options}; }

}  // namespace thalweg
