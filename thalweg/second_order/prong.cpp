#include "thalweg/second_order/prong.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "thalweg/core/linalg.hpp"
#include "thalweg/first_order/optioned_rule.hpp"
#include "thalweg/second_order/layer_rule.hpp"

namespace thalweg {
namespace {

constexpr double most_counted = 0x1p20;

// Row j of u becomes q_j/√(λ_j + ε) of the covariance in `m`, which is overwritten; false when it is not finite.
template <class U>
bool whiten(std::span<double> m, const auto& mean, double epsilon, linalg::SymmetricEigen& eigen, U&& row) {
  const std::size_t n = eigen.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) m[i * n + j] -= static_cast<double>(mean[i]) * static_cast<double>(mean[j]);
  if (!eigen.compute(m)) return false;
  for (std::size_t j = 0; j < n; ++j)  // rounding can leave a variance below 0
    row(j, std::sqrt(std::max(eigen.values()[j], 0.0) + epsilon), eigen.vector(j));
  return true;
}

template <class S>
class ProngRule final : public detail::OptionedRule<ProngRule<S>, UpdateRule<S>, Prong> {
 public:
  using detail::OptionedRule<ProngRule<S>, UpdateRule<S>, Prong>::OptionedRule;
  ProngRule(const ProngRule& other)
      : detail::OptionedRule<ProngRule<S>, UpdateRule<S>, Prong>(other),
        layers_(other.layers_),
        products_(other.products_),
        values_(other.values_),
        x_(other.x_),
        y_(other.y_),
        observed_(other.observed_),
        wide_(other.wide_) {
    make_workspaces();
  }
  ProngRule& operator=(const ProngRule&) = delete;

  using UpdateRule<S>::begin;
  void begin(std::size_t n, std::span<const ParameterBlock> blocks) override {
    layers_ = detail::layers_of(this->text(), n, blocks);
    std::size_t total = 0, largest = 0, widest = 0;
    for (const auto& layer : layers_) {
      total += 2 * layer.in * layer.rows();
      largest = std::max({largest, layer.in * layer.in, layer.size()});
      widest = std::max(widest, layer.in);
      products_.reserve(layer.in, layer.in, layer.out);
    }
    values_.assign(total, S(0));
    x_.assign(largest, S(0)), y_ = x_;
    wide_.assign(widest * widest, 0.0);
    observed_[0] = S(0);
    make_workspaces();
  }

  [[nodiscard]] LayerDetail needs() const override { return LayerDetail::inputs; }
  [[nodiscard]] LayerDetail needs_at(std::uint64_t t) const override {
    return observed_[0] == S(0) || (t - 1) % this->o.statistics_period == 0 ? needs() : LayerDetail::none;
  }
  double observe(std::span<const LayerStatistics<S>> statistics, std::uint64_t t) override {
    detail::check_statistics<S>(layers_, statistics, false);
    const double count = std::min(static_cast<double>(observed_[0]) + 1.0, most_counted);
    observed_[0] = static_cast<S>(count);
    const double keep = detail::kept(count, this->o.decay);
    const bool turn =
        detail::due(t, this->o.period, this->o.statistics_period, static_cast<std::uint64_t>(observed_[0]));
    double flops = 0.0;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const LayerStatistics<S>& s = statistics[l];
      const std::size_t in = s.in;
      const auto [mean, moment, c, u] = parts(l);
      const S k = static_cast<S>(keep), fresh = static_cast<S>((1.0 - keep) / static_cast<double>(s.batch));
      for (std::size_t i = 0; i < in; ++i) mean[i] *= k;
      for (std::size_t b = 0; b < s.batch; ++b)
        for (std::size_t i = 0; i < in; ++i) mean[i] += fresh * s.inputs[b * in + i];
      products_.multiply_left_transposed(in, s.batch, in, s.inputs.data(), s.inputs.data(), x_.data());
      for (std::size_t i = 0; i < in * in; ++i) moment[i] = k * moment[i] + fresh * x_[i];
      flops += detail::product_flops(in, s.batch, in) + static_cast<double>(2 * s.batch * in + 3 * in * in);
      if (turn) flops += reparametrise(l);
    }
    return flops;
  }

