// Functions of two to six variables.
#include <array>
#include <cmath>
#include <numbers>

#include "thalweg/core/statistical_model.hpp"
#include "thalweg/problems/classic.hpp"
#include "thalweg/problems/define.hpp"

namespace thalweg::problems {

namespace {

using namespace thalweg::math;
constexpr double pi = std::numbers::pi;

// A function of a fixed number of variables.
template <class F>
registry::ProblemItem fixed(const Definition& d, F f, vector<double> start, Bounds bounds, double optimum,
                            vector<vector<double>> minimisers, double tolerance = 1e-9) {
  return d.make(
      [=](const Shape&) { return within(with_optimum(smooth(f, start), optimum, minimisers, tolerance), bounds); });
}

// Hartmann: −Σ cᵢ exp(−Σ aᵢⱼ(xⱼ − pᵢⱼ)²).
template <std::size_t N>
auto hartmann(const std::array<std::array<double, N>, 4>& a, const std::array<std::array<double, N>, 4>& p) {
  return [a, p](auto const& x) {
    constexpr std::array<double, 4> c{1.0, 1.2, 3.0, 3.2};
    using S = scalar_t<decltype(x)>;
    S sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      S distance = 0;
      for (std::size_t j = 0; j < N; ++j) distance += a[i][j] * sq(x[j] - p[i][j]);
      sum -= c[i] * exp(-distance);
    }
    return sum;
  };
}

constexpr double foxholes[10][4] = {{4, 4, 4, 4}, {1, 1, 1, 1}, {8, 8, 8, 8}, {6, 6, 6, 6}, {3, 7, 3, 7},
                                    {2, 9, 2, 9}, {5, 5, 3, 3}, {8, 1, 8, 1}, {6, 2, 6, 2}, {7, 3.6, 7, 3.6}};
constexpr double depths[10] = {0.1, 0.2, 0.2, 0.4, 0.4, 0.6, 0.3, 0.7, 0.5, 0.5};

}  // namespace

