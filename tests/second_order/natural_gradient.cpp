// Certificate of natural-gradient: the path is the same in every affine coordinate system and, up to O(η), in every
// other (a normal's mean and deviation); for least squares and softmax it is the (generalised) Gauss–Newton step.
#include "thalweg/second_order/natural_gradient.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "network/example.hpp"
#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/core/statistical_model.hpp"
#include "thalweg/network/network_objective.hpp"
#include "thalweg/problems/problem.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

using namespace thalweg::math;
constexpr double mean = 1.0, variance = 4.0;  // of the observations

// Minus the mean log-likelihood of a normal in coordinates z: the map gives (μ, σ), its 2×2 Jacobian the metric.
template <class Map>
std::vector<std::vector<double>> path(Map map, std::vector<double> z0, const NaturalGradient& method,
                                      std::uint64_t steps) {
  auto f = differentiable(
      [map](auto const& z) {
        const auto p = map(z);
        return log(p[1]) + 0.5 * (variance + sq(mean - p[0])) / sq(p[1]);
      },
      2);
  auto jacobian = differentiable_residuals([map](auto const& z) { return map(z); }, 2, 2);
  auto model = with_fisher(f, [&](std::span<const double> z, std::span<double> fisher) {
    std::vector<double> j(4), p(2);
    jacobian.jacobian(z, j), jacobian.residual(z, p);
    const double metric[2] = {1.0 / (p[1] * p[1]), 2.0 / (p[1] * p[1])};
    for (int a = 0; a < 2; ++a)
      for (int b = 0; b < 2; ++b)
        fisher[static_cast<std::size_t>(2 * a + b)] =
            j[static_cast<std::size_t>(a)] * metric[0] * j[static_cast<std::size_t>(b)] +
            j[static_cast<std::size_t>(2 + a)] * metric[1] * j[static_cast<std::size_t>(2 + b)];
  });
  const Result r = minimize(model, z0, method, {.max_iterations = steps, .keep_path = true});
  std::vector<std::vector<double>> in_mu_sigma = {};
  std::vector<double> p(2);
  for (const auto& z : r.path) {
    jacobian.residual(z, p);
    in_mu_sigma.push_back(p);
  }
  return in_mu_sigma;
}
const auto plain = [](auto const& z) {
  using S = scalar_t<decltype(z)>;
  return std::vector<S>{S(z[0]), S(z[1])};
};
const auto affine = [](auto const& z) {  // (μ, σ) = Az + b
  using S = scalar_t<decltype(z)>;
  return std::vector<S>{3.0 * z[0] - z[1] + 0.5, 0.25 * z[0] + 2.0 * z[1] + 1.0};
};
const auto logarithmic = [](auto const& z) {
  using S = scalar_t<decltype(z)>;
  return std::vector<S>{S(z[0]), exp(z[1])};
};

TEST(NaturalGradient, PathIsTheSameInAffineCoordinates) {
  // z of (μ, σ) = (0, 1.5): A⁻¹((0, 1.5) − b)
  const double det = 3.0 * 2.0 + 0.25, u = -0.5, w = 0.5;
  const std::vector<double> z0 = {(2.0 * u + w) / det, (3.0 * w - 0.25 * u) / det};
  for (const auto solver : {NaturalGradient::Solver::exact, NaturalGradient::Solver::cg}) {
    const NaturalGradient method{.rate = 0.2, .solver = solver};
    const auto a = path(plain, {0.0, 1.5}, method, 40), b = path(affine, z0, method, 40);
    ASSERT_EQ(a.size(), b.size());
    ASSERT_GE(a.size(), 40u);
    for (std::size_t t = 0; t < a.size(); ++t)
      for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(a[t][i], b[t][i], 1e-12) << t;
    EXPECT_GT(std::abs(a[20][1] - a[0][1]), 0.1);  // it does move
    // Damping is what costs the invariance.
    const NaturalGradient damped{.rate = 0.2, .damping = 0.5, .solver = solver};
    EXPECT_GT(std::abs(path(plain, {0.0, 1.5}, damped, 10)[5][1] - path(affine, z0, damped, 10)[5][1]), 1e-3);
  }
}

TEST(NaturalGradient, InOtherCoordinatesTheGapIsOfTheOrderOfTheRate) {
  std::vector<double> gaps;
  for (const double rate : {0.1, 0.05, 0.025, 0.0125}) {  // to the time ηt = 1
    const auto steps = static_cast<std::uint64_t>(std::lround(1.0 / rate));
    const auto a = path(plain, {0.0, 1.5}, {.rate = rate}, steps),
               b = path(logarithmic, {0.0, std::log(1.5)}, {.rate = rate}, steps);
    gaps.push_back(std::hypot(a[steps - 1][0] - b[steps - 1][0], a[steps - 1][1] - b[steps - 1][1]));
  }
  EXPECT_GT(gaps[0], 1e-3);
  for (std::size_t i = 1; i < gaps.size(); ++i) EXPECT_NEAR(gaps[i - 1] / gaps[i], 2.0, 0.25) << i;
}

