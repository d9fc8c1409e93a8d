#include "thalweg/direct_search/mads_frame.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace thalweg {

namespace {
constexpr std::size_t room_without_budget = 1024,
                      most_room = 1u << 16;  // points that the cache makes room for at once
}

MadsFrame::MadsFrame(Objective<double>& f, Search& search, GranularMesh mesh, std::size_t block, Watch watch)
    : f_(f),
      mesh_(std::move(mesh)),
      n_(mesh_.size()),
      block_(block),
      watch_(std::move(watch)),
      cache_(n_, std::min<std::size_t>(search.evaluations_left().value_or(room_without_budget), most_room)) {
  for (std::size_t i = 0; i < n_; ++i)
    if (!mesh_.fixed(i)) free_.push_back(i);
  const std::size_t most = std::max<std::size_t>(2 * free_.size(), 2);
  centre_.resize(n_), lowest_.resize(n_), work_.resize(n_), places_.resize(most * n_);
  x_.resize(n_), last_.resize(n_), trials_.resize(most * n_), batch_.resize(most * n_), values_.resize(most);
  rank_.resize(most);
  for (std::size_t i = 0; i < n_; ++i) centre_[i] = mesh_.start(i), x_[i] = mesh_.at(i, centre_[i]);
}

void MadsFrame::evaluate_start() {
  value_ = lowest_value_ = f_.value(x_);
  cache_.insert(x_, value_);
}

void MadsFrame::last_step(std::span<double> u) const {
  for (std::size_t j = 0; j < free_.size(); ++j) u[j] = last_[free_[j]] / mesh_.frame(free_[j]);
}

void MadsFrame::scaled(std::span<const double> x, std::span<double> u) const {
  for (std::size_t j = 0; j < free_.size(); ++j) {
    const std::size_t i = free_[j];
    u[j] = (x[i] - x_[i]) / mesh_.frame(i);
  }
}

void MadsFrame::round(std::span<double> u) const {
  for (std::size_t j = 0; j < free_.size(); ++j) {
    const double ratio = mesh_.ratio(free_[j]);
    u[j] = std::nearbyint(u[j] * ratio) / ratio;
  }
}

bool MadsFrame::propose(std::span<const double> u) {
  const std::span<Place> places(places_.data() + count_ * n_, n_);
  const std::span<double> x(trials_.data() + count_ * n_, n_);
  std::copy(centre_.begin(), centre_.end(), places.begin());
  std::copy(x_.begin(), x_.end(), x.begin());
  for (std::size_t j = 0; j < free_.size(); ++j) {
    const std::size_t i = free_[j];
    places[i] = mesh_.moved(i, centre_[i], u[j] * mesh_.frame(i));
    x[i] = mesh_.at(i, places[i]);
  }
  if (cache_.find(x) != PointCache::none) return false;
  for (std::size_t k = 0; k < count_; ++k)
    if (std::ranges::equal(x, trial(k))) return false;
  rank_[count_] = static_cast<std::uint32_t>(count_);
  ++count_;
  return true;
}

void MadsFrame::order(std::span<const double> scores) {
  std::sort(
      rank_.begin(), rank_.begin() + static_cast<std::ptrdiff_t>(count_),
      [&](std::uint32_t a, std::uint32_t b) { return scores[a] < scores[b] || (!(scores[b] < scores[a]) && a < b); });
}

bool MadsFrame::evaluate() {
  for (std::size_t first = 0; first < count_; first += block_) {
    const std::size_t size = std::min(block_, count_ - first);
    for (std::size_t k = 0; k < size; ++k) {
      const std::size_t t = rank_[first + k];
      std::ranges::copy(trial(t), batch_.begin() + static_cast<std::ptrdiff_t>(k * n_));
      if (watch_) watch_(mesh_, centre_, {places_.data() + t * n_, n_});
    }
    f_.values(std::span<const double>(batch_).first(size * n_), std::span<double>(values_).first(size));
    std::size_t lowest = 0;
    for (std::size_t k = 0; k < size; ++k) {
      cache_.insert({batch_.data() + k * n_, n_}, values_[k]);
      if (values_[k] < values_[lowest]) lowest = k;
    }
    if (!(values_[lowest] < value_)) continue;
    move({places_.data() + rank_[first + lowest] * n_, n_}, values_[lowest]);
    return true;
  }
  return false;
}

double MadsFrame::ask(std::span<double> x) {
  for (std::size_t i = 0; i < n_; ++i) {
    work_[i] = mesh_.moved(i, centre_[i], x[i] - x_[i]);
    x[i] = mesh_.at(i, work_[i]);
  }
  if (const std::size_t k = cache_.find(x); k != PointCache::none) return cache_.value(k);
  if (watch_) watch_(mesh_, centre_, work_);
  const double value = f_.value(x);
  cache_.insert(x, value);
  ++asked_;
  if (value < lowest_value_) lowest_value_ = value, std::ranges::copy(work_, lowest_.begin());
  return value;
}

bool MadsFrame::take_lowest() {
  if (!(lowest_value_ < value_)) return false;
  std::ranges::copy(lowest_, work_.begin());
  move(work_, lowest_value_);
  return true;
}

void MadsFrame::move(std::span<const Place> to, double value) {
  for (std::size_t i = 0; i < n_; ++i) {
    const double before = x_[i];
    centre_[i] = to[i], x_[i] = mesh_.at(i, to[i]);
    last_[i] = x_[i] - before;
  }
  value_ = lowest_value_ = value;
}

}  // namespace thalweg
