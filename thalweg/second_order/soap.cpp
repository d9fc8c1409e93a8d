#include "thalweg/second_order/soap.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "thalweg/core/linalg.hpp"
#include "thalweg/first_order/adam.hpp"
#include "thalweg/first_order/optioned_rule.hpp"
#include "thalweg/second_order/sided_rule.hpp"

namespace thalweg {
namespace {

// What the rule computes with and need not remember; a copy has its own.
template <class S>
struct Work : detail::SideWork<S> {
  Work() = default;
  Work(const Work& from) : detail::SideWork<S>() { prepare(from.layout); }
  Work& operator=(const Work&) = delete;
  void prepare(const detail::SideLayout& sides) {
    detail::SideWork<S>::prepare(sides);
    basis.clear();
    for (const std::size_t s : sides.sides()) basis.try_emplace(s, s);
    other.assign(sides.largest(), S(0));
    order.assign(sides.longest_side(), 0), rayleigh.assign(sides.longest_side(), 0.0);
  }
  std::map<std::size_t, linalg::Orthonormal> basis;
  std::vector<double> rayleigh;
  std::vector<S> other;
  std::vector<std::size_t> order;
};

template <class S>
class SoapRule final : public detail::OptionedRule<SoapRule<S>, UpdateRule<S>, Soap> {
 public:
  explicit SoapRule(Soap options)
      : detail::OptionedRule<SoapRule<S>, UpdateRule<S>, Soap>(options), adam_(make_adam(options)) {}
  SoapRule(const SoapRule& other)
      : detail::OptionedRule<SoapRule<S>, UpdateRule<S>, Soap>(other),
        matrices_(other.matrices_),
        vectors_(other.vectors_),
        moments_(other.moments_),
        bases_(other.bases_),
        m_(other.m_),
        v_(other.v_),
        adam_(other.adam_->clone()),
        work_(other.work_) {}
  SoapRule& operator=(const SoapRule&) = delete;

  using UpdateRule<S>::begin;
  void begin(std::size_t n, std::span<const ParameterBlock> blocks) override {
    matrices_.clear(), vectors_.clear();
    std::size_t in_matrices = 0, in_vectors = 0;
    detail::SideLayout layout(this->o.max_size);
    for (const ParameterBlock& block : blocks) {
      Part p{block.offset, 0, block.rows, block.cols, {}, {}};
      const bool sided = layout.add(block.rows, block.cols, p.left, p.right);
      std::size_t& next = sided ? in_matrices : in_vectors;
      p.state = next;
      next += block.size();
      (sided ? matrices_ : vectors_).push_back(p);
    }
    if (blocks.empty()) vectors_.push_back({0, 0, in_vectors = n, 1, {}, {}});
    moments_.assign(layout.numbers(), S(0)), bases_ = moments_;
    m_.assign(in_matrices, S(0)), v_.assign(in_matrices, S(0));
    adam_->begin(in_vectors);
    work_.prepare(layout);
  }

  void update(std::span<S> u, std::span<const S> theta, std::uint64_t t) override {
    adam_->prepare(t);
    for (const Part& p : vectors_)
      adam_->update_part(p.state, u.subspan(p.offset, p.size()), theta.subspan(p.offset, p.size()));
    for (const Part& p : matrices_) {
      const std::span<S> g = u.subspan(p.offset, p.size());
      if (t > 1) std::copy_n(g.data(), g.size(), work_.other.data());
      if (t > 1) step(p, g, t - 1);
      accumulate(p, t > 1 ? work_.other.data() : g.data());
      if (t == 1) {
        first_bases(p);
        std::fill(g.begin(), g.end(), S(0));
      } else if (t % this->o.period == 0) {
        turn(p);
      }
    }
  }

  [[nodiscard]] std::vector<RuleState<S>> state() override {
    std::vector<RuleState<S>> all{{"soap.moments", moments_}, {"soap.bases", bases_}, {"soap.m", m_}, {"soap.v", v_}};
    for (RuleState<S>& piece : adam_->state()) all.push_back({"soap." + piece.name, piece.values});
    return all;
  }
  // Refreshes as their mean over a period: two turns of M, a product and a QR of each side.
  [[nodiscard]] double flops(std::size_t n) const override {
    double sum = 0.0, in_matrices = 0.0;
    for (const Part& p : matrices_) {
      const auto size = static_cast<double>(p.size());
      in_matrices += size;
      sum += 13.0 * size;
      for (const Side& side : {p.left, p.right}) {
        const auto k = static_cast<double>(side.size);
        sum += 6.0 * k * size + 3.0 * k * k;
        sum += (4.0 * k * size + 14.0 / 3.0 * k * k * k) / static_cast<double>(this->o.period);
      }
    }
    return sum + adam_->flops(1) * (static_cast<double>(n) - in_matrices);
  }
  THALWEG_CLONES(SoapRule)

