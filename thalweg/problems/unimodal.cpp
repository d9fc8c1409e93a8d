// Functions of any dimension with one minimum (Rosenbrock's has a second one, local, from n = 4).
#include <cmath>

#include "thalweg/core/random.hpp"
#include "thalweg/problems/classic.hpp"
#include "thalweg/problems/define.hpp"

namespace thalweg::problems {

namespace {

// Weights from 1 to `condition`, equal steps in the logarithm.
vector<double> spread(std::size_t n, double condition) {
  vector<double> w(n, 1.0);
  for (std::size_t i = 0; i < n && n > 1; ++i)
    w[i] = std::pow(condition, static_cast<double>(i) / static_cast<double>(n - 1));
  return w;
}
vector<double> constant(std::size_t n, double v) { return vector<double>(n, v); }

registry::ProblemItem weighted(const char* id, const char* name, const char* reference, const char* formula,
                               vector<double> (*weights)(std::size_t, double), bool conditioned) {
  Definition d = define(id, name, reference, formula).n(10);
  if (conditioned) d.condition(1e6);
  return d.make([weights](const Shape& s) {
    const std::size_t n = s.size();
    Problem p = smooth(
        [w = weights(n, s.condition)](auto const& x) {
          scalar_t<decltype(x)> sum = 0;
          for (std::size_t i = 0; i < x.size(); ++i) sum += w[i] * sq(x[i]);
          return sum;
        },
        constant(n, 1.0));
    return within(with_optimum(std::move(p), 0.0, {constant(n, 0.0)}), box(n, -5.0, 5.0));
  });
}

}  // namespace

vector<registry::ProblemItem> unimodal() {
  const char* hansen = "Hansen, Finck, Ros & Auger, INRIA RR-6829 (2009), before shift and rotation";
  vector<registry::ProblemItem> list;
  list.push_back(weighted(
      "sphere", "Sphere", "De Jong (1975), F1", "Σ xᵢ²", [](std::size_t n, double) { return constant(n, 1.0); },
      false));
  list.push_back(weighted("ellipsoid", "Ellipsoid", hansen, "Σ condition^{i/(n−1)} xᵢ²", spread, true));
  list.push_back(weighted(
      "cigar", "Bent cigar's axes", hansen, "x₀² + condition Σ_{i>0} xᵢ²",
      [](std::size_t n, double condition) {
        vector<double> w(n, condition);
        w[0] = 1.0;
        return w;
      },
      true));
  list.push_back(weighted(
      "discus", "Discus", hansen, "condition x₀² + Σ_{i>0} xᵢ²",
      [](std::size_t n, double condition) {
        vector<double> w(n, 1.0);
        w[0] = condition;
        return w;
      },
      true));

  list.push_back(define("quadratic", "Rotated convex quadratic", "textbook; rotation by three random reflections",
                        "½ Σ condition^{i/(n−1)} yᵢ², y = Q(x − 1)")
                     .n(10)
                     .condition(1e3)
                     .seed()
                     .make([](const Shape& s) {
                       const std::size_t n = s.size();
                       vector<vector<double>> reflections(3, vector<double>(n));
                       Generator random(Stream(static_cast<std::uint64_t>(s.seed), Purpose("problems.quadratic")));
                       for (auto& v : reflections) {
                         double square = 0.0;
                         for (double& vi : v) vi = random.normal(), square += vi * vi;
                         for (double& vi : v) vi /= std::sqrt(square);
                       }
                       Problem p = smooth(
                           [reflections, w = spread(n, s.condition)](auto const& x) {
                             using S = scalar_t<decltype(x)>;
                             vector<S> y(x.begin(), x.end());
                             for (S& yi : y) yi -= 1.0;
                             for (const auto& v : reflections) {  // y ← y − 2v(v·y)
                               S along = 0;
                               for (std::size_t i = 0; i < y.size(); ++i) along += v[i] * y[i];
                               for (std::size_t i = 0; i < y.size(); ++i) y[i] -= 2 * v[i] * along;
                             }
                             S sum = 0;
                             for (std::size_t i = 0; i < y.size(); ++i) sum += w[i] * sq(y[i]);
                             return 0.5 * sum;
                           },
                           constant(n, 0.0));
                       return with_optimum(std::move(p), 0.0, {constant(n, 1.0)});
                     }));

  list.push_back(define("rosenbrock", "Rosenbrock's valley",
                        "Rosenbrock, Computer J. 3 (1960) 175; chained for n > 2", "Σ 100(xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²")
                     .n(2, 2)
                     .notes("From n = 4 a local minimum near (−1, 1, …, 1).")
                     .make([](const Shape& s) {
                       vector<double> start(s.size());
                       for (std::size_t i = 0; i < start.size(); ++i) start[i] = i % 2 == 0 ? -1.2 : 1.0;
                       Problem p = smooth(
                           [](auto const& x) {
                             scalar_t<decltype(x)> sum = 0;
                             for (std::size_t i = 0; i + 1 < x.size(); ++i)
                               sum += 100 * sq(x[i + 1] - sq(x[i])) + sq(1 - x[i]);
                             return sum;
                           },
                           start);
                       return within(with_optimum(std::move(p), 0.0, {constant(s.size(), 1.0)}),
                                     box(s.size(), -5.0, 10.0));
                     }));

  list.push_back(
      define("powell-singular", "Powell's singular function", "Powell, Computer J. 5 (1962) 147",
             "Σ (a + 10b)² + 5(c − d)² + (b − 2c)⁴ + 10(a − d)⁴ over fours (a, b, c, d)")
          .n(4, 4)
          .notes("n is a multiple of 4; the Hessian at the minimum has rank n/2.")
          .make([](const Shape& s) {
            if (s.n % 4 != 0)
              throw InvalidArgument("powell-singular: n is " + std::to_string(s.n) + "; it must be a multiple of 4");
            vector<double> start;
            for (std::int64_t i = 0; i < s.n / 4; ++i) start.insert(start.end(), {3.0, -1.0, 0.0, 1.0});
            Problem p = smooth(
                [](auto const& x) {
                  scalar_t<decltype(x)> sum = 0;
                  for (std::size_t i = 0; i + 3 < x.size(); i += 4)
                    sum += sq(x[i] + 10 * x[i + 1]) + 5 * sq(x[i + 2] - x[i + 3]) + sq(sq(x[i + 1] - 2 * x[i + 2])) +
                           10 * sq(sq(x[i] - x[i + 3]));
                  return sum;
                },
                start);
            return within(with_optimum(std::move(p), 0.0, {constant(s.size(), 0.0)}), box(s.size(), -4.0, 5.0));
          }));

  list.push_back(define("zakharov", "Zakharov's function", "Rahnamayan et al., Comput. Math. Appl. 53 (2007) 1605",
                        "Σ xᵢ² + s² + s⁴, s = ½ Σ (i+1) xᵢ")
                     .n(10)
                     .make([](const Shape& s) {
                       Problem p = smooth(
                           [](auto const& x) {
                             scalar_t<decltype(x)> square = 0, line = 0;
                             for (std::size_t i = 0; i < x.size(); ++i) {
                               square += sq(x[i]);
                               line += 0.5 * static_cast<double>(i + 1) * x[i];
                             }
                             return square + sq(line) + sq(sq(line));
                           },
                           constant(s.size(), 1.0));
                       return within(with_optimum(std::move(p), 0.0, {constant(s.size(), 0.0)}),
                                     box(s.size(), -5.0, 10.0));
                     }));

  list.push_back(define("dixon-price", "Dixon and Price's function",
                        "Dixon & Price, J. Optim. Theory Appl. 60 (1989)", "(x₀ − 1)² + Σ_{i≥1} (i+1)(2xᵢ² − xᵢ₋₁)²")
                     .n(10, 2)
                     .notes("Signs of the minimiser's coordinates from the second on are free.")
                     .make([](const Shape& s) {
                       Problem p = smooth(
                           [](auto const& x) {
                             scalar_t<decltype(x)> sum = sq(x[0] - 1);
                             for (std::size_t i = 1; i < x.size(); ++i)
                               sum += static_cast<double>(i + 1) * sq(2 * sq(x[i]) - x[i - 1]);
                             return sum;
                           },
                           constant(s.size(), 2.0));
                       vector<double> best(s.size());  // xᵢ = 2^{−(2^i − 1)/2^i}, i from 0
                       for (std::size_t i = 0; i < best.size(); ++i)
                         best[i] = std::exp2(-1.0 + std::exp2(-static_cast<double>(i)));
                       return within(with_optimum(std::move(p), 0.0, {best}), box(s.size(), -10.0, 10.0));
                     }));

  list.push_back(define("trid", "Trid", "Neumaier's collection; Hedar (2005)", "Σ (xᵢ − 1)² − Σ_{i≥1} xᵢxᵢ₋₁")
                     .n(6, 2, 1000)
                     .make([](const Shape& s) {
                       const double n = static_cast<double>(s.n);
                       Problem p = smooth(
                           [](auto const& x) {
                             scalar_t<decltype(x)> sum = sq(x[0] - 1);
                             for (std::size_t i = 1; i < x.size(); ++i) sum += sq(x[i] - 1) - x[i] * x[i - 1];
                             return sum;
                           },
                           constant(s.size(), 0.0));
                       vector<double> best(s.size());
                       for (std::size_t i = 0; i < best.size(); ++i) {
                         const double k = static_cast<double>(i + 1);
                         best[i] = k * (n + 1 - k);
                       }
                       return within(with_optimum(std::move(p), -n * (n + 4) * (n - 1) / 6, {best}),
                                     box(s.size(), -n * n, n * n));
                     }));
  return list;
}

}  // namespace thalweg::problems
