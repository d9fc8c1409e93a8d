#include "thalweg/second_order/dbp.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/first_order/optioned_rule.hpp"
#include "thalweg/second_order/layer_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class DbpRule final : public detail::OptionedRule<DbpRule<S>, UpdateRule<S>, Dbp> {
 public:
  using detail::OptionedRule<DbpRule<S>, UpdateRule<S>, Dbp>::OptionedRule;

  using UpdateRule<S>::begin;
  void begin(std::size_t n, std::span<const ParameterBlock> blocks) override {
    layers_ = detail::layers_of(this->text(), n, blocks);
    at_.clear();
    std::size_t total = 0, largest = 0, widest = 0;
    for (const auto& layer : layers_) {
      at_.push_back(total);
      total += layer.in * layer.in;
      largest = std::max({largest, layer.in * layer.in, layer.size()});
      widest = std::max(widest, layer.in);
      products_.reserve(layer.in, layer.in, layer.out);
    }
    r_.assign(total, S(0));
    for (std::size_t l = 0; l < layers_.size(); ++l)
      for (std::size_t i = 0; i < layers_[l].in; ++i) r_[at_[l] + i * layers_[l].in + i] = S(1);
    product_.assign(largest, S(0));
    variances_.assign(widest, S(0));
  }

  [[nodiscard]] LayerDetail needs() const override { return LayerDetail::inputs; }
  [[nodiscard]] LayerDetail needs_at(std::uint64_t t) const override {
    return layers_.empty() || (t - 1) % this->o.period == 0 ? needs() : LayerDetail::none;
  }

  // C R = Xᵀ(X R)/rows is never formed as a product of two in×in matrices.
  double observe(std::span<const LayerStatistics<S>> statistics, std::uint64_t) override {
    detail::check_statistics<S>(layers_, statistics, false);
    double flops = 0.0;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const LayerStatistics<S>& s = statistics[l];
      const std::size_t in = s.in;
      const auto rows = static_cast<std::size_t>(std::ceil(this->o.share * static_cast<double>(s.batch)));
      if (x_.size() < rows * in) x_.resize(rows * in), xr_.resize(rows * in);
      S* const r = r_.data() + at_[l];
      products_.multiply_right_transposed(rows, in, in, s.inputs.data(), r, x_.data());
      products_.multiply(rows, in, in, x_.data(), r, xr_.data());
      products_.multiply_left_transposed(in, rows, in, x_.data(), xr_.data(), product_.data());
      std::fill_n(variances_.begin(), in, S(0));
      for (std::size_t b = 0; b < rows; ++b)
        for (std::size_t i = 0; i < in; ++i) variances_[i] += x_[b * in + i] * x_[b * in + i];
      // R ← (1 + ε[(1−κ)v − κ(v − 1)])R − ε(1−κ)CR, v the variance of the row's component
      const double rate = this->o.decorrelation_rate, kappa = this->o.kappa;
      const S of_product = static_cast<S>(rate * (1.0 - kappa) / static_cast<double>(rows));
      for (std::size_t i = 0; i < in; ++i) {
        const double v = static_cast<double>(variances_[i]) / static_cast<double>(rows);
        const S of_row = static_cast<S>(1.0 + rate * ((1.0 - kappa) * v - kappa * (v - 1.0)));
        for (std::size_t j = 0; j < in; ++j)
          r[i * in + j] = of_row * r[i * in + j] - of_product * product_[i * in + j];
      }
      flops += 3.0 * detail::product_flops(rows, in, in) + static_cast<double>(2 * rows * in + 3 * in * in);
    }
    return flops;
  }

  void update(std::span<S> u, std::span<const S>, std::uint64_t) override {
    const S rate = static_cast<S>(this->o.rate);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const auto& layer = layers_[l];
      S* const w = u.data() + layer.offset;
      const S* const r = r_.data() + at_[l];
      products_.multiply(layer.in, layer.in, layer.out, r, w, product_.data());  // the gradient in V
      products_.multiply_left_transposed(layer.in, layer.in, layer.out, r, product_.data(), w);
      for (std::size_t i = 0; i < layer.size(); ++i) w[i] *= rate;
    }
  }

  [[nodiscard]] std::vector<RuleState<S>> state() override {
    std::vector<RuleState<S>> all;
    for (std::size_t l = 0; l < layers_.size(); ++l)
      all.push_back(
          {"dbp." + std::to_string(l) + ".R", std::span(r_).subspan(at_[l], layers_[l].in * layers_[l].in)});
    return all;
  }
  [[nodiscard]] double flops(std::size_t n) const override {
    double sum = 2.0 * static_cast<double>(n);
    for (const auto& layer : layers_) sum += 2.0 * detail::product_flops(layer.in, layer.in, layer.out);
    return sum;
  }
  THALWEG_CLONES(DbpRule)

 private:
  std::vector<detail::LayerShape> layers_;
  std::vector<std::size_t> at_;
  detail::Products<S> products_;
  std::vector<S> r_, product_, variances_;
  std::vector<S> x_, xr_;  // of the batch, made at the first observation
};

}  // namespace

Description<Dbp> Dbp::describe() {
  Description<Dbp> d("dbp", "Decorrelated backpropagation", "2.2");
  d.reference("Dalm, Offergeld, Ahmad & van Gerven, arXiv 2405.02385; Ahmad, arXiv 2407.10780")
      .asks({AnswerKind::gradient, AnswerKind::layer_statistics})
      .formula("R ← R − ε[(1−κ)(C − diag C) + κ(diag C − I)]R,  C = E[x xᵀ],  x = Rh;  u_W = η RᵀR ∂W")
      .cost("4·in²·out operations a layer and step, 6·rows·in² every period steps; state in² a layer")
      .notes(
          "For networks, under a credit rule that tells layer inputs (backprop, feedback-alignment, "
          "node-perturbation). θ stays in the plain network's coordinates: the step is the one that descent on the "
          "weights behind R takes. They are changed with R so that the function stays (arXiv 2407.10780); the "
          "earlier "
          "papers leave them.")
      .example("dbp(rate=1) | lr-cosine(steps=1000)");
  d.option("rate", &Dbp::rate, "step size η of the weights behind R").above(0.0);
  d.option("decorrelation_rate", &Dbp::decorrelation_rate, "step size ε of R; stable while ε‖C‖₂ < 1").above(0.0);
  d.option("kappa", &Dbp::kappa, "share κ of whitening: 0 decorrelates, more also drives variances to 1")
      .at_least(0.0)
      .at_most(1.0);
  d.option("share", &Dbp::share, "of the batch, from its first sample on, that R looks at").above(0.0).at_most(1.0);
  d.option("period", &Dbp::period, "between moves of R").at_least(1).unit("steps");
  return d;
}
THALWEG_MAKES(Dbp, DbpRule)

}  // namespace thalweg
