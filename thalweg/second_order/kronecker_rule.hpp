// Internal to second_order: what k-fac and ek-fac share. Not for callers.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/optioned_rule.hpp"
#include "thalweg/second_order/k_fac.hpp"
#include "thalweg/second_order/kronecker_factors.hpp"
#include "thalweg/second_order/natural_step.hpp"

namespace thalweg::detail {

// The rule Derived of options O (KFac's fields): the layers' factors, when they are observed, and the limited step.
// Decomposition is what a factor is put through, one workspace for each size of matrix.
template <class Derived, class S, class O, class Decomposition>
class KroneckerRule : public OptionedRule<Derived, UpdateRule<S>, O> {
 public:
  using OptionedRule<Derived, UpdateRule<S>, O>::OptionedRule;
  KroneckerRule(const KroneckerRule& other)
      : OptionedRule<Derived, UpdateRule<S>, O>(other),
        factors_(other.factors_),
        products_(other.products_),
        step_(other.step_),
        wide_(other.wide_) {
    make_workspaces();
  }
  KroneckerRule& operator=(const KroneckerRule&) = delete;

  [[nodiscard]] LayerDetail needs() const override {
    return this->o.fisher == Fisher::model ? LayerDetail::model_gradients : LayerDetail::output_gradients;
  }
  [[nodiscard]] LayerDetail needs_at(std::uint64_t t) const override {
    return factors_.observed() == 0 || (t - 1) % this->o.statistics_period == 0 ? needs() : LayerDetail::none;
  }

 protected:
  void begin_layers(std::size_t n, std::span<const ParameterBlock> blocks) {
    factors_.begin(layers_of(this->text(), n, blocks));
    wide_.assign(factors_.largest(), 0.0);
    step_.begin(n, this->o.momentum);
    make_workspaces();
  }
  // Is it time, at step t, to decompose the factors?
  [[nodiscard]] bool decompose_at(std::uint64_t t) const {
    return due(t, this->o.inverse_period, this->o.statistics_period, factors_.observed());
  }

  KroneckerFactors<S> factors_;
  Products<S> products_;
  NaturalStep<S> step_;
  std::vector<double> wide_;
  std::map<std::size_t, Decomposition> workspaces_;  // by the size of the matrix

 private:
  void make_workspaces() {
    workspaces_.clear();
    for (const auto& layer : factors_.layers())
      for (const std::size_t side : {layer.rows(), layer.out}) workspaces_.try_emplace(side * side, side);
  }
};

// Their options. `means`: what is averaged; `decompositions`: what is done to the factors every inverse_period.
template <class O>
void describe_kronecker(Description<O>& d, const std::string& damped, const std::string& means,
                        const std::string& decompositions) {
  d.option("rate", &O::rate, "step size η").above(0.0);
  d.option("damping", &O::damping, "Tikhonov damping λ of " + damped).above(0.0);
  d.option("momentum", &O::momentum, "share of the last step that is added").at_least(0.0).below(1.0);
  d.option("kl_clip", &O::kl_clip, "limit κ on η²·uᵀ(F+λ)u, twice the change of the predictions in nats; 0: none")
      .at_least(0.0);
  d.option("decay", &O::decay, "of the running means of " + means + ", an observation").at_least(0.0).below(1.0);
  d.option("statistics_period", &O::statistics_period, "between observations of " + means).at_least(1).unit("steps");
  d.option("inverse_period", &O::inverse_period, "between " + decompositions + " of A and G")
      .at_least(1)
      .unit("steps");
  d.option("fisher", &O::fisher, {"model", "empirical"}, "whose targets the output gradients are for");
}

}  // namespace thalweg::detail
