#include "thalweg/second_order/shampoo.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "thalweg/first_order/gradient_norm.hpp"
#include "thalweg/first_order/optioned_rule.hpp"
#include "thalweg/second_order/sided_rule.hpp"

namespace thalweg {
namespace {

template <class S>
class ShampooRule final : public detail::OptionedRule<ShampooRule<S>, UpdateRule<S>, Shampoo> {
 public:
  using detail::OptionedRule<ShampooRule<S>, UpdateRule<S>, Shampoo>::OptionedRule;
  using UpdateRule<S>::begin;

  void begin(std::size_t n, std::span<const ParameterBlock> blocks) override {
    parts_.clear();
    std::size_t diagonals = 0;
    detail::SideLayout layout(this->o.max_size);
    const auto add = [&](std::size_t offset, std::size_t rows, std::size_t cols) {
      Part p{offset, rows, cols, {}, {}, diagonals};
      layout.add(rows, cols, p.left, p.right);
      if (needs_diagonal(p)) diagonals += rows * cols;
      parts_.push_back(p);
    };
    for (const ParameterBlock& block : blocks) add(block.offset, block.rows, block.cols);
    if (blocks.empty()) add(0, n, 1);
    moments_.assign(layout.numbers(), S(0)), roots_ = moments_, diagonal_.assign(diagonals, S(0));
    work_.prepare(layout);
  }

  void update(std::span<S> u, std::span<const S>, std::uint64_t t) override {
    const double beta = this->o.beta;
    keep_ = S(beta), take_ = S(beta < 1.0 ? 1.0 - beta : 1.0);
    correction_ = beta < 1.0 ? 1.0 / (1.0 - std::pow(beta, static_cast<double>(t))) : 1.0;
    const bool due = t % this->o.period == 0 || (t < this->o.period && std::has_single_bit(t));
    for (const Part& p : parts_) {
      const std::span<S> g = u.subspan(p.offset, p.rows * p.cols);
      if (p.left.size + p.right.size > 0)
        matrix(p, g, due);
      else
        diagonal_step(p, g, [g](std::size_t i, S step) { g[i] = step; });
    }
  }

  [[nodiscard]] std::vector<RuleState<S>> state() override {
    return {{"shampoo.moments", moments_}, {"shampoo.roots", roots_}, {"shampoo.diagonal", diagonal_}};
  }
  // Refreshes as their mean over a period.
  [[nodiscard]] double flops(std::size_t n) const override {
    double sum = 0.0;
    if (parts_.empty()) return 7.0 * static_cast<double>(n);
    for (const Part& p : parts_) {
      const double size = static_cast<double>(p.rows * p.cols);
      if (needs_diagonal(p)) sum += 7.0 * size;
      for (const Side& side : {p.left, p.right}) {
        const double k = static_cast<double>(side.size);
        sum += 4.0 * k * size + 3.0 * k * k + (11.0 * k * k * k) / static_cast<double>(this->o.period);
      }
      if (p.left.size + p.right.size > 0) sum += size * (this->o.graft == Shampoo::Graft::none ? 1.0 : 5.0);
    }
    return sum;
  }
  THALWEG_CLONES(ShampooRule)

 private:
  using Side = detail::Side;
  struct Part {
    std::size_t offset, rows, cols;
    Side left, right;
    std::size_t diagonal;
  };

  [[nodiscard]] bool needs_diagonal(const Part& p) const {
    return p.left.size + p.right.size == 0 || this->o.graft == Shampoo::Graft::diagonal;
  }

  // d ← d + g²,  step = ηg/√(d + ε): Shampoo of 1×1 matrices.
  template <class Take>
  void diagonal_step(const Part& p, std::span<const S> g, Take take) {
    for_each_element(g.size(),
                     [=, d = diagonal_.data() + p.diagonal, x = g.data(), rate = S(this->o.rate), keep = keep_,
                      add = take_, correction = S(correction_), epsilon = S(this->o.epsilon)](std::size_t i) {
                       d[i] = keep * d[i] + add * x[i] * x[i];
                       take(i, rate * x[i] / std::sqrt(d[i] * correction + epsilon));
                     });
  }

