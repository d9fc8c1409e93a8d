// A credit rule is how a network answers *gradient*: backprop, or what is done without it.
//
// Rules are plain structs of options (Backprop, NodePerturbation …) that make a CreditRule<S>; they are registered,
// and every one works under every update rule. A rule may keep state of its own (feedback weights), which is
// checkpointed with the network. All its noise is a function of (seed, step).
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "thalweg/core/layer_detail.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/first_order/update_rule.hpp"
#include "thalweg/network/plan.hpp"

namespace thalweg {

// What credit has cost so far.
struct CreditWork {
  double flops = 0.0;                // operations executed, fused multiply-add = 2, noise included
  std::uint64_t forward_passes = 0;  // of one batch each; a forward-mode pass counts as one
  std::uint64_t backward_passes = 0;
};

template <class S>
class CreditRule {
 public:
  CreditRule() = default;
  virtual ~CreditRule() = default;
  CreditRule(const CreditRule&) = delete;
  CreditRule& operator=(const CreditRule&) = delete;

  // A run begins: allocate for this plan (which outlives the run), forget every state.
  virtual void begin(Plan<S>& plan, std::uint64_t seed) = 0;
  // Writes what the rule takes for the gradient of the batch's mean loss at θ (n); returns the mean loss it saw.
  // `step` (1, 2, …) names the noise. Adds to `work`. Allocates nothing.
  virtual double gradient(std::span<const S> theta, const Batch<S>& batch, std::uint64_t step, std::span<S> gradient,
                          CreditWork& work) = 0;
  // That gradient and the rule's step θ ← θ − u. A credit rule may hand over the gradient in parts, each while it is
  // in cache, to a rule that is element-wise; `gradient` is then unspecified. θ stays where the loss is not finite.
  virtual double step(std::span<S> theta, const Batch<S>& batch, std::uint64_t step, std::span<S> gradient,
                      UpdateRule<S>& rule, CreditWork& work);
  [[nodiscard]] virtual Quality quality() const = 0;
  // What the rule can tell of the layers, for update rules that look inside (k-fac). A rule without one pass of its
  // own at θ (perturbed weights) has nothing to tell.
  [[nodiscard]] virtual bool tells(LayerDetail detail) const { return detail == LayerDetail::none; }
  // Tells it of the pass that gradient() made last, with the same arguments; spans are valid until the next call.
  // `layers` is overwritten; throws std::logic_error for what the rule does not tell.
  virtual void layers(std::span<const S> theta, const Batch<S>& batch, std::uint64_t step, LayerDetail detail,
                      std::vector<LayerStatistics<S>>& layers, CreditWork& work);
  [[nodiscard]] virtual std::vector<RuleState<S>> state() { return {}; }
};

extern template class CreditRule<float>;
extern template class CreditRule<double>;

// A credit rule as a value, its scalar not yet chosen.
template <class O>
concept CreditOptions = requires(const O& options) {
  { O::describe() } -> std::convertible_to<Entry>;
  { options.template make<double>() } -> std::convertible_to<std::unique_ptr<CreditRule<double>>>;
  { options.template make<float>() } -> std::convertible_to<std::unique_ptr<CreditRule<float>>>;
};

class Credit {
 public:
  template <CreditOptions O>
  Credit(O options)  // NOLINT: options are a credit rule
      : id_(O::describe().id),
        make_double_([options] { return options.template make<double>(); }),
        make_float_([options] { return options.template make<float>(); }) {}
  Credit(std::string id, std::function<std::unique_ptr<CreditRule<double>>()> make_double,
         std::function<std::unique_ptr<CreditRule<float>>()> make_float)
      : id_(std::move(id)), make_double_(std::move(make_double)), make_float_(std::move(make_float)) {}
  template <class S>
  [[nodiscard]] std::unique_ptr<CreditRule<S>> make() const {
    if constexpr (std::same_as<S, float>) {
      return make_float_();
    } else {
      return make_double_();
    }
  }
  [[nodiscard]] const std::string& id() const { return id_; }

 private:
  std::string id_;
  std::function<std::unique_ptr<CreditRule<double>>()> make_double_;
  std::function<std::unique_ptr<CreditRule<float>>()> make_float_;
};

}  // namespace thalweg
