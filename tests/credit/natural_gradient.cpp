// The credit rule natural-gradient: the damped Gauss–Newton direction of the batch, and that it trains.
#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <vector>

#include "network/example.hpp"
#include "thalweg/credit/backprop.hpp"
#include "thalweg/credit/natural_gradient_credit.hpp"
#include "thalweg/credit/train.hpp"
#include "thalweg/first_order/rules.hpp"
#include "thalweg/network/data/load.hpp"

namespace thalweg {
namespace {

TEST(NaturalGradientCredit, SolvesTheDampedMetricOfTheBatch) {
  for (const Loss loss : example::losses) {
    const example::Task<double> task("4-5-3:tanh", 12, loss);
    const auto n = static_cast<Eigen::Index>(task.theta.size());
    Plan<double> plan(task.network, loss, 12);
    auto pass = plan.pass();
    std::vector<double> g(task.theta.size()), unit(g.size(), 0.0), column(g.size()), d(g.size());
    const double expected_loss = plan.forward(task.theta, task.batch(), pass);
    plan.backward(task.theta, task.batch(), pass, g);
    Eigen::MatrixXd fisher(n, n);
    for (Eigen::Index j = 0; j < n; ++j) {
      unit[static_cast<std::size_t>(j)] = 1.0;
      plan.forward(task.theta, task.batch(), pass);
      plan.fisher_vector(task.theta, task.batch(), pass, unit, column);
      fisher.col(j) = Eigen::Map<Eigen::VectorXd>(column.data(), n);
      unit[static_cast<std::size_t>(j)] = 0.0;
    }
    const double damping = 0.05;
    const auto rule = NaturalGradientCredit{.damping = damping, .products = 200}.make<double>();
    rule->begin(plan, 0);
    CreditWork work;
    EXPECT_EQ(rule->gradient(task.theta, task.batch(), 1, d, work), expected_loss);
    const Eigen::VectorXd left =
        fisher * Eigen::Map<Eigen::VectorXd>(d.data(), n) + damping * Eigen::Map<Eigen::VectorXd>(d.data(), n);
    EXPECT_LT((left - Eigen::Map<Eigen::VectorXd>(g.data(), n)).norm(), 1e-10);
    EXPECT_GT(work.forward_passes, 2u);
    // A few products already descend better than none: the quadratic model falls with each.
    double before = 0.0;
    for (const int products : {1, 3, 10}) {
      const auto few = NaturalGradientCredit{.damping = damping, .products = products}.make<double>();
      few->begin(plan, 0);
      CreditWork spent;
      few->gradient(task.theta, task.batch(), 1, d, spent);
      EXPECT_EQ(spent.forward_passes, static_cast<std::uint64_t>(1 + products));
      const Eigen::Map<Eigen::VectorXd> s(d.data(), n);
      const double model =
          0.5 * s.dot(fisher * s) + 0.5 * damping * s.squaredNorm() - s.dot(Eigen::Map<Eigen::VectorXd>(g.data(), n));
      EXPECT_LT(model, before);
      before = model;
    }
  }
}

TEST(NaturalGradientCredit, TakesFewerStepsThanTheGradientOnDigits) {
  const auto data = load_data<float>("digits", {.split = {.validation = 0.0, .test = 0.2}});
  const TrainOptions options{.batch = 128, .max_epochs = 4.0, .measurements = 1, .diagnostics = false};
  const auto natural = train<float>(network("64-32-10"), data, NaturalGradientCredit{}, sgd({.rate = 0.5}), options);
  double best = 1e9;  // of plain steps of the gradient, whatever their size
  for (const double rate : {0.1, 0.3, 1.0})
    best =
        std::min(best, train<float>(network("64-32-10"), data, Backprop{}, sgd({.rate = rate}), options).train.loss);
  EXPECT_LT(natural.train.loss, 0.7 * best);
  EXPECT_GT(natural.test.accuracy, 0.9);
}

}  // namespace
}  // namespace thalweg
