// An update rule turns a gradient into a step: θ ← θ − u(g, θ, t). Rules chain: each sees what the one before it
// made.
//
// A rule is handed the gradient in `u` and leaves the step there. `apply` also takes the step; rules that own state
// fuse it all into one pass over memory. Time t counts steps from 1. A rule is deterministic: given the gradients
// it is a function of its state, which `state()` shows as spans for checkpoints.
//
// Users hold a `Rule` (rule.hpp): options with their type forgotten, from which `make<S>()` builds an UpdateRule<S>.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/layer_detail.hpp"
#include "thalweg/core/question.hpp"

namespace thalweg {

// A part of the flat parameter vector with a shape of its own: a layer's weights (rows×cols, row-major) or biases
// (rows×1). Rules that look at matrices (muon) read it; element-wise rules do not.
struct ParameterBlock {
  std::string name;
  std::size_t offset = 0, rows = 0, cols = 1;
  [[nodiscard]] std::size_t size() const { return rows * cols; }
};

// A piece of a rule's state, named for checkpoints ("adam.m"). The span stays valid until the next begin().
template <class S>
struct RuleState {
  std::string name;
  std::span<S> values;
};

template <class S>
class UpdateRule {
 public:
  UpdateRule() = default;
  virtual ~UpdateRule() = default;

  // A run of n parameters begins: allocate, forget every state. Blocks may be empty: one block n×1.
  virtual void begin(std::size_t n, std::span<const ParameterBlock> blocks) = 0;
  void begin(std::size_t n) { begin(n, {}); }

  // What a rule that looks into the layers of a network (k-fac) wants to know beside the gradient: at most, and at
  // step t, since such rules look only now and then. Loops check needs() before a run, against what the objective or
  // the credit rule has to tell.
  [[nodiscard]] virtual LayerDetail needs() const { return LayerDetail::none; }
  [[nodiscard]] virtual LayerDetail needs_at(std::uint64_t t) const {
    static_cast<void>(t);
    return needs();
  }
  // Comes before update or apply of every step t with needs_at(t) above none: the layers on the gradient's batch.
  // Returns the operations executed.
  virtual double observe(std::span<const LayerStatistics<S>> layers, std::uint64_t t) {
    static_cast<void>(layers), static_cast<void>(t);
    return 0.0;
  }

  // In: u is the gradient at theta. Out: u is the step. t = 1, 2, 3 … counts the steps of the run.
  virtual void update(std::span<S> u, std::span<const S> theta, std::uint64_t t) = 0;

  // θ ← θ − scale·u. The gradient is workspace: its content is unspecified afterwards.
  virtual void apply(std::span<S> theta, std::span<S> gradient, std::uint64_t t, S scale) {
    update(gradient, theta, t);
    for (std::size_t i = 0; i < theta.size(); ++i) theta[i] -= scale * gradient[i];
  }
  void apply(std::span<S> theta, std::span<S> gradient, std::uint64_t t) { apply(theta, gradient, t, S(1)); }

  // Element-wise rules can be taken in parts, by threads or fused into what makes the gradient: prepare(t) once,
  // then update_part or apply_part on disjoint ranges that cover all; `first` is the index of the range's start.
  // Other rules throw std::logic_error from the two parts.
  [[nodiscard]] virtual bool element_wise() const { return false; }
  virtual void prepare(std::uint64_t t) { static_cast<void>(t); }
  virtual void update_part(std::size_t first, std::span<S> u, std::span<const S> theta);
  virtual void apply_part(std::size_t first, std::span<S> theta, std::span<S> gradient, S scale);

  // A pure factor of the step (a schedule): u ← factor(t)·u. Chains fold it into the pass of the rule before it.
  [[nodiscard]] virtual bool scales() const { return false; }
  [[nodiscard]] virtual double factor(std::uint64_t t) const {
    static_cast<void>(t);
    return 1.0;
  }

  // The point to bet on at theta, where that is not theta itself (Nesterov's x, a running average).
  [[nodiscard]] virtual std::span<const S> recommended(std::span<const S> theta) const { return theta; }

  [[nodiscard]] virtual std::vector<RuleState<S>> state() { return {}; }
  // Operations of one step on n parameters, without observe(); fused multiply-add counts 2, division and square root
  // 1 each.
  [[nodiscard]] virtual double flops(std::size_t n) const = 0;
  // A copy with its options and state.
  [[nodiscard]] virtual std::unique_ptr<UpdateRule<S>> clone() const = 0;
  // The shorthand that makes it again: "adam(rate=0.01)".
  [[nodiscard]] virtual std::string text() const = 0;

 protected:
  UpdateRule(const UpdateRule&) = default;
  UpdateRule& operator=(const UpdateRule&) = default;
};

// Base of the element-wise rules: they write prepare(t), update_part, and apply_part where fusing pays.
template <class S>
class ElementWiseRule : public UpdateRule<S> {
 public:
  using UpdateRule<S>::begin;
  using UpdateRule<S>::apply;
  void begin(std::size_t, std::span<const ParameterBlock>) override {}
  void update(std::span<S> u, std::span<const S> theta, std::uint64_t t) final {
    this->prepare(t);
    this->update_part(0, u, theta);
  }
  void apply(std::span<S> theta, std::span<S> gradient, std::uint64_t t, S scale) final {
    this->prepare(t);
    this->apply_part(0, theta, gradient, scale);
  }
  [[nodiscard]] bool element_wise() const override { return true; }
  void update_part(std::size_t first, std::span<S> u, std::span<const S> theta) override = 0;
  void apply_part(std::size_t first, std::span<S> theta, std::span<S> gradient, S scale) override {
    this->update_part(first, gradient, theta);
    for (std::size_t i = 0; i < theta.size(); ++i) theta[i] -= scale * gradient[i];
  }
};

extern template class UpdateRule<float>;
extern template class UpdateRule<double>;

}  // namespace thalweg
