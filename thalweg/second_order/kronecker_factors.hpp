// Internal to second_order: the Kronecker factors of the layers' Fisher blocks, as running means. Not for callers.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "thalweg/second_order/layer_rule.hpp"

namespace thalweg::detail {

// Of each layer A = E[a aᵀ] ((in+1)²), a its input with a 1 at the end, and G = E[g gᵀ] (out²), g the gradient of a
// sample's loss at its pre-activation. F ≈ A ⊗ G for weights in the order of the parameter vector (a's index first).
template <class S>
class KroneckerFactors {
 public:
  void begin(std::vector<LayerShape> layers);
  // X ← kept·X + (1 − kept)·E_batch for both factors of every layer. Returns the operations.
  double observe(std::span<const LayerStatistics<S>> statistics, double decay, Products<S>& products);

  [[nodiscard]] const std::vector<LayerShape>& layers() const { return layers_; }
  [[nodiscard]] std::span<const S> a(std::size_t layer) const {
    return std::span(values_).subspan(at_[layer], a_size(layer));
  }
  [[nodiscard]] std::span<const S> g(std::size_t layer) const {
    const std::size_t out = layers_[layer].out;
    return std::span(values_).subspan(at_[layer] + a_size(layer), out * out);
  }
  [[nodiscard]] std::uint64_t observed() const { return static_cast<std::uint64_t>(observed_[0]); }
  // Of the factors and of every other matrix in the layers' sizes.
  [[nodiscard]] std::size_t largest() const { return largest_; }
  void add_state(const std::string& prefix, std::vector<RuleState<S>>& state);

 private:
  [[nodiscard]] std::size_t a_size(std::size_t layer) const { return layers_[layer].rows() * layers_[layer].rows(); }
  std::vector<LayerShape> layers_;
  std::vector<std::size_t> at_;
  std::vector<S> values_, product_, sum_;
  std::vector<S> observed_ = {S(0)};  // a count, up to 2²⁰
  std::size_t largest_ = 0;
};

// π of the factored Tikhonov damping (A + π√λ I) ⊗ (G + √λ/π I): √((tr A/dim A)/(tr G/dim G)), Martens & Grosse
// (2015), section 6.3. A mean below ε√λ, ε the rounding unit, counts as that: λ drowns it, and π stays finite.
template <class S>
double balance(std::span<const S> a, std::span<const S> g, double damping);

extern template class KroneckerFactors<float>;
extern template class KroneckerFactors<double>;

}  // namespace thalweg::detail