  void update(std::span<S> u, std::span<const S>, std::uint64_t) override {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const auto& layer = layers_[l];
      const std::size_t in = layer.in, out = layer.out;
      S* const w = u.data() + layer.offset;
      S* const b = w + in * out;
      const S* const c = parts(l).c;
      const S* const whitening = parts(l).u;
      const S rate = static_cast<S>(this->o.rate);
      for (std::size_t i = 0; i < in; ++i)
        for (std::size_t j = 0; j < out; ++j) x_[i * out + j] = w[i * out + j] - c[i] * b[j];
      products_.multiply(in, in, out, whitening, x_.data(), y_.data());          // ∂V
      products_.multiply_left_transposed(in, in, out, whitening, y_.data(), w);  // u_W/η
      for (std::size_t j = 0; j < out; ++j) b[j] *= rate;
      for (std::size_t i = 0; i < in; ++i)
        for (std::size_t j = 0; j < out; ++j) {
          w[i * out + j] *= rate;
          b[j] -= c[i] * w[i * out + j];
        }
    }
  }

  [[nodiscard]] std::vector<RuleState<S>> state() override {
    std::vector<RuleState<S>> all{{"prong.observed", observed_}};
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const std::size_t in = layers_[l].in;
      const auto p = parts(l);
      const std::string name = "prong." + std::to_string(l);
      all.push_back({name + ".mean", {p.mean, in}});
      all.push_back({name + ".moment", {p.moment, in * in}});
      all.push_back({name + ".c", {p.c, in}});
      all.push_back({name + ".U", {p.u, in * in}});
    }
    return all;
  }
  [[nodiscard]] double flops(std::size_t n) const override {
    double sum = 5.0 * static_cast<double>(n);
    for (const auto& layer : layers_) sum += 2.0 * detail::product_flops(layer.in, layer.in, layer.out);
    return sum;
  }
  THALWEG_CLONES(ProngRule)

 private:
  struct Parts {
    S *mean, *moment, *c, *u;
  };
  Parts parts(std::size_t l) {
    S* at = values_.data();
    for (std::size_t k = 0; k < l; ++k) at += 2 * layers_[k].in * layers_[k].rows();
    const std::size_t in = layers_[l].in;
    return {at, at + in, at + in + in * in, at + 2 * in + in * in};
  }

  // c and U of the running means. They stay as they were where those are not finite.
  double reparametrise(std::size_t l) {
    const std::size_t in = layers_[l].in;
    const auto [mean, moment, c, u] = parts(l);
    const std::span<double> wide = std::span(wide_).first(in * in);
    std::copy_n(moment, in * in, wide.begin());
    if (whiten(wide, mean, this->o.epsilon, workspaces_.at(in),
               [in, to = u](std::size_t j, double deviation, std::span<const double> q) {
                 for (std::size_t i = 0; i < in; ++i) to[j * in + i] = static_cast<S>(q[i] / deviation);
               }))
      std::copy_n(mean, in, c);
    const auto side = static_cast<double>(in);
    return 9.0 * side * side * side + 3.0 * side * side;
  }
  void make_workspaces() {
    workspaces_.clear();
    for (const auto& layer : layers_) workspaces_.try_emplace(layer.in, layer.in);
  }

  std::vector<detail::LayerShape> layers_;
  detail::Products<S> products_;
  std::vector<S> values_, x_, y_;
  std::vector<S> observed_ = {S(0)};
  std::vector<double> wide_;
  std::map<std::size_t, linalg::SymmetricEigen> workspaces_;  // by number of inputs
};

}  // namespace

Whitening::Whitening(std::span<const double> mean, std::span<const double> second_moment, double epsilon)
    : c(mean.begin(), mean.end()), u(mean.size() * mean.size()), inverse(u.size()) {
  const std::size_t n = c.size();
  if (second_moment.size() != n * n)
    throw InvalidArgument("second_moment has " + std::to_string(second_moment.size()) + " entries; it should have " +
                          std::to_string(n * n));
  linalg::SymmetricEigen eigen(n);
  std::vector<double> m(second_moment.begin(), second_moment.end());
  const bool finite = whiten(m, c, epsilon, eigen, [&](std::size_t j, double deviation, std::span<const double> q) {
    for (std::size_t i = 0; i < n; ++i) u[j * n + i] = q[i] / deviation, inverse[j * n + i] = q[i] * deviation;
  });
  if (!finite) throw InvalidArgument("mean or second_moment has an entry that is not finite");
}

void Whitening::to_whitened(std::span<double> weights, std::span<double> bias) const {
  const std::size_t n = c.size(), out = bias.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < out; ++j) bias[j] += c[i] * weights[i * out + j];
  const std::vector<double> w(weights.begin(), weights.end());
  linalg::multiply(n, n, out, 1.0, inverse, w, 0.0, weights);
}

void Whitening::from_whitened(std::span<double> weights, std::span<double> bias) const {
  const std::size_t n = c.size(), out = bias.size();
  std::vector<double> transposed(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) transposed[i * n + j] = u[j * n + i];
  const std::vector<double> v(weights.begin(), weights.end());
  linalg::multiply(n, n, out, 1.0, transposed, v, 0.0, weights);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < out; ++j) bias[j] -= c[i] * weights[i * out + j];
}

Description<Prong> Prong::describe() {
  Description<Prong> d("prong", "PRONG (natural neural networks)", "2.2");
  d.reference("Desjardins, Simonyan, Pascanu & Kavukcuoglu, NIPS 2015, arXiv 1507.00210, algorithm 1")
      .asks({AnswerKind::gradient, AnswerKind::layer_statistics})
      .formula(
          "z = (U(h−c))ᵀV + d with U(h−c) white;  descent in V and d:  u_W = η UᵀU(∂W − c ∂bᵀ),  u_b = η ∂b − u_Wᵀc")
      .cost(
          "4·in²·out operations a layer and step; every statistics_period steps 2·batch·in², every period steps "
          "9·in³; "
          "state 2(in² + in) a layer")
      .notes(
          "For networks, under a credit rule that tells layer inputs (backprop, feedback-alignment, "
          "node-perturbation). θ stays in the plain network's coordinates: the step is the one that descent in V and "
          "d "
          "takes. Mean and covariance are running means of the minibatches, not of a fresh set of samples.")
      .example("prong(rate=0.3) | lr-cosine(steps=1000)");
  d.option("rate", &Prong::rate, "step size η in V and d").above(0.0);
  d.option("epsilon", &Prong::epsilon, "added to the variances of the inputs before they are divided by").above(0.0);
  d.option("decay", &Prong::decay, "of the running mean and second moment, an observation").at_least(0.0).below(1.0);
  d.option("statistics_period", &Prong::statistics_period, "between observations of the inputs")
      .at_least(1)
      .unit("steps");
  d.option("period", &Prong::period, "T between reparametrisations").at_least(1).unit("steps");
  return d;
}
THALWEG_MAKES(Prong, ProngRule)

}  // namespace thalweg
