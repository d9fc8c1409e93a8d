// BBOB f15 … f19: multimodal, with a structure that helps.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "thalweg/problems/bbob.hpp"
#include "thalweg/problems/bbob_instance.hpp"

namespace thalweg::problems {

namespace {

using bbob::Instance;
using bbob::Matrix;
using Point = std::span<const double>;
constexpr double pi = std::numbers::pi;

// Both halves of scratch: the first holds x − o.
struct Halves {
  std::span<double> a, b;
  explicit Halves(Point x, const vector<double>& o) {
    const auto work = bbob::scratch(2 * x.size());
    a = work.first(x.size()), b = work.subspan(x.size());
    for (std::size_t k = 0; k < x.size(); ++k) a[k] = x[k] - o[k];
  }
};

struct Weierstrass {
  static constexpr std::size_t terms = 12;
  std::array<double, terms> height{}, frequency{};
  double lowest = 0.0;  // f₀ = Σ ½ᵏ cos(π 3ᵏ)
  Weierstrass() {
    for (std::size_t k = 0; k < terms; ++k) {
      height[k] = std::pow(0.5, static_cast<double>(k));
      frequency[k] = std::pow(3.0, static_cast<double>(k));
      lowest += height[k] * std::cos(2 * pi * frequency[k] * 0.5);
    }
  }
  double operator()(Point z) const {
    double sum = 0.0;
    for (const double zi : z)
      for (std::size_t k = 0; k < terms; ++k) sum += height[k] * std::cos(2 * pi * (zi + 0.5) * frequency[k]);
    const double mean = sum / static_cast<double>(z.size()) - lowest;
    return 10 * mean * mean * mean;
  }
};

// f17 and f18.
registry::ProblemItem schaffers(int number, const char* name, const char* formula, double condition) {
  return bbob::function(number, name, formula).make([number, condition](const Shape& s) {
    const Instance i = bbob::instance(s, number, 17);
    Matrix scaled = i.rotation_2();
    const vector<double> lambda = bbob::conditioning(i.n, condition);
    for (std::size_t row = 0; row < i.n; ++row)
      for (std::size_t column = 0; column < i.n; ++column) scaled.at(row, column) *= lambda[row];
    return bbob::problem(
        i,
        [o = i.x_opt, r = i.rotation_1(), scaled](Point x) {
          const Halves half(x, o);
          r.times(half.a, half.b);
          bbob::make_asymmetric(half.b, 0.5);
          scaled.times(half.b, half.a);
          const auto z = half.a;
          double sum = 0.0;
          for (std::size_t k = 0; k + 1 < z.size(); ++k) {
            const double square = z[k] * z[k] + z[k + 1] * z[k + 1];
            const double wave = std::sin(50 * std::pow(square, 0.1));
            sum += std::sqrt(std::sqrt(square)) * (1 + wave * wave);
          }
          const double mean = sum / static_cast<double>(z.size() - 1);
          return mean * mean + 10 * bbob::outside(x);
        },
        i.x_opt);
  });
}

}  // namespace

vector<registry::ProblemItem> bbob_multimodal() {
  vector<registry::ProblemItem> list;

  list.push_back(
      bbob::function(15, "Rastrigin", "10(n − Σ cos 2πzᵢ) + ‖z‖² + f_opt, z = R Λ¹⁰ Q T_asy^0.2(T_osz(R(x − x_opt)))")
          .make([](const Shape& s) {
            const Instance i = bbob::instance(s, 15);
            return bbob::problem(
                i,
                [o = i.x_opt, r = i.rotation_1(), m = i.between(10)](Point x) {
                  const Halves half(x, o);
                  r.times(half.a, half.b);
                  for (double& y : half.b) y = bbob::oscillated(y);
                  bbob::make_asymmetric(half.b, 0.2);
                  m.times(half.b, half.a);
                  double waves = 0.0, square = 0.0;
                  for (const double z : half.a) {
                    waves += std::cos(2 * pi * z);
                    square += z * z;
                  }
                  return 10 * (static_cast<double>(x.size()) - waves) + square;
                },
                i.x_opt);
          }));

  list.push_back(bbob::function(16, "Weierstrass",
                                "10(1/n Σᵢ Σ_{k<12} ½ᵏ cos(2π 3ᵏ(zᵢ + ½)) − f₀)³ + 10/n f_pen(x) + f_opt, "
                                "z = R Λ^{1/100} Q T_osz(R(x − x_opt))")
                     .notes("Minimal at many points.")
                     .make([](const Shape& s) {
                       const Instance i = bbob::instance(s, 16);
                       return bbob::problem(
                           i,
                           [o = i.x_opt, r = i.rotation_1(), m = i.between(0.01), f = Weierstrass()](Point x) {
                             const Halves half(x, o);
                             r.times(half.a, half.b);
                             for (double& y : half.b) y = bbob::oscillated(y);
                             m.times(half.b, half.a);
                             return f(half.a) + 10 / static_cast<double>(x.size()) * bbob::outside(x);
                           },
                           i.x_opt);
                     }));

  list.push_back(schaffers(17, "Schaffer's F7",
                           "(1/(n−1) Σ √sᵢ (1 + sin²(50 sᵢ^{1/5})))² + 10 f_pen(x) + f_opt, sᵢ = √(zᵢ² + zᵢ₊₁²), "
                           "z = Λ¹⁰ Q T_asy^0.5(R(x − x_opt))",
                           10));
  list.push_back(schaffers(18, "Schaffer's F7, moderately ill-conditioned",
                           "(1/(n−1) Σ √sᵢ (1 + sin²(50 sᵢ^{1/5})))² + 10 f_pen(x) + f_opt, sᵢ = √(zᵢ² + zᵢ₊₁²), "
                           "z = Λ¹⁰⁰⁰ Q T_asy^0.5(R(x − x_opt))",
                           1000));

  list.push_back(bbob::function(19, "Griewank–Rosenbrock",
                                "10/(n−1) Σ (sᵢ/4000 − cos sᵢ) + 10 + f_opt, sᵢ = 100(zᵢ² − zᵢ₊₁)² + (zᵢ − 1)², "
                                "z = max(1, √n/8) R x + ½")
                     .make([](const Shape& s) {
                       const Instance i = bbob::instance(s, 19);
                       const double factor = std::max(1.0, std::sqrt(static_cast<double>(i.n)) / 8);
                       Matrix scaled = i.rotation_2();
                       vector<double> best(i.n, 0.0);  // Rᵀ1/(2 factor)
                       for (std::size_t column = 0; column < i.n; ++column) {
                         for (std::size_t row = 0; row < i.n; ++row) best[column] += scaled.at(row, column);
                         best[column] /= 2 * factor;
                       }
                       for (double& entry : scaled.columns) entry *= factor;
                       return bbob::problem(
                           i,
                           [scaled](Point x) {
                             const auto z = bbob::scratch(x.size());
                             scaled.times(x, z);
                             for (double& zi : z) zi += 0.5;
                             double sum = 0.0;
                             for (std::size_t k = 0; k + 1 < z.size(); ++k) {
                               const double curve = z[k] * z[k] - z[k + 1], along = 1 - z[k];
                               const double r = 100 * curve * curve + along * along;
                               sum += r / 4000 - std::cos(r);
                             }
                             return 10 + 10 * sum / static_cast<double>(z.size() - 1);
                           },
                           best);
                     }));
  return list;
}

}  // namespace thalweg::problems
