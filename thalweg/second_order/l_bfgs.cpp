#include "thalweg/second_order/l_bfgs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/second_order/l_bfgs_box.hpp"

namespace thalweg {
namespace {

constexpr int most_within_bounds = 1000;  // pairs

// Pairs as rows, padded with zeros to whole vectors.
struct Pairs {
  std::size_t stride;
  std::vector<double> s, y;  // memory × stride
  std::vector<double> rho;   // 1/sᵀy
  [[nodiscard]] std::span<const double> step(std::size_t j) const { return {s.data() + j * stride, stride}; }
  [[nodiscard]] std::span<const double> change(std::size_t j) const { return {y.data() + j * stride, stride}; }
};

// Algorithm 7.4 on q = −∇f, in place: q ← −H ∇f. `order` holds the slots of the pairs, oldest first. Each subtraction
// also forms the product that the next pair needs.
THALWEG_WIDEST void two_loops(const Pairs& pairs, std::span<const std::size_t> order, double gamma,
                              std::span<double> alpha, std::span<double> q) {
  const std::size_t count = order.size();
  double product = blas::dot(pairs.step(order[count - 1]), q);
  for (std::size_t k = count; k-- > 0;) {  // newest to oldest
    const std::size_t j = order[k];
    alpha[k] = pairs.rho[j] * product;
    product = blas::axpy_dot(-alpha[k], pairs.change(j), q, k > 0 ? pairs.step(order[k - 1]) : pairs.change(j));
  }
  blas::scale(gamma, q);
  product *= gamma;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t j = order[k];
    const double beta = pairs.rho[j] * product;
    product = blas::axpy_dot(alpha[k] - beta, pairs.step(j), q, pairs.change(order[k + 1 < count ? k + 1 : k]));
  }
}

// s ← t·d, y ← after − before; sᵀy and yᵀy.
THALWEG_WIDEST std::pair<double, double> form_pair(double t, const double* d, const double* before,
                                                   const double* after, std::size_t n, double* __restrict s,
                                                   double* __restrict y) {
  for (std::size_t i = 0; i < n; ++i) {
    s[i] = t * d[i];
    y[i] = after[i] - before[i];
  }
  return {blas::dot({s, n}, {y, n}), blas::dot({y, n}, {y, n})};
}

class LimitedMemory final : public LineDirection {
 public:
  LimitedMemory(std::size_t n, std::size_t memory, bool scaled)
      : n_(n), memory_(memory), scaled_(scaled), alpha_(memory), q_(blas::padded(n)) {
    pairs_.stride = blas::padded(n);
    pairs_.s.resize((memory + 1) * pairs_.stride);  // one row more: a new pair is formed before an old one goes
    pairs_.y.resize((memory + 1) * pairs_.stride);
    pairs_.rho.resize(memory + 1);
    order_.reserve(memory + 1);
  }

  Proposal direction(std::span<const double>, std::span<const double> gradient, std::span<double> d) override {
    for (std::size_t i = 0; i < n_; ++i) q_[i] = -gradient[i];
    if (!order_.empty()) two_loops(pairs_, order_, scaled_ ? gamma_ : 1.0, alpha_, q_);
    std::copy_n(q_.begin(), n_, d.begin());
    if (order_.empty()) return {1.0 / blas::norm(gradient), false};
    return {1.0, true};
  }

  void update(double step, double, std::span<const double> d, std::span<const double> before,
              std::span<const double> after) override {
    const std::size_t j = free_slot();
    const auto [sy, yy] = form_pair(step, d.data(), before.data(), after.data(), n_,
                                    pairs_.s.data() + j * pairs_.stride, pairs_.y.data() + j * pairs_.stride);
    if (!(sy > 2.2e-16 * yy) || yy == 0.0) return;  // no curvature to learn
    if (order_.size() == memory_) order_.erase(order_.begin());
    order_.push_back(j);
    pairs_.rho[j] = 1.0 / sy;
    gamma_ = sy / yy;
  }

  bool reset() override {
    const bool learnt = !order_.empty();
    order_.clear();
    return learnt;
  }

 private:
  // The slot after the newest, around the ring of memory + 1: no live pair is there.
  [[nodiscard]] std::size_t free_slot() const { return order_.empty() ? 0 : (order_.back() + 1) % (memory_ + 1); }

  std::size_t n_, memory_;
  bool scaled_;
  double gamma_ = 1.0;
  Pairs pairs_{};
  std::vector<std::size_t> order_;  // slots, oldest first
  std::vector<double> alpha_, q_;
};

}  // namespace

Description<LBfgs> LBfgs::describe() {
  Description<LBfgs> d("l-bfgs", "L-BFGS", "2.2");
  d.reference(
       "Liu & Nocedal, Math. Prog. 45 (1989); bounds: Byrd, Lu, Nocedal & Zhu, SIAM J. Sci. Comput. 16 (1995), "
       "Morales & "
       "Nocedal, ACM TOMS 38 (2011); line search: Moré & Thuente, ACM TOMS 20 (1994)")
      .formula("x ← x − t H ∇f(x), H the BFGS metric of the last m steps")
      .cost("memory (2m + 8)n, 4mn + 8n operations a step; about one value and gradient a step")
      .asks({AnswerKind::value, AnswerKind::gradient})
      .needs_exact()
      .supports_bounds();
  d.option("memory", &LBfgs::memory, "pairs kept, m; 3 to 20 is usual; within bounds at most 1000")
      .at_least(1)
      .at_most(10000);
  d.option("scaled", &LBfgs::scaled,
           "start each metric from sᵀy/yᵀy instead of 1 (Nocedal & Wright (7.20)); within bounds it always does");
  d.option("line", &LBfgs::line, {"strong-wolfe", "armijo", "exact"}, "line search; exact is for experiments");
  d.option("decrease", &LBfgs::decrease, "c₁ of the sufficient decrease condition").above(0.0).below(0.5);
  d.option("curvature", &LBfgs::curvature, "c₂ of the curvature condition; above c₁").above(0.0).below(1.0);
  d.option("extrapolation", &LBfgs::extrapolation,
           "how far, at most, a line search goes beyond its last advance while f still falls, in advances")
      .above(1.1)
      .at_most(100.0);
  d.option("max_trials", &LBfgs::max_trials, "trial steps of one line search").at_least(2);
  d.option("gradient_tolerance", &LBfgs::gradient_tolerance,
           "converged when ‖∇f‖∞ ≤ this; --tolerance gradient=V goes before")
      .at_least(0.0);
  d.example("thalweg minimize --problem rosenbrock:n=100 --method l-bfgs --set memory=20");
  return d;
}

void LBfgs::run(Objective<double>& f, Search& search) const {
  LineDescent loop;
  loop.line = line;
  loop.wolfe = {
      .decrease = decrease, .curvature = curvature, .extrapolation = extrapolation, .max_trials = max_trials};
  loop.gradient_tolerance = gradient_tolerance;
  const auto m = static_cast<std::size_t>(memory);
  if (Box(search.bounds()).restricts()) {
    if (memory > most_within_bounds)
      throw InvalidArgument(
          fmt::format("memory is {}; within bounds at most {} (m² numbers are kept)", memory, most_within_bounds));
    BoxedMemory metric(search.bounds(), f.dimension(), m);
    return loop.run(f, search, metric);
  }
  LimitedMemory metric(f.dimension(), m, scaled);
  loop.run(f, search, metric);
}

}  // namespace thalweg
