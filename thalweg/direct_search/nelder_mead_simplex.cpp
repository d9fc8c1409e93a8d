#include "thalweg/direct_search/nelder_mead_simplex.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "thalweg/core/four.hpp"

namespace thalweg {

namespace {

using blas::Four, blas::FourWords, blas::four, blas::load, blas::store;

// c, the mean of m vertices of this sum but for the low one, and c + α(c − low). n: whole vectors, here and below.
THALWEG_WIDEST void reflect(std::size_t n, const double* sum, const double* low, double scale, double alpha,
                            double* c, double* trial) {
  for (std::size_t i = 0; i < n; i += four) {
    Four all, one;
    load(all, sum + i), load(one, low + i);
    const Four mean = (all - one) * scale;
    store(mean, c + i);
    store(mean + alpha * (mean - one), trial + i);
  }
}

// out = c + t (r − c)
THALWEG_WIDEST void between(std::size_t n, const double* c, const double* r, double t, double* out) {
  for (std::size_t i = 0; i < n; i += four) {
    Four from, to;
    load(from, c + i), load(to, r + i);
    store(from + t * (to - from), out + i);
  }
}

// x takes the place of `old`, of which `sum` is a sum.
THALWEG_WIDEST void replace(std::size_t n, const double* x, double* old, double* sum) {
  for (std::size_t i = 0; i < n; i += four) {
    Four in, out, all;
    load(in, x + i), load(out, old + i), load(all, sum + i);
    store(all + (in - out), sum + i);
    store(in, old + i);
  }
}

// The sum of the rows.
THALWEG_WIDEST void sum_rows(std::size_t rows, std::size_t n, const double* x, double* sum) {
  for (std::size_t i = 0; i < n; i += four) {
    Four all{}, row;
    for (std::size_t j = 0; j < rows; ++j) {
      load(row, x + j * n + i);
      all += row;
    }
    store(all, sum + i);
  }
}

// A new value goes behind those of the ascending `values` that are as low, and the others move up by one place: each
// place takes its own or the one before, from the last vector down. Before the first stands −∞.
THALWEG_WIDEST void insert(std::size_t places, double value, std::int64_t vertex, double* values,
                           std::int64_t* vertices) {
  const Four new_value = value - Four{};
  const FourWords new_vertex = vertex - FourWords{};
  for (std::size_t i = places; i > 0; i -= four) {
    double* const v = values + (i - four);
    std::int64_t* const u = vertices + (i - four);
    Four own, before;
    FourWords own_vertex, vertex_before;
    load(own, v), load(before, v - 1);
    load(own_vertex, u), load(vertex_before, u - 1);
    store(own <= new_value ? own : (before <= new_value ? new_value : before), v);
    store(own <= new_value ? own_vertex : (before <= new_value ? new_vertex : vertex_before), u);
  }
}

}  // namespace

NelderMeadSimplex::NelderMeadSimplex(Objective<double>& f, Search& search, std::vector<std::size_t> free)
    : f_(f),
      search_(search),
      bounds_(search.bounds()),
      n_(search.start().size()),
      stride_(blas::padded_to_four(n_)),
      free_(std::move(free)),
      m_(free_.size()),
      mean_scale_(1.0 / static_cast<double>(m_)),
      lu_(m_) {
  x_.resize((m_ + 1) * stride_), sum_.resize(stride_), centroid_.resize(stride_), trial_.resize(stride_);
  second_.resize(stride_), slope_.resize(m_), edges_.resize(m_ * m_);
  batch_.resize(2 * m_ * n_), batch_values_.resize(2 * m_);
  values_.assign(first_rank + blas::padded_to_four(m_ + 1), std::numeric_limits<double>::infinity());
  values_[0] = -std::numeric_limits<double>::infinity();
  vertices_by_rank_.resize(values_.size());
  std::iota(vertices_by_rank_.begin() + first_rank, vertices_by_rank_.end(), std::int64_t{0});
}

void NelderMeadSimplex::evaluate_all() {
  for (std::size_t j = 0; j <= m_; ++j)
    std::copy_n(vertex(j).begin(), n_, batch_.begin() + static_cast<std::ptrdiff_t>(j * n_));
  f_.values(std::span<const double>(batch_).first((m_ + 1) * n_),
            std::span<double>(values_).subspan(first_rank, m_ + 1));
  sort();
}

// Ranks the vertices again, their values being in the old order; ties keep it.
void NelderMeadSimplex::sort() {
  double* const values = values_.data() + first_rank;
  std::int64_t* const vertices = vertices_by_rank_.data() + first_rank;
  for (std::size_t j = 1; j <= m_; ++j) {
    const double value = values[j];
    const std::int64_t vertex = vertices[j];
    std::size_t rank = j;
    for (; rank > 0 && values[rank - 1] > value; --rank)
      values[rank] = values[rank - 1], vertices[rank] = vertices[rank - 1];
    values[rank] = value, vertices[rank] = vertex;
  }
  refresh_sum();
}

bool NelderMeadSimplex::iterate(double alpha, double beta, double gamma, double delta) {
  if (search_.spent(AnswerKind::value)) return false;
  if (++since_refresh_ > m_) refresh_sum();  // the running sum is renewed once in m iterations: no drift
  reflect(stride_, sum_.data(), ranked(m_).data(), mean_scale_, alpha, centroid_.data(), trial_.data());
  const double reflected = ask(trial_);
  if (reflected >= best() && reflected < value(m_ - 1)) {
    accept(trial_, reflected);
    return true;
  }
  if (search_.spent(AnswerKind::value)) return false;
  if (reflected < best()) {
    along(beta);  // expand
    const double expanded = ask(second_);
    expanded < reflected ? accept(second_, expanded) : accept(trial_, reflected);
  } else {
    const bool outside = reflected < worst();
    along(outside ? gamma : -gamma);  // contract
    const double contracted = ask(second_);
    (outside ? contracted <= reflected : contracted < worst()) ? accept(second_, contracted) : shrink(delta);
  }
  return true;
}

double NelderMeadSimplex::ask(std::span<double> x) {
  const auto point = x.first(n_);
  bounds_.clamp(point);
  return f_.value(point);
}

void NelderMeadSimplex::along(double t) { between(stride_, centroid_.data(), trial_.data(), t, second_.data()); }

// x, of whole vectors, takes the place of the worst vertex, whose value is greater.
void NelderMeadSimplex::accept(std::span<const double> x, double value) {
  const std::int64_t out = vertices_by_rank_[first_rank + m_];
  replace(stride_, x.data(), x_.data() + static_cast<std::size_t>(out) * stride_, sum_.data());
  insert(blas::padded_to_four(m_ + 1), value, out, values_.data() + first_rank,
         vertices_by_rank_.data() + first_rank);
}

void NelderMeadSimplex::shrink(double delta) {
  const auto x = ranked(0);
  for (std::size_t j = 1; j <= m_; ++j) {
    const auto y = ranked(j);
    for (std::size_t i = 0; i < n_; ++i) y[i] = x[i] + delta * (y[i] - x[i]);
    std::copy(y.begin(), y.end(), batch_.begin() + static_cast<std::ptrdiff_t>((j - 1) * n_));
  }
  ask_all_but_best();
}

void NelderMeadSimplex::restart(std::span<const double> edge) {
  std::copy(ranked(0).begin(), ranked(0).end(), trial_.begin());
  for (std::size_t j = 0; j < m_; ++j) {
    const auto x = ranked(j + 1);
    std::copy_n(trial_.begin(), n_, x.begin());
    const std::size_t i = free_[j];
    x[i] = inside(trial_[i], slope_[j] > 0.0 ? -edge[j] : edge[j], i);
    std::copy(x.begin(), x.end(), batch_.begin() + static_cast<std::ptrdiff_t>(j * n_));
  }
  ask_all_but_best();
}

void NelderMeadSimplex::ask_all_but_best() {
  f_.values(std::span<const double>(batch_).first(m_ * n_), std::span<double>(values_).subspan(first_rank + 1, m_));
  sort();
}

bool NelderMeadSimplex::poll(std::span<const double> h, double tolerance) {
  const auto x = ranked(0);
  for (std::size_t k = 0; k < 2 * m_; ++k) {
    const std::span<double> point(batch_.data() + k * n_, n_);
    std::copy(x.begin(), x.end(), point.begin());
    const std::size_t i = free_[k / 2];
    point[i] = std::clamp(x[i] + (k % 2 == 0 ? h[k / 2] : -h[k / 2]), bounds_.low(i), bounds_.high(i));
  }
  f_.values(batch_, batch_values_);
  const auto lowest = std::min_element(batch_values_.begin(), batch_values_.end());
  if (!(*lowest < best() - tolerance)) return false;
  for (std::size_t j = 0; j < m_; ++j) slope_[j] = batch_values_[2 * j] < batch_values_[2 * j + 1] ? -1.0 : 1.0;
  std::copy_n(batch_.begin() + (lowest - batch_values_.begin()) * static_cast<std::ptrdiff_t>(n_), n_,
              second_.begin());
  accept(second_, *lowest);
  return true;
}

double NelderMeadSimplex::inside(double x, double step, std::size_t i) const {
  const double low = bounds_.low(i), high = bounds_.high(i);
  const double room = step > 0.0 ? high - x : x - low, other = step > 0.0 ? x - low : high - x;
  if (room < 0.5 * std::abs(step) && other > room) step = -step;
  return std::clamp(x + step, low, high);
}

// Most simplices are found too large at their first vertices.
bool NelderMeadSimplex::within(double tolerance) {
  const auto x = ranked(0);
  for (std::size_t j = m_; j > 0; --j)
    for (std::size_t i = 0; i < n_; ++i)
      if (std::abs(ranked(j)[i] - x[i]) > tolerance) return false;
  return true;
}

double NelderMeadSimplex::size() {
  double largest = 0.0;
  const auto x = ranked(0);
  for (std::size_t j = 0; j <= m_; ++j)
    for (std::size_t i = 0; i < n_; ++i) largest = std::max(largest, std::abs(vertex(j)[i] - x[i]));
  return largest;
}

double NelderMeadSimplex::shortest_edge() {
  double shortest = std::numeric_limits<double>::infinity();
  const auto x = ranked(0);
  for (std::size_t j = 1; j <= m_; ++j) {
    double square = 0.0;
    for (std::size_t i = 0; i < n_; ++i) square += (ranked(j)[i] - x[i]) * (ranked(j)[i] - x[i]);
    shortest = std::min(shortest, square);
  }
  return std::sqrt(shortest);
}

double NelderMeadSimplex::mean() const {
  const auto first = values_.begin() + first_rank;
  return std::accumulate(first, first + static_cast<std::ptrdiff_t>(m_ + 1), 0.0) / static_cast<double>(m_ + 1);
}

bool NelderMeadSimplex::gradient() {
  if (!std::isfinite(worst())) return false;
  const auto x = ranked(0);
  for (std::size_t j = 0; j < m_; ++j) {
    const auto y = ranked(j + 1);
    for (std::size_t i = 0; i < m_; ++i) edges_[j * m_ + i] = y[free_[i]] - x[free_[i]];
    slope_[j] = value(j + 1) - best();
  }
  if (!lu_.factor(edges_)) return false;
  lu_.solve(slope_);
  return true;
}

double NelderMeadSimplex::slope_squared() const {
  return std::inner_product(slope_.begin(), slope_.end(), slope_.begin(), 0.0);
}

void NelderMeadSimplex::refresh_sum() {
  since_refresh_ = 0;
  sum_rows(m_ + 1, stride_, x_.data(), sum_.data());
}

}  // namespace thalweg
