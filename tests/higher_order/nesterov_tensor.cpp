#include "thalweg/higher_order/nesterov_tensor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/core/linalg.hpp"

namespace {

using thalweg::NesterovTensor;
using thalweg::Status;
using thalweg::TensorSequence;
using Numbers = std::vector<double>;

// Nesterov's worst-case chain of order three: ¼ Σ (x_i − x_{i+1})⁴ + ¼ x_n⁴ − x_1. Minimiser x_i = n + 1 − i, f* =
// −¾n. Its fourth derivative along h is 6 Σ (Ah)_i⁴ ≤ 6‖A‖⁴‖h‖⁴ ≤ 96‖h‖⁴, A the bidiagonal matrix, ‖A‖ ≤ 2.
constexpr double chain_lipschitz = 96.0;
auto chain(std::size_t variables) {
  return thalweg::differentiable(
      [](const auto& x) {
        const std::size_t n = x.size();
        auto f = -x[0];
        for (std::size_t i = 0; i < n; ++i) {
          const auto d = i + 1 < n ? x[i] - x[i + 1] : x[i] * 1.0;
          f = f + 0.25 * (d * d) * (d * d);
        }
        return f;
      },
      variables);
}
double norm(std::span<const double> v) {
  double s = 0.0;
  for (const double e : v) s += e * e;
  return std::sqrt(s);
}

// ∇m(h) and the smallest eigenvalue of ∇²m(h), from the objective's own answers.
struct Model {
  double gradient, lowest;
};
template <class F>
Model model_at(F& f, std::span<const double> y, std::span<const double> h, double m) {
  const std::size_t n = y.size();
  Numbers g(n), hh(n), th(n), both(n), minus(n), column(n), plus(n), matrix(n * n);
  f.gradient(y, g);
  f.hessian_vector(y, h, hh);
  f.third(y, h, th);
  double ss = 0.0, squares = 0.0;
  for (const double v : h) ss += v * v;
  for (std::size_t i = 0; i < n; ++i) {
    const double e = g[i] + hh[i] + 0.5 * th[i] + m / 6.0 * ss * h[i];
    squares += e * e;
  }
  for (std::size_t j = 0; j < n; ++j) {  // T[h, e_j] = ½ (T[h + e_j]² − T[h]² − T[e_j]²)
    Numbers unit(n), sum(h.begin(), h.end());
    unit[j] = 1.0, sum[j] += 1.0;
    f.hessian_vector(y, unit, column);
    f.third(y, sum, plus);
    f.third(y, unit, minus);
    for (std::size_t i = 0; i < n; ++i)
      matrix[i * n + j] =
          column[i] + 0.5 * (plus[i] - th[i] - minus[i]) + m / 3.0 * h[i] * h[j] + (i == j ? m / 6.0 * ss : 0.0);
  }
  thalweg::linalg::SymmetricEigen eigen(n);
  EXPECT_TRUE(eigen.compute(matrix));
  return {std::sqrt(squares), eigen.values()[0]};
}

bool converged(TensorSequence& sequence) { return norm(sequence.gradient()) < 1e-8; }

// The certificate: A_k f(x_k) ≤ ψ*_k at every step, the model convex where it is minimised, ‖∇m‖ within tolerance.
void expect_estimating_sequence(const NesterovTensor& method, std::size_t n, int steps) {
  auto f = chain(n);
  const Numbers x0(n, 0.0);
  Numbers g(n);
  const double f0 = f.value_and_gradient(x0, g);
  TensorSequence sequence(f, method, x0, f0, g);
  const auto distance = [n](const Numbers& x) {  // squared, to the minimiser
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i) sum += std::pow(static_cast<double>(n - i) - x[i], 2.0);
    return sum;
  };
  Numbers origin = x0;
  double start_distance = distance(origin);
  const double optimum = -0.75 * static_cast<double>(n);
  int taken = 0, restarts = 0;
  for (int k = 0; k < 20 * steps && taken < steps && !converged(sequence); ++k) {
    const double weight_before = sequence.weight();
    const auto outcome = sequence.step();
    ASSERT_NE(outcome, TensorSequence::Outcome::not_finite);
    if (outcome == TensorSequence::Outcome::refused) {
      EXPECT_TRUE(method.adaptive);
      continue;
    }
    ++taken;
    if (sequence.weight() == 0.0) {  // begun anew
      EXPECT_TRUE(method.restart);
      origin.assign(sequence.x().begin(), sequence.x().end());
      start_distance = distance(origin);
      ++restarts;
      continue;
    }
    ASSERT_GT(sequence.weight(), weight_before);
    const double a = sequence.weight(), scale = a * std::abs(sequence.value()) + std::abs(sequence.lower());
    ASSERT_LE(a * sequence.value(), sequence.lower() + 1e-12 * scale) << "step " << taken;
    // hence the rate
    ASSERT_LE(sequence.value() - optimum, start_distance * start_distance / (4.0 * a) + 1e-10) << "step " << taken;
    const auto h = sequence.model_step();
    const Model model = model_at(f, sequence.model_point(), h, sequence.model_weight());
    const double allowed = method.accuracy * sequence.model_weight() / 6.0 * std::pow(norm(h), 3.0);
    ASSERT_LE(model.gradient, allowed + 1e-11) << "step " << taken;
    ASSERT_NEAR(model.gradient, sequence.model_gradient(), 1e-10 + 1e-6 * allowed);
    if (!method.adaptive) {
      ASSERT_GE(model.lowest, -1e-9) << "step " << taken;  // M ≥ 3L: convex everywhere
    }
  }
  EXPECT_TRUE(taken == steps || converged(sequence)) << taken;
  EXPECT_EQ(restarts > 0, method.restart);
}

