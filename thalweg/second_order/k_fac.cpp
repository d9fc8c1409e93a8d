#include "thalweg/second_order/k_fac.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/linalg.hpp"
#include "thalweg/second_order/kronecker_rule.hpp"

namespace thalweg {
namespace {

// (M + shift·I)⁻¹ into `out`. The shift is at least ε·tr M, ε the rounding unit of S, which is how well M is known;
// where that is not enough it grows tenfold. `out` stays as it was when M is not finite.
template <class S>
void invert(std::span<const S> m, double shift, linalg::Cholesky& cholesky, std::span<double> wide,
            std::span<S> out) {
  if (!std::all_of(m.begin(), m.end(), [](S v) { return std::isfinite(v); })) return;
  std::copy(m.begin(), m.end(), wide.begin());
  const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(m.size()))));
  double trace = 0.0;
  for (std::size_t i = 0; i < n; ++i) trace += wide[i * n + i];
  shift = std::max(shift, static_cast<double>(std::numeric_limits<S>::epsilon()) * trace);
  while (!cholesky.factor(wide, shift)) {
    shift *= 10.0;
    if (!std::isfinite(shift)) return;
  }
  cholesky.inverse(wide);
  std::transform(wide.begin(), wide.end(), out.begin(), [](double v) { return static_cast<S>(v); });
}

template <class S>
class KFacRule final : public detail::KroneckerRule<KFacRule<S>, S, KFac, linalg::Cholesky> {
  using Base = detail::KroneckerRule<KFacRule<S>, S, KFac, linalg::Cholesky>;
  using Base::factors_, Base::products_, Base::step_, Base::wide_, Base::workspaces_;

 public:
  using Base::Base;
  using UpdateRule<S>::begin;
  void begin(std::size_t n, std::span<const ParameterBlock> blocks) override {
    this->begin_layers(n, blocks);
    std::size_t total = 0;
    for (const auto& layer : factors_.layers()) {
      total += layer.rows() * layer.rows() + layer.out * layer.out;
      products_.reserve(layer.rows(), layer.rows(), layer.out);
      products_.reserve(layer.rows(), layer.out, layer.out);
    }
    inverses_.assign(total, S(0));
    half_.assign(factors_.largest(), S(0));
  }

  double observe(std::span<const LayerStatistics<S>> layers, std::uint64_t t) override {
    double flops = factors_.observe(layers, this->o.decay, products_);
    if (!this->decompose_at(t)) return flops;
    S* out = inverses_.data();
    for (std::size_t l = 0; l < factors_.layers().size(); ++l) {
      const std::span<const S> a = factors_.a(l), g = factors_.g(l);
      const double pi = detail::balance(a, g, this->o.damping), root = std::sqrt(this->o.damping);
      flops += inverse(a, pi * root, out) + inverse(g, root / pi, out + a.size());
      out += a.size() + g.size();
    }
    return flops;
  }

  void update(std::span<S> u, std::span<const S>, std::uint64_t) override {
    const S* inverse = inverses_.data();
    for (const auto& layer : factors_.layers()) {
      const std::size_t rows = layer.rows(), out = layer.out;
      products_.multiply(rows, rows, out, inverse, u.data() + layer.offset, half_.data());
      inverse += rows * rows;
      products_.multiply(rows, out, out, half_.data(), inverse, step_.direction().data() + layer.offset);
      inverse += out * out;
    }
    step_.take(u, this->o.rate, this->o.kl_clip);
  }

  [[nodiscard]] std::vector<RuleState<S>> state() override {
    std::vector<RuleState<S>> all;
    factors_.add_state("k-fac", all);
    all.push_back({"k-fac.inverses", inverses_});
    step_.add_state("k-fac", all);
    return all;
  }
  [[nodiscard]] double flops(std::size_t n) const override {
    double sum = step_.flops(n);
    for (const auto& layer : factors_.layers())
      sum += detail::product_flops(layer.rows(), layer.rows(), layer.out) +
             detail::product_flops(layer.rows(), layer.out, layer.out);
    return sum;
  }
  THALWEG_CLONES(KFacRule)

 private:
  double inverse(std::span<const S> m, double shift, S* out) {
    linalg::Cholesky& cholesky = workspaces_.at(m.size());
    invert(m, shift, cholesky, std::span(wide_).first(m.size()), std::span(out, m.size()));
    return 7.0 / 3.0 * std::pow(static_cast<double>(m.size()), 1.5);
  }
  std::vector<S> inverses_, half_;
};

}  // namespace

Description<KFac> KFac::describe() {
  Description<KFac> d("k-fac", "Kronecker-factored approximate curvature", "2.2");
  d.reference("Martens & Grosse, ICML 2015, arXiv 1503.05671, sections 3–6; Ba, Grosse & Martens, ICLR 2017")
      .asks({AnswerKind::gradient, AnswerKind::model_statistics})
      .formula("u = η (A + π√λ I)⁻¹ ∇W (G + √λ/π I)⁻¹,  A = E[a aᵀ],  G = E[g gᵀ],  π = √((tr A/dim A)/(tr G/dim G))")
      .cost(
          "2(in+1)out(in+1+out) operations a layer and step; every statistics_period steps a backward pass and "
          "2·batch·(in² + out²), every inverse_period steps 7/3·((in+1)³ + out³); state 2((in+1)² + out²) a layer")
      .notes(
          "For networks, under a credit rule that tells layer inputs and output gradients (backprop, "
          "feedback-alignment). "
          "A limit on the step (kl_clip) and a fixed damping take the place of the paper's adaptive ones. "
          "fisher=model "
          "draws targets from the network's own prediction (for the squared error y ± 1, whose covariance is that of "
          "N(y, I)); fisher=empirical asks layer_statistics, of the data's, instead.")
      .example("k-fac(rate=0.2) | lr-cosine(steps=1000)");
  detail::describe_kronecker(d, "each layer's Fisher block", "A and G", "inversions");
  return d;
}
THALWEG_MAKES(KFac, KFacRule)

}  // namespace thalweg
