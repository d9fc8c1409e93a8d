#include "thalweg/direct_search/nelder_mead.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "thalweg/core/linalg.hpp"

namespace thalweg {

namespace {

constexpr double kelley_alpha = 1e-4;  // sufficient decrease: f̄₊ − f̄ < −α‖D‖², the usual constant of line searches
constexpr double least_scale = 0.5;  // of a variable, for its first edge
constexpr double poll_ratio = 1e-3;  // last check's coordinate steps over the first simplex's edges

// n+1 vertices in Rⁿ (m+1 when n−m variables are fixed by their bounds), their values and their order.
class Simplex {
 public:
  Simplex(Objective<double>& f, Search& search, std::size_t n, std::vector<std::size_t> free)
      : f_(f), search_(search), n_(n), free_(std::move(free)), vertices_(free_.size() + 1), lu_(free_.size()) {
    const std::size_t m = free_.size();
    x_.resize(vertices_ * n), values_.resize(vertices_), order_.resize(vertices_), sum_.resize(n);
    centroid_.resize(n), trial_.resize(n), second_.resize(n), slope_.resize(m), edges_.resize(m * m);
    batch_.resize(2 * m * n), batch_values_.resize(2 * m);
    std::iota(order_.begin(), order_.end(), 0u);
  }

  std::span<double> vertex(std::size_t j) { return {x_.data() + j * n_, n_}; }
  std::span<double> ranked(std::size_t rank) { return vertex(order_[rank]); }
  double value(std::size_t rank) const { return values_[rank]; }
  double best() const { return values_.front(); }
  double worst() const { return values_.back(); }

  void evaluate_all() {
    f_.values(x_, values_);
    sort();
  }
  // Ranks the vertices again, their values being in the old order; ties keep it.
  void sort() {
    for (std::size_t j = 1; j < vertices_; ++j) {
      const std::uint32_t vertex = order_[j];
      insert(vertex, values_[j], j);
    }
    refresh_sum();
  }

  // One iteration of Lagarias et al. (1998), with the coefficients α, β, γ, δ.
  void iterate(double alpha, double beta, double gamma, double delta) {
    const std::size_t m = vertices_ - 1;
    if (++since_refresh_ > m) refresh_sum();  // the running sum is renewed once in m iterations: no drift
    const double scale = 1.0 / static_cast<double>(m);
    const double* __restrict low = ranked(m).data();
    const double* __restrict sum = sum_.data();
    double* __restrict centroid = centroid_.data();
    double* __restrict trial = trial_.data();
    for (std::size_t i = 0; i < n_; ++i) {
      centroid[i] = (sum[i] - low[i]) * scale;
      trial[i] = centroid[i] + alpha * (centroid[i] - low[i]);
    }
    const double reflected = ask(trial_);
    if (reflected < best()) {
      along(beta);  // expand
      const double expanded = ask(second_);
      return expanded < reflected ? accept(second_, expanded) : accept(trial_, reflected);
    }
    if (reflected < value(m - 1)) return accept(trial_, reflected);
    if (reflected < worst()) {
      along(gamma);  // contract outside
      const double outside = ask(second_);
      return outside <= reflected ? accept(second_, outside) : shrink(delta);
    }
    along(-gamma);  // contract inside
    const double inner = ask(second_);
    return inner < worst() ? accept(second_, inner) : shrink(delta);
  }

  // Whether ‖x_j − x_best‖∞ ≤ tolerance for all j: most simplices are found too large at their first vertices.
  bool within(double tolerance) {
    const auto x = ranked(0);
    for (std::size_t j = vertices_ - 1; j > 0; --j)
      for (std::size_t i = 0; i < n_; ++i)
        if (std::abs(ranked(j)[i] - x[i]) > tolerance) return false;
    return true;
  }
  // max_j ‖x_j − x_best‖∞
  double size() {
    double largest = 0.0;
    const auto x = ranked(0);
    for (std::size_t j = 0; j < vertices_; ++j)
      for (std::size_t i = 0; i < n_; ++i) largest = std::max(largest, std::abs(x_[j * n_ + i] - x[i]));
    return largest;
  }
  // σ₋(S) = min_j ‖x_j − x_best‖
  double shortest_edge() {
    double shortest = std::numeric_limits<double>::infinity();
    const auto x = ranked(0);
    for (std::size_t j = 1; j < vertices_; ++j) {
      double square = 0.0;
      for (std::size_t i = 0; i < n_; ++i) square += (ranked(j)[i] - x[i]) * (ranked(j)[i] - x[i]);
      shortest = std::min(shortest, square);
    }
    return std::sqrt(shortest);
  }
  double mean() const {
    return std::accumulate(values_.begin(), values_.end(), 0.0) / static_cast<double>(vertices_);
  }

