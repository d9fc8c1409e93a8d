#include "thalweg/second_order/l_bfgs_box.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

BoxedMemory::Blocks::Blocks(std::size_t m)
    : e(m * m), l(m * m), c(m * m), m_(m), e_(m), schur_(m), column_(m), columns_(m * m), schur_matrix_(m * m) {}

void BoxedMemory::Blocks::clear() {
  for (auto* block : {&e, &l, &c}) std::fill(block->begin(), block->end(), 0.0);
  for (std::size_t i = 0; i < m_; ++i) e[i * m_ + i] = c[i * m_ + i] = 1.0;
}

bool BoxedMemory::Blocks::factor() {
  if (!e_.factor(e)) return false;
  for (std::size_t i = 0; i < m_; ++i) {  // row i: E⁻¹ Lᵀ eᵢ
    std::copy_n(l.begin() + static_cast<std::ptrdiff_t>(i * m_), m_,
                columns_.begin() + static_cast<std::ptrdiff_t>(i * m_));
    e_.solve(std::span(columns_).subspan(i * m_, m_));
  }
  for (std::size_t i = 0; i < m_; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      schur_matrix_[i * m_ + j] =
          c[i * m_ + j] + blas::dot(std::span(l).subspan(i * m_, m_), std::span(columns_).subspan(j * m_, m_));
  return schur_.factor(schur_matrix_);
}

// With v = (v₁, v₂): (C + L E⁻¹ Lᵀ) q = v₂ + L E⁻¹ v₁, then p = E⁻¹(Lᵀ q − v₁).
void BoxedMemory::Blocks::solve(std::span<double> v) {
  const std::span<double> p = v.first(m_), q = v.subspan(m_, m_);
  std::copy(p.begin(), p.end(), column_.begin());
  e_.solve(column_);
  for (std::size_t i = 0; i < m_; ++i) q[i] += blas::dot(std::span(l).subspan(i * m_, m_), column_);
  schur_.solve(q);
  blas::multiply_transposed(l, q, column_);
  for (std::size_t i = 0; i < m_; ++i) p[i] = column_[i] - p[i];
  e_.solve(p);
}

BoxedMemory::BoxedMemory(const Bounds& bounds, std::size_t n, std::size_t memory)
    : box_(bounds),
      boxed_(bounds.finite()),
      n_(n),
      memory_(memory),
      s_((memory + 1) * n),
      y_((memory + 1) * n),
      sy_((memory + 1) * (memory + 1)),
      ss_(sy_.size()),
      yy_(sy_.size()),
      point_(n),
      reduced_(n),
      path_(n),
      p_(2 * memory),
      c_(2 * memory),
      mc_(2 * memory),
      mp_(2 * memory),
      mw_(2 * memory),
      middle_(memory),
      subspace_(memory) {
  order_.reserve(memory + 1);
  breakpoints_.reserve(n);
  free_.reserve(n);
  bound_.reserve(n);
}

double BoxedMemory::row_dot(std::size_t i, std::span<const double> v) const {
  double sum = 0.0;
  for (std::size_t k = 0; k < order_.size(); ++k)
    sum += y_[order_[k] * n_ + i] * v[k] + theta_ * s_[order_[k] * n_ + i] * v[memory_ + k];
  return sum;
}

void BoxedMemory::add_row(double factor, std::size_t i, std::span<double> v) const {
  for (std::size_t k = 0; k < order_.size(); ++k) {
    v[k] += factor * y_[order_[k] * n_ + i];
    v[memory_ + k] += factor * theta_ * s_[order_[k] * n_ + i];
  }
}

bool BoxedMemory::set_middle() {
  middle_.clear();
  for (std::size_t a = 0; a < order_.size(); ++a) {
    middle_.e[a * memory_ + a] = sy_[pair(order_[a], order_[a])];
    for (std::size_t b = 0; b < order_.size(); ++b) {
      if (b < a) middle_.l[a * memory_ + b] = sy_[pair(order_[a], order_[b])];
      middle_.c[a * memory_ + b] = theta_ * ss_[pair(order_[a], order_[b])];
    }
  }
  return middle_.factor();
}

// K = [−D − YᵀZZᵀY/θ, (L − SᵀZZᵀY)ᵀ; L − SᵀZZᵀY, θ(SᵀS − SᵀZZᵀS)]: sums over the smaller set, the rest by difference.
bool BoxedMemory::set_subspace() {
  subspace_.clear();
  const bool over_free = free_.size() <= bound_.size();
  const std::vector<std::size_t>& smaller = over_free ? free_ : bound_;
  for (std::size_t a = 0; a < order_.size(); ++a)
    for (std::size_t b = 0; b < order_.size(); ++b) {
      const std::size_t i = order_[a], j = order_[b];
      const std::span<const double> si = s(i), sj = s(j), yi = y(i), yj = y(j);
      double yy = 0.0, ss = 0.0, sy = 0.0;
      for (const std::size_t q : smaller) {
        sy += si[q] * yj[q];
        if (b > a) continue;
        yy += yi[q] * yj[q];
        ss += si[q] * sj[q];
      }
      // over the free ones: yy, sy; over the bound ones: ss, and sy below the diagonal
      const double sy_free = over_free ? sy : sy_[pair(i, j)] - sy, sy_bound = over_free ? sy_[pair(i, j)] - sy : sy;
      subspace_.l[a * memory_ + b] = b < a ? sy_bound : -sy_free;
      if (b > a) continue;
      const double yy_free = over_free ? yy : yy_[pair(i, j)] - yy, ss_bound = over_free ? ss_[pair(i, j)] - ss : ss;
      subspace_.e[a * memory_ + b] = yy_free / theta_ + (a == b ? sy_[pair(i, i)] : 0.0);
      subspace_.c[a * memory_ + b] = theta_ * ss_bound;
    }
  return subspace_.factor();
}

// Algorithm CP: the first local minimiser of m along P(x − t g). Leaves it in point_, and c = Wᵀ(x̄ − x) in c_.
void BoxedMemory::cauchy(std::span<const double> x, std::span<const double> gradient) {
  const auto later = [](const Breakpoint& a, const Breakpoint& b) { return a.t > b.t; };
  breakpoints_.clear();
  std::size_t unbounded = 0;
  for (std::size_t i = 0; i < n_; ++i) {
    const double g = gradient[i];
    const double t = g < 0.0   ? (x[i] - box_.high(i)) / g
                     : g > 0.0 ? (x[i] - box_.low(i)) / g
                               : std::numeric_limits<double>::infinity();
    path_[i] = t > 0.0 ? -g : 0.0;
    if (path_[i] == 0.0) continue;
    if (std::isfinite(t))
      breakpoints_.push_back({t, i});
    else
      ++unbounded;
  }
  std::make_heap(breakpoints_.begin(), breakpoints_.end(), later);
  std::copy(x.begin(), x.end(), point_.begin());
  std::fill(c_.begin(), c_.end(), 0.0);
  std::fill(p_.begin(), p_.end(), 0.0);
  for (std::size_t k = 0; k < order_.size(); ++k) {
    p_[k] = blas::dot(y(order_[k]), path_);
    p_[memory_ + k] = theta_ * blas::dot(s(order_[k]), path_);
  }
  const auto times_middle = [&](std::span<const double> v, std::span<double> out) {
    std::copy(v.begin(), v.end(), out.begin());
    if (!order_.empty()) middle_.solve(out);
  };
  double slope = -blas::dot(path_, path_);
  const double curvature_first = -theta_ * slope;
  times_middle(p_, mp_);
  double curvature = curvature_first - blas::dot(p_, mp_), t = 0.0;
  const auto to_minimiser = [&] {
    curvature = std::max(curvature, std::numeric_limits<double>::epsilon() * curvature_first);
    return slope < 0.0 ? -slope / curvature : 0.0;
  };
  double ahead = to_minimiser();
  while (!breakpoints_.empty() && ahead >= breakpoints_.front().t - t) {
    const auto [at, b] = breakpoints_.front();
    std::pop_heap(breakpoints_.begin(), breakpoints_.end(), later);
    breakpoints_.pop_back();
    const double dt = at - t, g = gradient[b];
    point_[b] = path_[b] > 0.0 ? box_.high(b) : box_.low(b);
    const double z = point_[b] - x[b];
    blas::axpy(dt, p_, c_);
    std::fill(mw_.begin(), mw_.end(), 0.0);
    add_row(1.0, b, mw_);
    times_middle(c_, mc_);
    times_middle(p_, mp_);
    slope += dt * curvature + g * g + theta_ * g * z - g * row_dot(b, mc_);
    curvature -= theta_ * g * g + 2.0 * g * row_dot(b, mp_);
    if (!order_.empty()) middle_.solve(mw_);
    curvature -= g * g * row_dot(b, mw_);
    add_row(g, b, p_);
    path_[b] = 0.0;
    t = at;
    ahead = breakpoints_.empty() && unbounded == 0 ? 0.0 : to_minimiser();
  }
  t += ahead;
  for (std::size_t i = 0; i < n_; ++i)
    if (path_[i] != 0.0) point_[i] = std::clamp(x[i] + t * path_[i], box_.low(i), box_.high(i));
  blas::axpy(ahead, p_, c_);
}

void BoxedMemory::sort_variables() {
  free_.clear();
  bound_.clear();
  for (std::size_t i = 0; i < n_; ++i)
    (point_[i] > box_.low(i) && point_[i] < box_.high(i) ? free_ : bound_).push_back(i);
}

void BoxedMemory::steps_to_point(std::span<const double> x, std::span<double> d) const {
  for (std::size_t i = 0; i < n_; ++i) d[i] = point_[i] - x[i];
}

// d = x̄ − x with x̄ from the minimiser of m over the free variables (5.11), the Cauchy point in point_.
void BoxedMemory::to_subspace_minimiser(std::span<const double> x, std::span<const double> gradient,
                                        std::span<double> d) {
  std::copy(c_.begin(), c_.end(), mc_.begin());
  middle_.solve(mc_);
  std::fill(p_.begin(), p_.end(), 0.0);
  for (const std::size_t i : free_) {
    reduced_[i] = gradient[i] + theta_ * (point_[i] - x[i]) - row_dot(i, mc_);
    add_row(reduced_[i], i, p_);
  }
  subspace_.solve(p_);
  for (const std::size_t i : free_) reduced_[i] = -(reduced_[i] + row_dot(i, p_) / theta_) / theta_;
  steps_to_point(x, d);
  for (const std::size_t i : free_) d[i] = std::clamp(point_[i] + reduced_[i], box_.low(i), box_.high(i)) - x[i];
  if (blas::dot(gradient, d) < 0.0) return;
  double cut = 1.0;
  for (const std::size_t i : free_) {
    if (reduced_[i] == 0.0) continue;
    const double room = reduced_[i] > 0.0 ? box_.high(i) - point_[i] : box_.low(i) - point_[i];
    cut = std::min(cut, room / reduced_[i]);
  }
  steps_to_point(x, d);
  for (const std::size_t i : free_) d[i] += cut * reduced_[i];
}

LineDirection::Proposal BoxedMemory::direction(std::span<const double> x, std::span<const double> gradient,
                                               std::span<double> d) {
  if (!order_.empty() && !set_middle()) reset();
  cauchy(x, gradient);
  sort_variables();
  if (!order_.empty() && !free_.empty()) {
    if (set_subspace()) {
      to_subspace_minimiser(x, gradient, d);
      return {1.0, true};
    }
    reset();
    cauchy(x, gradient);
  }
  steps_to_point(x, d);
  if (!order_.empty()) return {1.0, true};
  const double norm = blas::norm(d);
  return {boxed_ || norm == 0.0 ? 1.0 : 1.0 / norm, false};
}

void BoxedMemory::update(double step, double, std::span<const double> d, std::span<const double> before,
                         std::span<const double> after) {
  const std::size_t slot = order_.empty() ? 0 : (order_.back() + 1) % (memory_ + 1);
  const std::span<double> s_new(s_.data() + slot * n_, n_), y_new(y_.data() + slot * n_, n_);
  for (std::size_t i = 0; i < n_; ++i) s_new[i] = step * d[i];
  blas::subtract(after, before, y_new);
  const double sy = blas::dot(s_new, y_new), yy = blas::dot(y_new, y_new);
  if (!tells_curvature(sy, blas::norm(s_new), std::sqrt(yy))) return;
  if (order_.size() == memory_) order_.erase(order_.begin());
  order_.push_back(slot);
  for (const std::size_t j : order_) {
    sy_[pair(slot, j)] = blas::dot(s_new, y(j));
    sy_[pair(j, slot)] = blas::dot(s(j), y_new);
    ss_[pair(slot, j)] = ss_[pair(j, slot)] = blas::dot(s_new, s(j));
    yy_[pair(slot, j)] = yy_[pair(j, slot)] = blas::dot(y_new, y(j));
  }
  theta_ = yy / sy;
}

bool BoxedMemory::reset() {
  const bool learnt = !order_.empty();
  order_.clear();
  theta_ = 1.0;
  return learnt;
}

}  // namespace thalweg
