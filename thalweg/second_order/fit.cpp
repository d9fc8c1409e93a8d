#include "thalweg/second_order/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "thalweg/autodiff/formula.hpp"
#include "thalweg/core/blas1.hpp"
#include "thalweg/core/linalg.hpp"

namespace thalweg {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void check(const FitOptions& options, std::size_t m, std::size_t n) {
  if (!options.names.empty() && options.names.size() != n)
    throw InvalidArgument(fmt::format("fit: {} names for {} parameters", options.names.size(), n));
  if (!options.weights.empty() && options.weights.size() != m)
    throw InvalidArgument(fmt::format("fit: {} weights for {} points", options.weights.size(), m));
  for (std::size_t i = 0; i < options.weights.size(); ++i)
    if (!(options.weights[i] >= 0.0) || !std::isfinite(options.weights[i]))
      throw InvalidArgument(
          fmt::format("fit: weight {} is {}; weights are ≥ 0 and finite", i + 1, options.weights[i]));
}

// Robust losses: what s² (JᵀJ)⁻¹ has in place of s²; see the header.
double huber_factor(const FitOptions& options, std::span<const double> r, std::size_t m, std::size_t p) {
  double psi_squares = 0.0, mean = 0.0, mean_square = 0.0;
  for (std::size_t i = 0; i < r.size(); ++i) {
    if (!options.weights.empty() && options.weights[i] == 0.0) continue;
    const double u = r[i] / options.loss_scale, a = std::abs(u);
    double psi = u, slope = 1.0;
    if (options.loss == Robust::huber && a > 1.0) psi = std::copysign(1.0, u), slope = 0.0;
    if (options.loss == Robust::soft_l1) psi = u / std::hypot(1.0, u), slope = std::pow(1.0 + u * u, -1.5);
    if (options.loss == Robust::cauchy) psi = u / (1.0 + u * u), slope = (1.0 - u * u) / sq(1.0 + u * u);
    psi_squares += psi * psi, mean += slope, mean_square += slope * slope;
  }
  const double count = static_cast<double>(m);
  mean /= count, mean_square /= count;
  const double k = 1.0 + static_cast<double>(p) / count * (mean_square - mean * mean) / (mean * mean);
  return k * k * sq(options.loss_scale) * psi_squares / static_cast<double>(m - p) / (mean * mean);
}

// The columns of J that count, each of norm 1, and their inverse normal matrix.
void fill_covariance(Fit& fit, std::span<const double> jacobian, const FitOptions& options) {
  const std::size_t n = fit.parameters.size(), rows = fit.residuals.size();
  std::vector<std::size_t> used;
  std::vector<double> norms(n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = 0; i < rows; ++i) norms[j] = std::hypot(norms[j], jacobian[i * n + j]);
    if (!fit.parameters[j].at_bound) used.push_back(j);
  }
  const std::size_t p = used.size();
  fit.degrees_of_freedom = fit.points > p ? fit.points - p : 0;
  fit.residual_standard_deviation =
      fit.degrees_of_freedom > 0 ? std::sqrt(fit.rss / static_cast<double>(fit.degrees_of_freedom)) : nan;
  fit.covariance.assign(n * n, nan);
  fit.correlation.assign(n * n, nan);
  if (p == 0 || fit.degrees_of_freedom == 0) return;
  std::vector<double> scaled(rows * p), inverse(p * p);
  for (std::size_t k = 0; k < p; ++k)
    for (std::size_t i = 0; i < rows; ++i)
      scaled[i * p + k] = norms[used[k]] > 0.0 ? jacobian[i * n + used[k]] / norms[used[k]] : 0.0;
  linalg::LeastSquares solver(rows, p);
  if (!solver.factor(scaled) || !solver.inverse_normal(inverse)) return;  // not determined by the data
  const double variance = options.loss == Robust::linear ? sq(fit.residual_standard_deviation)
                                                         : huber_factor(options, fit.residuals, fit.points, p);
  for (std::size_t a = 0; a < p; ++a)
    for (std::size_t b = 0; b < p; ++b) {
      fit.covariance[used[a] * n + used[b]] = variance * inverse[a * p + b] / norms[used[a]] / norms[used[b]];
      fit.correlation[used[a] * n + used[b]] =
          a == b ? 1.0 : inverse[a * p + b] / std::sqrt(inverse[a * p + a] * inverse[b * p + b]);
    }
  for (const std::size_t j : used) fit.parameters[j].standard_error = std::sqrt(fit.covariance[j * n + j]);
}

}  // namespace