  // The simplex gradient D(f:S) = V⁻ᵀ δ, V's columns the edges from the best vertex, left in `slope_`. False when V
  // is singular to rounding or a value is infinite.
  bool gradient() {
    const std::size_t m = vertices_ - 1;
    if (!std::isfinite(worst())) return false;
    const auto x = ranked(0);
    for (std::size_t j = 0; j < m; ++j) {
      for (std::size_t i = 0; i < m; ++i) edges_[j * m + i] = ranked(j + 1)[free_[i]] - x[free_[i]];
      slope_[j] = value(j + 1) - best();
    }
    if (!lu_.factor(edges_)) return false;
    lu_.solve(slope_);
    return true;
  }
  double slope_squared() const { return std::inner_product(slope_.begin(), slope_.end(), slope_.begin(), 0.0); }

  // The vertices x_best and x_best − sign(D_i)·edge_i e_i (Kelley 1999, §4), turned round where a bound is in the
  // way.
  void restart(std::span<const double> edge) {
    const std::size_t m = vertices_ - 1;
    std::copy(ranked(0).begin(), ranked(0).end(), trial_.begin());
    for (std::size_t j = 0; j < m; ++j) {
      auto x = ranked(j + 1);
      std::copy(trial_.begin(), trial_.end(), x.begin());
      const std::size_t i = free_[j];
      x[i] = inside(trial_[i], slope_[j] > 0.0 ? -edge[j] : edge[j], i);
      std::copy(x.begin(), x.end(), batch_.begin() + static_cast<std::ptrdiff_t>(j * n_));
    }
    f_.values(std::span<const double>(batch_).first(m * n_), std::span<double>(batch_values_).first(m));
    std::copy_n(batch_values_.begin(), m, values_.begin() + 1);
    sort();
  }
  // x + step, or x − step where a bound is nearer than step/2, on the bound where neither fits.
  double inside(double x, double step, std::size_t i) const {
    const double low = search_.bounds().low(i), high = search_.bounds().high(i);
    const double room = step > 0.0 ? high - x : x - low, other = step > 0.0 ? x - low : high - x;
    if (room < 0.5 * std::abs(step) && other > room) step = -step;
    return std::clamp(x + step, low, high);
  }

  // Tries x_best ± h_i e_i. True when one of them is lower by more than `tolerance`: it then replaces the worst
  // vertex, and the central differences orient the restart.
  bool poll(std::span<const double> h, double tolerance) {
    const std::size_t m = vertices_ - 1;
    const auto x = ranked(0);
    for (std::size_t k = 0; k < 2 * m; ++k) {
      const std::span<double> point(batch_.data() + k * n_, n_);
      std::copy(x.begin(), x.end(), point.begin());
      const std::size_t i = free_[k / 2];
      point[i] =
          std::clamp(x[i] + (k % 2 == 0 ? h[k / 2] : -h[k / 2]), search_.bounds().low(i), search_.bounds().high(i));
    }
    f_.values(std::span<const double>(batch_).first(2 * m * n_), std::span<double>(batch_values_).first(2 * m));
    const auto lowest = std::min_element(batch_values_.begin(), batch_values_.end());
    if (!(*lowest < best() - tolerance)) return false;
    for (std::size_t j = 0; j < m; ++j) slope_[j] = batch_values_[2 * j] < batch_values_[2 * j + 1] ? -1.0 : 1.0;
    const auto at = static_cast<std::size_t>(lowest - batch_values_.begin()) * n_;
    accept(std::span<const double>(batch_).subspan(at, n_), *lowest);
    return true;
  }

