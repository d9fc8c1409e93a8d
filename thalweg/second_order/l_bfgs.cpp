#include "thalweg/second_order/l_bfgs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "thalweg/core/blas1.hpp"
#include "thalweg/second_order/l_bfgs_box.hpp"

namespace thalweg {
namespace {

constexpr int most_within_bounds = 1000;  // pairs

using blas::lanes;
using Eight [[gnu::vector_size(64)]] = double;  // lowered to what the clone of THALWEG_WIDEST has

// The order of blas::sum_of.
inline double tree(const double* p) { return ((p[0] + p[4]) + (p[2] + p[6])) + ((p[1] + p[5]) + (p[3] + p[7])); }
inline __attribute__((always_inline)) void load(Eight& v, const double* p) { std::memcpy(&v, p, sizeof v); }
inline __attribute__((always_inline)) void store(const Eight& v, double* p) { std::memcpy(p, &v, sizeof v); }

// Pairs as rows by slot, padded with zeros to whole vectors, and the products of all that are live. Few variables:
// also as columns, so that the products with all pairs are had at once, without a sum across a vector.
struct Pairs {
  Pairs(std::size_t n, std::size_t slots)
      : stride(blas::padded(n)), wide(blas::padded(slots)), columns(n * wide <= most_in_columns ? n * wide : 0) {
    const std::size_t rows = slots * stride, square = slots * wide;
    partials = columns != 0 ? 0 : slots * lanes;
    storage.resize(2 * rows + 2 * columns + 2 * square + partials + 4 * wide + stride + lanes);
    double* next = storage.data();
    while (reinterpret_cast<std::uintptr_t>(next) % (lanes * sizeof(double)) != 0) ++next;  // whole cache lines
    const auto take = [&](std::size_t count) { return std::exchange(next, next + count); };
    s = take(rows), y = take(rows), s_columns = take(columns), y_columns = take(columns), sy = take(square),
    ys = take(square), partial = take(partials), rho = take(wide), p = take(wide), t = take(wide), a = take(wide),
    q = take(stride);
  }
  static constexpr std::size_t most_in_columns = 1024;  // numbers: with the rows they fit the first cache
  std::size_t stride, wide, columns, partials = 0;
  double *s, *y, *s_columns, *y_columns;
  double *sy, *ys;    // sᵢᵀyⱼ at [i, j] and at [j, i]
  double* partial;    // eight sums for each product
  double* rho;        // 1/sⱼᵀyⱼ
  double *p, *t, *a;  // products with q; coefficients
  double* q;          // −∇f, then the direction
  std::vector<double> storage;
};

// out[slot] ← row(slot)ᵀ v for the slots in `order`.
THALWEG_WIDEST void products(const double* rows, std::size_t stride, std::span<const std::size_t> order,
                             const double* v, double* out) {
  for (const std::size_t slot : order) {
    const double* row = rows + slot * stride;
    Eight sum{}, a, b;
    for (std::size_t i = 0; i < stride; i += lanes) {
      load(a, row + i), load(b, v + i);
      sum += a * b;
    }
    double p[lanes];
    store(sum, p);
    out[slot] = tree(p);
  }
}

// out[slot] ← column(slot)ᵀ v for every slot.
inline __attribute__((always_inline)) void products_at_once(const double* columns, std::size_t n, std::size_t wide,
                                                            const double* v, double* out) {
  for (std::size_t k = 0; k < wide; k += lanes) {
    Eight even{}, odd{}, a;
    std::size_t i = 0;
    for (; i + 1 < n; i += 2) {
      load(a, columns + i * wide + k);
      even += v[i] * a;
      load(a, columns + (i + 1) * wide + k);
      odd += v[i + 1] * a;
    }
    if (i < n) {
      load(a, columns + i * wide + k);
      even += v[i] * a;
    }
    store(even + odd, out + k);
  }
}

// v ← v + factor·row
inline __attribute__((always_inline)) void add(double factor, const double* row, std::size_t n, double* v) {
  Eight a, b;
  for (std::size_t i = 0; i < n; i += lanes) {
    load(a, row + i), load(b, v + i);
    b += factor * a;
    store(b, v + i);
  }
}

// Algorithm 7.4 on q = −∇f, in place: q ← −H ∇f. `order` holds the slots of the pairs, oldest first. The products of
// the pairs with what q becomes are had from those with q as it was and from the sᵢᵀyⱼ (Chen, Wang & Zhou, NIPS
// (2014)): S is read twice and Y once, and no product over n waits for the one before.
THALWEG_WIDEST void two_loops(Pairs& m, std::size_t n, std::span<const std::size_t> order, double gamma) {
  double* const q = m.q;
  if (m.columns != 0)
    products_at_once(m.s_columns, n, m.wide, q, m.p);
  else
    products(m.s, m.stride, order, q, m.p);
  // In both recursions the next product is had apart: the whole of p or t need not pass through the store for it.
  double next = m.p[order.back()];
  for (std::size_t k = order.size(); k-- > 0;) {  // newest to oldest
    const std::size_t slot = order[k];
    const double* row = m.ys + slot * m.wide;
    const double a = m.a[slot] = m.rho[slot] * next;
    if (k > 0) next = m.p[order[k - 1]] - a * row[order[k - 1]];
    add(-a, row, m.wide, m.p);
  }
  std::fill_n(m.partial, m.partials, 0.0);
  for (std::size_t i = 0; i < m.stride; i += lanes) {
    Eight part, row, sum;
    load(part, q + i);
    for (const std::size_t slot : order) {
      load(row, m.y + slot * m.stride + i);
      part -= m.a[slot] * row;
    }
    part *= gamma;
    store(part, q + i);
    if (m.columns != 0) continue;
    for (const std::size_t slot : order) {
      load(row, m.y + slot * m.stride + i);
      load(sum, m.partial + slot * lanes);
      sum += row * part;
      store(sum, m.partial + slot * lanes);
    }
  }
  if (m.columns != 0)
    products_at_once(m.y_columns, n, m.wide, q, m.t);
  else
    for (const std::size_t slot : order) m.t[slot] = tree(m.partial + slot * lanes);
  next = m.t[order.front()];
  for (std::size_t k = 0; k < order.size(); ++k) {  // oldest to newest: a becomes α − β
    const std::size_t slot = order[k];
    const double* row = m.sy + slot * m.wide;
    const double a = m.a[slot] -= m.rho[slot] * next;
    if (k + 1 < order.size()) next = m.t[order[k + 1]] + a * row[order[k + 1]];
    add(a, row, m.wide, m.t);
  }
  for (std::size_t i = 0; i < m.stride; i += lanes) {
    Eight part, row;
    load(part, q + i);
    for (const std::size_t slot : order) {
      load(row, m.s + slot * m.stride + i);
      part += m.a[slot] * row;
    }
    store(part, q + i);
  }
}

// s ← t·d, y ← after − before; sᵀs, sᵀy and yᵀy.
struct PairProducts {
  double ss, sy, yy;
};
THALWEG_WIDEST PairProducts form_pair(double t, const double* d, const double* before, const double* after,
                                      std::size_t n, double* __restrict s, double* __restrict y) {
  for (std::size_t i = 0; i < n; ++i) {
    s[i] = t * d[i];
    y[i] = after[i] - before[i];
  }
  return {blas::dot({s, n}, {s, n}), blas::dot({s, n}, {y, n}), blas::dot({y, n}, {y, n})};
}

// The new pair, of slot j, as columns; p ← Sᵀyⱼ, t ← Yᵀsⱼ.
THALWEG_WIDEST void products_of_pair(Pairs& m, std::size_t n, std::span<const std::size_t> order, std::size_t j) {
  const double *s = m.s + j * m.stride, *y = m.y + j * m.stride;
  if (m.columns == 0) {
    products(m.y, m.stride, order, s, m.t);
    products(m.s, m.stride, order, y, m.p);
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    m.s_columns[i * m.wide + j] = s[i];
    m.y_columns[i * m.wide + j] = y[i];
  }
  products_at_once(m.y_columns, n, m.wide, s, m.t);
  products_at_once(m.s_columns, n, m.wide, y, m.p);
}

class LimitedMemory final : public LineDirection {
 public:
  LimitedMemory(std::size_t n, std::size_t memory, bool scaled)
      : n_(n), memory_(memory), scaled_(scaled), pairs_(n, memory + 1) {
    order_.reserve(memory + 1);  // one slot more: a new pair is formed before an old one goes
  }

