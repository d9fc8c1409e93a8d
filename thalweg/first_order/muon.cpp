#include "thalweg/first_order/muon.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/linalg.hpp"
#include "thalweg/first_order/adam.hpp"
#include "thalweg/first_order/gradient_norm.hpp"
#include "thalweg/first_order/optioned_rule.hpp"
#include "thalweg/network/products.hpp"

namespace thalweg {
namespace {

constexpr int newton_schulz_steps = 5;
constexpr double a = 3.4445, b = -4.7750, c = 2.0315;  // Jordan et al. (2024)

template <class S>
class MuonRule final : public detail::OptionedRule<MuonRule<S>, UpdateRule<S>, Muon> {
 public:
  explicit MuonRule(Muon options)
      : detail::OptionedRule<MuonRule<S>, UpdateRule<S>, Muon>(options),
        adam_(adam({.rate = options.vector_rate}).make<S>()) {}
  MuonRule(const MuonRule& other)
      : detail::OptionedRule<MuonRule<S>, UpdateRule<S>, Muon>(other),
        matrices_(other.matrices_),
        vectors_(other.vectors_),
        v_(other.v_),
        adam_(other.adam_->clone()),
        x_(other.x_),
        other_(other.other_),
        gram_(other.gram_),
        poly_(other.poly_),
        wide_(other.wide_) {
    make_room();
  }
  MuonRule& operator=(const MuonRule&) = delete;

  using UpdateRule<S>::begin;
  void begin(std::size_t n, std::span<const ParameterBlock> blocks) override {
    matrices_.clear(), vectors_.clear();
    std::size_t small = 0, large = 0, held = 0, in_vectors = 0;
    for (const ParameterBlock& block : blocks) {
      if (block.rows > 1 && block.cols > 1) {
        matrices_.push_back({block.offset, held, block.rows, block.cols});
        held += block.size();
        small = std::max(small, std::min(block.rows, block.cols));
        large = std::max(large, block.size());
      } else {
        vectors_.push_back({block.offset, in_vectors, block.size(), 1});
        in_vectors += block.size();
      }
    }
    if (blocks.empty()) vectors_.push_back({0, 0, in_vectors = n, 1});
    v_.assign(held, S(0));
    adam_->begin(in_vectors);
    x_.assign(large, S(0)), other_.assign(large, S(0));
    gram_.assign(small * small, S(0)), poly_.assign(small * small, S(0));
    wide_.assign(this->o.exact ? large : 0, 0.0);
    make_room();
  }

  void update(std::span<S> u, std::span<const S> theta, std::uint64_t t) override {
    adam_->prepare(t);
    for (const Part& p : vectors_)
      adam_->update_part(p.state, u.subspan(p.offset, p.rows), theta.subspan(p.offset, p.rows));
    for (const Part& p : matrices_) update_matrix(p, u.subspan(p.offset, p.rows * p.cols));
  }

  [[nodiscard]] std::vector<RuleState<S>> state() override {
    std::vector<RuleState<S>> all{{"muon.v", v_}};
    for (RuleState<S>& piece : adam_->state()) all.push_back({"muon." + piece.name, piece.values});
    return all;
  }
  [[nodiscard]] double flops(std::size_t n) const override {
    double sum = 0.0, in_matrices = 0.0;
    for (const Part& p : matrices_) {
      const auto r = static_cast<double>(p.rows), k = static_cast<double>(p.cols);
      const double s = std::min(r, k), l = std::max(r, k);
      in_matrices += r * k;
      sum += 7.0 * r * k;
      // The decomposition as 14ls² + 8s³ (Golub & Van Loan 2013, figure 8.6.1: thin, with both factors).
      sum += this->o.exact ? 14.0 * l * s * s + 8.0 * s * s * s + 2.0 * l * s * s
                           : newton_schulz_steps * (4.0 * s * s * l + 2.0 * s * s * s + 2.0 * s * l + 3.0 * s * s);
    }
    return sum + adam_->flops(1) * (static_cast<double>(n) - in_matrices);
  }
  THALWEG_CLONES(MuonRule)

 private:
  struct Part {
    std::size_t offset, state, rows, cols;
  };

  void update_matrix(const Part& p, std::span<S> g) {
    const std::size_t size = p.rows * p.cols;
    const bool wide = p.cols >= p.rows;  // X is kept wide: s×l
    const std::size_t s = std::min(p.rows, p.cols), l = std::max(p.rows, p.cols);
    const S beta = S(this->o.beta);
    S* const v = v_.data() + p.state;
    for (std::size_t i = 0; i < size; ++i) {
      v[i] = beta * v[i] + g[i];
      if (this->o.nesterov)
        g[i] += beta * v[i];
      else
        g[i] = v[i];
    }
    const double norm = detail::gradient_norm(std::span<const S>(g));
    if (!(norm > 0.0) || !std::isfinite(norm)) return;  // nothing to turn; a NaN is for the loop to report
    const std::span<S> x(x_.data(), size);
    for (std::size_t i = 0; i < p.rows; ++i)
      for (std::size_t j = 0; j < p.cols; ++j)
        x[wide ? i * l + j : j * l + i] = static_cast<S>(static_cast<double>(g[i * p.cols + j]) / norm);
    if (this->o.exact)
      polar(p, x, s, l);
    else
      newton_schulz(x, s, l);
    const double scale =
        this->o.rate * std::sqrt(std::max(1.0, static_cast<double>(p.cols) / static_cast<double>(p.rows)));
    for (std::size_t i = 0; i < p.rows; ++i)
      for (std::size_t j = 0; j < p.cols; ++j)
        g[i * p.cols + j] = static_cast<S>(scale) * x[wide ? i * l + j : j * l + i];
  }

