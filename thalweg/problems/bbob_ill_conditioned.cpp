// BBOB f10 … f14: unimodal, of high conditioning.
#include <cmath>
#include <span>

#include "thalweg/problems/bbob.hpp"
#include "thalweg/problems/bbob_instance.hpp"

namespace thalweg::problems {

namespace {

using bbob::Instance;
using bbob::Matrix;
using Point = std::span<const double>;

// z = M(x − x_opt), in scratch: the first half z, the second free.
struct Rotated {
  vector<double> x_opt;
  Matrix m;
  [[nodiscard]] std::span<double> operator()(Point x) const {
    const std::size_t n = x.size();
    const auto work = bbob::scratch(2 * n), z = work.first(n), d = work.subspan(n);
    for (std::size_t k = 0; k < n; ++k) d[k] = x[k] - x_opt[k];
    m.times(d, z);
    return z;
  }
};

// Σ wᵢ T_osz(zᵢ)².
double oscillated_squares(Point z, const vector<double>& w) {
  double sum = 0.0;
  for (std::size_t k = 0; k < z.size(); ++k) {
    const double y = bbob::oscillated(z[k]);
    sum += w[k] * y * y;
  }
  return sum;
}

}  // namespace

vector<registry::ProblemItem> bbob_ill_conditioned() {
  vector<registry::ProblemItem> list;

  list.push_back(bbob::function(10, "Ellipsoid", "Σ 10^{6i/(n−1)} zᵢ² + f_opt, z = T_osz(R(x − x_opt))")
                     .make([](const Shape& s) {
                       const Instance i = bbob::instance(s, 10);
                       return bbob::problem(
                           i,
                           [rotated = Rotated{i.x_opt, i.rotation_1()}, w = bbob::conditioning(i.n, 1e12)](Point x) {
                             return oscillated_squares(rotated(x), w);
                           },
                           i.x_opt);
                     }));

  list.push_back(
      bbob::function(11, "Discus", "10⁶z₀² + Σ_{i>0} zᵢ² + f_opt, z = T_osz(R(x − x_opt))").make([](const Shape& s) {
        const Instance i = bbob::instance(s, 11);
        vector<double> w(i.n, 1.0);
        w[0] = 1e6;
        return bbob::problem(
            i, [rotated = Rotated{i.x_opt, i.rotation_1()}, w](Point x) { return oscillated_squares(rotated(x), w); },
            i.x_opt);
      }));

  list.push_back(bbob::function(12, "Bent cigar", "z₀² + 10⁶ Σ_{i>0} zᵢ² + f_opt, z = R T_asy^0.5(R(x − x_opt))")
                     .make([](const Shape& s) {
                       Instance i = bbob::instance(s, 12);
                       i.x_opt = bbob::shift(i.n, i.seed + 1000000);
                       return bbob::problem(
                           i,
                           [rotated = Rotated{i.x_opt, i.rotation_1()}](Point x) {
                             const auto y = rotated(x);
                             bbob::make_asymmetric(y, 0.5);
                             const auto z = bbob::scratch(2 * x.size()).subspan(x.size());
                             rotated.m.times(y, z);
                             double sum = z[0] * z[0];
                             for (std::size_t k = 1; k < z.size(); ++k) sum += 1e6 * z[k] * z[k];
                             return sum;
                           },
                           i.x_opt);
                     }));

  list.push_back(bbob::function(13, "Sharp ridge", "z₀² + 100 √(Σ_{i>0} zᵢ²) + f_opt, z = Q Λ¹⁰ R(x − x_opt)")
                     .make([](const Shape& s) {
                       const Instance i = bbob::instance(s, 13);
                       return bbob::problem(
                           i,
                           [rotated = Rotated{i.x_opt, i.between(10)}](Point x) {
                             const auto z = rotated(x);
                             double sum = 0.0;
                             for (std::size_t k = 1; k < z.size(); ++k) sum += z[k] * z[k];
                             return 100 * std::sqrt(sum) + z[0] * z[0];
                           },
                           i.x_opt);
                     }));

  list.push_back(bbob::function(14, "Different powers", "√(Σ |zᵢ|^{2 + 4i/(n−1)}) + f_opt, z = R(x − x_opt)")
                     .make([](const Shape& s) {
                       const Instance i = bbob::instance(s, 14);
                       return bbob::problem(
                           i,
                           [rotated = Rotated{i.x_opt, i.rotation_1()}](Point x) {
                             const auto z = rotated(x);
                             const double last = static_cast<double>(z.size() - 1);
                             double sum = 0.0;
                             for (std::size_t k = 0; k < z.size(); ++k)
                               sum += std::pow(std::fabs(z[k]), 2 + 4 * static_cast<double>(k) / last);
                             return std::sqrt(sum);
                           },
                           i.x_opt);
                     }));
  return list;
}

}  // namespace thalweg::problems
