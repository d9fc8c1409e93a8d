// A box of bounds as gradient methods see it: projections of points, steps and gradients.
#pragma once

#include <span>

#include "thalweg/core/search.hpp"

namespace thalweg {

class Box {
 public:
  explicit Box(const Bounds& bounds);  // kept by reference
  // Some side is finite. Where false, everything below is that of the free problem.
  [[nodiscard]] bool restricts() const { return restricts_; }
  void project(std::span<double> x) const {
    if (restricts_) bounds_->clamp(x);
  }
  // ‖P(x − ∇f(x)) − x‖∞, P the projection on the box: 0 at a first-order stationary point, and there only; ‖∇f‖∞
  // where nothing restricts (Conn, Gould & Toint, Trust-Region Methods (2000), §12.1).
  [[nodiscard]] double stationarity(std::span<const double> x, std::span<const double> gradient) const;
  // d ← P(x + d) − x
  void project_step(std::span<const double> x, std::span<double> d) const;
  // The largest t with x + t·d in the box; x is inside.
  [[nodiscard]] double longest_step(std::span<const double> x, std::span<const double> d) const;

  [[nodiscard]] double low(std::size_t i) const { return bounds_->low(i); }
  [[nodiscard]] double high(std::size_t i) const { return bounds_->high(i); }

 private:
  const Bounds* bounds_;
  bool restricts_;
};

}  // namespace thalweg