 private:
  double ask(std::span<double> x) {
    search_.bounds().clamp(x);
    return f_.value(x);
  }
  // second_ = c + t (x_r − c)
  void along(double t) {
    const double* __restrict c = centroid_.data();
    const double* __restrict r = trial_.data();
    double* __restrict out = second_.data();
    for (std::size_t i = 0; i < n_; ++i) out[i] = c[i] + t * (r[i] - c[i]);
  }
  // x takes the place of the worst vertex.
  void accept(std::span<const double> x, double value) {
    const std::uint32_t out = order_.back();
    const double* __restrict now = x.data();
    double* __restrict old = vertex(out).data();
    double* __restrict sum = sum_.data();
    for (std::size_t i = 0; i < n_; ++i) {
      sum[i] += now[i] - old[i];
      old[i] = now[i];
    }
    insert(out, value, vertices_ - 1);
  }
  // The vertex takes its rank among the first `end`, after those that are as low; those above move up to `end`.
  void insert(std::uint32_t vertex_index, double value, std::size_t end) {
    const auto rank = std::upper_bound(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(end), value) -
                      values_.begin();
    const auto last = static_cast<std::ptrdiff_t>(end);
    std::move_backward(values_.begin() + rank, values_.begin() + last, values_.begin() + last + 1);
    std::move_backward(order_.begin() + rank, order_.begin() + last, order_.begin() + last + 1);
    values_[static_cast<std::size_t>(rank)] = value;
    order_[static_cast<std::size_t>(rank)] = vertex_index;
  }
  void shrink(double delta) {
    const auto x = ranked(0);
    for (std::size_t j = 1; j < vertices_; ++j) {
      const auto y = ranked(j);
      for (std::size_t i = 0; i < n_; ++i) y[i] = x[i] + delta * (y[i] - x[i]);
      std::copy(y.begin(), y.end(), batch_.begin() + static_cast<std::ptrdiff_t>((j - 1) * n_));
    }
    f_.values(std::span<const double>(batch_).first((vertices_ - 1) * n_),
              std::span<double>(batch_values_).first(vertices_ - 1));
    std::copy_n(batch_values_.begin(), vertices_ - 1, values_.begin() + 1);
    sort();
  }
  void refresh_sum() {
    since_refresh_ = 0;
    std::fill(sum_.begin(), sum_.end(), 0.0);
    for (std::size_t j = 0; j < vertices_; ++j)
      for (std::size_t i = 0; i < n_; ++i) sum_[i] += x_[j * n_ + i];
  }

  Objective<double>& f_;
  Search& search_;
  std::size_t n_;
  std::vector<std::size_t> free_;  // the variables that the bounds leave room for
  std::size_t vertices_, since_refresh_ = 0;
  std::vector<double> x_, values_, sum_, centroid_, trial_, second_, slope_, edges_, batch_, batch_values_;
  std::vector<std::uint32_t> order_;  // vertex of each rank; values_ goes by rank
  linalg::Lu lu_;
};

}  // namespace

Description<NelderMead> NelderMead::describe() {
  Description<NelderMead> d("nelder-mead", "Nelder–Mead simplex", "3.1");
  d.reference(
       "Nelder & Mead, Computer J. 7 (1965) 308; Gao & Han, Comput. Optim. Appl. 51 (2012) 259; Kelley, SIAM J. "
       "Optim. 10 (1999) 43")
      .formula("x_r = c + α(c − x_worst), x_e = c + β(x_r − c), x_c = c ± γ(x_r − c), x_j ← x_best + δ(x_j − x_best)")
      .cost("1 or 2 values and O(n) work an iteration; n values at a shrink; n² memory")
      .notes(
          "Restarts, oriented by the simplex gradient, when decrease is too small or a last poll finds a way down.")
      .example("thalweg minimize --problem rosenbrock:n=2 --method nelder-mead")
      .asks(AnswerKind::value)
      .supports_bounds();
  d.option("adaptive", &NelderMead::adaptive, "α = 1, β = 1 + 2/n (Gao & Han), γ = δ = 1/2; false: the four below");
  d.option("reflection", &NelderMead::reflection, "α, where adaptive is false").above(0.0);
  d.option("expansion", &NelderMead::expansion, "β, where adaptive is false").above(1.0);
  d.option("contraction", &NelderMead::contraction, "γ, where adaptive is false").above(0.0).below(1.0);
  d.option("shrink", &NelderMead::shrink, "δ, where adaptive is false").above(0.0).below(1.0);
  d.option("step", &NelderMead::step, "edges of the first simplex, over max(1/2, |x0_i|)").above(0.0);
  d.option("simplex", &NelderMead::simplex,
           "the first simplex: (n+1)·n numbers, vertex after vertex; empty: built from x0");
  d.option("x_tolerance", &NelderMead::x_tolerance, "largest distance of a vertex from the best, in any variable")
      .at_least(0.0);
  d.option("f_tolerance", &NelderMead::f_tolerance, "(f_worst − f_best)/|f_best| over the simplex").at_least(0.0);
  d.option("restarts", &NelderMead::restarts, "oriented restarts at most").at_least(0);
  return d;
}

void NelderMead::run(Objective<double>& f, Search& search) const {
  const auto x0 = search.start();
  const std::size_t n = x0.size();
  const Bounds& bounds = search.bounds();
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < n; ++i)
    if (bounds.high(i) > bounds.low(i)) free.push_back(i);
  const std::size_t m = free.size();
  if (m == 0) {
    const double value = f.value(x0);
    search.iteration(x0, value);
    return search.finish(Status::converged, "the bounds fix every variable");
  }

