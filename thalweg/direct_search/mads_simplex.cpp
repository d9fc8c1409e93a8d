#include "thalweg/direct_search/mads_simplex.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

namespace {
constexpr double reach = 8.0;                  // of the points that may be vertices, in frames
constexpr double independence = 0.01;          // least part of an edge that the edges before it do not span
constexpr std::uint64_t most_a_variable = 80;  // evaluations of one search, over the number of variables
constexpr std::size_t newest = 4096;           // points of the cache that are looked at
}  // namespace

MadsSimplex::MadsSimplex(std::size_t n, std::size_t free)
    : n_(n),
      m_(free),
      vertices_((free + 1) * n),
      values_(free + 1),
      orthogonal_(free * free),
      centroid_(n),
      trial_(n),
      second_(n) {
  near_.reserve(newest);
}

// The centre, then the lowest points that each add a dimension.
bool MadsSimplex::gather(const MadsFrame& frame) {
  const PointCache& cache = frame.cache();
  near_.clear();
  std::span<double> u(trial_.data(), m_);
  for (std::size_t back = 1; back <= std::min(cache.size(), newest); ++back) {
    const std::size_t k = cache.size() - back;
    if (!std::isfinite(cache.value(k))) continue;
    frame.scaled(cache.point(k), u);
    if (std::ranges::all_of(u, [](double v) { return std::abs(v) <= reach; })) near_.push_back(k);
  }
  std::ranges::sort(near_, [&](std::size_t a, std::size_t b) {
    return cache.value(a) < cache.value(b) || (cache.value(a) == cache.value(b) && a > b);
  });
  std::ranges::copy(frame.x(), vertex(0).begin());
  values_[0] = frame.value();
  std::size_t have = 0;  // edges
  for (const std::size_t k : near_) {
    if (have == m_) break;
    const std::span<double> edge(orthogonal_.data() + have * m_, m_);
    frame.scaled(cache.point(k), edge);
    const double length = std::sqrt(blas::dot(edge, edge));
    if (length == 0.0) continue;
    for (int twice = 0; twice < 2; ++twice)  // Gram–Schmidt, again for the rounding
      for (std::size_t p = 0; p < have; ++p) {
        const std::span<const double> other(orthogonal_.data() + p * m_, m_);
        blas::axpy(-blas::dot(edge, other), other, edge);
      }
    const double rest = std::sqrt(blas::dot(edge, edge));
    if (!(rest >= independence * length)) continue;
    for (double& v : edge) v /= rest;
    ++have;
    std::ranges::copy(cache.point(k), vertex(have).begin());
    values_[have] = cache.value(k);
  }
  return have == m_;
}

// False where x is a vertex already: the mesh has no point between.
bool MadsSimplex::replace_worst(std::span<const double> x, double value) {
  for (std::size_t j = 0; j <= m_; ++j)
    if (std::ranges::equal(x, vertex(j))) return false;
  std::size_t rank = m_;
  for (; rank > 0 && value < values_[rank - 1]; --rank) {
    std::ranges::copy(vertex(rank - 1), vertex(rank).begin());
    values_[rank] = values_[rank - 1];
  }
  std::ranges::copy(x, vertex(rank).begin());
  values_[rank] = value;
  return true;
}

double MadsSimplex::along(MadsFrame& frame, double t, std::span<double> out) {
  const auto worst = vertex(m_);
  for (std::size_t i = 0; i < n_; ++i) out[i] = centroid_[i] + t * (centroid_[i] - worst[i]);
  return frame.ask(out);
}

bool MadsSimplex::search(MadsFrame& frame) {
  if (m_ < 2 || !std::isfinite(frame.value()) || !gather(frame)) return false;
  const double m = static_cast<double>(m_);
  const double expansion = 1.0 + 2.0 / m, contraction = 0.75 - 0.5 / m;
  const std::uint64_t begun = frame.asked();
  // Each pass replaces the worst vertex or is the last; those that ask nothing new are bounded as well.
  for (std::uint64_t pass = 0; pass < 10 * most_a_variable * m_; ++pass) {
    if (frame.asked() - begun >= most_a_variable * m_) break;
    for (std::size_t i = 0; i < n_; ++i) {
      double sum = 0.0;
      for (std::size_t j = 0; j < m_; ++j) sum += vertex(j)[i];
      centroid_[i] = sum / m;
    }
    const double reflected = along(frame, 1.0, trial_);
    bool goes_on = false;
    if (reflected < values_[0]) {
      const double expanded = along(frame, expansion, second_);
      goes_on = expanded < reflected ? replace_worst(second_, expanded) : replace_worst(trial_, reflected);
    } else if (reflected < values_[m_ - 1]) {
      goes_on = replace_worst(trial_, reflected);
    } else if (reflected < values_[m_]) {
      const double outside = along(frame, contraction, second_);
      goes_on = outside <= reflected && replace_worst(second_, outside);
    } else {
      const double inside = along(frame, -contraction, second_);
      goes_on = inside < values_[m_] && replace_worst(second_, inside);
    }
    if (!goes_on) break;
  }
  return frame.take_lowest();
}

}  // namespace thalweg
