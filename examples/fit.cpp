// A model fitted to data, with standard errors.
#include "thalweg/second_order/fit.hpp"

#include <cstdio>

int main() {
  const std::vector<double> x = {77.6, 141.1, 239.9, 332.8, 434.8, 536.8, 689.1};
  const std::vector<double> y = {10.07, 17.94, 29.61, 40.02, 50.76, 61.01, 75.47};
  const auto model = [](const auto& b, double t) {
    using namespace thalweg::math;
    return b[0] * (1 - exp(-b[1] * t));
  };
  const thalweg::Fit fit = thalweg::fit_curve(model, x, y, {500, 1e-4});
  for (const auto& p : fit.parameters)
    std::printf("%s = %.6g, standard error %.2g\n", p.name.c_str(), p.value, p.standard_error);
  std::printf("residual standard deviation %.3g, %s\n", fit.residual_standard_deviation, fit.result.message.c_str());
}
