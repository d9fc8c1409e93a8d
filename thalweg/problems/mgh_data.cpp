// Moré, Garbow & Hillstrom: fits to data, measured or exponential.
#include <cmath>

#include "thalweg/problems/mgh.hpp"
#include "thalweg/problems/mgh_define.hpp"

namespace thalweg::problems {

namespace {
constexpr double bard_y[15] = {0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39,
                               0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39};
constexpr double gaussian_y[15] = {0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989,
                                   0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009};
constexpr double meyer_y[16] = {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744,
                                8261,  7030,  6005,  5147,  4427,  3820,  3307,  2872};
constexpr double kowalik_y[11] = {0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627,
                                  0.0456, 0.0342, 0.0323, 0.0235, 0.0246};
constexpr double kowalik_u[11] = {4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625};
constexpr double osborne1_y[33] = {0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751,
                                   0.718, 0.685, 0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490,
                                   0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406};
constexpr double osborne2_y[65] = {1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746,
                                   0.679, 0.608, 0.655, 0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649,
                                   0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.500, 0.423, 0.395,
                                   0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653,
                                   0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739,
                                   0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054};
}  // namespace

vector<registry::ProblemItem> mgh_data() {
  using namespace thalweg::math;
  vector<registry::ProblemItem> list;

  list.push_back(fixed(mgh("bard", "Bard", 8, "yᵢ − (x₁ + uᵢ/(vᵢx₂ + wᵢx₃)), u = i, v = 16 − i, w = min(u, v)")
                           .notes("A lower plateau, 17.4286, lies at infinity in x₂, x₃."),
                       [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i < 15; ++i) {
                           const double u = static_cast<double>(i + 1), v = 16 - u, w = u < v ? u : v;
                           r[i] = bard_y[i] - (x[0] + u / (v * x[1] + w * x[2]));
                         }
                       },
                       15, {1.0, 1.0, 1.0}, 0.008214877306579, {{0.0824105597498, 1.13303609203, 2.34369517864}}));

