// Functions of any dimension with many minima. Starts lie away from the middle of the box, where the optimum often
// is.
#include <cmath>
#include <numbers>

#include "thalweg/problems/classic.hpp"
#include "thalweg/problems/define.hpp"

namespace thalweg::problems {

vector<registry::ProblemItem> multimodal() {
  constexpr double pi = std::numbers::pi;
  using namespace thalweg::math;
  const auto all = [](const Shape& s, double v) { return vector<double>(s.size(), v); };
  vector<registry::ProblemItem> list;

  list.push_back(define("rastrigin", "Rastrigin's function",
                        "Rastrigin (1974); Mühlenbein et al., Parallel Computing 17 (1991)",
                        "10n + Σ xᵢ² − 10 cos 2πxᵢ")
                     .n(10)
                     .make([all](const Shape& s) {
                       Problem p = smooth(
                           [](auto const& x) {
                             scalar_t<decltype(x)> sum = 10.0 * static_cast<double>(x.size());
                             for (std::size_t i = 0; i < x.size(); ++i) sum += sq(x[i]) - 10 * cos(2 * pi * x[i]);
                             return sum;
                           },
                           all(s, 3.2));
                       return within(with_optimum(std::move(p), 0.0, {all(s, 0.0)}), box(s.size(), -5.12, 5.12));
                     }));

  list.push_back(define("ackley", "Ackley's function", "Ackley (1987); Bäck (1996)",
                        "−20 exp(−0.2 √(Σxᵢ²/n)) − exp(Σ cos(2πxᵢ)/n) + 20 + e")
                     .n(10)
                     .notes("A kink at the minimum: the derivative is taken as 0 there.")
                     .make([all](const Shape& s) {
                       Problem p = smooth(
                           [](auto const& x) {
                             using S = scalar_t<decltype(x)>;
                             const double n = static_cast<double>(x.size());
                             S square = 0, waves = 0;
                             for (std::size_t i = 0; i < x.size(); ++i)
                               square += sq(x[i]), waves += cos(2 * pi * x[i]);
                             const S radius = square > 0 ? S(sqrt(square / n)) : S(0);
                             return -20 * exp(-0.2 * radius) - exp(waves / n) + (20 + std::numbers::e);
                           },
                           all(s, 5.3));
                       return within(with_optimum(std::move(p), 0.0, {all(s, 0.0)}), box(s.size(), -32.768, 32.768));
                     }));

  list.push_back(define("griewank", "Griewank's function", "Griewank, J. Optim. Theory Appl. 34 (1981) 11",
                        "1 + Σ xᵢ²/4000 − Π cos(xᵢ/√(i+1))")
                     .n(10)
                     .make([all](const Shape& s) {
                       Problem p = smooth(
                           [](auto const& x) {
                             scalar_t<decltype(x)> sum = 0, product = 1;
                             for (std::size_t i = 0; i < x.size(); ++i) {
                               sum += sq(x[i]) / 4000;
                               product *= cos(x[i] / std::sqrt(static_cast<double>(i + 1)));
                             }
                             return 1 + sum - product;
                           },
                           all(s, 200.0));
                       return within(with_optimum(std::move(p), 0.0, {all(s, 0.0)}), box(s.size(), -600.0, 600.0));
                     }));

  list.push_back(define("levy", "Levy's function",
                        "Levy & Montalvo, SIAM J. Sci. Stat. Comput. 6 (1985); Laguna & Martí (2005)",
                        "sin²πw₀ + Σ (wᵢ−1)²(1 + 10 sin²(πwᵢ+1)) + (wₙ−1)²(1 + sin²2πwₙ), w = 1 + (x − 1)/4")
                     .n(10)
                     .make([all](const Shape& s) {
                       Problem p = smooth(
                           [](auto const& x) {
                             using S = scalar_t<decltype(x)>;
                             const auto w = [&](std::size_t i) { return S(1 + (x[i] - 1) / 4); };
                             const std::size_t last = x.size() - 1;
                             S sum = sq(sin(pi * w(0)));
                             for (std::size_t i = 0; i < last; ++i)
                               sum += sq(w(i) - 1) * (1 + 10 * sq(sin(pi * w(i) + 1)));
                             return sum + sq(w(last) - 1) * (1 + sq(sin(2 * pi * w(last))));
                           },
                           all(s, -4.0));
                       return within(with_optimum(std::move(p), 0.0, {all(s, 1.0)}), box(s.size(), -10.0, 10.0));
                     }));

  list.push_back(define("styblinski-tang", "Styblinski and Tang's function",
                        "Styblinski & Tang, Neural Networks 3 (1990) 467", "½ Σ xᵢ⁴ − 16xᵢ² + 5xᵢ")
                     .n(10)
                     .make([all](const Shape& s) {
                       Problem p = smooth(
                           [](auto const& x) {
                             scalar_t<decltype(x)> sum = 0;
                             for (std::size_t i = 0; i < x.size(); ++i)
                               sum += sq(sq(x[i])) - 16 * sq(x[i]) + 5 * x[i];
                             return 0.5 * sum;
                           },
                           all(s, 1.0));
                       // The lowest root of 4x³ − 32x + 5 = 0.
                       return within(with_optimum(std::move(p), -39.16616570377142 * static_cast<double>(s.n),
                                                  {all(s, -2.903534027771177)}),
                                     box(s.size(), -5.0, 5.0));
                     }));

  list.push_back(
      define("schwefel", "Schwefel's function", "Schwefel (1981), problem 2.26", "418.98…n − Σ xᵢ sin √|xᵢ|")
          .n(10)
          .notes("Defined by its box: lower values lie outside.")
          .make([all](const Shape& s) {
            Problem p = smooth(
                [](auto const& x) {
                  using S = scalar_t<decltype(x)>;
                  S sum = 418.98288727243369 * static_cast<double>(x.size());
                  for (std::size_t i = 0; i < x.size(); ++i) {
                    const S a = abs(x[i]);
                    if (a > 0) sum -= x[i] * sin(sqrt(a));
                  }
                  return sum;
                },
                all(s, 100.0));
            return within(with_optimum(std::move(p), 0.0, {all(s, 420.96874636)}), box(s.size(), -500.0, 500.0));
          }));
  return list;
}

}  // namespace thalweg::problems