Fit fit(Objective<double>& residuals, const std::vector<double>& start, const FitOptions& options) {
  const Offers offers = residuals.offers();
  const std::size_t n = start.size(), m = offers.residuals;
  if (!offers.kinds.has_all({AnswerKind::residual, AnswerKind::jacobian}))
    throw MissingAnswer("fit needs an objective that answers residuals and their Jacobian; this one answers " +
                        to_string(offers.kinds));
  check(options, m, n);
  Fit fit;
  Limits limits = options.limits;
  limits.bounds = options.bounds;
  std::unique_ptr<RobustLoss> robust;
  if (options.loss != Robust::linear)
    robust = std::make_unique<RobustLoss>(residuals, options.loss, options.loss_scale);
  Objective<double>& minimised = robust ? *robust : residuals;
  fit.result = run<double>(minimised, start, options.method, limits);

  const std::vector<double>& best = fit.result.x;
  fit.residuals.resize(m);
  std::vector<double> jacobian(m * n);
  residuals.residual(best, fit.residuals);
  residuals.jacobian(best, jacobian);
  fit.rss = blas::dot(fit.residuals, fit.residuals);
  fit.points = options.weights.empty() ? m : m - static_cast<std::size_t>(std::ranges::count(options.weights, 0.0));
  for (std::size_t j = 0; j < n; ++j) {
    FitParameter parameter;
    parameter.name = options.names.empty() ? "b" + std::to_string(j + 1) : options.names[j];
    parameter.value = best[j];
    parameter.at_bound = best[j] == options.bounds.low(j) || best[j] == options.bounds.high(j);
    fit.parameters.push_back(std::move(parameter));
  }
  fill_covariance(fit, jacobian, options);
  return fit;
}

Fit fit_formula(const std::string& formula, const std::vector<std::string>& column_names,
                const std::vector<std::vector<double>>& columns,
                const std::vector<std::pair<std::string, double>>& start, FitOptions options) {
  const std::size_t tilde = formula.find('~');
  if (tilde == std::string::npos || formula.find('~', tilde + 1) != std::string::npos)
    throw InvalidArgument("model \"" + formula + "\": it must be LEFT ~ RIGHT, as in y ~ b1*exp(-b2*x)");
  if (columns.size() != column_names.size())
    throw InvalidArgument(fmt::format("fit_formula: {} columns and {} names", columns.size(), column_names.size()));
  std::vector<std::string> names;
  std::vector<double> x0;
  for (const auto& [name, value] : start) {
    if (std::ranges::find(names, name) != names.end())
      throw InvalidArgument("the start names the parameter `" + name + "` twice");
    if (std::ranges::find(column_names, name) != column_names.end())
      throw InvalidArgument("`" + name + "` is a column of the data and a parameter in the start; rename one");
    names.push_back(name);
    x0.push_back(value);
  }
  if (names.empty()) throw InvalidArgument("the start is empty; name every parameter, as in b1=500,b2=1e-4");
  const Formula left = Formula::parse(std::string_view(formula).substr(0, tilde), names, column_names);
  const Formula right = Formula::parse(std::string_view(formula).substr(tilde + 1), names, column_names);
  for (std::size_t j = 0; j < names.size(); ++j)
    if (!left.uses_parameter(j) && !right.uses_parameter(j))
      throw InvalidArgument("the parameter `" + names[j] + "` of the start does not occur in the model \"" + formula +
                            "\"");

  const std::size_t width = columns.size();
  std::size_t m = 0;
  for (std::size_t k = 0; k < width; ++k) {
    if (!left.uses_column(k) && !right.uses_column(k)) continue;
    if (m != 0 && columns[k].size() != m)
      throw InvalidArgument(
          fmt::format("column `{}` has {} rows, another has {}", column_names[k], columns[k].size(), m));
    m = columns[k].size();
  }
  if (m == 0) throw InvalidArgument("the model \"" + formula + "\" uses no column that has rows");
  std::vector<double> table(m * width);
  for (std::size_t k = 0; k < width; ++k) {
    if (!left.uses_column(k) && !right.uses_column(k)) continue;
    for (std::size_t i = 0; i < m; ++i) {
      table[i * width + k] = columns[k][i];
      if (!std::isfinite(columns[k][i]))
        throw InvalidArgument(
            fmt::format("column `{}`, row {}: {} is not finite", column_names[k], i + 1, columns[k][i]));
    }
  }
  check(options, m, names.size());
  const std::vector<double> weights = options.weights;
  auto residuals = differentiable_residuals(
      [&](const auto& b, const auto& r) {
        for (std::size_t i = 0; i < m; ++i) {
          const std::span<const double> row(table.data() + i * width, width);
          r[i] = left(b, row) - right(b, row);
          if (!weights.empty()) r[i] = std::sqrt(weights[i]) * r[i];
        }
      },
      m, names.size());
  options.names = names;
  return fit(residuals, x0, options);
}

}  // namespace thalweg