 private:
  using Side = detail::Side;  // left out: Q = I
  struct Part {
    std::size_t offset, state, rows, cols;
    Side left, right;
    [[nodiscard]] std::size_t size() const { return rows * cols; }
  };

  static std::unique_ptr<UpdateRule<S>> make_adam(const Soap& options) {
    return adam({.rate = options.rate, .beta1 = options.beta1, .beta2 = options.beta2, .epsilon = options.epsilon})
        .template make<S>();
  }

  // x ← Q_Lᵀ x Q_R. Bases hold their vectors as rows.
  void into_basis(const Part& p, S* x) {
    S* const y = work_.between.data();
    if (p.left.size > 0) {
      work_.products.multiply(p.rows, p.rows, p.cols, bases_.data() + p.left.at, x, y);
      std::copy_n(y, p.size(), x);
    }
    if (p.right.size > 0) {
      work_.products.multiply_right_transposed(p.rows, p.cols, p.cols, x, bases_.data() + p.right.at, y);
      std::copy_n(y, p.size(), x);
    }
  }
  // x ← Q_L x Q_Rᵀ
  void out_of_basis(const Part& p, S* x) {
    S* const y = work_.between.data();
    if (p.left.size > 0) {
      work_.products.multiply_left_transposed(p.rows, p.rows, p.cols, bases_.data() + p.left.at, x, y);
      std::copy_n(y, p.size(), x);
    }
    if (p.right.size > 0) {
      work_.products.multiply(p.rows, p.cols, p.cols, x, bases_.data() + p.right.at, y);
      std::copy_n(y, p.size(), x);
    }
  }

  // Adam's step in the basis, g becoming u; time counts the matrix's own steps.
  void step(const Part& p, std::span<S> g, std::uint64_t time) {
    into_basis(p, g.data());
    const auto power = static_cast<double>(time);
    const S rate = S(this->o.rate / (1.0 - std::pow(this->o.beta1, power)));
    const S correction = S(1.0 / std::sqrt(1.0 - std::pow(this->o.beta2, power)));
    for_each_element(g.size(), [=, x = g.data(), m = m_.data() + p.state, v = v_.data() + p.state,
                                b1 = S(this->o.beta1), a1 = S(1.0 - this->o.beta1), b2 = S(this->o.beta2),
                                a2 = S(1.0 - this->o.beta2), epsilon = S(this->o.epsilon)](std::size_t i) {
      m[i] = b1 * m[i] + a1 * x[i];
      v[i] = b2 * v[i] + a2 * x[i] * x[i];
      x[i] = rate * m[i] / (std::sqrt(v[i]) * correction + epsilon);
    });
    out_of_basis(p, g.data());
  }

  void accumulate(const Part& p, const S* g) {
    S* const square = work_.square.data();
    const auto add = [&](const Side& side) {
      for_each_element(side.size * side.size,
                       [m = moments_.data() + side.at, square, b = S(this->o.beta2),
                        a = S(1.0 - this->o.beta2)](std::size_t i) { m[i] = b * m[i] + a * square[i]; });
    };
    if (p.left.size > 0) {
      work_.products.multiply_right_transposed(p.rows, p.cols, p.rows, g, g, square);
      add(p.left);
    }
    if (p.right.size > 0) {
      work_.products.multiply_left_transposed(p.cols, p.rows, p.cols, g, g, square);
      add(p.right);
    }
  }

  // Eigenvectors of the first moments, by falling eigenvalue. Moments that are not finite: I, and the loop will end.
  void first_bases(const Part& p) {
    for (const Side& side : {p.left, p.right}) {
      if (side.size == 0) continue;
      const std::size_t k = side.size;
      const std::span<double> a(work_.widened.data(), k * k);
      std::copy_n(moments_.data() + side.at, k * k, a.data());
      linalg::SymmetricEigen& eigen = work_.eigen.at(k);
      const bool found = eigen.compute(a);
      for (std::size_t j = 0; j < k; ++j)
        for (std::size_t i = 0; i < k; ++i)
          bases_[side.at + j * k + i] = found ? static_cast<S>(eigen.vector(k - 1 - j)[i]) : S(i == j ? 1 : 0);
    }
  }