  list.push_back(fixed(mgh("gaussian", "Gaussian", 9, "x₁ exp(−x₂(tᵢ − x₃)²/2) − yᵢ, t = (8 − i)/2"),
                       [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i < 15; ++i) {
                           const double t = (7.0 - static_cast<double>(i)) / 2;
                           r[i] = x[0] * exp(-0.5 * x[1] * sq(t - x[2])) - gaussian_y[i];
                         }
                       },
                       15, {0.4, 1.0, 0.0}, 1.127932769619e-8, {{0.398956137839, 1.00001908449, 0}}));

  list.push_back(fixed(mgh("meyer", "Meyer", 10, "x₁ exp(x₂/(tᵢ + x₃)) − yᵢ, t = 45 + 5i"),
                       [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i < 16; ++i)
                           r[i] = x[0] * exp(x[1] / (50 + 5 * static_cast<double>(i) + x[2])) - meyer_y[i];
                       },
                       16, {0.02, 4000.0, 250.0}, 87.9458551704, {{0.00560963647279, 6181.34634602, 345.223634615}}));

  list.push_back(
      mgh("gulf", "Gulf research and development", 11,
          "exp(−|yᵢ − x₂|^{x₃}/x₁) − tᵢ, t = i/100, y = 25 + (−50 ln t)^{2/3}")
          .m(99, 3, 100)
          .notes("The paper prints yᵢ m i x₂ for yᵢ − x₂; its stated minimum needs the latter.")
          .make([](const Shape& s) {
            const auto f = [](auto const& x, auto const& r) {
              for (std::size_t i = 0; i < r.size(); ++i) {
                const double t = static_cast<double>(i + 1) / 100;
                const double y = 25 + std::pow(-50 * std::log(t), 2.0 / 3.0);
                r[i] = exp(-pow(abs(y - x[1]), x[2]) / x[0]) - t;
              }
            };
            return optimum(squares(f, static_cast<std::size_t>(s.m), {5.0, 2.5, 0.15}), 0.0, {{50.0, 25.0, 1.5}});
          }));

  list.push_back(mgh("box-3d", "Box three-dimensional", 12, "e^{−t x₁} − e^{−t x₂} − x₃(e^{−t} − e^{−10t}), t = i/10")
                     .m(10, 3, 1000)
                     .notes("Also minimal wherever x₁ = x₂ and x₃ = 0.")
                     .make([](const Shape& s) {
                       const auto f = [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i < r.size(); ++i) {
                           const double t = static_cast<double>(i + 1) / 10;
                           r[i] = exp(-t * x[0]) - exp(-t * x[1]) - x[2] * (std::exp(-t) - std::exp(-10 * t));
                         }
                       };
                       return optimum(squares(f, static_cast<std::size_t>(s.m), {0.0, 10.0, 20.0}), 0.0,
                                      {{1.0, 10.0, 1.0}, {10.0, 1.0, -1.0}});
                     }));

  list.push_back(fixed(mgh("kowalik-osborne", "Kowalik and Osborne", 15, "yᵢ − x₁(uᵢ² + uᵢx₂)/(uᵢ² + uᵢx₃ + x₄)")
                           .notes("Another minimum, 1.02734e-3, at infinity with x₂ = −14.07…"),
                       [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i < 11; ++i) {
                           const double u = kowalik_u[i];
                           r[i] = kowalik_y[i] - x[0] * (u * u + u * x[1]) / (u * u + u * x[2] + x[3]);
                         }
                       },
                       11, {0.25, 0.39, 0.415, 0.39}, 0.0003075056038492,
                       {{0.192806934579, 0.191282328734, 0.123056506926, 0.136062330684}}));

  list.push_back(mgh("brown-dennis", "Brown and Dennis", 16, "(x₁ + t x₂ − e^t)² + (x₃ + x₄ sin t − cos t)², t = i/5")
                     .m(20, 4, 100)
                     .notes("The optimum is that of m = 20.")
                     .make([](const Shape& s) {
                       const auto f = [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i < r.size(); ++i) {
                           const double t = static_cast<double>(i + 1) / 5;
                           r[i] = sq(x[0] + t * x[1] - std::exp(t)) + sq(x[2] + std::sin(t) * x[3] - std::cos(t));
                         }
                       };
                       Problem p = squares(f, static_cast<std::size_t>(s.m), {25.0, 5.0, -5.0, -1.0});
                       return s.m == 20 ? optimum(std::move(p), 85822.20162636,
                                                  {{-11.5944399048, 13.2036300512, -0.403439488177, 0.236778774456}})
                                        : p;
                     }));

  list.push_back(fixed(mgh("osborne-1", "Osborne 1", 17, "yᵢ − (x₁ + x₂e^{−t x₄} + x₃e^{−t x₅}), t = 10(i − 1)"),
                       [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i < 33; ++i) {
                           const double t = 10 * static_cast<double>(i);
                           r[i] = osborne1_y[i] - (x[0] + x[1] * exp(-t * x[3]) + x[2] * exp(-t * x[4]));
                         }
                       },
                       33, {0.5, 1.5, -1.0, 0.01, 0.02}, 5.464894697482e-5,
                       {{0.375410051624, 1.93584685089, -1.46468707448, 0.0128675345173, 0.0221226999175}}));

  list.push_back(mgh("biggs-exp6", "Biggs EXP6", 18,
                     "x₃e^{−t x₁} − x₄e^{−t x₂} + x₆e^{−t x₅} − (e^{−t} − 5e^{−10t} + 3e^{−4t}), t = i/10")
                     .m(13, 6, 100)
                     .notes("A local minimum 5.65565e-3 for m = 13; also minimal when exponentials are exchanged.")
                     .make([](const Shape& s) {
                       const auto f = [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i < r.size(); ++i) {
                           const double t = static_cast<double>(i + 1) / 10;
                           const double y = std::exp(-t) - 5 * std::exp(-10 * t) + 3 * std::exp(-4 * t);
                           r[i] = x[2] * exp(-t * x[0]) - x[3] * exp(-t * x[1]) + x[5] * exp(-t * x[4]) - y;
                         }
                       };
                       return optimum(squares(f, static_cast<std::size_t>(s.m), {1.0, 2.0, 1.0, 1.0, 1.0, 1.0}), 0.0,
                                      {{1.0, 10.0, 1.0, 5.0, 4.0, 3.0}});
                     }));

  list.push_back(fixed(mgh("osborne-2", "Osborne 2", 19,
                           "yᵢ − (x₁e^{−t x₅} + Σ_{k=2..4} x_k e^{−(t − x_{k+7})² x_{k+4}}), t = (i − 1)/10"),
                       [](auto const& x, auto const& r) {
                         for (std::size_t i = 0; i < 65; ++i) {
                           const double t = static_cast<double>(i) / 10;
                           r[i] = osborne2_y[i] - x[0] * exp(-t * x[4]) - x[1] * exp(-sq(t - x[8]) * x[5]) -
                                  x[2] * exp(-sq(t - x[9]) * x[6]) - x[3] * exp(-sq(t - x[10]) * x[7]);
                         }
                       },
                       65, {1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5}, 0.04013773629355,
                       {{1.30997715463, 0.431553794603, 0.633661698961, 0.599430534786, 0.754183226328, 0.90428857986,
                         1.36581183524, 4.82369881723, 2.39868486613, 4.56887459767, 5.67534147058}}));
  return list;
}

}  // namespace thalweg::problems
