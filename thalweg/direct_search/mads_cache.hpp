// The points that a run has evaluated and their values: found again by their bits.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace thalweg {

class PointCache {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  // Room for `points` points before anything is allocated again (then it doubles).
  PointCache(std::size_t n, std::size_t points) : n_(n) {
    x_.reserve(points * n), f_.reserve(points);
    slots_.assign(std::bit_ceil(2 * points + 2), none);
  }
  [[nodiscard]] std::size_t size() const { return f_.size(); }
  [[nodiscard]] std::span<const double> point(std::size_t k) const { return {x_.data() + k * n_, n_}; }
  [[nodiscard]] double value(std::size_t k) const { return f_[k]; }
  // The index of the point, or `none`.
  [[nodiscard]] std::size_t find(std::span<const double> x) const { return slots_[slot(x)]; }
  void insert(std::span<const double> x, double f) {  // a point that is not there yet
    if (2 * (f_.size() + 1) > slots_.size()) {
      slots_.assign(2 * slots_.size(), none);
      for (std::size_t k = 0; k < f_.size(); ++k) slots_[slot(point(k))] = k;
    }
    slots_[slot(x)] = f_.size();
    x_.insert(x_.end(), x.begin(), x.end());
    f_.push_back(f);
  }

 private:
  // Where the point is, or would be: linear probing.
  [[nodiscard]] std::size_t slot(std::span<const double> x) const {
    std::uint64_t hash = 0x9E3779B97F4A7C15u;
    for (const double v : x) {
      hash = (hash ^ std::bit_cast<std::uint64_t>(v + 0.0)) * 0xD6E8FEB86659FD93u;  // + 0: −0 is 0
      hash ^= hash >> 32;
    }
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t s = hash & mask;; s = (s + 1) & mask) {
      const std::size_t k = slots_[s];
      if (k == none) return s;
      bool same = true;
      for (std::size_t i = 0; i < n_ && same; ++i) same = x_[k * n_ + i] == x[i];
      if (same) return s;
    }
  }
  std::size_t n_;
  std::vector<double> x_, f_;
  std::vector<std::size_t> slots_;
};

}  // namespace thalweg
