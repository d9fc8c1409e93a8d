#include "thalweg/core/in_space.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/core/minimize.hpp"

namespace thalweg {
namespace {

// f(x) = exp(a·x) + (b·x)⁴ with every derivative in closed form; residuals r = (a·x, b·x, x₀x₁).
class Analytic final : public Objective<double> {
 public:
  static constexpr double a[3] = {0.3, -0.2, 0.5}, b[3] = {0.7, 0.4, -0.6};
  [[nodiscard]] std::size_t dimension() const override { return 3; }
  [[nodiscard]] Offers offers() const override {
    Offers o;
    using enum AnswerKind;
    for (const auto k : {value, gradient, directional, hessian_vector, hessian, third, residual, jacobian,
                         jacobian_vector, vector_jacobian, fisher_vector})
      o.add(k);
    o.residuals = 3;
    return o;
  }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
    using enum AnswerKind;
    asked += questions.size();
    for (std::size_t q = 0; q < questions.size(); ++q) {
      const auto& x = questions[q].point;
      const auto& d = questions[q].direction;
      const Kinds asks = questions[q].asks;
      auto& out = answers[q];
      last = x;
      double ax = 0, bx = 0, ad = 0, bd = 0;
      for (std::size_t i = 0; i < 3; ++i) {
        ax += a[i] * x[i], bx += b[i] * x[i];
        if (!d.empty()) ad += a[i] * d[i], bd += b[i] * d[i];
      }
      const double e = std::exp(ax);
      if (asks.has(value)) out.value = e + std::pow(bx, 4);
      if (asks.has(directional)) out.directional = e * ad + 4 * std::pow(bx, 3) * bd;
      const double j[3][3] = {{a[0], a[1], a[2]}, {b[0], b[1], b[2]}, {x[1], x[0], 0}};
      if (asks.has(residual)) out.residual[0] = ax, out.residual[1] = bx, out.residual[2] = x[0] * x[1];
      for (std::size_t i = 0; i < 3; ++i) {
        if (asks.has(gradient)) out.gradient[i] = e * a[i] + 4 * std::pow(bx, 3) * b[i];
        if (asks.has(hessian_vector)) out.hessian_vector[i] = e * ad * a[i] + 12 * bx * bx * bd * b[i];
        if (asks.has(third)) out.third[i] = e * ad * ad * a[i] + 24 * bx * bd * bd * b[i];
        if (asks.has(vector_jacobian)) out.product[i] = d[0] * j[0][i] + d[1] * j[1][i] + d[2] * j[2][i];
        if (asks.has(jacobian_vector)) out.product[i] = d[0] * j[i][0] + d[1] * j[i][1] + d[2] * j[i][2];
        if (asks.has(fisher_vector)) {
          out.fisher_vector[i] = 0;
          for (const auto& row : j) out.fisher_vector[i] += row[i] * (row[0] * d[0] + row[1] * d[1] + row[2] * d[2]);
        }
        for (std::size_t k = 0; k < 3; ++k) {
          if (asks.has(hessian)) out.hessian[3 * i + k] = e * (a[i] * a[k]) + 12 * bx * bx * (b[i] * b[k]);
          if (asks.has(jacobian)) out.jacobian[3 * i + k] = j[i][k];
        }
      }
    }
  }
  std::span<const double> last;
  std::size_t asked = 0;
};

// Variable 0 on a log scale, 1 plain (or fixed), 2 on a log scale.
Space mixed(bool fixed) {
  Space space;
  space.add("p", Real{.lower = 1e-3, .upper = 10, .log = true});
  space.add("q", fixed ? Real{.fixed = 0.8} : Real{.lower = -5, .upper = 5});
  space.add("r", Real{.lower = 0.1, .upper = 100, .log = true});
  return space;
}

// Central difference of a function of one number, fourth order.
template <class F>
double slope(F&& f, double h) {
  return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

class ChainRule : public ::testing::TestWithParam<bool> {
 protected:
  ChainRule() : searched_(base_, mixed(GetParam())), n_(searched_.dimension()) {
    z_ = GetParam() ? std::vector<double>{-0.4, 0.3} : std::vector<double>{-0.4, 0.7, 0.3};
    d_ = GetParam() ? std::vector<double>{0.6, -1.1} : std::vector<double>{0.6, 0.9, -1.1};
  }
  [[nodiscard]] std::vector<double> moved(double t) const {
    std::vector<double> z = z_;
    for (std::size_t i = 0; i < n_; ++i) z[i] += t * d_[i];
    return z;
  }
  Analytic base_;
  InSpace searched_;
  std::size_t n_;
  std::vector<double> z_, d_;
};

TEST_P(ChainRule, GradientAndDirectionalAreThoseOfTheValue) {
  std::vector<double> g(n_);
  searched_.gradient(z_, g);
  double product = 0;
  for (std::size_t i = 0; i < n_; ++i) product += g[i] * d_[i];
  const double expected = slope([&](double t) { return searched_.value(moved(t)); }, 1e-3);
  EXPECT_NEAR(product, expected, 1e-10);
  EXPECT_NEAR(searched_.directional(z_, d_), expected, 1e-10);
}

TEST_P(ChainRule, HessianIsThatOfTheGradient) {
  std::vector<double> hv(n_), h(n_ * n_);
  searched_.hessian_vector(z_, d_, hv);
  searched_.hessian(z_, h);
  for (std::size_t i = 0; i < n_; ++i) {
    const double expected = slope(
        [&](double t) {
          std::vector<double> g(n_);
          searched_.gradient(moved(t), g);
          return g[i];
        },
        1e-3);
    EXPECT_NEAR(hv[i], expected, 1e-9) << i;
    double row = 0;
    for (std::size_t k = 0; k < n_; ++k) {
      row += h[i * n_ + k] * d_[k];
      EXPECT_EQ(h[i * n_ + k], h[k * n_ + i]);
    }
    EXPECT_NEAR(row, expected, 1e-9) << i;
  }
}

TEST_P(ChainRule, ThirdIsThatOfTheHessian) {
  std::vector<double> t3(n_);
  searched_.third(z_, d_, t3);
  for (std::size_t i = 0; i < n_; ++i) {
    const double expected = slope(
        [&](double t) {
          std::vector<double> hv(n_);
          searched_.hessian_vector(moved(t), d_, hv);
          return hv[i];
        },
        1e-3);
    EXPECT_NEAR(t3[i], expected, 1e-9) << i;
  }
}

TEST_P(ChainRule, JacobianAndItsProducts) {
  std::vector<double> j(3 * n_), forward(3), back(n_);
  const std::vector<double> u = {0.2, -0.5, 1.3};
  searched_.jacobian(z_, j);
  const Question<double> jv{.asks = AnswerKind::jacobian_vector, .point = z_, .direction = d_};
  Answer<double> got;
  got.product = forward;
  searched_.answer({&jv, 1}, {&got, 1});
  const Question<double> vj{.asks = AnswerKind::vector_jacobian, .point = z_, .direction = u};
  got.product = back;
  searched_.answer({&vj, 1}, {&got, 1});
  for (std::size_t r = 0; r < 3; ++r) {
    const double expected = slope(
        [&](double t) {
          std::vector<double> res(3);
          searched_.residual(moved(t), res);
          return res[r];
        },
        1e-3);
    double row = 0;
    for (std::size_t k = 0; k < n_; ++k) row += j[r * n_ + k] * d_[k];
    EXPECT_NEAR(row, expected, 1e-10);
    EXPECT_NEAR(forward[r], expected, 1e-10);
  }
  for (std::size_t k = 0; k < n_; ++k)
    EXPECT_NEAR(back[k], u[0] * j[k] + u[1] * j[n_ + k] + u[2] * j[2 * n_ + k], 1e-12);
}

TEST_P(ChainRule, FisherIsAMetricThatTurnsWithTheJacobian) {
  std::vector<double> j(3 * n_), product(n_);
  searched_.jacobian(z_, j);
  searched_.fisher_vector(z_, d_, product);
  for (std::size_t k = 0; k < n_; ++k) {
    double expected = 0;
    for (std::size_t r = 0; r < 3; ++r)
      for (std::size_t i = 0; i < n_; ++i) expected += j[r * n_ + k] * j[r * n_ + i] * d_[i];
    EXPECT_NEAR(product[k], expected, 1e-12);
  }
}

TEST_P(ChainRule, BatchesAnswerAsSinglesDo) {
  std::vector<double> points = z_;
  for (const double v : moved(0.5)) points.push_back(v);
  std::vector<double> values(2);
  searched_.values(points, values);
  EXPECT_EQ(values[0], searched_.value(z_));
  EXPECT_EQ(values[1], searched_.value(moved(0.5)));
}

INSTANTIATE_TEST_SUITE_P(InSpace, ChainRule, ::testing::Bool(),
                         [](const auto& run) { return run.param ? "WithAFixedVariable" : "AllFree"; });

TEST(InSpace, CoordinatesGoThereAndBack) {
  Analytic base;
  InSpace searched(base, mixed(true));
  const auto x = searched.to_base(std::vector<double>{std::log(0.5), std::log(7.0)});
  EXPECT_DOUBLE_EQ(x[0], 0.5);
  EXPECT_EQ(x[1], 0.8);  // fixed
  EXPECT_DOUBLE_EQ(x[2], 7.0);
  const auto z = searched.from_base(x);
  EXPECT_DOUBLE_EQ(z[0], std::log(0.5));
  EXPECT_DOUBLE_EQ(z[1], std::log(7.0));
  EXPECT_THROW(searched.from_base(std::vector<double>{0.0, 0.8, 1.0}), InvalidArgument);
  const Bounds bounds = searched.bounds();
  EXPECT_DOUBLE_EQ(bounds.lower[0], std::log(1e-3));
  EXPECT_DOUBLE_EQ(bounds.upper[1], std::log(100.0));
  // The ends of the box are the user's own, not exp(log(end)).
  EXPECT_EQ(searched.to_base(bounds.lower)[0], 1e-3);
  EXPECT_EQ(searched.to_base(bounds.upper)[2], 100.0);
}

TEST(InSpace, GranularityRoundsAndOffersValuesOnly) {
  Analytic base;
  Space space;
  space.add("p", Real{.lower = 1, .upper = 1000, .log = true, .granularity = 1});
  space.add("q", Real{});
  space.add("r", Real{.granularity = 0.25});
  InSpace searched(base, space);
  EXPECT_EQ(searched.offers().kinds, (Kinds{AnswerKind::value, AnswerKind::residual}));
  searched.value(std::vector<double>{std::log(16.4), 0.123, -0.3});
  EXPECT_EQ(searched.to_base(std::vector<double>{std::log(16.4), 0.123, -0.3}),
            (std::vector<double>{16.0, 0.123, -0.25}));
  EXPECT_EQ(searched.value(std::vector<double>{std::log(16.4), 0.123, -0.3}),
            base.value(std::vector<double>{16.0, 0.123, -0.25}));
}

TEST(InSpace, OffersOnlyWhatTheChainRuleCanHave) {
  class HessianOnly final : public Objective<double> {  // Hv but no gradient
   public:
    [[nodiscard]] std::size_t dimension() const override { return 1; }
    [[nodiscard]] Offers offers() const override {
      Offers o;
      o.add(AnswerKind::hessian_vector).add(AnswerKind::third);
      return o;
    }
    void answer(std::span<const Question<double>>, std::span<Answer<double>>) override {}
  } base;
  Space log_scaled, plain;
  log_scaled.add("x", Real{.lower = 1, .log = true});
  plain.add("x", Real{});
  EXPECT_EQ(InSpace(base, log_scaled).offers().kinds, Kinds(AnswerKind::value));
  EXPECT_TRUE(InSpace(base, plain).offers().kinds.has(AnswerKind::third));
}

TEST(InSpace, PlainHessianVectorsTakeNoGradient) {
  Analytic base;
  Space space;
  space.add("p", Real{}).add("q", Real{.fixed = 1}).add("r", Real{});
  InSpace searched(base, space);
  std::vector<double> t(2);
  base.asked = 0;
  searched.third(std::vector<double>{1, 2}, std::vector<double>{1, 1}, t);
  EXPECT_EQ(base.asked, 1u);  // one question; with a log scale it would be two
}

TEST(InSpace, RefusesOtherKindsAndSizes) {
  Analytic base;
  Space two;
  two.add("a", Real{}).add("b", Real{});
  EXPECT_THROW(InSpace(base, two), InvalidArgument);
  Space bits = two;
  bits.add("c", Bits{4});
  EXPECT_THROW(InSpace(base, bits), InvalidArgument);
  Space frozen;
  frozen.add("a", Real{.fixed = 1}).add("b", Real{.fixed = 1}).add("c", Real{.fixed = 1});
  EXPECT_THROW(InSpace(base, frozen), InvalidArgument);
}

// Gradient descent in the method's coordinates: the run's result comes back in the user's.
struct Descend {
  static Description<Descend> describe() {
    Description<Descend> d("descend", "fixed steps down the gradient", "");
    d.asks({AnswerKind::value, AnswerKind::gradient});
    return d;
  }
  void run(Objective<double>& f, Search& search) const {
    std::vector<double> z(search.start().begin(), search.start().end()), g(z.size());
    for (int k = 0; k < 200; ++k) {
      const double v = f.value_and_gradient(z, g);
      for (std::size_t i = 0; i < z.size(); ++i) z[i] -= 0.3 * g[i];
      search.iteration(z, v);
    }
    return search.finish(Status::stalled, "done");
  }
};

TEST(InSpace, ARunAnswersInTheUsersCoordinates) {
  // f = (ln x₀ − ln 5)² + (x₁ − 3)² with x₁ fixed at 2: the best is (5, 2), f = 1.
  FunctionObjective f(2, FunctionObjective::ValueAndGradient([](std::span<const double> x, std::span<double> g) {
                        const double u = std::log(x[0] / 5), v = x[1] - 3;
                        if (!g.empty()) g[0] = 2 * u / x[0], g[1] = 2 * v;
                        return u * u + v * v;
                      }));
  Space space;
  space.add("x", Real{.lower = 1e-4, .upper = 1e4, .log = true}).add("y", Real{.fixed = 2});
  InSpace searched(f, space);
  const Result result = minimize(searched, {100.0, 2.0}, Descend{});
  EXPECT_NEAR(result.x[0], 5.0, 1e-7);  // f − 1 = u² is lost below √ε
  EXPECT_EQ(result.x[1], 2.0);
  EXPECT_NEAR(result.f, 1.0, 1e-12);
}

}  // namespace
}  // namespace thalweg