  // New bases; M goes with them, and V in their order.
  void turn(const Part& p) {
    out_of_basis(p, m_.data() + p.state);
    if (p.left.size > 0) refresh(p, p.left, true);
    if (p.right.size > 0) refresh(p, p.right, false);
    into_basis(p, m_.data() + p.state);
  }
  void refresh(const Part& p, const Side& side, bool rows) {
    const std::size_t k = side.size;
    S* const q = bases_.data() + side.at;
    S* const pq = work_.square.data();  // row j is P q_j
    work_.products.multiply(k, k, k, q, moments_.data() + side.at, pq);
    const std::span<double> estimate(work_.rayleigh.data(), k);
    for (std::size_t j = 0; j < k; ++j) {
      double sum = 0.0;
      for (std::size_t i = 0; i < k; ++i)
        sum += static_cast<double>(q[j * k + i]) * static_cast<double>(pq[j * k + i]);
      estimate[j] = sum;
    }
    const std::span<std::size_t> order(work_.order.data(), k);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return estimate[a] > estimate[b] || (!(estimate[b] > estimate[a]) && a < b);
    });
    const std::span<double> a(work_.widened.data(), k * k);
    for (std::size_t j = 0; j < k; ++j)
      for (std::size_t i = 0; i < k; ++i) a[i * k + j] = static_cast<double>(pq[order[j] * k + i]);
    linalg::Orthonormal& basis = work_.basis.at(k);
    if (!basis.compute(a)) return;
    std::transform(basis.vectors().begin(), basis.vectors().end(), q, [](double x) { return static_cast<S>(x); });
    S* const v = v_.data() + p.state;
    S* const old = work_.between.data();
    std::copy_n(v, p.size(), old);
    for (std::size_t i = 0; i < p.rows; ++i)
      for (std::size_t j = 0; j < p.cols; ++j)
        v[i * p.cols + j] = rows ? old[order[i] * p.cols + j] : old[i * p.cols + order[j]];
  }

  std::vector<Part> matrices_, vectors_;
  std::vector<S> moments_, bases_, m_, v_;
  std::unique_ptr<UpdateRule<S>> adam_;
  Work<S> work_;
};

}  // namespace

Description<Soap> Soap::describe() {
  Description<Soap> d("soap", "SOAP (Adam in Shampoo's eigenbasis)", "2.2");
  d.reference("Vyas, Morwani, Zhao, Shapira, Brandfonbrener, Janson & Kakade (2024), arXiv 2409.11321, Algorithm 3")
      .asks(AnswerKind::gradient)
      .formula(
          "G′ = Q_Lᵀ G Q_R;  Adam's moments M′, V of G′;  u = η Q_L (M̂′/(√V̂ + ε)) Q_Rᵀ;  Q_L, Q_R: eigenvectors of "
          "L ← β₂L + (1−β₂)GGᵀ, R ← β₂R + (1−β₂)GᵀG, one power iteration and a QR every `period` steps")
      .cost(
          "state 2(r² + c²) + 2rc an r×c matrix; 6(r²c + rc²) operations a step, and 5(r³ + c³) + 4(r²c + rc²) every "
          "`period` steps; vectors: Adam's")
      .notes(
          "Matrices are the blocks with rows and columns above 1; vectors (and everything in thalweg minimize) take "
          "Adam's step. A matrix's first gradient only sets its bases. When bases are refreshed their vectors are "
          "sorted by falling qᵀPq, and V with them. A side above max_size keeps its own basis. ε stands outside the "
          "corrected root.")
      .example("clip(norm=1) | soap(rate=3e-3) | lr-cosine(steps=1000)");
  d.option("rate", &Soap::rate, "step size η").above(0.0);
  d.option("beta1", &Soap::beta1, "decay of the first moment M").at_least(0.0).below(1.0);
  d.option("beta2", &Soap::beta2, "decay of the second moments V, L and R").at_least(0.0).below(1.0);
  d.option("epsilon", &Soap::epsilon, "ε, added to the root of the corrected V").above(0.0);
  d.option("period", &Soap::period, "steps between two refreshes of the bases").at_least(1).unit("step");
  d.option("max_size", &Soap::max_size, "the longest side whose basis is turned").at_least(0);
  return d;
}
THALWEG_MAKES(Soap, SoapRule)

}  // namespace thalweg