TEST(NesterovTensor, KeepsItsEstimatingSequenceOnTheWorstChain) {
  expect_estimating_sequence(NesterovTensor{.lipschitz = chain_lipschitz, .adaptive = false, .restart = false}, 12,
                             25);
  expect_estimating_sequence(NesterovTensor{.restart = false}, 12, 25);
  expect_estimating_sequence(NesterovTensor{}, 6, 200);
}
TEST(NesterovTensor, LongFormKeepsItsEstimatingSequence) {
  expect_estimating_sequence(NesterovTensor{.lipschitz = chain_lipschitz, .adaptive = false, .restart = false}, 40,
                             150);
  expect_estimating_sequence(NesterovTensor{.restart = false}, 40, 150);
}

TEST(NesterovTensor, ModelIsConvexAwayFromItsMinimiserToo) {
  const std::size_t n = 6;
  auto f = chain(n);
  const Numbers y{3.0, 1.0, 4.0, 1.0, -5.0, 2.0};
  for (int k = 0; k < 40; ++k) {
    Numbers h(n);
    for (std::size_t i = 0; i < n; ++i)
      h[i] = 4.0 * std::sin(static_cast<double>(7 * k + 3) * static_cast<double>(i + 1));
    EXPECT_GE(model_at(f, y, h, 3.0 * chain_lipschitz).lowest, -1e-9);
  }
}

TEST(NesterovTensor, SolvesTheChainAndSmoothConvexProblems) {
  const std::size_t n = 10;
  auto f = chain(n);
  auto result = thalweg::minimize(f, Numbers(n, 0.0), NesterovTensor{}, {.max_evaluations = 3000});
  EXPECT_EQ(result.status, Status::converged) << result.message;
  EXPECT_NEAR(result.f, -0.75 * static_cast<double>(n), 1e-8);
  for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(result.x[i], static_cast<double>(n - i), 1e-4);
  // logistic regression with a little of ‖x‖²
  auto logistic = thalweg::differentiable(
      [](const auto& x) {
        auto sum = 1e-3 * x[0] * x[0];
        for (std::size_t i = 1; i < x.size(); ++i) sum = sum + 1e-3 * x[i] * x[i];
        for (int k = 0; k < 30; ++k) {
          auto z = x[0] * std::sin(1.0 * k);
          for (std::size_t i = 1; i < x.size(); ++i) z = z + x[i] * std::sin((1.0 + static_cast<double>(i)) * k);
          sum = sum + log(1.0 + exp(k % 3 == 0 ? z : -z)) / 30.0;
        }
        return sum;
      },
      5);
  result = thalweg::minimize(logistic, Numbers(5, 2.0), NesterovTensor{}, {.max_evaluations = 1000});
  EXPECT_EQ(result.status, Status::converged) << result.message;
  Numbers g(5);
  logistic.gradient(result.x, g);
  for (const double v : g) EXPECT_LE(std::abs(v), 1e-8);
}

}  // namespace
