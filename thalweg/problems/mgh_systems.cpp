// Moré, Garbow & Hillstrom: systems of any number of equations: 27 to 35. In comments and formulas indices count
// from 1.
#include <cmath>

#include "thalweg/problems/mgh.hpp"
#include "thalweg/problems/mgh_define.hpp"

namespace thalweg::problems {

vector<registry::ProblemItem> mgh_systems() {
  using namespace thalweg::math;
  vector<registry::ProblemItem> list;

  list.push_back(mgh("brown-almost-linear", "Brown almost-linear", 27, "xᵢ + Σ xⱼ − (n + 1), i < n; Π xⱼ − 1")
                     .n(10)
                     .notes("Another minimum, f = 1 at (0, …, 0, n + 1).")
                     .make([](const Shape& s) {
                       const auto f = [](auto const& x, auto const& r) {
                         const std::size_t n = x.size();
                         scalar_t<decltype(x)> sum = -real(n + 1), product = 1;
                         for (std::size_t j = 0; j < n; ++j) sum += x[j], product *= x[j];
                         for (std::size_t i = 0; i + 1 < n; ++i) r[i] = x[i] + sum;
                         r[n - 1] = product - 1;
                       };
                       return optimum(squares(f, s.size(), constant(s.size(), 0.5)), 0.0, {constant(s.size(), 1.0)});
                     }));

  list.push_back(
      mgh("discrete-boundary-value", "Discrete boundary value", 28,
          "2xᵢ − xᵢ₋₁ − xᵢ₊₁ + h²(xᵢ + tᵢ + 1)³/2, h = 1/(n + 1), t = ih")
          .n(10)
          .make([](const Shape& s) {
            const auto f = [](auto const& x, auto const& r) {
              const std::size_t n = x.size();
              const double h = 1 / real(n + 1);
              for (std::size_t i = 0; i < n; ++i) {
                const auto z = x[i] + (real(i + 1) * h + 1);
                r[i] = 2 * x[i] + 0.5 * h * h * (z * sq(z));
                if (i > 0) r[i] -= x[i - 1];
                if (i + 1 < n) r[i] -= x[i + 1];
              }
            };
            const double h = 1 / static_cast<double>(s.n + 1);
            return with_minimiser(
                optimum(squares(f, s.size(), each(s.size(), [h](double j) { return j * h * (j * h - 1); })), 0.0),
                {-0.0431649825188, -0.0815771565354, -0.114485714381, -0.140973576863, -0.159908696182,
                 -0.169877202313, -0.169089983781, -0.155249535222, -0.125355891679, -0.0754165336859});
          }));

  list.push_back(
      mgh("discrete-integral-equation", "Discrete integral equation", 29,
          "xᵢ + h/2((1 − tᵢ)Σ_{j≤i} tⱼzⱼ³ + tᵢΣ_{j>i}(1 − tⱼ)zⱼ³), z = x + t + 1, h = 1/(n + 1)")
          .n(10)
          .make([](const Shape& s) {
            const auto f = [](auto const& x, auto const& r) {
              const std::size_t n = x.size();
              using S = scalar_t<decltype(x)>;
              const double h = 1 / real(n + 1);
              const auto t = [h](std::size_t i) { return real(i + 1) * h; };
              const auto cube = [&](std::size_t i) {
                const S z = x[i] + (t(i) + 1);
                return S(z * sq(z));
              };
              S below = 0, above = 0;
              for (std::size_t j = 0; j < n; ++j) above += (1 - t(j)) * cube(j);
              for (std::size_t i = 0; i < n; ++i) {
                const S z3 = cube(i);
                below += t(i) * z3;
                above -= (1 - t(i)) * z3;
                r[i] = x[i] + 0.5 * h * ((1 - t(i)) * below + t(i) * above);
              }
            };
            const double h = 1 / static_cast<double>(s.n + 1);
            return with_minimiser(
                optimum(squares(f, s.size(), each(s.size(), [h](double j) { return j * h * (j * h - 1); })), 0.0),
                {-0.0431649825188, -0.0815771565354, -0.114485714381, -0.140973576863, -0.159908696182,
                 -0.169877202313, -0.169089983781, -0.155249535222, -0.125355891679, -0.0754165336859});
          }));

  list.push_back(mgh("broyden-tridiagonal", "Broyden tridiagonal", 30, "(3 − 2xᵢ)xᵢ − xᵢ₋₁ − 2xᵢ₊₁ + 1")
                     .n(10)
                     .make([](const Shape& s) {
                       const auto f = [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i < x.size(); ++i) {
                           r[i] = (3 - 2 * x[i]) * x[i] + 1;
                           if (i > 0) r[i] -= x[i - 1];
                           if (i + 1 < x.size()) r[i] -= 2 * x[i + 1];
                         }
                       };
                       return with_minimiser(
                           optimum(squares(f, s.size(), constant(s.size(), -1.0)), 0.0),
                           {-0.570722132011, -0.681806949984, -0.702210076018, -0.705510629895, -0.704906155729,
                            -0.70149660703, -0.691889322355, -0.665796514406, -0.596035109026, -0.416412257529});
                     }));