TEST(NaturalGradient, FisherScoringFindsTheEstimate) {
  const auto p = registry::make_problem("gaussian-likelihood");
  const Result r = minimize(*p->objective, p->start, NaturalGradient{}, {.max_iterations = 50});
  EXPECT_EQ(r.status, Status::converged) << r.message;
  EXPECT_NEAR(r.x[0], 1.0, 1e-8);
  EXPECT_NEAR(r.x[1], std::log(2.0), 1e-8);
}

TEST(NaturalGradient, OfLeastSquaresItIsGaussNewton) {
  const auto p = registry::make_problem("mgh/bard");
  const std::size_t n = 3, m = 15;
  for (const auto solver : {NaturalGradient::Solver::exact, NaturalGradient::Solver::cg})
    for (const double damping : {0.0, 0.3}) {
      const Result r =
          minimize(*p->objective, p->start, NaturalGradient{.rate = 0.5, .damping = damping, .solver = solver},
                   {.max_iterations = 5, .keep_path = true});
      ASSERT_GE(r.path.size(), 3u);
      Eigen::VectorXd x = Eigen::Map<const Eigen::VectorXd>(p->start.data(), 3);
      for (std::size_t t = 0; t < 3; ++t) {
        Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> j(m, n);
        Eigen::VectorXd res(m);
        p->objective->jacobian({x.data(), n}, {j.data(), m * n});
        p->objective->residual({x.data(), n}, {res.data(), m});
        const Eigen::MatrixXd f = j.transpose() * j + damping * Eigen::MatrixXd::Identity(3, 3);
        x -= 0.5 * f.ldlt().solve(j.transpose() * res);
        for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(r.path[t][i], x[static_cast<Eigen::Index>(i)], 1e-8);
      }
    }
}

TEST(NaturalGradient, OfASoftmaxNetworkItIsTheGaussNewtonStepAndLearns) {
  example::Task<double> task("4-3-3:tanh", 60);
  DataSet<double> data;
  data.id = "made", data.samples = 60, data.features = 4, data.classes = 3;
  data.inputs = task.inputs, data.labels = task.labels;
  NetworkObjective<double> f(task.network, task.loss, data, {.batch = 60});
  const std::size_t n = task.theta.size();
  // One step by F built from its columns (the columns themselves: tests/network, against enumeration).
  Eigen::MatrixXd fisher(n, n);
  std::vector<double> unit(n, 0.0), column(n), g(n);
  for (std::size_t j = 0; j < n; ++j) {
    unit[j] = 1.0;
    f.fisher_vector(task.theta, unit, column);
    fisher.col(static_cast<Eigen::Index>(j)) =
        Eigen::Map<Eigen::VectorXd>(column.data(), static_cast<Eigen::Index>(n));
    unit[j] = 0.0;
  }
  EXPECT_LT((fisher - fisher.transpose()).norm(), 1e-13 * fisher.norm());
  f.gradient(task.theta, g);
  const auto size = static_cast<Eigen::Index>(n);
  const Eigen::VectorXd step = (fisher + 1e-2 * Eigen::MatrixXd::Identity(size, size))
                                   .ldlt()
                                   .solve(Eigen::Map<Eigen::VectorXd>(g.data(), size));
  for (const auto solver : {NaturalGradient::Solver::exact, NaturalGradient::Solver::cg}) {
    const NaturalGradient method{.damping = 1e-2, .solver = solver};
    const Result one = minimize(f, task.theta, method, {.max_iterations = 1, .keep_path = true});
    for (std::size_t i = 0; i < n; ++i)
      EXPECT_NEAR(one.path.back()[i], task.theta[i] - step[static_cast<Eigen::Index>(i)], 1e-8);
  }
  const Result r = minimize(f, task.theta, NaturalGradient{.rate = 0.5, .damping = 0.1}, {.max_iterations = 30});
  EXPECT_LT(r.f, 0.9 * f.value(task.theta));
}

TEST(NaturalGradient, ASingularMetricIsNamed) {
  auto f = differentiable_residuals(
      [](auto const& x) {
        using S = scalar_t<decltype(x)>;
        return std::vector<S>{x[0] + x[1] - 1.0};
      },
      1, 2);
  const Result r = minimize(f, {3.0, 3.0}, NaturalGradient{.solver = NaturalGradient::Solver::exact});
  EXPECT_EQ(r.status, Status::numerical_failure);
  EXPECT_NE(r.message.find("set damping"), std::string::npos) << r.message;
  const Result damped = minimize(f, {3.0, 3.0}, NaturalGradient{.damping = 1e-6});
  EXPECT_EQ(damped.status, Status::converged) << damped.message;
}

}  // namespace
}  // namespace thalweg
