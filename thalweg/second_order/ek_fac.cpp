#include "thalweg/second_order/ek_fac.hpp"

#include <algorithm>

#include "thalweg/core/linalg.hpp"
#include "thalweg/second_order/kronecker_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class EkFacRule final : public detail::KroneckerRule<EkFacRule<S>, S, EkFac, linalg::SymmetricEigen> {
  using Base = detail::KroneckerRule<EkFacRule<S>, S, EkFac, linalg::SymmetricEigen>;
  using Base::factors_, Base::products_, Base::step_, Base::wide_, Base::workspaces_;

 public:
  using Base::Base;
  using UpdateRule<S>::begin;
  void begin(std::size_t n, std::span<const ParameterBlock> blocks) override {
    this->begin_layers(n, blocks);
    parts_.clear();
    std::size_t total = 0;
    for (const auto& layer : factors_.layers()) {
      const std::size_t a = layer.rows() * layer.rows(), g = layer.out * layer.out;
      parts_.push_back({total, total + a, total + a + g});
      total += a + g + layer.size();
      products_.reserve(layer.rows(), layer.rows(), layer.rows());
      products_.reserve(layer.rows(), layer.rows(), layer.out);
      products_.reserve(layer.rows(), layer.out, layer.out);
      products_.reserve(layer.out, layer.out, layer.out);
    }
    values_.assign(total, S(0));
    x_.assign(factors_.largest(), S(0)), y_ = x_, z_ = x_;
  }

  double observe(std::span<const LayerStatistics<S>> layers, std::uint64_t t) override {
    double flops = factors_.observe(layers, this->o.decay, products_);
    const bool turn = this->decompose_at(t);
    const double keep = detail::kept(static_cast<double>(factors_.observed()), this->o.decay);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      if (turn) flops += change_basis(l);
      flops += second_moments(l, layers[l], keep);
    }
    return flops;
  }

  void update(std::span<S> u, std::span<const S>, std::uint64_t) override {
    for (std::size_t l = 0; l < parts_.size(); ++l) {
      const auto& layer = factors_.layers()[l];
      const std::size_t rows = layer.rows(), out = layer.out;
      const S* const moments = values_.data() + parts_[l].moments;
      const S damping = static_cast<S>(this->o.damping);
      products_.multiply_left_transposed(rows, rows, out, basis_a(l), u.data() + layer.offset, x_.data());
      products_.multiply(rows, out, out, x_.data(), basis_g(l), y_.data());
      for (std::size_t i = 0; i < rows * out; ++i) y_[i] /= moments[i] + damping;
      products_.multiply_right_transposed(rows, out, out, y_.data(), basis_g(l), x_.data());
      products_.multiply(rows, rows, out, basis_a(l), x_.data(), step_.direction().data() + layer.offset);
    }
    step_.take(u, this->o.rate, this->o.kl_clip);
  }

  [[nodiscard]] std::vector<RuleState<S>> state() override {
    std::vector<RuleState<S>> all;
    factors_.add_state("ek-fac", all);
    for (std::size_t l = 0; l < parts_.size(); ++l) {
      const Part& p = parts_[l];
      const std::string name = "ek-fac." + std::to_string(l);
      all.push_back({name + ".basis_A", std::span(values_).subspan(p.a, p.g - p.a)});
      all.push_back({name + ".basis_G", std::span(values_).subspan(p.g, p.moments - p.g)});
      all.push_back({name + ".moments", std::span(values_).subspan(p.moments, factors_.layers()[l].size())});
    }
    step_.add_state("ek-fac", all);
    return all;
  }
  [[nodiscard]] double flops(std::size_t n) const override {
    double sum = step_.flops(n) + 2.0 * static_cast<double>(n);
    for (const auto& layer : factors_.layers())
      sum += 2.0 * (detail::product_flops(layer.rows(), layer.rows(), layer.out) +
                    detail::product_flops(layer.rows(), layer.out, layer.out));
    return sum;
  }
  THALWEG_CLONES(EkFacRule)

 private:
  struct Part {
    std::size_t a, g, moments;  // where U_A, U_G (eigenvectors in columns) and s begin
  };
  S* basis_a(std::size_t l) { return values_.data() + parts_[l].a; }
  S* basis_g(std::size_t l) { return values_.data() + parts_[l].g; }

  // The eigenvectors of a factor into the columns of `basis`; overlaps ∘ overlaps of the old ones (rows) with the new
  // (columns) into `squares`. The old basis stays where the factor is not finite.
  double turn(std::span<const S> factor, S* basis, S* squares) {
    linalg::SymmetricEigen& eigen = workspaces_.at(factor.size());
    const std::size_t n = eigen.size();
    const std::span<double> wide = std::span(wide_).first(n * n);
    std::copy(factor.begin(), factor.end(), wide.begin());
    const bool found = eigen.compute(wide);
    if (found) {
      const double* const v = eigen.vectors().data();
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) z_[i * n + j] = static_cast<S>(v[j * n + i]);
    } else {
      std::copy_n(basis, n * n, z_.data());
    }
    products_.multiply_left_transposed(n, n, n, basis, z_.data(), squares);
    for (std::size_t i = 0; i < n * n; ++i) squares[i] *= squares[i];
    std::copy_n(z_.data(), n * n, basis);
    const auto side = static_cast<double>(n);
    return 9.0 * side * side * side + detail::product_flops(n, n, n) + side * side;
  }

  double change_basis(std::size_t l) {
    const auto& layer = factors_.layers()[l];
    const std::size_t rows = layer.rows(), out = layer.out;
    S* const moments = values_.data() + parts_[l].moments;
    double flops = turn(factors_.a(l), basis_a(l), x_.data());
    products_.multiply_left_transposed(rows, rows, out, x_.data(), moments, y_.data());
    flops += turn(factors_.g(l), basis_g(l), x_.data());
    products_.multiply(rows, out, out, y_.data(), x_.data(), moments);
    return flops + detail::product_flops(rows, rows, out) + detail::product_flops(rows, out, out);
  }

  // s ← keep·s + (1 − keep)·(X∘X)ᵀ(Y∘Y)/batch, X = [h 1] U_A, Y = g U_G.
  double second_moments(std::size_t l, const LayerStatistics<S>& s, double keep) {
    const auto& layer = factors_.layers()[l];
    const std::size_t rows = layer.rows(), out = layer.out;
    S* const moments = values_.data() + parts_[l].moments;
    if (projected_a_.size() < s.batch * rows) projected_a_.resize(s.batch * rows);
    if (projected_g_.size() < s.batch * out) projected_g_.resize(s.batch * out);
    S* const x = projected_a_.data();
    S* const y = projected_g_.data();
    products_.multiply(s.batch, layer.in, rows, s.inputs.data(), basis_a(l), x, basis_a(l) + layer.in * rows);
    products_.multiply(s.batch, out, out, s.output_gradients.data(), basis_g(l), y);
    for (std::size_t i = 0; i < s.batch * rows; ++i) x[i] *= x[i];
    for (std::size_t i = 0; i < s.batch * out; ++i) y[i] *= y[i];
    products_.multiply_left_transposed(rows, s.batch, out, x, y, x_.data());
    // A sample's own gradient is batch times the statistics'.
    const S k = static_cast<S>(keep), fresh = static_cast<S>((1.0 - keep) * static_cast<double>(s.batch));
    for (std::size_t i = 0; i < rows * out; ++i) moments[i] = k * moments[i] + fresh * x_[i];
    return detail::product_flops(s.batch, rows, rows) + detail::product_flops(s.batch, out, out) +
           detail::product_flops(rows, s.batch, out) + static_cast<double>(s.batch * (rows + out) + 3 * rows * out);
  }

  std::vector<Part> parts_;
  std::vector<S> values_, x_, y_, z_;
  std::vector<S> projected_a_, projected_g_;  // of the batch, made at the first observation
};

}  // namespace

