// Certificates of cubic-newton and ar3 on functions differentiated automatically.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "thalweg/autodiff/differentiable.hpp"
#include "thalweg/higher_order/ar3.hpp"
#include "thalweg/higher_order/cubic_newton.hpp"
#include "thalweg/higher_order/quartic_model.hpp"

namespace {

using thalweg::AnswerKind;
using thalweg::Ar3;
using thalweg::CubicNewton;
using thalweg::Status;
using Numbers = std::vector<double>;

const auto rosenbrock = [](const auto& x) {
  using S = thalweg::scalar_t<decltype(x)>;
  S sum = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const S u = x[i + 1] - x[i] * x[i], v = 1.0 - x[i];
    sum += 100.0 * u * u + v * v;
  }
  return sum;
};
const auto saddle = [](const auto& x) { return x[0] * x[0] + 0.25 * x[1] * x[1] * x[1] * x[1] - 0.5 * x[1] * x[1]; };

template <class M>
void expect_leaves_saddle() {
  auto f = thalweg::differentiable(saddle);
  for (const Numbers& start : {Numbers{0.0, 0.0}, {1.0, 0.0}, {0.5, 1e-9}}) {
    const auto result = thalweg::minimize(f, start, M{});
    EXPECT_EQ(result.status, Status::converged) << result.message;
    EXPECT_NEAR(std::abs(result.x[1]), 1.0, 1e-8);
  }
}
TEST(CubicNewton, LeavesStrictSaddles) { expect_leaves_saddle<CubicNewton>(); }
TEST(Ar3, LeavesStrictSaddles) { expect_leaves_saddle<Ar3>(); }

TEST(CubicNewton, SolvesRosenbrock) {
  for (const std::size_t n : {1u, 2u, 10u}) {
    auto f = thalweg::differentiable(rosenbrock);
    Numbers x0(n, 1.0);
    for (std::size_t i = 0; i < n; i += 2) x0[i] = -1.2;
    const auto second = thalweg::minimize(f, x0, CubicNewton{});
    const auto third = thalweg::minimize(f, x0, Ar3{});
    for (const auto* r : {&second, &third}) {
      EXPECT_EQ(r->status, Status::converged) << r->method << " n=" << n << ": " << r->message;
      RecordProperty(r->method + std::to_string(n), static_cast<int>(r->iterations));
    }
    EXPECT_EQ(third.ledger.of(AnswerKind::third), (n * (n + 1) / 2) * third.ledger.of(AnswerKind::hessian));
  }
}

// log e_{k+1}/e_k ÷ log e_k/e_{k−1} of the last three errors near the minimiser that rounding leaves alone. The
// minimiser is 0 and f a polynomial without constant, so that every error keeps its digits however small; a step's
// own rounding limits e_{k+1} to 1e-16·e_k.
template <class M>
double local_order(const M& method, double size) {
  auto f = thalweg::differentiable([](const auto& x) {
    const auto a = x[0] * x[0], b = x[1] * x[1];
    return 0.5 * a + 2.0 * b + x[0] * b + x[1] * b / 3.0 + 0.3 * a * x[1] + 0.25 * a * a + b * b +
           0.2 * a * x[0] * x[1];
  });
  const auto result = thalweg::minimize(f, Numbers{0.3 * size, -0.2 * size}, method,
                                        {.tolerance = {.gradient = 1e-40}, .keep_path = true});
  EXPECT_EQ(result.status, Status::converged) << result.message;
  EXPECT_LE(std::hypot(result.x[0], result.x[1]), 1e-40);
  Numbers e;
  for (const Numbers& x : result.path) {
    const double error = std::hypot(x[0], x[1]);
    if (!e.empty() && !(error > 1e-15 * e.back())) break;
    if (e.empty() || error != e.back()) e.push_back(error);  // a refused step stays
  }
  const std::size_t n = e.size();
  EXPECT_GE(n, 3u);
  return n < 3 ? 0.0 : std::log(e[n - 1] / e[n - 2]) / std::log(e[n - 2] / e[n - 3]);
}
TEST(CubicNewton, LocalOrderTwo) {
  for (const double size : {1.0, 0.7, 0.4}) EXPECT_NEAR(local_order(CubicNewton{}, size), 2.0, 0.2);
}
TEST(Ar3, LocalOrderThree) {
  for (const double size : {1.0, 0.7, 0.4}) EXPECT_GE(local_order(Ar3{}, size), 2.7);
}

TEST(Ar3, ModelIsMinimised) {
  // ∇m(s) = 0 with ∇²m(s) ⪰ 0, by differences of m itself
  thalweg::QuarticModel model(3);
  const double g[] = {1.0, -2.0, 0.3}, h[] = {1.0, 0.2, 0.0, 0.2, -3.0, 0.1, 0.0, 0.1, 0.5};
  for (std::size_t i = 0; i < 3; ++i) model.gradient()[i] = g[i];
  for (std::size_t i = 0; i < 9; ++i) model.hessian()[i] = h[i];
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 3; ++k)
        model.third()[(i * 3 + j) * 3 + k] = std::cos(static_cast<double>((i + 1) * (j + 1) * (k + 1)));
  const double sigma = 2.0;
  const auto m = [&](const Numbers& s) {
    double value = 0.0, ss = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
      value += g[i] * s[i];
      ss += s[i] * s[i];
      for (std::size_t j = 0; j < 3; ++j) {
        value += 0.5 * h[i * 3 + j] * s[i] * s[j];
        for (std::size_t k = 0; k < 3; ++k) value += model.third()[(i * 3 + j) * 3 + k] * s[i] * s[j] * s[k] / 6.0;
      }
    }
    return value + 0.25 * sigma * ss * ss;
  };
  Numbers s(3);
  const auto found = model.minimise(sigma, 1e-12, 200, s);
  ASSERT_TRUE(found.converged);
  EXPECT_LT(m(s), 0.0);
  for (std::size_t i = 0; i < 3; ++i)
    for (const double d : {1e-3, -1e-3}) {
      Numbers near = s;
      near[i] += d;
      EXPECT_GT(m(near), m(s));
    }
}

TEST(Ar3, AsksAsManyContractionsAsTheTensorHas) {
  auto f = thalweg::differentiable(rosenbrock);
  const auto result = thalweg::minimize(f, Numbers{-1.2, 1.0, 0.5}, Ar3{});
  EXPECT_EQ(result.ledger.of(AnswerKind::third), 6 * result.ledger.of(AnswerKind::hessian));
}

}  // namespace
