// Moré, Garbow & Hillstrom: sums of squares of any number of variables: 20 to 26. In comments and formulas indices
// count from 1.
#include <cmath>

#include "thalweg/problems/mgh.hpp"
#include "thalweg/problems/mgh_define.hpp"

namespace thalweg::problems {

vector<registry::ProblemItem> mgh_sized() {
  using namespace thalweg::math;
  vector<registry::ProblemItem> list;

  list.push_back(
      mgh("watson", "Watson", 20, "Σ_{j≥2}(j−1)xⱼt^{j−2} − (Σ xⱼt^{j−1})² − 1, t = i/29, i ≤ 29; x₁; x₂ − x₁² − 1")
          .n(6, 2, 31)
          .make([](const Shape& s) {
            const auto f = [](auto const& x, auto const& r) {
              using S = scalar_t<decltype(x)>;
              for (std::size_t i = 0; i < 29; ++i) {
                const double t = real(i + 1) / 29;
                S slope = 0, sum = x[0];
                double power = 1.0;  // t^{j−2}
                for (std::size_t j = 1; j < x.size(); ++j, power *= t) {
                  slope += real(j) * power * x[j];
                  sum += power * t * x[j];
                }
                r[i] = slope - sq(sum) - 1;
              }
              r[29] = x[0];
              r[30] = x[1] - sq(x[0]) - 1;
            };
            return published(
                squares(f, 31, constant(s.size(), 0.0)),
                {{6,
                  0.002287670053552,
                  {-0.0157250864047, 1.01243486937, -0.232991625955, 1.26043008778, -1.51372892269, 0.99299643241}},
                 {9,
                  1.399760138094e-06,
                  {-1.53070365209e-05, 0.999789703932, 0.0147639636935, 0.1463423283, 1.000821103, -2.61773114052,
                   4.10440316448, -3.14361227856, 1.05262640801}},
                 {12,
                  4.722381101789e-10,
                  {-6.63806048806e-09, 1.00000164412, -0.000563932210214, 0.347820540501, -0.156731504067,
                   1.05281517705, -3.24727115297, 7.28843489695, -10.2718482401, 9.07411364608, -4.54137546625,
                   1.01201188847}}});
          }));

  list.push_back(mgh("extended-rosenbrock", "Extended Rosenbrock", 21, "10(x₂ᵢ − x₂ᵢ₋₁²), 1 − x₂ᵢ₋₁")
                     .n(10, 2)
                     .make([](const Shape& s) {
                       require(s.n % 2 == 0, "extended-rosenbrock", "n must be even");
                       const auto f = [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
                           r[i] = 10 * (x[i + 1] - sq(x[i]));
                           r[i + 1] = 1 - x[i];
                         }
                       };
                       vector<double> start = constant(s.size(), 1.0);
                       for (std::size_t i = 0; i < start.size(); i += 2) start[i] = -1.2;
                       return optimum(squares(f, s.size(), start), 0.0, {constant(s.size(), 1.0)});
                     }));

