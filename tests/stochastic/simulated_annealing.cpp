#include "thalweg/stochastic/simulated_annealing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "thalweg/core/minimize.hpp"

namespace thalweg {
namespace {

using Point = std::span<const double>;
using SA = SimulatedAnnealing;

double rastrigin(Point x) {
  double f = 10.0 * static_cast<double>(x.size());
  for (double v : x) f += v * v - 10.0 * std::cos(2.0 * std::numbers::pi * v);
  return f;
}

// Pearson's χ² of thinned samples of coordinate 0 on [0, 1] against exp(−f/T), in 20 cells.
double boltzmann_chi_squared(const SA& method, std::size_t n, std::uint64_t seed, double temperature) {
  const auto energy = [](double x) { return std::cos(7.0 * x) + x; };
  const std::size_t samples = 20'000, cells = 20;
  const Result r = minimize(
      [&](Point x) {
        double f = energy(x[0]);
        for (std::size_t i = 1; i < x.size(); ++i) f += x[i];  // independent of the first under exp(−f/T)
        return f;
      },
      std::vector<double>(n, 0.5), method,
      {.max_iterations = samples + 100,
       .bounds = {std::vector<double>(n, 0.0), std::vector<double>(n, 1.0)},
       .seed = seed,
       .keep_path = true});
  std::vector<double> mass(cells, 0.0), count(cells, 0.0);
  double total = 0.0;
  for (std::size_t c = 0; c < cells; ++c) {
    for (int k = 0; k < 1000; ++k)
      mass[c] +=
          std::exp(-energy((static_cast<double>(c) + (k + 0.5) / 1000.0) / static_cast<double>(cells)) / temperature);
    total += mass[c];
  }
  for (std::size_t i = 100; i < r.path.size(); ++i)
    count[std::min(cells - 1, static_cast<std::size_t>(r.path[i][0] * static_cast<double>(cells)))] += 1.0;
  double chi = 0.0;
  for (std::size_t c = 0; c < cells; ++c) {
    const double expected = static_cast<double>(samples) * mass[c] / total;
    chi += (count[c] - expected) * (count[c] - expected) / expected;
  }
  return chi;
}
constexpr double chi_squared_19_99_9 = 43.82;  // the 99.9 % point of χ² with 19 degrees of freedom

TEST(SimulatedAnnealing, FrozenProposalFollowsTheBoltzmannDistribution) {
  // The density at both faces of the box is part of the check: a rejecting or clamping proposal fails there.
  SA fixed{.schedule = SA::Schedule::constant,
           .temperature = 0.5,
           .temperatures = 1'000'000,
           .sweep = 30,
           .adjustments = 1,
           .step = 0.6,
           .adaptive = false};
  EXPECT_LT(boltzmann_chi_squared(fixed, 1, 1, 0.5), chi_squared_19_99_9);
  fixed.proposal = SA::Proposal::gaussian;
  fixed.move = SA::Move::all;
  EXPECT_LT(boltzmann_chi_squared(fixed, 2, 2, 0.5), chi_squared_19_99_9);
  fixed.proposal = SA::Proposal::cauchy;
  EXPECT_LT(boltzmann_chi_squared(fixed, 1, 3, 0.5), chi_squared_19_99_9);
  // The test sees a temperature that is wrong by a fifth.
  SA hot = fixed;
  hot.temperature = 0.6;
  EXPECT_GT(boltzmann_chi_squared(hot, 1, 3, 0.5), 100.0);
}

TEST(SimulatedAnnealing, SolvesRastriginInFiveDimensions) {
  for (const auto schedule : {SA::Schedule::huang, SA::Schedule::lam}) {
    int solved = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const Result r = minimize(rastrigin, std::vector<double>(5, 4.1), SA{.schedule = schedule},
                                {.max_evaluations = 100'000,
                                 .bounds = {std::vector<double>(5, -5.12), std::vector<double>(5, 5.12)},
                                 .seed = seed});
      EXPECT_EQ(r.status, Status::converged) << r.message;
      solved += r.f < 1e-6;
    }
    EXPECT_GE(solved, 9) << static_cast<int>(schedule);
  }
}

// Each restart has its share of the budget, and each heats again.
TEST(SimulatedAnnealing, RestartsShareTheBudget) {
  std::vector<double> values;
  const auto f = [&](Point x) { return values.push_back(rastrigin(x)), values.back(); };
  const Result r = minimize(f, std::vector<double>(3, 4.0), SA{.restarts = 1},
                            {.max_evaluations = 40'000,
                             .bounds = {std::vector<double>(3, -5.12), std::vector<double>(3, 5.12)},
                             .seed = 3});
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_GT(r.evaluations(), 30'000u);
  const auto mean = [&](std::size_t from) {
    double sum = 0.0;
    for (std::size_t i = from; i < from + 500; ++i) sum += values[i];
    return sum / 500.0;
  };
  EXPECT_GT(mean(0), 20.0);
  double second = 0.0;  // the highest of the later windows: the second heating
  for (std::size_t from = 12'000; from + 500 < values.size(); from += 500) second = std::max(second, mean(from));
  EXPECT_GT(second, 20.0);
}

// λ is then Huang's 0.7, and T at most halved a level.
TEST(SimulatedAnnealing, MeasuredSchedulesWorkWithoutABudget) {
  for (const auto schedule : {SA::Schedule::huang, SA::Schedule::lam}) {
    const Result r =
        minimize(rastrigin, std::vector<double>(2, 4.1), SA{.schedule = schedule},
                 {.max_iterations = 10'000, .bounds = {std::vector<double>(2, -5.12), std::vector<double>(2, 5.12)}});
    EXPECT_EQ(r.status, Status::converged) << r.message;
    EXPECT_LT(r.f, 1e-6);
    EXPECT_LT(r.iterations, 300u);
  }
}

// The start has no value, and the pilot walk may not meet any: T₀ is measured when one is met.
TEST(SimulatedAnnealing, LeavesARegionWithoutValues) {
  const auto f = [](Point x) { return x[0] > -4.9 ? std::nan("") : 1e3 * std::pow(x[0] + 4.95, 2); };
  const Result r = minimize(f, {4.0}, SA{}, {.max_evaluations = 5000, .bounds = {{-5}, {5}}, .seed = 1});
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_NEAR(r.x[0], -4.95, 1e-4);
}

TEST(SimulatedAnnealing, EveryScheduleFindsTheWellOfAParabola) {
  for (auto schedule : {SA::Schedule::huang, SA::Schedule::lam, SA::Schedule::geometric, SA::Schedule::linear,
                        SA::Schedule::logarithmic, SA::Schedule::fast, SA::Schedule::lundy_mees})
    for (auto proposal : {SA::Proposal::uniform, SA::Proposal::gaussian, SA::Proposal::cauchy})
      for (auto move : {SA::Move::one, SA::Move::all}) {
        const Result r =
            minimize([](Point x) { return std::pow(x[0] - 1.0, 2) + std::pow(x[1] + 2.0, 2); }, {5.0, 5.0},
                     SA{.schedule = schedule, .temperature = 1.0, .proposal = proposal, .move = move, .step = 1.0},
                     {.max_evaluations = 20'000});
        EXPECT_LT(r.f, 0.05) << static_cast<int>(schedule) << static_cast<int>(proposal) << static_cast<int>(move);
      }
}

TEST(SimulatedAnnealing, SurvivesNotANumber) {
  const auto f = [](Point x) { return x[0] < 0.0 ? std::nan("") : std::pow(x[0] - 0.2, 2); };
  const Result r = minimize(f, {3.0}, SA{}, {.max_evaluations = 50'000});
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_NEAR(r.x[0], 0.2, 1e-2);
  const Result none =
      minimize([](Point) { return std::nan(""); }, {3.0}, SA{.temperatures = 5}, {.max_evaluations = 5000});
  EXPECT_EQ(none.status, Status::numerical_failure) << none.message;
}

TEST(SimulatedAnnealing, ReheatingGoesOnFromTheBest) {
  const Limits limits{.max_evaluations = 1'000'000,
                      .bounds = {std::vector<double>(3, -5.12), std::vector<double>(3, 5.12)},
                      .seed = 9};
  const SA fast{.schedule = SA::Schedule::geometric, .cooling = 0.3};
  SA again = fast;
  again.restarts = 3;
  const Result once = minimize(rastrigin, std::vector<double>(3, 4.0), fast, limits);
  const Result thrice = minimize(rastrigin, std::vector<double>(3, 4.0), again, limits);
  EXPECT_GT(thrice.evaluations(), 2 * once.evaluations());
  EXPECT_LE(thrice.f, once.f);
}

}  // namespace
}  // namespace thalweg
