// Moré and Wild's problems against the values that their own code gives at the starts.
#include "thalweg/problems/more_wild.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/autodiff/check.hpp"
#include "thalweg/problems/problem.hpp"

namespace {

using namespace thalweg;

std::unique_ptr<Problem> make(std::size_t number, const std::string& variant, const char* more = "") {
  return registry::make_problem("more-wild/" + std::string(number < 10 ? "0" : "") + std::to_string(number) +
                                ":variant=" + variant + more);
}

// f at the starts, to the six digits of BenDFO's data/testout.dat (its types smooth, nondiff and wild3).
const std::vector<double> smooth_starts = {
    7.20000e+01, 1.12500e+03, 1.16542e+07, 1.16859e+09, 4.98920e+06, 5.00936e+08, 2.42000e+01, 1.79577e+06,
    2.50000e+03, 1.06000e+04, 2.15000e+02, 1.61540e+06, 4.00500e+02, 1.54575e+08, 4.16817e+01, 1.30623e+03,
    5.31317e-03, 1.69361e+09, 1.64308e+01, 2.32337e+06, 2.69042e+01, 8.15888e+06, 7.36782e+01, 2.05938e+07,
    1.03115e+03, 4.17131e+03, 7.92669e+06, 3.08106e+11, 4.64282e-02, 3.37706e-02, 3.86177e-02, 2.88830e-02,
    3.37633e-02, 2.67406e-02, 2.73248e+02, 1.61741e+01, 2.09342e+00, 1.99685e+02, 9.04000e+02, 1.35600e+03,
    1.58200e+03, 1.80800e+03, 5.65000e+01, 7.05625e+01, 9.86875e+01, 2.53908e+09, 6.87380e+12, 3.36796e+09,
    3.73513e+09, 3.99107e+09, 1.13001e+13, 9.38567e+00, 3.36582e+10};
const std::vector<double> nonsmooth_starts = {
    5.40000e+01, 2.25000e+02, 1.76050e+04, 1.76365e+05, 1.11890e+04, 1.12169e+05, 6.60000e+00, 1.35300e+03,
    5.00000e+01, 1.40000e+02, 2.28852e+01, 1.45727e+03, 2.40000e+01, 1.73760e+04, 2.18829e+01, 1.39339e+02,
    1.95153e-01, 1.33046e+05, 1.58545e+01, 5.42767e+03, 2.24125e+01, 8.54458e+03, 3.43398e+01, 1.18978e+04,
    9.91512e+01, 1.20588e+02, 1.13038e+04, 2.41278e+06, 3.29087e-01, 2.75893e-01, 3.46953e-01, 2.91449e-01,
    3.53857e-01, 3.16982e-01, 5.04990e+01, 1.63733e+01, 9.60594e+00, 5.49148e+01, 6.40000e+01, 9.60000e+01,
    1.12000e+02, 1.28000e+02, 1.55000e+01, 1.92500e+01, 2.67500e+01, 1.12235e+05, 5.83904e+06, 1.62440e+05,
    1.90072e+05, 2.13528e+05, 1.13405e+07, 4.92225e+00, 2.64839e+05};
const std::vector<double> deterministic_starts = {
    7.19428e+01, 1.12405e+03, 1.16443e+07, 1.16771e+09, 4.98494e+06, 5.00558e+08, 2.41953e+01, 1.79407e+06,
    2.50215e+03, 1.05909e+04, 2.15057e+02, 1.61525e+06, 4.00899e+02, 1.54489e+08, 4.16979e+01, 1.30579e+03,
    5.31185e-03, 1.69338e+09, 1.64338e+01, 2.32392e+06, 2.69298e+01, 8.16061e+06, 7.36733e+01, 2.05759e+07,
    1.03165e+03, 4.17513e+03, 7.92937e+06, 3.08386e+11, 4.63839e-02, 3.37880e-02, 3.86560e-02, 2.88622e-02,
    3.37317e-02, 2.67299e-02, 2.73508e+02, 1.61588e+01, 2.09278e+00, 1.99878e+02, 9.03152e+02, 1.35466e+03,
    1.58097e+03, 1.80885e+03, 5.65201e+01, 7.05752e+01, 9.87522e+01, 2.53762e+09, 6.87417e+12, 3.36590e+09,
    3.73726e+09, 3.98712e+09, 1.12997e+13, 9.37970e+00, 3.36341e+10};

TEST(MoreWild, ValuesAtTheStartsArePublished) {
  const std::pair<const char*, const std::vector<double>*> variants[] = {
      {"smooth", &smooth_starts}, {"nonsmooth", &nonsmooth_starts}, {"deterministic", &deterministic_starts}};
  for (const auto& [variant, values] : variants) {
    ASSERT_EQ(values->size(), 53u);
    for (std::size_t k = 1; k <= 53; ++k) {
      const auto p = make(k, variant);
      const double f = (*values)[k - 1];
      EXPECT_NEAR(p->objective->value(p->start), f, 6e-6 * f) << p->id;
    }
  }
}

TEST(MoreWild, TheNoiseFreePartOfTheStochasticVariantIsTheSmoothOne) {
  for (std::size_t k = 1; k <= 53; ++k) {
    const auto p = make(k, "stochastic");
    ASSERT_NE(p->noiseless, nullptr);
    const double f = smooth_starts[k - 1];
    EXPECT_NEAR(p->noiseless->value(p->start), f, 6e-6 * f) << p->id;
    const double noisy = p->objective->value(p->start, {7});
    EXPECT_GE(noisy, f * (1 - 1e-3) * (1 - 1e-3) * (1 - 6e-6)) << p->id;
    EXPECT_LE(noisy, f * (1 + 1e-3) * (1 + 1e-3) * (1 + 6e-6)) << p->id;
  }
}

TEST(MoreWild, TheNoiseIsUniformInEachComponent) {
  // Σ ((1 + εu) f)² has mean (1 + ε²/3) Σ f² and, to order ε², variance 4ε²/3 Σ f⁴.
  const auto p = make(7, "stochastic");  // Rosenbrock at (−1.2, 1): f = −4.4, 2.2
  const int count = 40000;
  double sum = 0.0, squares = 0.0;
  for (int k = 1; k <= count; ++k) {
    const double noise = p->objective->value(p->start, {static_cast<std::uint64_t>(k)}) - 24.2;
    sum += noise, squares += noise * noise;
  }
  const double mean = sum / count, variance = squares / count - mean * mean;
  const double expected = 4e-6 / 3 * (std::pow(4.4, 4) + std::pow(2.2, 4));
  EXPECT_LT(std::fabs(mean - 24.2e-6 / 3) / std::sqrt(expected / count), 4.0);
  EXPECT_NEAR(variance / expected, 1.0, 0.03);
}

TEST(MoreWild, TheSameSampleIsTheSameNoise) {
  const auto p = make(20, "stochastic"), q = make(20, "stochastic"), other = make(20, "stochastic", ",seed=1");
  std::vector<double> near = p->start;
  near[0] = std::nextafter(near[0], 10.0);
  const auto value = [](Problem& problem, const std::vector<double>& x, std::uint64_t sample) {
    return problem.objective->value(x, {sample});
  };
  for (const std::uint64_t sample : {0u, 1u, 2u}) {
    EXPECT_EQ(value(*p, p->start, sample), value(*q, p->start, sample));
    EXPECT_NE(value(*p, p->start, sample), value(*other, p->start, sample));
  }
  EXPECT_NE(value(*p, p->start, 1), value(*p, p->start, 2));
  const double f = p->noiseless->value(p->start);
  EXPECT_GT(std::fabs(value(*p, near, 0) - value(*p, p->start, 0)), 1e-8 * f);  // noise of its own at each point
  EXPECT_LT(std::fabs(value(*p, near, 1) - value(*p, p->start, 1)), 1e-8 * f);  // common to all points
  std::vector<double> minus = p->start, plus = p->start;
  minus[1] = -0.0, plus[1] = 0.0;
  EXPECT_EQ(value(*p, minus, 0), value(*p, plus, 0));
}

TEST(MoreWild, SomeNonsmoothFunctionsLiveOnPositivePoints) {
  for (const std::size_t k : {15, 17, 26, 35, 36, 37}) {
    const auto p = make(k, "nonsmooth");
    std::vector<double> x = p->start;
    x[0] = 0.0;
    const double at_zero = p->objective->value(x);
    x[0] = -0.3;
    EXPECT_EQ(p->objective->value(x), at_zero) << p->id;
  }
  const auto p = make(7, "nonsmooth");
  EXPECT_NE(p->objective->value(std::vector<double>{-0.3, 1.0}), p->objective->value(std::vector<double>{0.0, 1.0}));
}

TEST(MoreWild, TheMinimaOfTheFunctionsThatAreNotOfMghAreStationary) {
  for (const std::size_t k : {34, 39, 40, 41, 42, 43, 44, 45}) {
    const auto p = make(k, "smooth");
    ASSERT_FALSE(p->minimisers.empty()) << p->id;
    std::vector<double> g(p->dimension());
    p->objective->gradient(p->minimisers.front(), g);
    for (const double gi : g) EXPECT_LE(std::fabs(gi), 1e-8) << p->id;
  }
}

TEST(MoreWild, TheSuite) {
  EXPECT_EQ(registry::suite_problems("more-wild").size(), 53u);
  EXPECT_EQ(registry::suite_problems("more-wild").front(), "more-wild/01");
  const auto list = registry::suite_problems("more-wild:variant=smooth+nonsmooth,problems=7-8+53");
  ASSERT_EQ(list.size(), 6u);
  EXPECT_EQ(list[2], "more-wild/53");
  EXPECT_EQ(list[3], "more-wild/07:variant=nonsmooth");
  EXPECT_EQ(
      registry::suite_problems("more-wild:variant=stochastic,problems=1,seeds=4-5"),
      (std::vector<std::string>{"more-wild/01:variant=stochastic,seed=4", "more-wild/01:variant=stochastic,seed=5"}));
  EXPECT_THROW(registry::suite_problems("more-wild:variant=rough"), InvalidArgument);
  EXPECT_THROW(registry::suite_problems("more-wild:problems=54"), InvalidArgument);
  EXPECT_THROW(registry::make_problem("more-wild/01:variant=rough"), InvalidArgument);
  for (const char* variant : {"nonsmooth", "deterministic", "stochastic"})
    for (const std::string& text : registry::suite_problems(std::string("more-wild:variant=") + variant))
      EXPECT_TRUE(registry::make_problem(text)->noiseless != nullptr || std::string(variant) != "stochastic");
}

}  // namespace
