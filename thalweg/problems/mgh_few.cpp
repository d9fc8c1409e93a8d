// Moré, Garbow & Hillstrom: the problems of two to four variables without data.
#include <cmath>

#include "thalweg/problems/mgh.hpp"
#include "thalweg/problems/mgh_define.hpp"

namespace thalweg::problems {

vector<registry::ProblemItem> mgh_few() {
  using namespace thalweg::math;
  constexpr double pi = std::numbers::pi;
  vector<registry::ProblemItem> list;

  list.push_back(fixed(mgh("rosenbrock", "Rosenbrock", 1, "10(x₂ − x₁²), 1 − x₁"),
                       [](auto const& x, auto const& r) {
                         r[0] = 10 * (x[1] - sq(x[0]));
                         r[1] = 1 - x[0];
                       },
                       2, {-1.2, 1.0}, 0.0, {{1.0, 1.0}}));

  list.push_back(fixed(mgh("freudenstein-roth", "Freudenstein and Roth", 2,
                           "−13 + x₁ + ((5 − x₂)x₂ − 2)x₂, −29 + x₁ + ((x₂ + 1)x₂ − 14)x₂")
                           .notes("Local minimum 48.98425 at (11.4128, −0.896805); most methods end there."),
                       [](auto const& x, auto const& r) {
                         r[0] = -13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1];
                         r[1] = -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1];
                       },
                       2, {0.5, -2.0}, 0.0, {{5.0, 4.0}}));

  list.push_back(
      fixed(mgh("powell-badly-scaled", "Powell badly scaled", 3, "10⁴x₁x₂ − 1, e^{−x₁} + e^{−x₂} − 1.0001"),
            [](auto const& x, auto const& r) {
              r[0] = 1e4 * x[0] * x[1] - 1;
              r[1] = exp(-x[0]) + exp(-x[1]) - 1.0001;
            },
            2, {0.0, 1.0}, 0.0, {{1.0981593296998e-5, 9.1061467398665}}));

  list.push_back(fixed(mgh("brown-badly-scaled", "Brown badly scaled", 4, "x₁ − 10⁶, x₂ − 2·10⁻⁶, x₁x₂ − 2"),
                       [](auto const& x, auto const& r) {
                         r[0] = x[0] - 1e6;
                         r[1] = x[1] - 2e-6;
                         r[2] = x[0] * x[1] - 2;
                       },
                       3, {1.0, 1.0}, 0.0, {{1e6, 2e-6}}));

  list.push_back(fixed(mgh("beale", "Beale", 5, "yᵢ − x₁(1 − x₂ⁱ), y = 1.5, 2.25, 2.625"),
                       [](auto const& x, auto const& r) {
                         r[0] = 1.5 - x[0] * (1 - x[1]);
                         r[1] = 2.25 - x[0] * (1 - sq(x[1]));
                         r[2] = 2.625 - x[0] * (1 - x[1] * sq(x[1]));
                       },
                       3, {1.0, 1.0}, 0.0, {{3.0, 0.5}}));

  list.push_back(
      fixed(mgh("jennrich-sampson", "Jennrich and Sampson", 6, "2 + 2i − (e^{i x₁} + e^{i x₂}), i = 1 … 10"),
            [](auto const& x, auto const& r) {
              for (int i = 1; i <= 10; ++i)
                r[static_cast<std::size_t>(i - 1)] = 2 + 2 * i - (exp(i * x[0]) + exp(i * x[1]));
            },
            10, {0.3, 0.4}, 124.3621823556, {{0.25782521367, 0.25782521367}}));

  list.push_back(fixed(mgh("helical-valley", "Helical valley", 7, "10(x₃ − 10θ(x₁, x₂)), 10(√(x₁² + x₂²) − 1), x₃")
                           .notes("2πθ is the angle of (x₁, x₂), in (−π/2, 3π/2]: a jump on the negative x₂ axis."),
                       [](auto const& x, auto const& r) {
                         using S = scalar_t<decltype(x)>;
                         S theta = 0;
                         if (x[0] != 0) {
                           theta = atan(x[1] / x[0]) / (2 * pi);
                           if (x[0] < 0) theta += 0.5;
                         } else {
                           theta = x[1] < 0 ? -0.25 : 0.25;
                           if (x[1] != 0) theta -= atan(x[0] / x[1]) / (2 * pi);  // for the derivatives
                         }
                         r[0] = 10 * (x[2] - 10 * theta);
                         r[1] = 10 * (sqrt(sq(x[0]) + sq(x[1])) - 1);
                         r[2] = x[2];
                       },
                       3, {-1.0, 0.0, 0.0}, 0.0, {{1.0, 0.0, 0.0}}));

  list.push_back(
      fixed(mgh("powell-singular", "Powell singular", 13, "x₁ + 10x₂, √5(x₃ − x₄), (x₂ − 2x₃)², √10(x₁ − x₄)²"),
            [](auto const& x, auto const& r) {
              r[0] = x[0] + 10 * x[1];
              r[1] = std::sqrt(5.0) * (x[2] - x[3]);
              r[2] = sq(x[1] - 2 * x[2]);
              r[3] = std::sqrt(10.0) * sq(x[0] - x[3]);
            },
            4, {3.0, -1.0, 0.0, 1.0}, 0.0, {{0.0, 0.0, 0.0, 0.0}}));

  list.push_back(
      fixed(mgh("wood", "Wood", 14, "10(x₂ − x₁²), 1 − x₁, √90(x₄ − x₃²), 1 − x₃, √10(x₂ + x₄ − 2), (x₂ − x₄)/√10"),
            [](auto const& x, auto const& r) {
              r[0] = 10 * (x[1] - sq(x[0]));
              r[1] = 1 - x[0];
              r[2] = std::sqrt(90.0) * (x[3] - sq(x[2]));
              r[3] = 1 - x[2];
              r[4] = std::sqrt(10.0) * (x[1] + x[3] - 2);
              r[5] = (x[1] - x[3]) / std::sqrt(10.0);
            },
            6, {-3.0, -1.0, -3.0, -1.0}, 0.0, {{1.0, 1.0, 1.0, 1.0}}));
  return list;
}

}  // namespace thalweg::problems
