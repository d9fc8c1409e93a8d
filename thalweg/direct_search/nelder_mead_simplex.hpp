// The simplex of nelder-mead: its vertices, their values in order, and what can be done to them.
//
// Vertices, sums and trial points stand in whole vectors of `blas::four` numbers, zero beyond n; ranks are found and
// moved without a branch, because where a new value falls among the others cannot be predicted.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "thalweg/core/linalg.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

// m+1 vertices in Rⁿ, m the number of variables for which the bounds leave room.
class NelderMeadSimplex {
 public:
  NelderMeadSimplex(Objective<double>& f, Search& search, std::vector<std::size_t> free);

  [[nodiscard]] std::span<double> vertex(std::size_t j) { return {x_.data() + j * stride_, n_}; }
  [[nodiscard]] std::span<double> ranked(std::size_t rank) {
    return vertex(static_cast<std::size_t>(vertices_by_rank_[first_rank + rank]));
  }
  [[nodiscard]] double value(std::size_t rank) const { return values_[first_rank + rank]; }
  [[nodiscard]] double best() const { return value(0); }
  [[nodiscard]] double worst() const { return value(m_); }

  void evaluate_all();
  // One iteration of Lagarias et al. (1998), with the coefficients α, β, γ, δ. False: the budget has no value left.
  [[nodiscard]] bool iterate(double alpha, double beta, double gamma, double delta);
  // The vertices x_best and x_best − sign(D_i)·edge_i e_i (Kelley 1999, §4), turned round where a bound is in the
  // way.
  void restart(std::span<const double> edge);
  // Tries x_best ± h_i e_i. True when one of them is lower by more than `tolerance`: it then replaces the worst
  // vertex, and the central differences orient the restart.
  bool poll(std::span<const double> h, double tolerance);
  // x + step, or x − step where a bound is nearer than step/2, on the bound where neither fits.
  [[nodiscard]] double inside(double x, double step, std::size_t i) const;

  [[nodiscard]] bool within(double tolerance);  // ‖x_j − x_best‖∞ ≤ tolerance for all j
  [[nodiscard]] double size();                  // max_j ‖x_j − x_best‖∞
  [[nodiscard]] double shortest_edge();         // σ₋(S) = min_j ‖x_j − x_best‖
  [[nodiscard]] double mean() const;            // of the values
  // The simplex gradient D(f:S) = V⁻ᵀ δ, V's columns the edges from the best vertex. False when V is singular to
  // rounding or a value is infinite.
  bool gradient();
  [[nodiscard]] double slope_squared() const;  // ‖D‖² of the last gradient

 private:
  static constexpr std::size_t first_rank = 1;  // before it stands −∞, which has no vertex

  double ask(std::span<double> x);
  void along(double t);  // second_ = c + t (x_r − c)
  void accept(std::span<const double> x, double value);
  void shrink(double delta);
  void sort();
  void refresh_sum();
  void ask_all_but_best();  // of batch_, into the ranks above the best's

  Objective<double>& f_;
  Search& search_;
  const Bounds& bounds_;
  std::size_t n_, stride_;
  std::vector<std::size_t> free_;
  std::size_t m_, since_refresh_ = 0;
  double mean_scale_;  // 1/m
  std::vector<double> x_, sum_, centroid_, trial_, second_, slope_, edges_, batch_, batch_values_;
  std::vector<double> values_;                  // by rank
  std::vector<std::int64_t> vertices_by_rank_;  // as wide as a value: one vector holds as many
  linalg::Lu lu_;
};

}  // namespace thalweg