Description<EkFac> EkFac::describe() {
  Description<EkFac> d("ek-fac", "Eigenvalue-corrected K-FAC", "2.2");
  d.reference("George, Laurent, Bouthillier, Ballas & Vincent, NeurIPS 2018, arXiv 1806.03884, section 3")
      .asks({AnswerKind::gradient, AnswerKind::model_statistics})
      .formula("u = η U_A [(U_Aᵀ ∇W U_G)_ij / (s_ij + λ)] U_Gᵀ,  s_ij = E[(U_Aᵀa)_i² (U_Gᵀg)_j²]")
      .cost(
          "4(in+1)out(in+1+out) operations a layer and step; every statistics_period steps k-fac's and "
          "2·batch·((in+1)² + out² + (in+1)out), every inverse_period steps 9((in+1)³ + out³) and the change of "
          "basis; "
          "state 2((in+1)² + out²) a layer and n, momentum n")
      .notes(
          "For networks, under a credit rule that tells layer inputs and output gradients (backprop, "
          "feedback-alignment). "
          "When the basis changes, s is carried into it as the diagonal there of what it said. fisher: as in k-fac.")
      .example("ek-fac(rate=0.2) | lr-cosine(steps=1000)");
  detail::describe_kronecker(d, "every second moment", "A, G and s", "eigendecompositions");
  return d;
}
THALWEG_MAKES(EkFac, EkFacRule)

}  // namespace thalweg
