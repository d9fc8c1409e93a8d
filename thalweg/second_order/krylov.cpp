#include "thalweg/second_order/krylov.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "thalweg/core/blas1.hpp"
#include "thalweg/second_order/regulariser.hpp"

namespace thalweg {
namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double epsilon = std::numeric_limits<double>::epsilon();
}  // namespace

KrylovSolver::KrylovSolver(std::size_t n, Product product, std::size_t most_products, std::size_t kept)
    : n_(n),
      most_(std::max<std::size_t>(most_products, 1)),
      kept_(std::clamp<std::size_t>(kept, 2, std::max<std::size_t>(most_, 2))),
      product_(std::move(product)),
      basis_(kept_ * n),
      q_(n),
      before_(n),
      next_(n),
      again_(n),
      current_(n),
      hq_(n) {
  for (auto* v : {&alpha_, &beta_}) v->reserve(most_);
  for (auto* v : {&h_, &w_, &pivot_}) v->resize(most_);
}

void KrylovSolver::begin(std::span<const double> g) {
  products_ = 0;
  gamma_ = blas::norm(g);
  start(g, gamma_);
}

void KrylovSolver::start(std::span<const double> q, double norm) {
  alpha_.clear();
  beta_.clear();
  lambda_ = 0.0;
  finite_ = true;
  closed_ = norm == 0.0;
  for (std::size_t i = 0; i < n_; ++i) q_[i] = norm == 0.0 ? 0.0 : q[i] / norm;
  std::fill(before_.begin(), before_.end(), 0.0);
}

// One step of the Lanczos process: q_k joins the space. False: it is invariant, the products ran out, or H is not
// finite.
bool KrylovSolver::extend() {
  if (closed_ || !finite_ || size() == most_) return false;
  if (size() > 0) {  // q_{k+1} from what the last step left
    blas::scale(1.0 / beta_.back(), next_);
    std::swap(before_, q_);
    std::swap(q_, next_);
  }
  if (size() < kept_) std::copy(q_.begin(), q_.end(), basis_.begin() + static_cast<std::ptrdiff_t>(size() * n_));
  product_(q_, hq_);
  ++products_;
  const double alpha = blas::dot(q_, hq_), before = beta_.empty() ? 0.0 : beta_.back();
  for (std::size_t i = 0; i < n_; ++i) next_[i] = hq_[i] - alpha * q_[i] - before * before_[i];
  const double beta = blas::norm(next_);
  finite_ = std::isfinite(alpha) && std::isfinite(beta);
  if (!finite_) return false;
  alpha_.push_back(alpha);
  beta_.push_back(beta);
  closed_ = beta <= 1e-14 * (std::abs(alpha) + before) || size() == n_;
  return true;
}

// s ← Σ h_j q_j: the stored vectors, then the recurrence once more from the last two of them.
void KrylovSolver::combine(std::span<double> s) {
  std::fill(s.begin(), s.end(), 0.0);
  const std::size_t stored = std::min(size(), kept_);
  const auto row = [this](std::size_t j) { return std::span(basis_).subspan(j * n_, n_); };
  for (std::size_t j = 0; j < stored; ++j) blas::axpy(h_[j], row(j), s);
  if (size() <= kept_) return;
  blas::copy(row(kept_ - 2), again_);  // q_{j−1}; q_j in current
  blas::copy(row(kept_ - 1), current_);
  for (std::size_t j = kept_; j < size(); ++j) {
    product_(current_, hq_);
    ++products_;
    for (std::size_t i = 0; i < n_; ++i)
      again_[i] = (hq_[i] - alpha_[j - 1] * current_[i] - beta_[j - 2] * again_[i]) / beta_[j - 1];
    std::swap(again_, current_);
    blas::axpy(h_[j], current_, s);
  }
}

// T + λI = L D Lᵀ; false where it is not positive definite.
bool KrylovSolver::factor(double lambda) {
  for (std::size_t i = 0; i < size(); ++i) {
    pivot_[i] = alpha_[i] + lambda - (i > 0 ? beta_[i - 1] * beta_[i - 1] / pivot_[i - 1] : 0.0);
    if (!(pivot_[i] > 0.0)) return false;
  }
  return true;
}

void KrylovSolver::solve_factored(std::span<double> x) const {
  const std::size_t k = size();
  for (std::size_t i = 1; i < k; ++i) x[i] -= beta_[i - 1] / pivot_[i - 1] * x[i - 1];
  for (std::size_t i = 0; i < k; ++i) x[i] /= pivot_[i];
  for (std::size_t i = k - 1; i > 0; --i) x[i - 1] -= beta_[i - 1] / pivot_[i - 1] * x[i];
}

double KrylovSolver::lowest_of_tridiagonal() {
  double low = infinity, high = infinity;  // the lowest eigenvalue is in [low, high]
  for (std::size_t i = 0; i < size(); ++i) {
    const double off = (i > 0 ? beta_[i - 1] : 0.0) + (i + 1 < size() ? beta_[i] : 0.0);
    low = std::min(low, alpha_[i] - off);  // Gershgorin
    high = std::min(high, alpha_[i]);
  }
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    if (!(middle > low && middle < high)) break;
    (factor(-middle) ? low : high) = middle;
  }
  return low;
}