  list.push_back(
      mgh("broyden-banded", "Broyden banded", 31, "xᵢ(2 + 5xᵢ²) + 1 − Σ xⱼ(1 + xⱼ), i − 5 ≤ j ≤ i + 1, j ≠ i")
          .n(10)
          .make([](const Shape& s) {
            const auto f = [](auto const& x, auto const& r) {
              for (std::size_t i = 0; i < x.size(); ++i) {
                r[i] = x[i] * (2 + 5 * sq(x[i])) + 1;
                for (std::size_t j = i < 5 ? 0 : i - 5; j <= i + 1 && j < x.size(); ++j)
                  if (j != i) r[i] -= x[j] * (1 + x[j]);
              }
            };
            return with_minimiser(
                optimum(squares(f, s.size(), constant(s.size(), -1.0)), 0.0),
                {-0.428302863587, -0.476596424356, -0.519652463647, -0.558099324832, -0.592506156829, -0.624503682199,
                 -0.623239471441, -0.621393841797, -0.620453596659, -0.58646927072});
          }));

  list.push_back(mgh("linear-full-rank", "Linear, full rank", 32, "xᵢ − 2/m Σ xⱼ − 1; −2/m Σ xⱼ − 1 for i > n")
                     .n(10)
                     .m(20)
                     .make([](const Shape& s) {
                       require(s.m >= s.n, "linear-full-rank", "m must be at least n");
                       const auto f = [](auto const& x, auto const& r) {
                         scalar_t<decltype(x)> sum = 0;
                         for (std::size_t j = 0; j < x.size(); ++j) sum += x[j];
                         for (std::size_t i = 0; i < r.size(); ++i) {
                           r[i] = -2 / real(r.size()) * sum - 1;
                           if (i < x.size()) r[i] += x[i];
                         }
                       };
                       return optimum(squares(f, static_cast<std::size_t>(s.m), constant(s.size(), 1.0)),
                                      static_cast<double>(s.m - s.n), {constant(s.size(), -1.0)});
                     }));

  list.push_back(mgh("linear-rank-1", "Linear, rank 1", 33, "i Σ j xⱼ − 1")
                     .n(10)
                     .m(20)
                     .notes("Minimal wherever Σ j xⱼ = 3/(2m + 1).")
                     .make([](const Shape& s) {
                       require(s.m >= s.n, "linear-rank-1", "m must be at least n");
                       const auto f = [](auto const& x, auto const& r) {
                         scalar_t<decltype(x)> sum = 0;
                         for (std::size_t j = 0; j < x.size(); ++j) sum += real(j + 1) * x[j];
                         for (std::size_t i = 0; i < r.size(); ++i) r[i] = real(i + 1) * sum - 1;
                       };
                       const double m = static_cast<double>(s.m);
                       vector<double> best = constant(s.size(), 0.0);
                       best[0] = 3 / (2 * m + 1);
                       return optimum(squares(f, static_cast<std::size_t>(s.m), constant(s.size(), 1.0)),
                                      m * (m - 1) / (2 * (2 * m + 1)), {best});
                     }));

