#include "thalweg/direct_search/mads_simplex.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg {

namespace {
constexpr std::uint64_t most_a_variable = 80;  // evaluations of one search, over the number of variables
constexpr double edge = 2.0;                   // in frames
}  // namespace

MadsSimplex::MadsSimplex(std::size_t n, std::size_t free)
    : n_(n), m_(free), vertices_((free + 1) * n), values_(free + 1), centroid_(n), trial_(n), second_(n) {}

void MadsSimplex::begin(MadsFrame& frame) {
  std::ranges::copy(frame.x(), vertex(0).begin());
  values_[0] = frame.value();
  for (std::size_t j = 1; j <= m_; ++j) {
    const std::size_t i = frame.free()[j - 1];
    for (const double sign : {1.0, -1.0}) {  // inward from a side of the box
      std::ranges::copy(frame.x(), trial_.begin());
      trial_[i] += sign * edge * frame.mesh().frame(i);
      values_[j] = frame.ask(trial_);
      if (trial_[i] != frame.x()[i]) break;
    }
    std::ranges::copy(trial_, vertex(j).begin());
    for (std::size_t k = j; k > 0 && values_[k] < values_[k - 1]; --k) {
      std::swap(values_[k], values_[k - 1]);
      std::ranges::swap_ranges(vertex(k), vertex(k - 1));
    }
  }
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

// Replaces the worst vertex; false where it would have to shrink.
bool MadsSimplex::step(MadsFrame& frame) {
  const double m = static_cast<double>(m_);
  for (std::size_t i = 0; i < n_; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < m_; ++j) sum += vertex(j)[i];
    centroid_[i] = sum / m;
  }
  const double reflected = along(frame, 1.0, trial_);
  if (reflected < values_[0]) {
    const double expanded = along(frame, 1.0 + 2.0 / m, second_);
    return expanded < reflected ? replace_worst(second_, expanded) : replace_worst(trial_, reflected);
  }
  if (reflected < values_[m_ - 1]) return replace_worst(trial_, reflected);
  if (reflected < values_[m_]) {
    const double outside = along(frame, 0.5, second_);
    return outside <= reflected && replace_worst(second_, outside);
  }
  const double inside = along(frame, -0.5, second_);
  return inside < values_[m_] && replace_worst(second_, inside);
}

bool MadsSimplex::search(MadsFrame& frame) {
  if (m_ < 2 || !std::isfinite(frame.value())) return false;
  if (!alive_ && frame.value() == ended_at_) return false;
  if (!alive_)
    begin(frame);
  else if (frame.value() < values_[0])
    replace_worst(frame.x(), frame.value());
  alive_ = true;
  const std::uint64_t begun = frame.asked();
  // Each pass replaces the worst vertex or is the last; those that ask nothing new are bounded as well.
  for (std::uint64_t pass = 0; alive_ && pass < 10 * most_a_variable * m_; ++pass) {
    if (frame.asked() - begun >= most_a_variable * m_) break;
    alive_ = step(frame);
  }
  const bool lower = frame.take_lowest();
  if (!alive_) ended_at_ = frame.value();
  return lower;
}

}  // namespace thalweg
