// BBOB f6 … f9: of low or moderate conditioning.
#include <algorithm>
#include <cmath>
#include <span>

#include "thalweg/problems/bbob.hpp"
#include "thalweg/problems/bbob_instance.hpp"

namespace thalweg::problems {

namespace {

using bbob::Instance;
using bbob::Matrix;
using Point = std::span<const double>;

double rosenbrock(Point z) {
  double curve = 0.0, along = 0.0;
  for (std::size_t k = 0; k + 1 < z.size(); ++k) {
    const double c = z[k] * z[k] - z[k + 1];
    curve += c * c;
    along += (z[k] - 1) * (z[k] - 1);
  }
  return 100 * curve + along;
}
double rounded(double x) { return std::floor(x + 0.5); }

}  // namespace

vector<registry::ProblemItem> bbob_moderate() {
  vector<registry::ProblemItem> list;

  list.push_back(bbob::function(6, "Attractive sector",
                                "T_osz(Σ (sᵢzᵢ)²)^0.9 + f_opt, z = Q Λ¹⁰ R(x − x_opt), sᵢ = 100 where zᵢ x_optᵢ > 0")
                     .make([](const Shape& s) {
                       const Instance i = bbob::instance(s, 6);
                       return bbob::problem(
                           i,
                           [o = i.x_opt, m = i.between(10)](Point x) {
                             const std::size_t n = x.size();
                             const auto work = bbob::scratch(2 * n), d = work.first(n), z = work.subspan(n);
                             for (std::size_t k = 0; k < n; ++k) d[k] = x[k] - o[k];
                             m.times(d, z);
                             double sum = 0.0;
                             for (std::size_t k = 0; k < n; ++k) sum += (z[k] * o[k] > 0 ? 1e4 : 1.0) * z[k] * z[k];
                             return std::pow(bbob::oscillated(sum), 0.9);
                           },
                           i.x_opt);
                     }));

  list.push_back(
      bbob::function(
          7, "Step ellipsoid",
          "0.1 max(|ẑ₀|/10⁴, Σ 10^{2i/(n−1)} zᵢ²) + f_pen(x) + f_opt, ẑ = Λ¹⁰ R(x − x_opt), z = Q round(ẑ), "
          "rounded to whole numbers, to tenths where |ẑᵢ| ≤ ½")
          .make([](const Shape& s) {
            const Instance i = bbob::instance(s, 7);
            Matrix scaled = i.rotation_2();
            const vector<double> lambda = bbob::conditioning(i.n, 10);
            for (std::size_t row = 0; row < i.n; ++row)
              for (std::size_t column = 0; column < i.n; ++column) scaled.at(row, column) *= lambda[row];
            return bbob::problem(
                i,
                [o = i.x_opt, scaled, r = i.rotation_1(), w = bbob::conditioning(i.n, 1e4)](Point x) {
                  const std::size_t n = x.size();
                  const auto work = bbob::scratch(2 * n), a = work.first(n), b = work.subspan(n);
                  for (std::size_t k = 0; k < n; ++k) a[k] = x[k] - o[k];
                  scaled.times(a, b);
                  const double first = std::fabs(b[0]);
                  for (double& z : b) z = std::fabs(z) > 0.5 ? rounded(z) : rounded(10 * z) / 10;
                  r.times(b, a);
                  double sum = 0.0;
                  for (std::size_t k = 0; k < n; ++k) sum += w[k] * a[k] * a[k];
                  return 0.1 * std::max(first * 1e-4, sum) + bbob::outside(x);
                },
                i.x_opt);
          }));

  list.push_back(
      bbob::function(8, "Rosenbrock", "Σ 100(zᵢ² − zᵢ₊₁)² + (zᵢ − 1)² + f_opt, z = max(1, √n/8)(x − ¾x_opt) + 1")
          .make([](const Shape& s) {
            Instance i = bbob::instance(s, 8);
            for (double& o : i.x_opt) o *= 0.75;
            const double factor = std::max(1.0, std::sqrt(static_cast<double>(i.n)) / 8);
            return bbob::problem(
                i,
                [o = i.x_opt, factor](Point x) {
                  const auto z = bbob::scratch(x.size());
                  for (std::size_t k = 0; k < x.size(); ++k) z[k] = factor * (x[k] - o[k]) + 1;
                  return rosenbrock(z);
                },
                i.x_opt);
          }));

  list.push_back(
      bbob::function(9, "Rotated Rosenbrock", "Σ 100(zᵢ² − zᵢ₊₁)² + (zᵢ − 1)² + f_opt, z = max(1, √n/8) R x + ½")
          .make([](const Shape& s) {
            const Instance i = bbob::instance(s, 9);
            const double factor = std::max(1.0, std::sqrt(static_cast<double>(i.n)) / 8);
            const Matrix rotation = i.rotation_2();
            Matrix scaled = rotation;
            for (double& entry : scaled.columns) entry *= factor;
            vector<double> best(i.n, 0.0);  // Rᵀ1/(2 factor)
            for (std::size_t column = 0; column < i.n; ++column) {
              for (std::size_t row = 0; row < i.n; ++row) best[column] += rotation.at(row, column);
              best[column] /= 2 * factor;
            }
            return bbob::problem(
                i,
                [scaled](Point x) {
                  const auto z = bbob::scratch(x.size());
                  scaled.times(x, z);
                  for (double& zi : z) zi += 0.5;
                  return rosenbrock(z);
                },
                best);
          }));
  return list;
}

}  // namespace thalweg::problems
