// Fitting a model to data by nonlinear least squares, with the standard errors of what was found.
//
//   const auto fit = thalweg::fit_curve([](auto const& b, double x) { return b[0] * (1 - exp(-b[1] * x)); },
//                                       x, y, {500, 1e-4});
//   std::printf("b1 = %g ± %g\n", fit.parameters[0].value, fit.parameters[0].standard_error);
//
// and, from text, fit_formula("y ~ b1*(1-exp(-b2*x))", {"x", "y"}, {x, y}, {{"b1", 500}, {"b2", 1e-4}}).
//
// Least squares: covariance s²(JᵀJ)⁻¹ at the solution, s² = rss/(m − p), with r and J weighted (Seber & Wild,
// Nonlinear Regression (1989), §2.1.2 and §2.8.1). Robust losses: Huber's (Robust Statistics (1981), (7.6.5)),
//   K² [C² Σψ(u)²/(m − p)] / [Σψ′(u)/m]² (JᵀJ)⁻¹,   K = 1 + (p/m) Var ψ′/(mean ψ′)²,   u = r/C, ψ = ρ′(u)/2.
// Parameters that end on a bound, and those that the data do not determine, have no standard error (NaN); p counts
// the others. Weights are of squares, w_i = 1/σ_i² up to a common factor; points of weight 0 are not counted in m.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/second_order/levenberg_marquardt.hpp"
#include "thalweg/second_order/robust_loss.hpp"

namespace thalweg {

struct FitOptions {
  std::vector<std::string> names{};  // of the parameters; default b1, b2, …
  std::vector<double> weights{};     // of the points, ≥ 0 and finite; default 1
  Bounds bounds{};
  Robust loss = Robust::linear;
  double loss_scale = 1.0;  // C: residuals (weighted) up to about C count in full
  // Any method that the residuals' answers suffice. By default to the rounding of f, whatever the residuals' unit,
  // and from a cautious first step: of BoxBOD (NIST) from its far start, damping from 30 to 10⁴ finds the minimum and
  // 10⁻³ to 10 jumps onto a plateau, while nearer starts cost some ten iterations more than with 10⁻³
  // (tests/second_order/fit.cpp).
  Method method = thalweg::method(LevenbergMarquardt{.damping = 100.0, .gradient_tolerance = 0.0});
  Limits limits{};  // its bounds are those above
};

struct FitParameter {
  std::string name;
  double value = 0.0;
  double standard_error = std::numeric_limits<double>::quiet_NaN();
  bool at_bound = false;
};

struct Fit {
  std::vector<FitParameter> parameters;
  std::vector<double> covariance, correlation;     // p×p row-major; NaN where a parameter has no standard error
  double rss = 0.0;                                // Σ w (y − model)², whatever the loss
  double residual_standard_deviation = 0.0;        // √(rss/(m − p)); NaN when m ≤ p
  std::size_t points = 0, degrees_of_freedom = 0;  // m, m − p
  std::vector<double> residuals;                   // √w (y − model)
  Result result;                                   // of the run: status, message, counts
};

// From an objective with residuals √w (y − model) and their Jacobian. options.weights tells only which points count.
Fit fit(Objective<double>& residuals, const std::vector<double>& start, const FitOptions& options = {});

// model(b, x) for parameters b of any number type and one predictor x; see differentiable() on how to write it.
template <class Model>
Fit fit_curve(Model model, const std::vector<double>& x, const std::vector<double>& y,
              const std::vector<double>& start, const FitOptions& options = {}) {
  if (x.size() != y.size())
    throw InvalidArgument("fit_curve: x has " + std::to_string(x.size()) + " entries and y " +
                          std::to_string(y.size()) + "; they must be as many");
  if (x.empty()) throw InvalidArgument("fit_curve: there are no points");
  if (!options.weights.empty() && options.weights.size() != x.size())
    throw InvalidArgument("fit_curve: there are " + std::to_string(options.weights.size()) + " weights for " +
                          std::to_string(x.size()) + " points");
  auto residuals = differentiable_residuals(
      [&](const auto& b, const auto& r) {
        for (std::size_t i = 0; i < x.size(); ++i) {
          const double root = options.weights.empty() ? 1.0 : std::sqrt(options.weights[i]);
          r[i] = root * (y[i] - model(b, x[i]));
        }
      },
      x.size(), start.size());
  return fit(residuals, start, options);
}

// "LEFT ~ RIGHT", both formulas (autodiff/formula.hpp) of columns and parameters; the parameters are the names in
// `start`. columns[k] holds the values of column_names[k]. Throws InvalidArgument for a formula without ~, a name
// that is neither (both are listed), columns of different lengths, a cell that is used and not finite.
Fit fit_formula(const std::string& formula, const std::vector<std::string>& column_names,
                const std::vector<std::vector<double>>& columns,
                const std::vector<std::pair<std::string, double>>& start, FitOptions options = {});

}  // namespace thalweg