vector<registry::ProblemItem> few_dimensions() {
  const char* dixon_szego = "Dixon & Szegő, Towards Global Optimisation 2 (1978)";
  vector<registry::ProblemItem> list;

  list.push_back(fixed(define("beale", "Beale's function", "Beale (1958); Moré, Garbow & Hillstrom (1981), 5",
                              "Σ_{i=1..3} (yᵢ − x₀(1 − x₁ⁱ))², y = 1.5, 2.25, 2.625"),
                       [](auto const& x) {
                         return sq(1.5 - x[0] * (1 - x[1])) + sq(2.25 - x[0] * (1 - sq(x[1]))) +
                                sq(2.625 - x[0] * (1 - pow(x[1], 3)));
                       },
                       {1.0, 1.0}, box(2, -4.5, 4.5), 0.0, {{3.0, 0.5}}));

  list.push_back(fixed(define("branin", "Branin's function", dixon_szego,
                              "(x₁ − 5.1x₀²/(4π²) + 5x₀/π − 6)² + 10(1 − 1/(8π)) cos x₀ + 10"),
                       [](auto const& x) {
                         return sq(x[1] - 5.1 / (4 * pi * pi) * sq(x[0]) + 5 / pi * x[0] - 6) +
                                10 * (1 - 1 / (8 * pi)) * cos(x[0]) + 10;
                       },
                       {2.5, 7.5}, Bounds{{-5.0, 0.0}, {10.0, 15.0}}, 5 / (4 * pi),
                       {{-pi, 12.275}, {pi, 2.275}, {3 * pi, 2.475}}));

  list.push_back(fixed(define("goldstein-price", "Goldstein and Price's function", dixon_szego,
                              "(1 + (x₀+x₁+1)²(19 − 14x₀ + 3x₀² − 14x₁ + 6x₀x₁ + 3x₁²)) · "
                              "(30 + (2x₀−3x₁)²(18 − 32x₀ + 12x₀² + 48x₁ − 36x₀x₁ + 27x₁²))"),
                       [](auto const& x) {
                         const auto a = 19 - 14 * x[0] + 3 * sq(x[0]) - 14 * x[1] + 6 * x[0] * x[1] + 3 * sq(x[1]);
                         const auto b = 18 - 32 * x[0] + 12 * sq(x[0]) + 48 * x[1] - 36 * x[0] * x[1] + 27 * sq(x[1]);
                         return (1 + sq(x[0] + x[1] + 1) * a) * (30 + sq(2 * x[0] - 3 * x[1]) * b);
                       },
                       {1.0, 1.0}, box(2, -2.0, 2.0), 3.0, {{0.0, -1.0}}));

  list.push_back(
      fixed(define("six-hump-camel", "Six-hump camel", dixon_szego, "(4 − 2.1x₀² + x₀⁴/3)x₀² + x₀x₁ + 4(x₁² − 1)x₁²"),
            [](auto const& x) {
              return (4 - 2.1 * sq(x[0]) + sq(sq(x[0])) / 3) * sq(x[0]) + x[0] * x[1] + 4 * (sq(x[1]) - 1) * sq(x[1]);
            },
            {1.5, 1.0}, Bounds{{-3.0, -2.0}, {3.0, 2.0}}, -1.031628453489877,
            {{0.0898420131, -0.7126564030}, {-0.0898420131, 0.7126564030}}));

  list.push_back(fixed(
      define("three-hump-camel", "Three-hump camel", "Branin, IBM J. Res. Dev. 16 (1972)",
             "2x₀² − 1.05x₀⁴ + x₀⁶/6 + x₀x₁ + x₁²"),
      [](auto const& x) { return 2 * sq(x[0]) - 1.05 * pow(x[0], 4) + pow(x[0], 6) / 6 + x[0] * x[1] + sq(x[1]); },
      {-2.0, 1.5}, box(2, -5.0, 5.0), 0.0, {{0.0, 0.0}}));

  list.push_back(
      fixed(define("himmelblau", "Himmelblau's function", "Himmelblau, Applied Nonlinear Programming (1972)",
                   "(x₀² + x₁ − 11)² + (x₀ + x₁² − 7)²"),
            [](auto const& x) { return sq(sq(x[0]) + x[1] - 11) + sq(x[0] + sq(x[1]) - 7); }, {0.0, 0.0},
            box(2, -6.0, 6.0), 0.0,
            {{3.0, 2.0},
             {-2.805118086952745, 3.131312518250573},
             {-3.779310253377747, -3.283185991286170},
             {3.584428340330492, -1.848126526964404}}));

  list.push_back(fixed(define("wood", "Wood's function", "Colville (1968); Moré, Garbow & Hillstrom (1981), 14",
                              "100(x₁−x₀²)² + (1−x₀)² + 90(x₃−x₂²)² + (1−x₂)² + 10(x₁+x₃−2)² + (x₁−x₃)²/10"),
                       [](auto const& x) {
                         return 100 * sq(x[1] - sq(x[0])) + sq(1 - x[0]) + 90 * sq(x[3] - sq(x[2])) + sq(1 - x[2]) +
                                10 * sq(x[1] + x[3] - 2) + 0.1 * sq(x[1] - x[3]);
                       },
                       {-3.0, -1.0, -3.0, -1.0}, box(4, -10.0, 10.0), 0.0, {{1.0, 1.0, 1.0, 1.0}}));

  list.push_back(
      fixed(define("booth", "Booth's function", "Jamil & Yang, Int. J. Math. Model. Numer. Optim. 4 (2013), 17",
                   "(x₀ + 2x₁ − 7)² + (2x₀ + x₁ − 5)²"),
            [](auto const& x) { return sq(x[0] + 2 * x[1] - 7) + sq(2 * x[0] + x[1] - 5); }, {-5.0, 5.0},
            box(2, -10.0, 10.0), 0.0, {{1.0, 3.0}}));

  list.push_back(fixed(define("matyas", "Matyas' function", "Jamil & Yang (2013), 71", "0.26(x₀² + x₁²) − 0.48x₀x₁"),
                       [](auto const& x) { return 0.26 * (sq(x[0]) + sq(x[1])) - 0.48 * x[0] * x[1]; }, {-5.0, 7.0},
                       box(2, -10.0, 10.0), 0.0, {{0.0, 0.0}}));

  list.push_back(fixed(define("easom", "Easom's function", "Easom (1990); Jamil & Yang (2013), 50",
                              "−cos x₀ cos x₁ exp(−(x₀ − π)² − (x₁ − π)²)")
                           .notes("Flat away from the minimum: a needle."),
                       [](auto const& x) { return -cos(x[0]) * cos(x[1]) * exp(-sq(x[0] - pi) - sq(x[1] - pi)); },
                       {1.5, 2.0}, box(2, -100.0, 100.0), -1.0, {{pi, pi}}));

  list.push_back(
      fixed(define("mckinnon", "McKinnon's function", "McKinnon, SIAM J. Optim. 9 (1998) 148, (3.1), τ=2, θ=6, φ=60",
                   "θφ|x₀|^τ + x₁ + x₁² for x₀ ≤ 0, θx₀^τ + x₁ + x₁² else")
                .notes("Nelder–Mead from the simplex (0, 0), (1, 1), ((1+√33)/8, (1−√33)/8) shrinks to "
                       "the origin, which is not stationary."),
            [](auto const& x) {
              const auto y = x[1] + sq(x[1]);
              return x[0] <= 0 ? 360 * sq(x[0]) + y : 6 * sq(x[0]) + y;
            },
            {1.0, 1.0}, Bounds{}, -0.25, {{0.0, -0.5}}));

  const std::array<std::array<double, 3>, 4> a3{{{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}}};
  const std::array<std::array<double, 3>, 4> p3{
      {{0.3689, 0.1170, 0.2673}, {0.4699, 0.4387, 0.7470}, {0.1091, 0.8732, 0.5547}, {0.0381, 0.5743, 0.8828}}};
  list.push_back(fixed(define("hartmann3", "Hartmann's function, 3 variables", dixon_szego,
                              "−Σ cᵢ exp(−Σ aᵢⱼ(xⱼ − pᵢⱼ)²), four terms"),
                       hartmann<3>(a3, p3), vector<double>(3, 0.5), box(3, 0.0, 1.0), -3.862779787332663,
                       {{0.11458887666, 0.55564889462, 0.85254698468}}));

  const std::array<std::array<double, 6>, 4> a6{
      {{10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}}};
  const std::array<std::array<double, 6>, 4> p6{{{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                                 {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                                 {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                                 {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}}};
  list.push_back(fixed(define("hartmann6", "Hartmann's function, 6 variables", dixon_szego,
                              "−Σ cᵢ exp(−Σ aᵢⱼ(xⱼ − pᵢⱼ)²), four terms"),
                       hartmann<6>(a6, p6), vector<double>(6, 0.5), box(6, 0.0, 1.0), -3.322368011415515,
                       {{0.20168951101, 0.15001069182, 0.47687397422, 0.27533243049, 0.3116516166, 0.65730053407}}));

  // Its 18 minimisers pair a lowest point of the sum with a highest one, of which the box holds three each.
  vector<vector<double>> shubert_minimisers;
  for (const double low : {-1.425128428319761, -0.800321100471973})
    for (const int turn : {-1, 0, 1})
      for (const int other : {-1, 0, 1}) {
        const double high = low < -1 ? -0.800321100471973 : -1.425128428319761;
        shubert_minimisers.push_back({low + 2 * pi * turn, high + 2 * pi * other});
      }
  list.push_back(fixed(
      define("shubert", "Shubert's function, 2 variables",
             "Levy & Montalvo, SIAM J. Sci. Stat. Comput. 6 (1985); Jones, Perttunen & Stuckman (1993)",
             "Σ_{i=1..5} i cos((i + 1)x₀ + i) · Σ_{i=1..5} i cos((i + 1)x₁ + i)")
          .notes("760 minima, 18 of them global."),
      [](auto const& x) {
        using S = scalar_t<decltype(x)>;
        S a = 0, b = 0;
        for (int i = 1; i <= 5; ++i) {
          a += i * cos((i + 1) * x[0] + i);
          b += i * cos((i + 1) * x[1] + i);
        }
        return S(a * b);
      },
      {1.0, 1.0}, box(2, -10.0, 10.0), -186.7309088310238, shubert_minimisers));

  list.push_back(define("shekel", "Shekel's foxholes, 4 variables", dixon_szego, "−Σ_{i<m} 1/(‖x − aᵢ‖² + cᵢ)")
                     .m(10, 5, 10)
                     .notes("m terms: 5, 7 or 10 in the literature; the optimum is known for these.")
                     .make([](const Shape& s) {
                       Problem p = smooth(
                           [terms = static_cast<std::size_t>(s.m)](auto const& x) {
                             using S = scalar_t<decltype(x)>;
                             S sum = 0;
                             for (std::size_t i = 0; i < terms; ++i) {
                               S distance = depths[i];
                               for (std::size_t j = 0; j < 4; ++j) distance += sq(x[j] - foxholes[i][j]);
                               sum -= 1 / distance;
                             }
                             return sum;
                           },
                           {5.0, 5.0, 5.0, 5.0});
                       if (s.m == 5)
                         p = with_optimum(std::move(p), -10.15319967905823,
                                          {{4.00003715282, 4.00013327659, 4.00003715282, 4.00013327659}});
                       if (s.m == 7)
                         p = with_optimum(std::move(p), -10.40294056681866,
                                          {{4.00057291619, 4.00068936619, 3.99948970886, 3.99960615886}});
                       if (s.m == 10)
                         p = with_optimum(std::move(p), -10.53640981669204,
                                          {{4.00074653159, 4.00059293414, 3.99966339804, 3.99950980059}});
                       return within(std::move(p), box(4, 0.0, 10.0));
                     }));

  list.push_back(
      define("gaussian-likelihood", "Likelihood of a normal distribution", "Amari (1998), Neural Computation 10:251",
             "x₁ + (v + (m − x₀)²) exp(−2x₁)/2, m = 1, v = 4")
          .notes("Minus the mean log-likelihood, but for a constant, of observations of mean m and variance v under "
                 "N(x₀, e^{2x₁}); answers Fisher-vector products, F = diag(e^{−2x₁}, 2).")
          .make([](const Shape&) {
            Problem p = smooth([](auto const& x) { return x[1] + 0.5 * (4.0 + sq(1.0 - x[0])) * exp(-2.0 * x[1]); },
                               {0.0, 0.0});
            const auto fisher = [](std::span<const double> x, std::span<double> f) {
              f[0] = std::exp(-2.0 * x[1]), f[3] = 2.0;
            };
            p.objective = std::make_shared<StatisticalModel>(p.objective, fisher);
            return with_optimum(std::move(p), 0.5 + std::numbers::ln2, {{1.0, std::numbers::ln2}});
          }));
  return list;
}

}  // namespace thalweg::problems