  void newton_schulz(std::span<S> x, std::size_t s, std::size_t l) {
    S* const gram = gram_.data();
    S* const poly = poly_.data();
    S* const other = other_.data();
    for (int step = 0; step < newton_schulz_steps; ++step) {
      products_.multiply_right_transposed(s, l, s, x.data(), x.data(), gram);  // A = XXᵀ
      products_.multiply(s, s, s, gram, gram, poly);
      for_each_element(s * s, [=](std::size_t i) { poly[i] = S(b) * gram[i] + S(c) * poly[i]; });  // bA + cA²
      products_.multiply(s, s, l, poly, x.data(), other);
      for_each_element(s * l, [=, to = x.data()](std::size_t i) { to[i] = S(a) * to[i] + other[i]; });
    }
  }

  void polar(const Part& p, std::span<S> x, std::size_t s, std::size_t l) {
    linalg::Svd& svd = *svds_[static_cast<std::size_t>(&p - matrices_.data())];
    const std::span<double> wide(wide_.data(), s * l);
    std::copy(x.begin(), x.end(), wide.begin());
    if (!svd.compute(wide)) return;  // not finite: cannot be, the norm was
    const double smallest = svd.values()[0] * std::numeric_limits<double>::epsilon() * static_cast<double>(l);
    std::fill(wide.begin(), wide.end(), 0.0);
    for (std::size_t k = 0; k < s && svd.values()[k] > smallest; ++k)  // a null direction has no nearest sign
      for (std::size_t i = 0; i < s; ++i)
        for (std::size_t j = 0; j < l; ++j) wide[i * l + j] += svd.left()[k * s + i] * svd.right()[k * l + j];
    std::transform(wide.begin(), wide.end(), x.begin(), [](double v) { return static_cast<S>(v); });
  }

  // What is not state: room for products, and a decomposition for each matrix.
  void make_room() {
    svds_.clear();
    std::size_t widest = 0;
    for (const Part& p : matrices_) {
      widest = std::max({widest, p.rows, p.cols});
      if (this->o.exact)
        svds_.push_back(std::make_unique<linalg::Svd>(std::min(p.rows, p.cols), std::max(p.rows, p.cols)));
    }
    products_.reserve(widest, widest, widest);
  }

  std::vector<Part> matrices_, vectors_;
  std::vector<S> v_;
  std::unique_ptr<UpdateRule<S>> adam_;
  std::vector<S> x_, other_, gram_, poly_;
  std::vector<double> wide_;
  detail::Products<S> products_;
  std::vector<std::unique_ptr<linalg::Svd>> svds_;  // one a matrix, when exact
};

}  // namespace

Description<Muon> Muon::describe() {
  Description<Muon> d("muon", "Muon (orthogonalised momentum)", "2.1");
  d.reference("Jordan, Jin, Boza, You, Cesista, Newhouse & Bernstein (2024), Muon: an optimizer for hidden layers")
      .asks(AnswerKind::gradient)
      .cost("state n (2n for vectors); 5·(4s²l + 2s³) operations a matrix with sides s ≤ l")
      .formula(
          "v ← βv + g;  m = g + βv;  u = η √max(1, c/r) · orthogonal(m) for an r×c matrix;  Adam for everything else")
      .notes(
          "Matrices are the blocks with rows and columns above 1; without blocks (thalweg minimize) all is one "
          "vector, "
          "and the rule is Adam. Newton–Schulz leaves singular values in [0.68, 1.16] where they were at least 5e-3 "
          "of "
          "the norm; exact=true makes them 1. Arithmetic in the parameters' type (theirs bfloat16); weights are "
          "in×out, so the "
          "factor "
          "is √max(1, out/in) as theirs.")
      .example("muon(rate=0.02) | lr-cosine(steps=1000)");
  d.option("rate", &Muon::rate, "step size η of the matrices").above(0.0);
  d.option("beta", &Muon::beta, "momentum").at_least(0.0).below(1.0);
  d.option("nesterov", &Muon::nesterov, "orthogonalise g + βv instead of v");
  d.option("exact", &Muon::exact, "the polar factor by singular values instead of Newton–Schulz");
  d.option("vector_rate", &Muon::vector_rate, "Adam's rate for biases and other vectors").above(0.0);
  return d;
}
THALWEG_MAKES(Muon, MuonRule)

}  // namespace thalweg