  void matrix(const Part& p, std::span<S> g, bool due) {
    auto& products = work_.products;
    S* const square = work_.square.data();
    S* const between = work_.between.data();
    if (p.left.size > 0) {
      products.multiply_right_transposed(p.rows, p.cols, p.rows, g.data(), g.data(), square);
      accumulate(p.left, square);
    }
    if (p.right.size > 0) {
      products.multiply_left_transposed(p.cols, p.rows, p.cols, g.data(), g.data(), square);
      accumulate(p.right, square);
    }
    if (due) {
      const double both = p.left.size > 0 && p.right.size > 0 ? 0.25 : 0.5;
      const double exponent = this->o.exponent > 0.0 ? this->o.exponent : both;
      if (p.left.size > 0) refresh(p.left, exponent);
      if (p.right.size > 0) refresh(p.right, exponent);
    }
    double length = 1.0;
    if (this->o.graft == Shampoo::Graft::sgd) length = this->o.rate * detail::gradient_norm(std::span<const S>(g));
    if (this->o.graft == Shampoo::Graft::diagonal) {
      diagonal_step(p, g, [between](std::size_t i, S step) { between[i] = step; });
      length = detail::gradient_norm(std::span<const S>(between, g.size()));
    }
    // g ← L^{−p} g R^{−p}
    if (p.left.size > 0) {
      products.multiply(p.rows, p.rows, p.cols, roots_.data() + p.left.at, g.data(), between);
      std::copy_n(between, g.size(), g.data());
    }
    if (p.right.size > 0) {
      products.multiply(p.rows, p.cols, p.cols, g.data(), roots_.data() + p.right.at, between);
      std::copy_n(between, g.size(), g.data());
    }
    double scale = this->o.rate;
    if (this->o.graft != Shampoo::Graft::none) {
      const double norm = detail::gradient_norm(std::span<const S>(g));
      scale = norm > 0.0 ? length / norm : 0.0;
    }
    for_each_element(g.size(), [x = g.data(), s = S(scale)](std::size_t i) { x[i] *= s; });
  }

  void accumulate(const Side& side, const S* square) {
    for_each_element(side.size * side.size, [m = moments_.data() + side.at, square, keep = keep_,
                                             add = take_](std::size_t i) { m[i] = keep * m[i] + add * square[i]; });
  }

  // root = Σ_j (λ_j + ε)^{−p} v_j v_jᵀ. Moments that are not finite leave it as it is: the loop ends such a run.
  void refresh(const Side& side, double exponent) {
    const std::size_t k = side.size;
    const std::span<double> a(work_.widened.data(), k * k);
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = correction_ * static_cast<double>(moments_[side.at + i]);
    linalg::SymmetricEigen& eigen = work_.eigen.at(k);
    if (!eigen.compute(a)) return;
    S* const scaled = work_.square.data();
    for (std::size_t j = 0; j < k; ++j) {
      const double weight = std::pow(std::max(eigen.values()[j], 0.0) + this->o.epsilon, -0.5 * exponent);
      const auto v = eigen.vector(j);
      for (std::size_t i = 0; i < k; ++i) scaled[j * k + i] = static_cast<S>(weight * v[i]);
    }
    work_.products.multiply_left_transposed(k, k, k, scaled, scaled, roots_.data() + side.at);
  }

  std::vector<Part> parts_;
  std::vector<S> moments_, roots_, diagonal_;
  detail::SideWork<S> work_;
  S keep_ = S(1), take_ = S(1);
  double correction_ = 1.0;
};

}  // namespace

Description<Shampoo> Shampoo::describe() {
  Description<Shampoo> d("shampoo", "Shampoo", "2.2");
  d.reference("Gupta, Koren & Singer (2018), ICML, Algorithm 1; Anil et al. (2020), arXiv 2002.09018")
      .asks(AnswerKind::gradient)
      .formula("L ← L + GGᵀ,  R ← R + GᵀG  (L₀ = R₀ = εI);  u = η L^{−1/4} G R^{−1/4}")
      .cost(
          "state 2(r² + c²) an r×c matrix; 4(r²c + rc²) operations a step, and 11(r³ + c³) every `period` steps; "
          "vectors: state n, 7 operations a parameter")
      .notes(
          "Matrices are the blocks with rows and columns above 1; vectors (and everything in thalweg minimize) take "
          "Adagrad's step with ε inside the root. A side above max_size is left out, the exponent of the other is "
          "then 1/2. Roots are refreshed every `period` steps, and before that at steps 1, 2, 4, 8 … graft: the "
          "step of each matrix gets the length of sgd's or of the diagonal's (Adagrad's, RMSprop's) step. Momentum "
          "is a link after it.")
      .example("shampoo(rate=0.1) | momentum(rate=1) | lr-cosine(steps=1000)");
  d.option("rate", &Shampoo::rate, "step size η").above(0.0);
  d.option("beta", &Shampoo::beta, "decay of the moments L and R; 1 sums them").above(0.0).at_most(1.0);
  d.option("epsilon", &Shampoo::epsilon, "ε, added to the moments' eigenvalues").above(0.0);
  d.option("exponent", &Shampoo::exponent, "p of L^{−p} and R^{−p}; 0: 1/4, or 1/2 where one side is left out")
      .at_least(0.0)
      .at_most(1.0);
  d.option("period", &Shampoo::period, "steps between two refreshes of the roots").at_least(1).unit("step");
  d.option("max_size", &Shampoo::max_size, "the longest side that has a root").at_least(1);
  d.option("graft", &Shampoo::graft, {"none", "sgd", "diagonal"}, "whose length the step of a matrix takes");
  return d;
}
THALWEG_MAKES(Shampoo, ShampooRule)

}  // namespace thalweg