// A unit vector u in `out` near the lowest eigenvector of T: two steps of inverse iteration from just below it.
void KrylovSolver::lowest_vector(double lowest, std::span<double> out) {
  double spread = std::abs(lowest);
  for (std::size_t i = 0; i < size(); ++i) spread = std::max({spread, std::abs(alpha_[i]), beta_[i]});
  for (double shift = std::max(4.0 * epsilon * spread, std::numeric_limits<double>::min());
       !factor(shift - lowest) && std::isfinite(shift); shift *= 4.0) {
  }
  std::fill(out.begin(), out.end(), 1.0);
  for (int i = 0; i < 3; ++i) {
    solve_factored(out);
    blas::scale(1.0 / blas::norm(out), out);
  }
}

// min γh₁ + ½ hᵀTh with the regulariser: h in h_. Newton's method on φ(λ) = 1/‖h(λ)‖ − 1/r(λ) within a bracket.
template <class Radius>
RegularisedStep KrylovSolver::tridiagonal(Radius regulariser) {
  const std::span<double> h = std::span(h_).first(size()), w = std::span(w_).first(size());
  const auto solve_at = [&](double lambda) {
    if (!factor(lambda)) return false;
    std::fill(h.begin(), h.end(), 0.0);
    h[0] = -gamma_;
    solve_factored(h);
    return true;
  };
  RegularisedStep step;
  double low = 0.0, high = infinity, lambda = 0.0, norm = 0.0;
  bool done = solve_at(0.0) && (norm = blas::norm(h)) <= regulariser.radius(0.0);  // interior
  if (!done) lambda = std::max({lambda_, regulariser.guess(gamma_), std::numeric_limits<double>::min()});
  bool hard = false;
  for (int i = 0; i < 500 && !done; ++i) {
    double next = -1.0;
    if (!solve_at(lambda)) {
      low = lambda;
    } else {
      norm = blas::norm(h);
      const double r = regulariser.radius(lambda);
      (norm > r ? low : high) = lambda;
      if (std::abs(norm - r) <= 1e-13 * r) break;
      std::copy(h.begin(), h.end(), w.begin());
      solve_factored(w);
      const double slope = blas::dot(h, w) / (norm * norm * norm) + regulariser.inverse_slope(lambda);
      next = lambda - (1.0 / norm - 1.0 / r) / slope;
    }
    if (high < infinity && high - low <= 2.0 * epsilon * high) {
      lambda = high;
      done = solve_at(lambda);
      norm = blas::norm(h);
      hard = norm < regulariser.radius(lambda) * (1.0 - 1e-8);
      break;
    }
    if (!(next > low && next < high)) next = high < infinity ? 0.5 * (low + high) : 2.0 * lambda + epsilon * gamma_;
    lambda = next;
  }
  if (hard) {  // the rest of the length along the lowest eigenvector, towards the lower slope
    lowest_vector(-lambda, w);
    const double r = regulariser.radius(lambda), hw = blas::dot(h, w), gap = r * r - norm * norm;
    const double root = std::sqrt(hw * hw + std::max(0.0, gap));
    blas::axpy(w[0] > 0.0 ? -hw - root : root - hw, w, h);
    step.hard = true;
  }
  lambda_ = lambda;
  step.lambda = lambda;
  step.norm = blas::norm(h);
  double quadratic = 0.0;
  for (std::size_t i = 0; i < size(); ++i) {
    quadratic += alpha_[i] * h[i] * h[i];
    if (i + 1 < size()) quadratic += 2.0 * beta_[i] * h[i] * h[i + 1];
  }
  step.decrease = -(gamma_ * h[0] + 0.5 * quadratic);
  return step;
}

template <class Radius>
RegularisedStep KrylovSolver::solve(Radius regulariser, double accuracy, std::span<double> s) {
  lambda_ = 0.0;
  RegularisedStep step;
  if (size() == 0 && !extend()) {
    std::fill(s.begin(), s.end(), 0.0);
    return step;
  }
  while (true) {
    step = tridiagonal(regulariser);
    const double residual = beta_.back() * std::abs(h_[size() - 1]);
    if (residual <= accuracy * std::min(1.0, step.norm) * gamma_ || !extend()) break;
  }
  combine(s);
  return step;
}

RegularisedStep KrylovSolver::cubic(double sigma, double accuracy, std::span<double> s) {
  return solve(CubicTerm<double>{sigma}, accuracy, s);
}
RegularisedStep KrylovSolver::trust_region(double radius, double accuracy, std::span<double> s) {
  return solve(Ball<double>{radius}, accuracy, s);
}

double KrylovSolver::lowest_curvature(Generator random, std::span<double> v, double& scale) {
  for (double& x : v) x = random.normal();
  start(v, blas::norm(v));
  gamma_ = 0.0;
  double lowest = 0.0;
  while (extend()) {
    if (size() % 5 != 0 && !closed_ && size() < most_) continue;
    lowest = lowest_of_tridiagonal();
    lowest_vector(lowest, std::span(h_).first(size()));
    if (beta_.back() * std::abs(h_[size() - 1]) <= 1e-3 * std::abs(lowest)) break;
  }
  scale = 0.0;
  for (std::size_t i = 0; i < size(); ++i)
    scale = std::max(scale, std::abs(alpha_[i]) + beta_[i] + (i > 0 ? beta_[i - 1] : 0.0));
  if (size() > 0) combine(v);
  return lowest;
}

}  // namespace thalweg