  const double k = static_cast<double>(std::max<std::size_t>(m, 2));
  const double alpha = adaptive ? 1.0 : reflection, beta = adaptive ? 1.0 + 2.0 / k : expansion,
               gamma = adaptive ? 0.5 : contraction, delta = adaptive ? 0.5 : shrink;

  const double x_tol = search.tolerance().x.value_or(x_tolerance);
  const double f_tol = search.tolerance().f.value_or(f_tolerance);
  std::vector<double> edge(m), h(m), half(m);  // of the first simplex, of the last poll, of Kelley's restart (½σ₋)
  for (std::size_t j = 0; j < m; ++j) {
    const std::size_t i = free[j];
    edge[j] = std::min(step * std::max(least_scale, std::abs(x0[i])), 0.5 * (bounds.high(i) - bounds.low(i)));
    h[j] = std::max(poll_ratio * edge[j], x_tol);
  }

  Simplex s(f, search, n, free);
  if (simplex.empty()) {
    // Of a regular simplex with edges of length 1, one vertex in the origin: the others' coordinates, m − 1 times
    // `side` and once `ahead` (Spendley et al. 1962).
    const double side = (std::sqrt(static_cast<double>(m) + 1.0) - 1.0) / (static_cast<double>(m) * std::sqrt(2.0));
    const double ahead = side + 1.0 / std::sqrt(2.0);
    for (std::size_t j = 0; j <= m; ++j) std::copy(x0.begin(), x0.end(), s.vertex(j).begin());
    for (std::size_t i = 0; i < m; ++i) {
      const double x = x0[free[i]];
      const double towards = s.inside(x, x > 0.0 ? -edge[i] : edge[i], free[i]) - x;
      for (std::size_t j = 1; j <= m; ++j) s.vertex(j)[free[i]] = x + (j == i + 1 ? ahead : side) * towards;
    }
  } else {
    if (simplex.size() != (n + 1) * n)
      throw InvalidArgument(
          fmt::format("option `simplex` of nelder-mead has {} numbers; for {} variables it takes {}", simplex.size(),
                      n, (n + 1) * n));
    if (m != n)
      throw InvalidArgument("option `simplex` of nelder-mead: a variable is fixed by its bounds; leave it out");
    for (std::size_t j = 0; j <= m; ++j) {
      std::copy_n(simplex.begin() + static_cast<std::ptrdiff_t>(j * n), n, s.vertex(j).begin());
      bounds.clamp(s.vertex(j));
    }
  }
  s.evaluate_all();

  const std::size_t period = m * (m + 1);  // iterations between two tests of sufficient decrease
  // α of Kelley in the units of this function: σ₊(S⁰)/‖D(f:S⁰)‖ has those of x²/f.
  const double decrease =
      s.gradient() && s.slope_squared() > 0.0 ? kelley_alpha * s.size() / std::sqrt(s.slope_squared()) : 0.0;
  double mean_before = s.mean();
  int restarted = 0;
  std::size_t count = 0;
  for (;;) {
    s.iterate(alpha, beta, gamma, delta);
    search.iteration(s.ranked(0), s.best());
    ++count;

    const bool flat = s.worst() - s.best() <= f_tol * std::abs(s.best());
    if (flat || (count % (m + 1) == 0 && s.within(x_tol))) {
      const double size = s.size();
      if (!std::isfinite(s.best()))
        return search.finish(
            Status::numerical_failure,
            fmt::format("no finite value met while the simplex shrank to {:.1e}; try another start", size));
      const double spread = s.worst() - s.best();
      if (!s.poll(h, std::max(spread, f_tol * std::abs(s.best()))))
        return search.finish(
            Status::converged,
            fmt::format("simplex of size {:.1e} (tolerance {:.1e}), its values within {:.1e}; no coordinate step of "
                        "{:.0e} lowers f by more; {} restarts",
                        size, x_tol, spread, *std::max_element(h.begin(), h.end()), restarted));
      if (restarted == restarts)
        return search.finish(
            Status::stalled,
            fmt::format("simplex of size {:.1e}, yet a coordinate step lowers f, and all {} restarts "
                        "are used; raise `restarts`, or try another method",
                        size, restarts));
      ++restarted;
      s.restart(edge);
      mean_before = s.mean(), count = 0;
      continue;
    }
    if (count % period == 0) {
      const double mean_now = s.mean();
      // Kelley (2.9) over the period: f̄₊ − f̄ < −α‖D‖²; the simplex has stagnated where it fails.
      if (restarted < restarts && std::isfinite(mean_now) && s.gradient() &&
          !(mean_now - mean_before < -decrease * s.slope_squared())) {
        ++restarted;
        std::fill(half.begin(), half.end(), 0.5 * s.shortest_edge());
        s.restart(half);
      }
      mean_before = s.mean();
    }
  }
}

}  // namespace thalweg
