#include "thalweg/problems/noisy.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "thalweg/problems/define.hpp"
#include "thalweg/problems/noisy_objective.hpp"
#include "thalweg/problems/suites.hpp"

namespace thalweg::problems {

namespace {

// All have the lowest value 0, which the models of BBOB need.
constexpr std::array<const char*, 8> bases{"sphere",    "ellipsoid", "rosenbrock", "zakharov",
                                           "rastrigin", "ackley",    "griewank",   "levy"};
enum Model { additive, multiplicative, gauss, uniform, cauchy };
const vector<std::string> models = {"additive", "multiplicative", "gauss", "uniform", "cauchy"};

double noisy_value(Model model, double f, double level, double n, Generator& noise) {
  if (model == additive) return f + level * noise.normal();
  if (model == multiplicative) return f * (1 + level * noise.uniform(-1.0, 1.0));
  if (f < 1e-8) return f;
  constexpr double added = 1.01e-8;
  if (model == gauss) return f * std::exp(level * noise.normal()) + added;
  if (model == uniform) {
    const double lower = std::pow(noise.uniform(), level);
    const double exponent = level * (0.49 + 1 / n) * noise.uniform();
    return lower * f * std::max(1.0, std::pow(1e9 / (f + 1e-99), exponent)) + added;
  }
  const double outlier = 0.2 * std::exp2(std::log10(level));
  double heavy = 0.0;
  if (noise.uniform() < outlier) {
    const double above = noise.normal();
    heavy = above / (std::fabs(noise.normal()) + 1e-199);
  }
  return f + level * std::max(0.0, 1000 + heavy) + added;
}

// f(x − s), s uniform in (−1, 1)ⁿ: the minimiser lies on no grid that a search might follow from the start.
Problem moved(Problem p, std::uint64_t instance) {
  std::vector<double> s(p.dimension());
  Generator random(Stream(instance, Purpose("problems.noisy.instance")));
  for (double& v : s) v = random.uniform(-1.0, 1.0);
  for (auto& minimiser : p.minimisers)
    for (std::size_t i = 0; i < s.size(); ++i) minimiser[i] += s[i];
  p.objective = std::make_shared<FunctionObjective>(s.size(), [f = p.objective, s](std::span<const double> x) {
    std::vector<double> z(x.begin(), x.end());
    for (std::size_t i = 0; i < z.size(); ++i) z[i] -= s[i];
    return f->value(z);
  });
  return p;
}

}  // namespace

vector<registry::ProblemItem> noisy() {
  vector<registry::ProblemItem> list;
  list.reserve(bases.size());
  for (const char* base : bases) {
    list.push_back(
        define(std::string("noisy/") + base, std::string("Noisy values: ") + base,
               "Hansen, Finck, Ros & Auger, INRIA RR-6869 (2009), for gauss, uniform and cauchy",
               std::string("f of ") + base +
                   "; y = f + ℓN, f(1 + ℓ(2U − 1)), f e^{ℓN}, f U^ℓ max(1, (10⁹/f)^{αU}) or f + ℓ max(0, 1000 + "
                   "1_{U<p} N/|N|)")
            .n(10, 2)
            .choice("noise", "the model: additive, multiplicative, or one of BBOB's three", models)
            .number("level", "ℓ, its strength; of BBOB's, 0.01 is moderate and 1 severe", &Shape::level, 0.01, 0.0)
            .seed("of the noise")
            .integer("instance", "1, 2, …: the minimiser moved by a vector of its own, in (−1, 1)ⁿ; 0: not moved",
                     &Shape::instance, 1, 0, 0)
            .make([base](const Shape& s) {
              Problem p = *registry::problem(base).make({{"n", std::to_string(s.n)}});
              if (s.instance > 0) p = moved(std::move(p), static_cast<std::uint64_t>(s.instance));
              p.noiseless = p.objective;
              p.objective = std::make_shared<NoisyObjective>(
                  s.size(), static_cast<std::uint64_t>(s.seed),
                  [f = p.noiseless, model = static_cast<Model>(s.choice), level = s.level,
                   n = static_cast<double>(s.n)](std::span<const double> x, Generator& noise) {
                    return noisy_value(model, f->value(x), level, n, noise);
                  });
              return p;
            }));
  }
  return list;
}

namespace {

struct Noisy {
  std::string n = "10", noise = "additive+multiplicative+gauss+uniform+cauchy", level = "0.01+1", seeds = "0",
              instances = "1";
};

std::vector<std::string> noisy_problems(const Noisy& options) {
  const auto seeds = whole_numbers("seeds", options.seeds, 0, 1'000'000'000);
  const auto instances = whole_numbers("instances", options.instances, 0, 1'000'000'000);
  std::vector<std::string> list;
  for (const std::int64_t n : whole_numbers("n", options.n, 2, 1'000'000'000)) {
    for (const std::string& noise : parts("noise", options.noise)) {
      if (std::ranges::find(models, noise) == models.end())
        throw InvalidArgument("option `noise` is \"" + noise +
                              "\"; it is additive, multiplicative, gauss, uniform or cauchy, or several joined by +");
      const std::string middle = ":n=" + std::to_string(n) + ",noise=" + noise + ",level=";
      for (const std::string& level : parts("level", options.level)) {
        for (const char* base : bases)
          for (const std::int64_t seed : seeds)
            for (const std::int64_t instance : instances)
              list.push_back(std::string("noisy/") + base + middle + level +
                             (seed == 0 ? "" : ",seed=" + std::to_string(seed)) +
                             (instance == 1 ? "" : ",instance=" + std::to_string(instance)));
      }
    }
  }
  return list;
}

}  // namespace

registry::SuiteItem noisy_suite() {
  Description<Noisy> d("noisy", "Eight classical functions under five models of noise", "");
  d.reference(
       "Hansen, Finck, Ros & Auger, Real-parameter black-box optimization benchmarking 2009: noisy functions "
       "definitions, INRIA RR-6869 (2009), for gauss, uniform and cauchy")
      .example("[[suite]] id = \"noisy:n=5+20,noise=gauss+cauchy,level=1\"")
      .notes(
          "Runs are scored by the values without noise. Noise models of BBOB on plain functions, not its f101 to "
          "f130.");
  d.option("n", &Noisy::n, "numbers of variables, each at least 2, as in 5+20");
  d.option("noise", &Noisy::noise, "additive, multiplicative, gauss, uniform or cauchy, or several joined by +");
  d.option("level", &Noisy::level, "strengths, as in 0.01+1");
  d.option("seeds", &Noisy::seeds, "of the noise, as in 0-4: each makes problems of its own");
  d.option("instances", &Noisy::instances, "of where the minimiser is, as in 1-5");
  return suite(std::move(d), noisy_problems);
}

}  // namespace thalweg::problems
