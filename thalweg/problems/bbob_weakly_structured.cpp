// BBOB f20 … f24: multimodal, with little structure.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>

#include "thalweg/problems/bbob.hpp"
#include "thalweg/problems/bbob_instance.hpp"

namespace thalweg::problems {

namespace {

using bbob::Instance;
using bbob::Matrix;
using Point = std::span<const double>;
constexpr double pi = std::numbers::pi;

// The order of the numbers: the places of the smallest, the second …
vector<std::size_t> order(std::span<const double> numbers) {
  vector<std::size_t> places(numbers.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::stable_sort(places, {}, [&](std::size_t i) { return numbers[i]; });
  return places;
}

// Gallagher's peaks: f = T_osz(10 − max_p w_p exp(−1/(2n) Σ_j c_pj (R x − y_p)_j²))². Coordinates are stored one
// after another, each with all its peaks, so that the compiler vectorises over the peaks.
struct Gallagher {
  std::size_t n = 0, peaks = 0;
  Matrix rotation;
  vector<double> height, log_height, scale, place;  // scale, place: [coordinate · peaks + peak]
  vector<double> best;

  // `width`, `half`: peaks lie in width·[0, 1) − half; `condition`: of the best peak.
  Gallagher(const Instance& i, std::size_t count, double width, double half, double condition)
      : n(i.n), peaks(count), rotation(i.rotation_2()) {
    const double others = static_cast<double>(peaks - 2);
    const auto conditions = order(bbob::uniforms(peaks - 1, i.seed));
    height.assign(peaks, 10.0), scale.resize(n * peaks), place.resize(n * peaks), best.resize(n);
    const vector<double> u = bbob::uniforms(n * peaks, i.seed);
    vector<double> y(n), rotated(n);
    for (std::size_t p = 0; p < peaks; ++p) {
      double alpha = condition;
      if (p > 0) {
        alpha = std::pow(1000.0, static_cast<double>(conditions[p - 1]) / others);
        height[p] = static_cast<double>(p - 1) / others * 8.0 + 1.1;
      }
      const auto axes = order(bbob::uniforms(n, i.seed + static_cast<std::int64_t>(1000 * p)));
      for (std::size_t j = 0; j < n; ++j) y[j] = (p == 0 ? 0.8 : 1.0) * (width * u[p * n + j] - half);
      if (p == 0) best = y;
      rotation.times(y, rotated);
      for (std::size_t j = 0; j < n; ++j) {
        scale[j * peaks + p] = std::pow(alpha, static_cast<double>(axes[j]) / static_cast<double>(n - 1) - 0.5);
        place[j * peaks + p] = rotated[j];
      }
    }
    for (const double h : height) log_height.push_back(std::log(h));
  }
  double operator()(Point x) const {
    const auto work = bbob::scratch(n + peaks), t = work.first(n), distance = work.subspan(n);
    rotation.times(x, t);
    std::ranges::fill(distance, 0.0);
    for (std::size_t j = 0; j < n; ++j) {
      const double *c = scale.data() + j * peaks, *y = place.data() + j * peaks;
      for (std::size_t p = 0; p < peaks; ++p) distance[p] += c[p] * (t[j] - y[p]) * (t[j] - y[p]);
    }
    const double factor = -0.5 / static_cast<double>(n);
    std::size_t top = 0;
    for (std::size_t p = 1; p < peaks; ++p)
      if (log_height[p] + factor * distance[p] > log_height[top] + factor * distance[top]) top = p;
    const double f = bbob::oscillated(10 - height[top] * std::exp(factor * distance[top]));
    return f * f + bbob::outside(x);
  }
};

registry::ProblemItem gallagher(int number, const char* name, std::size_t peaks, double width, double half,
                                double condition) {
  return bbob::function(number, name,
                        "T_osz(10 − max_p w_p exp(−1/(2n) (x − y_p)ᵀRᵀC_pR(x − y_p)))² + f_pen(x) + f_opt")
      .make([=](const Shape& s) {
        const Instance i = bbob::instance(s, number);
        Gallagher f(i, peaks, width, half, condition);
        const vector<double> best = f.best;
        return bbob::problem(i, std::move(f), best);
      });
}

}  // namespace

vector<registry::ProblemItem> bbob_weakly_structured() {
  vector<registry::ProblemItem> list;

  list.push_back(
      bbob::function(20, "Schwefel",
                     "4.189828872724339 − 1/(100n) Σ zᵢ sin √|zᵢ| + 100 f_pen(z/100) + f_opt, x̂ = 2 sign ⊗ x, "
                     "ẑᵢ₊₁ = x̂ᵢ₊₁ + ¼(x̂ᵢ − a), z = 100(Λ¹⁰(ẑ − a) + a), a = 2|x_opt| = 4.2096874637")
          .make([](const Shape& s) {
            const Instance i = bbob::instance(s, 20);
            constexpr double a = 4.2096874637;
            vector<double> sign = bbob::uniforms(i.n, i.seed), best(i.n);
            for (std::size_t k = 0; k < i.n; ++k) {
              sign[k] = sign[k] < 0.5 ? -1.0 : 1.0;
              best[k] = sign[k] * 0.5 * a;
            }
            return bbob::problem(
                i,
                [sign, w = bbob::conditioning(i.n, 10)](Point x) {
                  double waves = 0.0, penalty = 0.0, before = a;
                  for (std::size_t k = 0; k < x.size(); ++k) {
                    const double here = 2 * sign[k] * x[k];
                    const double z = 100 * (w[k] * (here + 0.25 * (before - a) - a) + a);
                    before = here;
                    waves += z * std::sin(std::sqrt(std::fabs(z)));
                    const double over = std::fabs(z) - 500;
                    if (over > 0) penalty += over * over;
                  }
                  return 0.01 * (penalty + 418.9828872724339 - waves / static_cast<double>(x.size()));
                },
                best);
          }));

  list.push_back(gallagher(21, "Gallagher's Gaussian 101-me peaks", 101, 10.0, 5.0, std::sqrt(1000.0)));
  list.push_back(gallagher(22, "Gallagher's Gaussian 21-hi peaks", 21, 9.8, 4.9, 1000.0));

  list.push_back(bbob::function(23, "Katsuura",
                                "10/n² Π (1 + (i + 1) Σ_{j≤32} |2ʲzᵢ − round 2ʲzᵢ|/2ʲ)^{10/n^1.2} − 10/n² + f_pen(x) "
                                "+ f_opt, z = Q Λ¹⁰⁰ R(x − x_opt)")
                     .make([](const Shape& s) {
                       const Instance i = bbob::instance(s, 23);
                       return bbob::problem(
                           i,
                           [o = i.x_opt, m = i.between(100)](Point x) {
                             const std::size_t n = x.size();
                             const auto work = bbob::scratch(2 * n), d = work.first(n), z = work.subspan(n);
                             for (std::size_t k = 0; k < n; ++k) d[k] = x[k] - o[k];
                             m.times(d, z);
                             double product = 1.0;
                             for (std::size_t k = 0; k < n; ++k) {
                               double sum = 0.0, power = 2.0;
                               for (int j = 1; j <= 32; ++j, power *= 2)
                                 sum += std::fabs(power * z[k] - std::floor(power * z[k] + 0.5)) / power;
                               product *= 1 + static_cast<double>(k + 1) * sum;
                             }
                             const double size = static_cast<double>(n);
                             return 10 / size / size * (std::pow(product, 10 / std::pow(size, 1.2)) - 1) +
                                    bbob::outside(x);
                           },
                           i.x_opt);
                     }));

  list.push_back(
      bbob::function(
          24, "Lunacek bi-Rastrigin",
          "min(Σ (x̂ᵢ − μ₀)², n + s Σ (x̂ᵢ − μ₁)²) + 10(n − Σ cos 2πzᵢ) + 10⁴ f_pen(x) + f_opt, x̂ = 2 sign ⊗ x, "
          "z = Q Λ¹⁰⁰ R(x̂ − μ₀), μ₀ = 2.5, μ₁ = −√((μ₀² − 1)/s), s = 1 − 1/(2√(n + 20) − 8.2)")
          .make([](const Shape& s) {
            const Instance i = bbob::instance(s, 24);
            constexpr double mu0 = 2.5;
            vector<double> sign = bbob::gaussians(i.n, i.seed), best(i.n);
            for (std::size_t k = 0; k < i.n; ++k) {
              sign[k] = sign[k] < 0 ? -1.0 : 1.0;
              best[k] = sign[k] * 0.5 * mu0;
            }
            return bbob::problem(
                i,
                [sign, m = i.between(100)](Point x) {
                  const std::size_t n = x.size();
                  const double size = static_cast<double>(n);
                  const double width = 1 - 0.5 / (std::sqrt(size + 20) - 4.1);
                  const double mu1 = -std::sqrt((mu0 * mu0 - 1) / width);
                  const auto work = bbob::scratch(2 * n), d = work.first(n), z = work.subspan(n);
                  double near = 0.0, far = 0.0, waves = 0.0;
                  for (std::size_t k = 0; k < n; ++k) {
                    const double hat = 2 * sign[k] * x[k];
                    d[k] = hat - mu0;
                    near += d[k] * d[k];
                    far += (hat - mu1) * (hat - mu1);
                  }
                  m.times(d, z);
                  for (const double zi : z) waves += std::cos(2 * pi * zi);
                  return std::min(near, size + width * far) + 10 * (size - waves) + 1e4 * bbob::outside(x);
                },
                best);
          }));
  return list;
}

}  // namespace thalweg::problems
