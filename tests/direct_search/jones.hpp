// The functions of D. R. Jones, C. D. Perttunen & B. E. Stuckman, J. Optim. Theory Appl. 79 (1993) 157, §6, in their
// boxes, and the evaluations to 0.01 % of the optimum, |f − f*| ≤ 1e-4·|f*|, at the end of the iteration that reaches
// it, with ε = 1e-4: those of `direct` from their Table 2; those of `direct-l` from Gablonsky's program in
// NLopt 2.7.1 (GN_ORIG_DIRECT_L, magic_eps = 1e-4), whose GN_ORIG_DIRECT gives the counts of `direct` too.
// `scipy_l` and `nlopt_l`: evaluations of SciPy 1.10.1's direct(locally_biased=True) and of NLopt's GN_DIRECT_L up to
// the first that is within 0.01 % (0: none of 3000 is), by bench/peers/run.py with a budget of 1000 simplex
// gradients.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "thalweg/core/minimize.hpp"

namespace thalweg::jones {

using Point = std::span<const double>;

struct Problem {
  std::string name;
  std::function<double(Point)> f;
  Bounds box;
  double optimum;
  std::uint64_t direct, direct_l, scipy_l, nlopt_l;
};

inline double branin(Point x) {
  constexpr double pi = std::numbers::pi;
  const double a = x[1] - 5.1 / (4.0 * pi * pi) * x[0] * x[0] + 5.0 / pi * x[0] - 6.0;
  return a * a + 10.0 * (1.0 - 1.0 / (8.0 * pi)) * std::cos(x[0]) + 10.0;
}
inline double goldstein_price(Point x) {
  const double a = x[0], b = x[1];
  const double u = a + b + 1.0, v = 2.0 * a - 3.0 * b;
  return (1.0 + u * u * (19.0 - 14.0 * a + 3.0 * a * a - 14.0 * b + 6.0 * a * b + 3.0 * b * b)) *
         (30.0 + v * v * (18.0 - 32.0 * a + 12.0 * a * a + 48.0 * b - 36.0 * a * b + 27.0 * b * b));
}
inline double six_hump_camel(Point x) {
  const double a = x[0] * x[0], b = x[1] * x[1];
  return (4.0 - 2.1 * a + a * a / 3.0) * a + x[0] * x[1] + (-4.0 + 4.0 * b) * b;
}
inline double shubert(Point x) {
  const auto one = [](double t) {
    double sum = 0.0;
    for (int j = 1; j <= 5; ++j) sum += j * std::cos((j + 1) * t + j);
    return sum;
  };
  return one(x[0]) * one(x[1]);
}
template <std::size_t N>
double hartmann(Point x, const double (&a)[4][N], const double (&p)[4][N]) {
  const double c[4] = {1.0, 1.2, 3.0, 3.2};
  double f = 0.0;
  for (int i = 0; i < 4; ++i) {
    double sum = 0.0;
    for (std::size_t j = 0; j < N; ++j) sum += a[i][j] * std::pow(x[j] - 1e-4 * p[i][j], 2);
    f -= c[i] * std::exp(-sum);
  }
  return f;
}
inline double hartmann3(Point x) {
  constexpr double a[4][3] = {{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}};
  constexpr double p[4][3] = {{3689, 1170, 2673}, {4699, 4387, 7470}, {1091, 8732, 5547}, {381, 5743, 8828}};
  return hartmann(x, a, p);
}
inline double hartmann6(Point x) {
  constexpr double a[4][6] = {
      {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double p[4][6] = {{1312, 1696, 5569, 124, 8283, 5886},
                              {2329, 4135, 8307, 3736, 1004, 9991},
                              {2348, 1451, 3522, 2883, 3047, 6650},
                              {4047, 8828, 8732, 5743, 1091, 381}};
  return hartmann(x, a, p);
}
template <int M>
double shekel(Point x) {
  constexpr double a[10][4] = {{4, 4, 4, 4}, {1, 1, 1, 1}, {8, 8, 8, 8}, {6, 6, 6, 6}, {3, 7, 3, 7},
                               {2, 9, 2, 9}, {5, 5, 3, 3}, {8, 1, 8, 1}, {6, 2, 6, 2}, {7, 3.6, 7, 3.6}};
  constexpr double c[10] = {0.1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.3, 0.7, 0.5, 0.5};
  double f = 0.0;
  for (int i = 0; i < M; ++i) {
    double sum = c[i];
    for (std::size_t j = 0; j < 4; ++j) sum += std::pow(x[j] - a[i][j], 2);
    f -= 1.0 / sum;
  }
  return f;
}

inline std::vector<Problem> problems() {
  const auto cube = [](std::size_t n, double low, double high) {
    return Bounds{std::vector<double>(n, low), std::vector<double>(n, high)};
  };
  return {
      {"shekel5", shekel<5>, cube(4, 0, 10), -10.1531996790582, 155, 147, 231, 186},
      {"shekel7", shekel<7>, cube(4, 0, 10), -10.4029405668187, 145, 141, 223, 138},
      {"shekel10", shekel<10>, cube(4, 0, 10), -10.5364098166920, 145, 139, 223, 138},
      {"hartmann3", hartmann3, cube(3, 0, 1), -3.86278214782076, 199, 111, 138, 105},
      {"hartmann6", hartmann6, cube(6, 0, 1), -3.32236801141551, 571, 295, 295, 284},
      {"branin", branin, {{-5, 0}, {10, 15}}, 0.397887357729738, 195, 159, 173, 148},
      {"goldstein-price", goldstein_price, cube(2, -2, 2), 3.0, 191, 115, 117, 104},
      {"six-hump-camel", six_hump_camel, {{-3, -2}, {3, 2}}, -1.03162845348988, 285, 191, 210, 187},
      {"shubert", shubert, cube(2, -10, 10), -186.730908831024, 2967, 2043, 2335, 0},
  };
}

// Until the end of the iteration that comes within 0.01 % of the optimum; 0 when 1e5 do not suffice.
template <class M>
std::uint64_t evaluations(const Problem& p, const M& method) {
  std::uint64_t count = 0;
  Limits limits{.max_evaluations = 100'000, .bounds = p.box};
  limits.callback = [&](const Progress& now) {
    if (std::abs(now.best_f - p.optimum) > 1e-4 * std::abs(p.optimum)) return Control::proceed;
    count = now.ledger->of(AnswerKind::value);
    return Control::stop;
  };
  std::vector<double> middle;
  for (std::size_t i = 0; i < p.box.lower.size(); ++i) middle.push_back(0.5 * (p.box.lower[i] + p.box.upper[i]));
  minimize(p.f, middle, method, limits);
  return count;
}

// Up to the first evaluation within 0.01 %.
template <class M>
std::uint64_t evaluations_to_target(const Problem& p, const M& method) {
  std::uint64_t count = 0, first = 0;
  const auto f = [&](Point x) {
    const double value = p.f(x);
    ++count;
    if (first == 0 && value - p.optimum <= 1e-4 * std::abs(p.optimum)) first = count;
    return value;
  };
  std::vector<double> middle;
  for (std::size_t i = 0; i < p.box.lower.size(); ++i) middle.push_back(0.5 * (p.box.lower[i] + p.box.upper[i]));
  minimize(f, middle, method, {.max_evaluations = 5000, .bounds = p.box});
  return first;
}

}  // namespace thalweg::jones
