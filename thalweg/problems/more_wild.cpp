#include "thalweg/problems/more_wild.hpp"

#include <array>
#include <cmath>
#include <string>

#include "thalweg/problems/mgh_define.hpp"
#include "thalweg/problems/noisy_objective.hpp"
#include "thalweg/problems/suites.hpp"

namespace thalweg::problems {

namespace {

using namespace thalweg::math;
using Point = std::span<const double>;

struct Row {
  int function, n, m, power;  // the start is the standard one times 10^power
};
constexpr std::array<Row, 53> table{
    {{1, 9, 45, 0},   {1, 9, 45, 1},   {2, 7, 35, 0},   {2, 7, 35, 1},   {3, 7, 35, 0},   {3, 7, 35, 1},
     {4, 2, 2, 0},    {4, 2, 2, 1},    {5, 3, 3, 0},    {5, 3, 3, 1},    {6, 4, 4, 0},    {6, 4, 4, 1},
     {7, 2, 2, 0},    {7, 2, 2, 1},    {8, 3, 15, 0},   {8, 3, 15, 1},   {9, 4, 11, 0},   {10, 3, 16, 0},
     {11, 6, 31, 0},  {11, 6, 31, 1},  {11, 9, 31, 0},  {11, 9, 31, 1},  {11, 12, 31, 0}, {11, 12, 31, 1},
     {12, 3, 10, 0},  {13, 2, 10, 0},  {14, 4, 20, 0},  {14, 4, 20, 1},  {15, 6, 6, 0},   {15, 7, 7, 0},
     {15, 8, 8, 0},   {15, 9, 9, 0},   {15, 10, 10, 0}, {15, 11, 11, 0}, {16, 10, 10, 0}, {17, 5, 33, 0},
     {18, 11, 65, 0}, {18, 11, 65, 1}, {19, 8, 8, 0},   {19, 10, 12, 0}, {19, 11, 14, 0}, {19, 12, 16, 0},
     {20, 5, 5, 0},   {20, 6, 6, 0},   {20, 8, 8, 0},   {21, 5, 5, 0},   {21, 5, 5, 1},   {21, 8, 8, 0},
     {21, 10, 10, 0}, {21, 12, 12, 0}, {21, 12, 12, 1}, {22, 8, 8, 0},   {22, 8, 8, 1}}};
constexpr std::size_t most_residuals = 65;
constexpr double epsilon = 1e-3;
enum Variant { smooth_squares, nonsmooth, deterministic, stochastic };
const vector<std::string> variants = {"smooth", "nonsmooth", "deterministic", "stochastic"};

struct Function {
  const char *name, *mgh;  // mgh: the problem of that set, or none
};
constexpr std::array<Function, 22> functions{{{"linear, full rank", "linear-full-rank"},
                                              {"linear, rank 1", "linear-rank-1"},
                                              {"linear, rank 1 with zero columns and rows", "linear-rank-1-zero"},
                                              {"Rosenbrock", "rosenbrock"},
                                              {"helical valley", "helical-valley"},
                                              {"Powell singular", "powell-singular"},
                                              {"Freudenstein and Roth", "freudenstein-roth"},
                                              {"Bard", "bard"},
                                              {"Kowalik and Osborne", "kowalik-osborne"},
                                              {"Meyer", "meyer"},
                                              {"Watson", "watson"},
                                              {"Box three-dimensional", "box-3d"},
                                              {"Jennrich and Sampson", "jennrich-sampson"},
                                              {"Brown and Dennis", "brown-dennis"},
                                              {"Chebyquad", "chebyquad"},
                                              {"Brown almost-linear", "brown-almost-linear"},
                                              {"Osborne 1", "osborne-1"},
                                              {"Osborne 2", "osborne-2"},
                                              {"Bdqrtic", nullptr},
                                              {"Cube", nullptr},
                                              {"Mancino", nullptr},
                                              {"Heart8", nullptr}}};
std::string formula(int function) {
  const std::string squares = "Σ fₖ², fₖ ";
  switch (function) {
    case 19:
      return squares + "= 3 − 4xᵢ and xᵢ² + 2xᵢ₊₁² + 3xᵢ₊₂² + 4xᵢ₊₃² + 5xₙ², i ≤ n − 4";
    case 20:
      return squares + "= x₁ − 1 and 10(xᵢ − xᵢ₋₁³)";
    case 21:
      return squares + "= 1400xₖ + (k − 50)³ + Σⱼ v(sin⁵ ln v + cos⁵ ln v), v = √(xₖ² + k/j)";
    case 22:
      return squares + "the eight equations of the heart's two dipoles";
    default:
      return squares + "those of mgh/" + functions[static_cast<std::size_t>(function - 1)].mgh;
  }
}

// v (sin⁵ ln v + cos⁵ ln v), v = √square.
template <class S>
S mancino_term(const S& square) {
  const S v = sqrt(square), s = sin(log(v)), c = cos(log(v));
  return v * (s * sq(sq(s)) + c * sq(sq(c)));
}

Problem bdqrtic(std::size_t n) {
  const auto f = [](auto const& x, auto const& r) {
    const std::size_t last = x.size() - 1, half = x.size() - 4;
    for (std::size_t i = 0; i < half; ++i) {
      r[i] = 3 - 4 * x[i];
      r[half + i] = sq(x[i]) + 2 * sq(x[i + 1]) + 3 * sq(x[i + 2]) + 4 * sq(x[i + 3]) + 5 * sq(x[last]);
    }
  };
  // Convex; the last four entries are 0 at the minimum.
  const auto at = [](vector<double> x) {
    x.resize(x.size() + 4, 0.0);
    return x;
  };
  return published(
      squares(f, 2 * (n - 4), constant(n, 1.0)),
      {{8, 10.23897342132, at({0.616075444455, 0.48617671888, 0.391902937073, 0.326350523537})},
       {10, 18.28116175359,
        at({0.625536478111, 0.485100984086, 0.367194348286, 0.285188481594, 0.330167164335, 0.37757199005})},
       {11, 22.26059173488,
        at({0.62514183075, 0.485819605665, 0.371250221104, 0.283504015353, 0.316946972746, 0.338732995864,
            0.37592091005})},
       {12, 26.27276639679,
        at({0.624800365988, 0.485376522473, 0.371659129207, 0.285971851208, 0.31552001758, 0.32537244429,
            0.33781861029, 0.374020226263})}});
}
Problem cube(std::size_t n) {
  const auto f = [](auto const& x, auto const& r) {
    r[0] = x[0] - 1;
    for (std::size_t i = 1; i < x.size(); ++i) r[i] = 10 * (x[i] - x[i - 1] * sq(x[i - 1]));
  };
  return optimum(squares(f, n, constant(n, 0.5)), 0.0, {constant(n, 1.0)});
}
Problem mancino(std::size_t n) {
  const auto f = [](auto const& x, auto const& r) {
    using S = scalar_t<decltype(x)>;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double place = real(i + 1), cubed = (place - 50) * (place - 50) * (place - 50);
      r[i] = 1400 * x[i] + cubed;
      for (std::size_t j = 0; j < x.size(); ++j) r[i] += mancino_term<S>(sq(x[i]) + place / real(j + 1));
    }
  };
  vector<double> start(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double place = real(i + 1);
    double sum = (place - 50) * (place - 50) * (place - 50);
    for (std::size_t j = 0; j < n; ++j) sum += mancino_term<double>(place / real(j + 1));
    start[i] = -8.710996e-4 * sum;
  }
  return optimum(squares(f, n, start), 0.0);
}
Problem heart8() {
  const auto f = [](auto const& x, auto const& r) {
    const auto &a = x[0], &b = x[1], &c = x[2], &d = x[3], &t = x[4], &u = x[5], &v = x[6], &w = x[7];
    r[0] = a + b + 0.69;
    r[1] = c + d + 0.044;
    r[2] = t * a + u * b - v * c - w * d + 1.57;
    r[3] = v * a + w * b + t * c + u * d + 1.31;
    r[4] = a * (sq(t) - sq(v)) - 2 * c * t * v + b * (sq(u) - sq(w)) - 2 * d * u * w + 2.65;
    r[5] = c * (sq(t) - sq(v)) + 2 * a * t * v + d * (sq(u) - sq(w)) + 2 * b * u * w - 2;
    r[6] = a * t * (sq(t) - 3 * sq(v)) + c * v * (sq(v) - 3 * sq(t)) + b * u * (sq(u) - 3 * sq(w)) +
           d * w * (sq(w) - 3 * sq(u)) + 12.6;
    r[7] = c * t * (sq(t) - 3 * sq(v)) - a * v * (sq(v) - 3 * sq(t)) + d * u * (sq(u) - 3 * sq(w)) -
           b * w * (sq(w) - 3 * sq(u)) - 9.48;
  };
  return optimum(squares(f, 8, {-0.3, -0.39, 0.3, -0.344, -1.2, 2.69, 1.59, -1.5}), 0.0);
}

// The smooth problem at its standard start.
Problem standard(const Row& row) {
  const std::size_t n = static_cast<std::size_t>(row.n);
  switch (row.function) {
    case 19:
      return bdqrtic(n);
    case 20:
      return cube(n);
    case 21:
      return mancino(n);
    case 22:
      return heart8();
    default:
      break;
  }
  const registry::ProblemItem& item =
      registry::problem(std::string("mgh/") + functions[static_cast<std::size_t>(row.function - 1)].mgh);
  Settings settings;
  for (const OptionInfo& o : item.entry.options) {
    if (o.name == "n") settings.emplace_back("n", std::to_string(row.n));
    if (o.name == "m") settings.emplace_back("m", std::to_string(row.m));
  }
  Problem p = *item.make(settings);
  if (row.function == 11) p.start = constant(n, 0.5);
  if (row.function == 17) p.start[2] = 1.0;
  if (row.function == 15 && row.n == 11)  // the lowest of Levenberg–Marquardt's from the start and 80 random ones
    p = optimum(std::move(p), 0.002799761551866,
                {{0.0299587447719, 0.13731120692, 0.188366388991, 0.358843117389, 0.358843117389, 0.5, 0.641156882611,
                  0.641156882611, 0.811633611009, 0.86268879308, 0.970041255228}});
  return p;
}

// φ of the deterministic noise, in [−1, 1].
double wave(Point x) {
  double one = 0.0, two = 0.0, most = 0.0;
  for (const double xi : x) {
    one += std::fabs(xi);
    two += xi * xi;
    most = std::max(most, std::fabs(xi));
  }
  const double phi = 0.9 * std::sin(100 * one) * std::cos(100 * most) + 0.1 * std::cos(std::sqrt(two));
  return phi * (4 * phi * phi - 3);
}

Problem variant_of(Problem p, const Row& row, Variant variant, std::uint64_t seed) {
  for (double& x : p.start) x *= std::pow(10.0, row.power);
  if (variant == smooth_squares) return p;
  const std::shared_ptr<Objective<double>> squares = p.objective;
  const std::size_t n = p.dimension(), m = static_cast<std::size_t>(row.m);
  const bool solved = p.optimum_f == 0.0;  // then all fₖ are 0 there, in every variant
  if (variant == stochastic) {
    p.noiseless = squares;
    p.objective = std::make_shared<NoisyObjective>(n, seed, [squares, m](Point x, Generator& noise) {
      std::array<double, most_residuals> room;
      const std::span<double> r(room.data(), m);
      squares->residual(x, r);
      double sum = 0.0;
      for (const double rk : r) {
        const double f = rk * (1 + epsilon * noise.uniform(-1.0, 1.0));
        sum += f * f;
      }
      return 0.5 * sum;  // the residuals are √2 fₖ
    });
    return p;
  }
  if (!solved) p.optimum_f.reset(), p.minimisers.clear();
  if (variant == deterministic) {
    p.objective = std::make_shared<FunctionObjective>(
        n, [squares](Point x) { return (1 + epsilon * wave(x)) * squares->value(x); });
    return p;
  }
  const int id = row.function;
  const bool positive = id == 8 || id == 9 || id == 13 || id == 16 || id == 17 || id == 18;
  p.optimum_tolerance = 1e-6;  // Σ |fₖ| at a minimiser of which ten digits are known
  p.objective = std::make_shared<FunctionObjective>(n, [squares, m, positive](Point x) {
    std::array<double, most_residuals> room, clipped;
    const std::span<double> r(room.data(), m);
    if (positive) {
      for (std::size_t i = 0; i < x.size(); ++i) clipped[i] = std::max(x[i], 0.0);
      x = Point(clipped.data(), x.size());
    }
    squares->residual(x, r);
    double sum = 0.0;
    for (const double rk : r) sum += std::fabs(rk);
    return sum / std::numbers::sqrt2;
  });
  return p;
}

std::string identity(std::size_t number) {
  return "more-wild/" + std::string(number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

vector<registry::ProblemItem> more_wild() {
  vector<registry::ProblemItem> list;
  for (std::size_t k = 0; k < table.size(); ++k) {
    const Row row = table[k];
    std::string name = std::string("Moré–Wild: ") + functions[static_cast<std::size_t>(row.function - 1)].name +
                       ", n = " + std::to_string(row.n);
    if (row.power > 0) name += ", far start";
    list.push_back(
        define(identity(k + 1), name,
               "Moré & Wild, SIAM J. Optim. 20 (2009) 172, function " + std::to_string(row.function) + ", start 10^" +
                   std::to_string(row.power),
               formula(row.function))
            .choice("variant", "sums of squares, sums of absolute values, or squares with noise of 10⁻³", variants)
            .seed("of the stochastic noise")
            .make([row](const Shape& s) {
              return variant_of(standard(row), row, static_cast<Variant>(s.choice),
                                static_cast<std::uint64_t>(s.seed));
            }));
  }
  return list;
}

namespace {

struct MoreWild {
  std::string variant = "smooth", problems = "1-53", seeds = "0";
};

std::vector<std::string> more_wild_problems(const MoreWild& options) {
  const auto numbers = whole_numbers("problems", options.problems, 1, static_cast<std::int64_t>(table.size()));
  const auto seeds = whole_numbers("seeds", options.seeds, 0, 1'000'000'000);
  std::vector<std::string> list;
  for (const std::string& variant : parts("variant", options.variant)) {
    if (std::ranges::find(variants, variant) == variants.end())
      throw InvalidArgument("option `variant` is \"" + variant +
                            "\"; it is smooth, nonsmooth, deterministic or stochastic, or several joined by +");
    for (const std::int64_t number : numbers) {
      const std::string text = identity(static_cast<std::size_t>(number));
      if (variant != "stochastic")
        list.push_back(variant == "smooth" ? text : text + ":variant=" + variant);
      else
        for (const std::int64_t seed : seeds)
          list.push_back(text + ":variant=" + variant + (seed == 0 ? "" : ",seed=" + std::to_string(seed)));
    }
  }
  return list;
}

}  // namespace

registry::SuiteItem more_wild_suite() {
  Description<MoreWild> d("more-wild", "Moré & Wild's 53 problems for methods without derivatives", "");
  d.reference("Moré & Wild, Benchmarking derivative-free optimization algorithms, SIAM J. Optim. 20 (2009) 172–191")
      .example("[[suite]] id = \"more-wild:variant=nonsmooth\"")
      .notes("Of 2 to 12 variables. Data profiles count evaluations in units of n + 1.");
  d.option("variant", &MoreWild::variant,
           "smooth, nonsmooth, deterministic (noise) or stochastic (noise), or several joined by +");
  d.option("problems", &MoreWild::problems, "which of the 53, as in 1-10+53");
  d.option("seeds", &MoreWild::seeds, "of the stochastic noise, as in 0-4: each makes problems of its own");
  return suite(std::move(d), more_wild_problems);
}

}  // namespace thalweg::problems