  Proposal direction(std::span<const double>, std::span<const double> gradient, std::span<double> d) override {
    for (std::size_t i = 0; i < n_; ++i) pairs_.q[i] = -gradient[i];
    if (!order_.empty()) two_loops(pairs_, n_, order_, scaled_ ? gamma_ : 1.0);
    std::copy_n(pairs_.q, n_, d.begin());
    if (order_.empty()) return {1.0 / blas::norm(gradient), false};
    return {1.0, true};
  }

  void update(double step, double, std::span<const double> d, std::span<const double> before,
              std::span<const double> after) override {
    const std::size_t j = free_slot();
    const auto [ss, sy, yy] = form_pair(step, d.data(), before.data(), after.data(), n_, pairs_.s + j * pairs_.stride,
                                        pairs_.y + j * pairs_.stride);
    if (!tells_curvature(sy, std::sqrt(ss), std::sqrt(yy))) return;
    if (order_.size() == memory_) order_.erase(order_.begin());
    order_.push_back(j);
    pairs_.rho[j] = 1.0 / sy;
    products_of_pair(pairs_, n_, order_, j);
    for (const std::size_t i : order_) {
      pairs_.sy[j * pairs_.wide + i] = pairs_.ys[i * pairs_.wide + j] = pairs_.t[i];
      pairs_.sy[i * pairs_.wide + j] = pairs_.ys[j * pairs_.wide + i] = pairs_.p[i];
    }
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
  Pairs pairs_;
  std::vector<std::size_t> order_;  // slots, oldest first
};

}  // namespace

Description<LBfgs> LBfgs::describe() {
  Description<LBfgs> d("l-bfgs", "L-BFGS", "2.2");
  d.reference(
       "Liu & Nocedal, Math. Prog. 45 (1989); bounds: Byrd, Lu, Nocedal & Zhu, SIAM J. Sci. Comput. 16 (1995), "
       "Morales & "
       "Nocedal, ACM TOMS 38 (2011); line search: Moré & Thuente, ACM TOMS 20 (1994)")
      .formula("x ← x − t H ∇f(x), H the BFGS metric of the last m steps")
      .cost("memory (2m + 10)n, 6mn + 8n operations a step; about one value and gradient a step")
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
