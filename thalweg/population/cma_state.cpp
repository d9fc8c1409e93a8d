#include "thalweg/population/cma_state.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/core/blas1.hpp"
#include "thalweg/core/noise.hpp"

namespace thalweg {

std::size_t CmaParameters::default_population(std::size_t n) {
  return 4 + static_cast<std::size_t>(3.0 * std::log(static_cast<double>(n)));
}

CmaParameters::CmaParameters(std::size_t variables, std::size_t population, bool active, bool diagonal_only,
                             double laziness)
    : n(variables), lambda(population), mu(population / 2), weights(population), diagonal(diagonal_only) {
  const double N = static_cast<double>(n);
  double sum = 0.0, squares = 0.0, sum_minus = 0.0, squares_minus = 0.0;
  for (std::size_t i = 0; i < lambda; ++i) {
    const double w =
        std::log((static_cast<double>(lambda) + 1.0) / 2.0) - std::log(static_cast<double>(i + 1));  // (49)
    weights[i] = w;
    (i < mu ? sum : sum_minus) += w;
    (i < mu ? squares : squares_minus) += w * w;
  }
  mu_eff = sum * sum / squares;
  const double mu_eff_minus = sum_minus * sum_minus / squares_minus;

  const double alpha_cov = 2.0;
  const double faster = diagonal ? (N + 2.0) / 3.0 : 1.0;                      // Ros & Hansen (2008), §3
  c_c = (4.0 + mu_eff / N) / (N + 4.0 + 2.0 * mu_eff / N);                     // (56)
  c_1 = std::min(1.0, faster * alpha_cov / ((N + 1.3) * (N + 1.3) + mu_eff));  // (57)
  c_mu = std::min(1.0 - c_1, faster * alpha_cov * (0.25 + mu_eff + 1.0 / mu_eff - 2.0) /
                                 ((N + 2.0) * (N + 2.0) + alpha_cov * mu_eff / 2.0));  // (58)
  c_sigma = (mu_eff + 2.0) / (N + mu_eff + 5.0);                                       // (55)
  d_sigma = 1.0 + 2.0 * std::max(0.0, std::sqrt((mu_eff - 1.0) / (N + 1.0)) - 1.0) + c_sigma;

  const double alpha_mu = 1.0 + c_1 / c_mu;                                   // (50)
  const double alpha_mu_eff = 1.0 + 2.0 * mu_eff_minus / (mu_eff + 2.0);      // (51)
  const double alpha_pos_def = std::max(0.0, 1.0 - c_1 - c_mu) / (N * c_mu);  // (52)
  const double minus = active ? std::min({alpha_mu, alpha_mu_eff, alpha_pos_def}) : 0.0;
  for (double& w : weights) w *= w >= 0.0 ? 1.0 / sum : minus / -sum_minus;  // (53); Σ⁻ is over i > μ
  if (lambda % 2 == 1) weights[mu] = 0.0;                                    // w'_{(λ+1)/2} = 0 to rounding
  weight_sum = 0.0;
  for (double w : weights) weight_sum += w;

  chi_n = std::sqrt(2.0) * std::exp(std::lgamma((N + 1.0) / 2.0) - std::lgamma(N / 2.0));
  gap = std::max<std::size_t>(1, static_cast<std::size_t>(laziness / (N * (c_1 + c_mu))));
}

CmaState::CmaState(const CmaParameters& parameters, std::span<const double> mean, double sigma)
    : p_(parameters),
      sigma_(sigma),
      mean_(mean.begin(), mean.end()),
      path_sigma_(p_.n, 0.0),
      path_c_(p_.n, 0.0),
      c_(p_.diagonal ? p_.n : p_.n * p_.n, 0.0),
      d_(p_.n, 1.0),
      z_(p_.lambda * p_.n),
      y_(p_.lambda * p_.n),
      z_w_(p_.n),
      y_w_(p_.n),
      scaled_(p_.lambda * p_.n),
      factors_(p_.lambda) {
  for (std::size_t i = 0; i < p_.n; ++i) c_[p_.diagonal ? i : i * p_.n + i] = 1.0;
  if (!p_.diagonal) {
    eigen_.emplace(p_.n);
    static_cast<void>(eigen_->compute(c_));
  }
}

void CmaState::sample(const Stream& stream, std::span<double> points) {
  fill_noise<double>(z_, Noise::gaussian, stream);
  for (std::size_t k = 0; k < p_.lambda; ++k)
    for (std::size_t i = 0; i < p_.n; ++i) scaled_[k * p_.n + i] = d_[i] * z_[k * p_.n + i];
  if (p_.diagonal)
    std::copy(scaled_.begin(), scaled_.end(), y_.begin());
  else  // rows: y_kᵀ = (D z_k)ᵀ Bᵀ, the rows of `vectors` being the columns of B
    linalg::multiply(p_.lambda, p_.n, p_.n, 1.0, scaled_, eigen_->vectors(), 0.0, y_);
  for (std::size_t k = 0; k < p_.lambda; ++k)
    for (std::size_t i = 0; i < p_.n; ++i) points[k * p_.n + i] = mean_[i] + sigma_ * y_[k * p_.n + i];
}

void CmaState::inject(std::span<const double> points) {
  for (std::size_t k = 0; k < p_.lambda; ++k) {
    const std::span<double> y(y_.data() + k * p_.n, p_.n), z(z_.data() + k * p_.n, p_.n);
    for (std::size_t i = 0; i < p_.n; ++i) y[i] = (points[k * p_.n + i] - mean_[i]) / sigma_;
    if (p_.diagonal)
      std::copy(y.begin(), y.end(), z.begin());
    else
      eigen_->to_eigenbasis(y, z);
    for (std::size_t i = 0; i < p_.n; ++i) z[i] /= d_[i];
  }
}

bool CmaState::update(std::span<const std::size_t> ranking) {
  ++generation_;
  std::fill(y_w_.begin(), y_w_.end(), 0.0);
  std::fill(z_w_.begin(), z_w_.end(), 0.0);
  for (std::size_t i = 0; i < p_.mu; ++i) {  // ⟨y⟩_w (41), and the same of z
    blas::axpy(p_.weights[i], std::span<const double>(y_).subspan(ranking[i] * p_.n, p_.n), y_w_);
    blas::axpy(p_.weights[i], std::span<const double>(z_).subspan(ranking[i] * p_.n, p_.n), z_w_);
  }
  for (std::size_t i = 0; i < p_.n; ++i) mean_[i] += sigma_ * y_w_[i];  // (42), c_m = 1

  // (43): C^{-1/2}⟨y⟩_w = B D⁻¹ Bᵀ B D ⟨z⟩_w = B ⟨z⟩_w
  std::span<double> whitened(scaled_.data(), p_.n);
  if (p_.diagonal)
    std::copy(z_w_.begin(), z_w_.end(), whitened.begin());
  else
    eigen_->from_eigenbasis(z_w_, whitened);
  const double gain = std::sqrt(p_.c_sigma * (2.0 - p_.c_sigma) * p_.mu_eff);
  for (std::size_t i = 0; i < p_.n; ++i) path_sigma_[i] = (1.0 - p_.c_sigma) * path_sigma_[i] + gain * whitened[i];
  const double length = std::sqrt(blas::dot(path_sigma_, path_sigma_));
  // (44); one step never multiplies σ by more than e (as in the author's codes)
  sigma_ *= std::exp(std::min(1.0, p_.c_sigma / p_.d_sigma * (length / p_.chi_n - 1.0)));

  // The exponent is Fig. 6's 2(g + 1), where g is raised first; the author's codes (purecma) have 2g.
  const double decay = 1.0 - std::pow(1.0 - p_.c_sigma, 2.0 * static_cast<double>(generation_ + 1));
  const double h_sigma =
      length / std::sqrt(decay) < (1.4 + 2.0 / (static_cast<double>(p_.n) + 1.0)) * p_.chi_n ? 1.0 : 0.0;
  adapt_covariance(ranking, h_sigma);
  if (!std::isfinite(sigma_)) return false;
  if (p_.diagonal || generation_ - decomposed_ >= p_.gap) return decompose();
  return true;
}

void CmaState::adapt_covariance(std::span<const std::size_t> ranking, double h_sigma) {
  const std::size_t n = p_.n;
  const double gain = h_sigma * std::sqrt(p_.c_c * (2.0 - p_.c_c) * p_.mu_eff);
  for (std::size_t i = 0; i < n; ++i) path_c_[i] = (1.0 - p_.c_c) * path_c_[i] + gain * y_w_[i];  // (45)

  for (std::size_t k = 0; k < p_.lambda; ++k) {  // c_μ w°_k (46): w n/‖C^{-1/2} y‖², ‖C^{-1/2} y‖ = ‖z‖, where w < 0
    const double w = p_.weights[k];
    const std::span<const double> z(z_.data() + ranking[k] * n, n);
    factors_[k] = p_.c_mu * (w >= 0.0 ? w : w * static_cast<double>(n) / std::max(blas::dot(z, z), 1e-300));
  }
  // (47): C ← (1 + c₁ δ(h_σ) − c₁ − c_μ Σw) C + c₁ p_c p_cᵀ + c_μ Σ w° y yᵀ, the lower triangle
  const double delta = (1.0 - h_sigma) * p_.c_c * (2.0 - p_.c_c);
  const double keep = 1.0 + p_.c_1 * delta - p_.c_1 - p_.c_mu * p_.weight_sum;
  if (p_.diagonal) {
    for (std::size_t i = 0; i < n; ++i) c_[i] = keep * c_[i] + p_.c_1 * path_c_[i] * path_c_[i];
    for (std::size_t k = 0; k < p_.lambda; ++k) {
      const double* y = y_.data() + ranking[k] * n;
      for (std::size_t i = 0; i < n; ++i) c_[i] += factors_[k] * y[i] * y[i];
    }
    return;
  }
  for (std::size_t i = 0; i < n; ++i) {
    double* __restrict row = c_.data() + i * n;
    const double own = p_.c_1 * path_c_[i];
    for (std::size_t j = 0; j <= i; ++j) row[j] = keep * row[j] + own * path_c_[j];
    std::size_t k = 0;
    for (; k + 4 <= p_.lambda; k += 4) {  // four points at once: C is read and written a quarter as often
      const double* a = y_.data() + ranking[k] * n;
      const double* b = y_.data() + ranking[k + 1] * n;
      const double* c = y_.data() + ranking[k + 2] * n;
      const double* d = y_.data() + ranking[k + 3] * n;
      const double fa = factors_[k] * a[i], fb = factors_[k + 1] * b[i], fc = factors_[k + 2] * c[i],
                   fd = factors_[k + 3] * d[i];
      for (std::size_t j = 0; j <= i; ++j) row[j] += (fa * a[j] + fb * b[j]) + (fc * c[j] + fd * d[j]);
    }
    for (; k < p_.lambda; ++k) {
      const double* a = y_.data() + ranking[k] * n;
      const double fa = factors_[k] * a[i];
      for (std::size_t j = 0; j <= i; ++j) row[j] += fa * a[j];
    }
  }
}

bool CmaState::decompose() {
  decomposed_ = generation_;
  if (p_.diagonal) {
    for (std::size_t i = 0; i < p_.n; ++i) {
      if (!(c_[i] > 0.0) || !std::isfinite(c_[i])) return false;
      d_[i] = std::sqrt(c_[i]);
    }
    return true;
  }
  if (!eigen_->compute(c_)) return false;
  const auto values = eigen_->values();
  for (std::size_t i = 0; i < p_.n; ++i) {
    if (!(values[i] > 0.0)) return false;
    d_[i] = std::sqrt(values[i]);
  }
  return true;
}

}  // namespace thalweg