  list.push_back(mgh("extended-powell-singular", "Extended Powell singular", 22, "problem 13 on each four variables")
                     .n(12, 4)
                     .make([](const Shape& s) {
                       require(s.n % 4 == 0, "extended-powell-singular", "n must be a multiple of 4");
                       const auto f = [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i + 3 < x.size(); i += 4) {
                           r[i] = x[i] + 10 * x[i + 1];
                           r[i + 1] = std::sqrt(5.0) * (x[i + 2] - x[i + 3]);
                           r[i + 2] = sq(x[i + 1] - 2 * x[i + 2]);
                           r[i + 3] = std::sqrt(10.0) * sq(x[i] - x[i + 3]);
                         }
                       };
                       vector<double> start;
                       for (std::int64_t i = 0; i < s.n / 4; ++i) start.insert(start.end(), {3.0, -1.0, 0.0, 1.0});
                       return optimum(squares(f, s.size(), start), 0.0, {constant(s.size(), 0.0)});
                     }));

  list.push_back(mgh("penalty-1", "Penalty I", 23, "√10⁻⁵(xᵢ − 1), Σ xⱼ² − ¼")
                     .n(10)
                     .notes("The optimum is known for n = 4 and 10.")
                     .make([](const Shape& s) {
                       const auto f = [](auto const& x, auto const& r) {
                         const std::size_t n = x.size();
                         scalar_t<decltype(x)> sum = -0.25;
                         for (std::size_t i = 0; i < n; ++i) {
                           r[i] = std::sqrt(1e-5) * (x[i] - 1);
                           sum += sq(x[i]);
                         }
                         r[n] = sum;
                       };
                       return published(
                           squares(f, s.size() + 1, each(s.size(), [](double j) { return j; })),
                           {{4, 2.2499775009e-05, {0.250007499588, 0.250007499588, 0.250007499588, 0.250007499588}},
                            {10,
                             7.08765146709e-05,
                             {0.158122301113, 0.158122301113, 0.158122301113, 0.158122301113, 0.158122301113,
                              0.158122301113, 0.158122301113, 0.158122301113, 0.158122301113, 0.158122301113}}});
                     }));

  list.push_back(
      mgh("penalty-2", "Penalty II", 24,
          "x₁ − 0.2; √10⁻⁵(e^{xᵢ/10} + e^{xᵢ₋₁/10} − yᵢ); √10⁻⁵(e^{xᵢ/10} − e^{−1/10}); Σ(n − j + 1)xⱼ² − 1")
          .n(10)
          .notes("yᵢ = e^{i/10} + e^{(i−1)/10}. The optimum is known for n = 4 and 10.")
          .make([](const Shape& s) {
            const auto f = [](auto const& x, auto const& r) {
              const std::size_t n = x.size();
              const double a = std::sqrt(1e-5);
              scalar_t<decltype(x)> sum = -1;
              for (std::size_t j = 0; j < n; ++j) sum += real(n - j) * sq(x[j]);
              r[0] = x[0] - 0.2;
              for (std::size_t i = 1; i < n; ++i) {
                const double y = std::exp(real(i + 1) / 10) + std::exp(real(i) / 10);
                r[i] = a * (exp(x[i] / 10) + exp(x[i - 1] / 10) - y);
                r[n + i - 1] = a * (exp(x[i] / 10) - std::exp(-0.1));
              }
              r[2 * n - 1] = sum;
            };
            return published(squares(f, 2 * s.size(), constant(s.size(), 0.5)),
                             {{4, 9.376293007355e-06, {0.19999933335, 0.191316700993, 0.480101485333, 0.51884540439}},
                              {10,
                               0.0002936605374567,
                               {0.199983605198, 0.0103506484713, 0.0196049344804, 0.0320890672207, 0.0499326773996,
                                0.076513995154, 0.11862407287, 0.192144872336, 0.347320586942, 0.369164374159}}});
          }));

  list.push_back(mgh("variably-dimensioned", "Variably dimensioned", 25, "xᵢ − 1, σ, σ², σ = Σ j(xⱼ − 1)")
                     .n(10)
                     .make([](const Shape& s) {
                       const auto f = [](auto const& x, auto const& r) {
                         const std::size_t n = x.size();
                         scalar_t<decltype(x)> sum = 0;
                         for (std::size_t j = 0; j < n; ++j) {
                           r[j] = x[j] - 1;
                           sum += real(j + 1) * (x[j] - 1);
                         }
                         r[n] = sum;
                         r[n + 1] = sq(sum);
                       };
                       const double n = static_cast<double>(s.n);
                       return optimum(squares(f, s.size() + 2, each(s.size(), [n](double j) { return 1 - j / n; })),
                                      0.0, {constant(s.size(), 1.0)});
                     }));

  list.push_back(mgh("trigonometric", "Trigonometric", 26, "n − Σ cos xⱼ + i(1 − cos xᵢ) − sin xᵢ")
                     .n(10)
                     .notes("Local minima; from the standard start 2.79506e-5 (n = 10) is often met.")
                     .make([](const Shape& s) {
                       const auto f = [](auto const& x, auto const& r) {
                         scalar_t<decltype(x)> sum = real(x.size());
                         for (std::size_t j = 0; j < x.size(); ++j) sum -= cos(x[j]);
                         for (std::size_t i = 0; i < x.size(); ++i)
                           r[i] = sum + real(i + 1) * (1 - cos(x[i])) - sin(x[i]);
                       };
                       return optimum(squares(f, s.size(), constant(s.size(), 1 / static_cast<double>(s.n))), 0.0,
                                      {constant(s.size(), 0.0)});
                     }));

  return list;
}

}  // namespace thalweg::problems