  list.push_back(
      mgh("linear-rank-1-zero", "Linear, rank 1 with zero columns and rows", 34, "−1; (i − 1) Σ_{1<j<n} j xⱼ − 1; −1")
          .n(10, 3)
          .m(20)
          .notes("Minimal wherever Σ_{1<j<n} j xⱼ = 3/(2m − 3).")
          .make([](const Shape& s) {
            require(s.m >= s.n, "linear-rank-1-zero", "m must be at least n");
            const auto f = [](auto const& x, auto const& r) {
              scalar_t<decltype(x)> sum = 0;
              for (std::size_t j = 1; j + 1 < x.size(); ++j) sum += real(j + 1) * x[j];
              for (std::size_t i = 0; i + 1 < r.size(); ++i) r[i] = real(i) * sum - 1;
              r[r.size() - 1] = -1;
            };
            const double m = static_cast<double>(s.m);
            vector<double> best = constant(s.size(), 0.0);
            best[1] = 1.5 / (2 * m - 3);
            return optimum(squares(f, static_cast<std::size_t>(s.m), constant(s.size(), 1.0)),
                           (m * m + 3 * m - 6) / (2 * (2 * m - 3)), {best});
          }));

  list.push_back(
      mgh("chebyquad", "Chebyquad", 35, "1/n Σⱼ Tᵢ(xⱼ) − ∫₀¹ Tᵢ, Tᵢ the Chebyshev polynomials shifted to [0, 1]")
          .n(8)
          .m(0, 0)
          .notes("m = 0 stands for m = n. The optimum is known for m = n ≤ 10; any order of the "
                 "minimiser's coordinates is one.")
          .make([](const Shape& s) {
            const std::size_t m = s.m == 0 ? s.size() : static_cast<std::size_t>(s.m);
            require(m >= s.size(), "chebyquad", "m must be 0 or at least n");
            const auto f = [](auto const& x, auto const& r) {
              using S = scalar_t<decltype(x)>;
              const double n = real(x.size());
              for (std::size_t i = 0; i < r.size(); ++i)  // ∫Tᵢ = −1/(i² − 1) for even i, 0 for odd
                r[i] = i % 2 == 1 ? 1 / (sq(real(i + 1)) - 1) : 0.0;
              for (std::size_t j = 0; j < x.size(); ++j) {
                const S z = 2 * x[j] - 1;
                S before = 1, t = z;
                for (std::size_t i = 0; i < r.size(); ++i) {
                  r[i] += t / n;
                  const S next = 2 * z * t - before;
                  before = t;
                  t = next;
                }
              }
            };
            const double n = static_cast<double>(s.n);
            Problem p = squares(f, m, each(s.size(), [n](double j) { return j / (n + 1); }));
            if (m != s.size()) return p;
            return published(std::move(p),
                             {{1, 0.0, {0.5}},
                              {2, 0.0, {}},
                              {3, 0.0, {}},
                              {4, 0.0, {}},
                              {5, 0.0, {}},
                              {6, 0.0, {}},
                              {7,
                               0.0,
                               {0.058069149621, 0.235171612357, 0.33804409474, 0.5, 0.66195590526, 0.764828387643,
                                0.941930850379}},
                              {8,
                               0.003516873725678,
                               {0.043152760151, 0.193090840384, 0.26632870689, 0.5, 0.5, 0.73367129311,
                                0.806909159616, 0.956847239849}},
                              {9,
                               0.0,
                               {0.0442053461358, 0.235619108471, 0.19949067231, 0.416046907893, 0.5, 0.583953092107,
                                0.80050932769, 0.764380891529, 0.955794653864}},
                              {10,
                               0.006503954800882,
                               {0.0596199005358, 0.166708281836, 0.239170658943, 0.398884292306, 0.398884292306,
                                0.601115707694, 0.601115707694, 0.760829341057, 0.833291718164, 0.940380099464}}});
          }));
  return list;
}

}  // namespace thalweg::problems
