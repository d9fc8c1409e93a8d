// BBOB f1 … f5: separable.
#include <cmath>
#include <numbers>
#include <span>

#include "thalweg/problems/bbob.hpp"
#include "thalweg/problems/bbob_instance.hpp"

namespace thalweg::problems {

namespace {

using bbob::Instance;
using Point = std::span<const double>;

double rastrigin(Point z) {
  double waves = 0.0, square = 0.0;
  for (const double zi : z) {
    waves += std::cos(2 * std::numbers::pi * zi);
    square += zi * zi;
  }
  return 10 * (static_cast<double>(z.size()) - waves) + square;
}

}  // namespace

vector<registry::ProblemItem> bbob_separable() {
  vector<registry::ProblemItem> list;

  list.push_back(bbob::function(1, "Sphere", "‖x − x_opt‖² + f_opt").make([](const Shape& s) {
    const Instance i = bbob::instance(s, 1);
    return bbob::problem(
        i,
        [o = i.x_opt](Point x) {
          double sum = 0.0;
          for (std::size_t k = 0; k < x.size(); ++k) sum += (x[k] - o[k]) * (x[k] - o[k]);
          return sum;
        },
        i.x_opt);
  }));

  list.push_back(bbob::function(2, "Separable ellipsoid", "Σ 10^{6i/(n−1)} zᵢ² + f_opt, z = T_osz(x − x_opt)")
                     .make([](const Shape& s) {
                       const Instance i = bbob::instance(s, 2);
                       return bbob::problem(
                           i,
                           [o = i.x_opt, w = bbob::conditioning(i.n, 1e12)](Point x) {
                             double sum = 0.0;
                             for (std::size_t k = 0; k < x.size(); ++k) {
                               const double z = bbob::oscillated(x[k] - o[k]);
                               sum += w[k] * z * z;
                             }
                             return sum;
                           },
                           i.x_opt);
                     }));

  list.push_back(bbob::function(3, "Separable Rastrigin",
                                "10(n − Σ cos 2πzᵢ) + ‖z‖² + f_opt, z = Λ¹⁰ T_asy^0.2(T_osz(x − x_opt))")
                     .make([](const Shape& s) {
                       const Instance i = bbob::instance(s, 3);
                       return bbob::problem(
                           i,
                           [o = i.x_opt, w = bbob::conditioning(i.n, 10)](Point x) {
                             const auto z = bbob::scratch(x.size());
                             for (std::size_t k = 0; k < x.size(); ++k) z[k] = bbob::oscillated(x[k] - o[k]);
                             bbob::make_asymmetric(z, 0.2);
                             for (std::size_t k = 0; k < x.size(); ++k) z[k] *= w[k];
                             return rastrigin(z);
                           },
                           i.x_opt);
                     }));

  list.push_back(bbob::function(4, "Büche–Rastrigin",
                                "10(n − Σ cos 2πzᵢ) + ‖z‖² + 100 f_pen(x) + f_opt, zᵢ = sᵢ T_osz(xᵢ − x_optᵢ), "
                                "sᵢ = 10^{½ i/(n−1)}, ten times that where zᵢ > 0 and i = 0, 2, …")
                     .make([](const Shape& s) {
                       Instance i = bbob::instance(s, 4, 3);
                       for (std::size_t k = 0; k < i.n; k += 2) i.x_opt[k] = std::fabs(i.x_opt[k]);
                       return bbob::problem(
                           i,
                           [o = i.x_opt, w = bbob::conditioning(i.n, 10)](Point x) {
                             const auto z = bbob::scratch(x.size());
                             for (std::size_t k = 0; k < x.size(); ++k) {
                               z[k] = bbob::oscillated(x[k] - o[k]);
                               z[k] *= z[k] > 0 && k % 2 == 0 ? 10 * w[k] : w[k];
                             }
                             return rastrigin(z) + 100 * bbob::outside(x);
                           },
                           i.x_opt);
                     }));

  list.push_back(bbob::function(5, "Linear slope",
                                "Σ 5|sᵢ| − sᵢzᵢ + f_opt, sᵢ = sign(x_optᵢ) 10^{i/(n−1)}; "
                                "zᵢ = xᵢ up to the side of the box, ±5 beyond it")
                     .notes("The best point is a corner; beyond it the function is flat.")
                     .make([](const Shape& s) {
                       const Instance i = bbob::instance(s, 5);
                       vector<double> slope = bbob::conditioning(i.n, 100), corner(i.n);
                       for (std::size_t k = 0; k < i.n; ++k) {
                         if (i.x_opt[k] < 0) slope[k] = -slope[k];
                         corner[k] = std::copysign(5.0, i.x_opt[k]);
                       }
                       return bbob::problem(
                           i,
                           [slope, corner](Point x) {
                             double sum = 0.0;
                             for (std::size_t k = 0; k < x.size(); ++k) {
                               const double z = x[k] * corner[k] < 25 ? x[k] : corner[k];
                               sum += 5 * std::fabs(slope[k]) - slope[k] * z;
                             }
                             return sum;
                           },
                           corner);
                     }));
  return list;
}

}  // namespace thalweg::problems
