#include "thalweg/direct_search/mads_directions.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/core/blas1.hpp"

namespace thalweg {

namespace {
constexpr double cone = 0.1;  // least multiple of each direction in the one that completes them
}

PollDirections::PollDirections(std::size_t n)
    : n_(n),
      basis_(n * n),
      low_(n, -1.0),
      high_(n, -cone),
      z_(n),
      slope_(n),
      product_(n * n),
      inside_(n * n),
      box_(n),
      lu_(n) {}

void PollDirections::to_side(std::span<double> u) {
  double largest = 0.0;
  for (const double v : u) largest = std::max(largest, std::abs(v));
  if (largest > 0.0)
    for (double& v : u) v /= largest;
}

void PollDirections::reflect(std::span<const double> v) {
  const double square = blas::dot(v, v);
  for (std::size_t a = 0; a < n_; ++a) {
    const std::span<double> direction = (*this)[a];
    for (std::size_t j = 0; j < n_; ++j)
      direction[j] = (a == j ? 1.0 : 0.0) - (square > 0.0 ? 2.0 * v[a] * v[j] / square : 0.0);
    to_side(direction);
  }
}

// v = w ± e_k, ‖w‖ = 1: row k is ∓w.
void PollDirections::along(std::span<double> w) {
  const double length = std::sqrt(blas::dot(w, w));
  std::size_t largest = 0;
  for (std::size_t j = 0; j < n_; ++j) {
    w[j] /= length;
    if (std::abs(w[j]) > std::abs(w[largest])) largest = j;
  }
  w[largest] += w[largest] > 0.0 ? 1.0 : -1.0;  // the sign that does not cancel
  reflect(w);
}

void PollDirections::complete(const LocalQuadratic* model, const MadsFrame& frame, std::span<double> u) {
  PollDirections& directions = *this;
  std::ranges::fill(z_, -1.0 / std::sqrt(static_cast<double>(n_)));
  if (model != nullptr) {
    for (std::size_t a = 0; a < n_; ++a) {
      slope_[a] = blas::dot(directions[a], model->gradient());
      for (std::size_t j = 0; j < n_; ++j)
        product_[a * n_ + j] = blas::dot(model->hessian().subspan(j * n_, n_), directions[a]);
    }
    for (std::size_t a = 0; a < n_; ++a)
      for (std::size_t b = 0; b < n_; ++b)
        inside_[a * n_ + b] = blas::dot(directions[a], std::span<const double>(product_).subspan(b * n_, n_));
    box_.minimise(slope_, inside_, low_, high_, z_);
  }
  double largest = 0.0;
  for (std::size_t j = 0; j < n_; ++j) {
    u[j] = 0.0;
    for (std::size_t a = 0; a < n_; ++a) {
      u[j] += z_[a] * directions[a][j];
      product_[j * n_ + a] = directions[a][j];
    }
    largest = std::max(largest, std::abs(u[j]));
  }
  if (largest > 1.0)
    for (double& v : u) v /= largest;
  frame.round(u);
  std::ranges::copy(u, z_.begin());
  if (lu_.factor(product_)) lu_.solve(z_);
  if (std::ranges::all_of(z_, [](double z) { return z < 0.0; })) return;
  for (std::size_t j = 0; j < n_; ++j) {
    u[j] = 0.0;
    for (std::size_t a = 0; a < n_; ++a) u[j] -= directions[a][j];
  }
}

}  // namespace thalweg
