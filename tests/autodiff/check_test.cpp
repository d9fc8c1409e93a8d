#include "thalweg/autodiff/check.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "thalweg/autodiff/differentiable.hpp"

namespace {

using namespace thalweg;

// f = x₀²x₁ + sin x₁ + e^{x₂}, with an error planted in one entry of one kind.
class Planted final : public Objective<double> {
 public:
  Planted(AnswerKind kind, double error) : kind_(kind), error_(error) {}
  std::size_t dimension() const override { return 3; }
  Offers offers() const override {
    Offers o;
    o.kinds = {AnswerKind::value, AnswerKind::gradient, AnswerKind::hessian_vector, AnswerKind::hessian,
               AnswerKind::directional};
    return o;
  }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const auto x = questions[i].point, d = questions[i].direction;
      auto& a = answers[i];
      const auto asked = [&](AnswerKind k) { return questions[i].asks.has(k); };
      const auto wrong = [&](AnswerKind k) { return k == kind_ ? error_ : 0.0; };
      const double g[3] = {2 * x[0] * x[1], x[0] * x[0] + std::cos(x[1]), std::exp(x[2])};
      const double h[9] = {2 * x[1], 2 * x[0], 0, 2 * x[0], -std::sin(x[1]), 0, 0, 0, std::exp(x[2])};
      if (asked(AnswerKind::value)) a.value = x[0] * x[0] * x[1] + std::sin(x[1]) + std::exp(x[2]);
      if (asked(AnswerKind::gradient))
        for (std::size_t j = 0; j < 3; ++j) a.gradient[j] = g[j] + (j == 1 ? wrong(AnswerKind::gradient) : 0.0);
      if (asked(AnswerKind::hessian))
        for (std::size_t j = 0; j < 9; ++j) a.hessian[j] = h[j] + (j == 5 ? wrong(AnswerKind::hessian) : 0.0);
      if (asked(AnswerKind::hessian_vector))
        for (std::size_t j = 0; j < 3; ++j)
          a.hessian_vector[j] = h[3 * j] * d[0] + h[3 * j + 1] * d[1] + h[3 * j + 2] * d[2] +
                                (j == 2 ? wrong(AnswerKind::hessian_vector) : 0.0);
      if (asked(AnswerKind::directional))
        a.directional = g[0] * d[0] + g[1] * d[1] + g[2] * d[2] + wrong(AnswerKind::directional);
    }
  }

 private:
  AnswerKind kind_;
  double error_;
};

const std::vector<double> x{0.7, -1.3, 0.4};

TEST(Check, RightDerivativesPass) {
  Planted f(AnswerKind::value, 0.0);
  const CheckReport report = check_derivatives(f, x, {.tolerance = 1e-9});
  EXPECT_TRUE(report.ok()) << report.text();
  EXPECT_EQ(report.checks.size(), 4u);
  for (const auto& c : report.checks) EXPECT_EQ(c.unclear, 0u) << report.text();
}

TEST(Check, OneWrongEntryIsFoundAndNamed) {
  const std::pair<AnswerKind, std::size_t> planted[] = {{AnswerKind::gradient, 1},
                                                        {AnswerKind::hessian, 5},
                                                        {AnswerKind::hessian_vector, 2},
                                                        {AnswerKind::directional, 0}};
  for (const auto& [kind, index] : planted) {
    Planted f(kind, 1e-4);
    const CheckReport report = check_derivatives(f, x);
    EXPECT_FALSE(report.ok());
    for (const auto& c : report.checks) {
      EXPECT_EQ(c.wrong, c.kind == kind ? 1u : 0u) << name(kind) << "\n" << report.text();
      if (c.kind == kind) {
        EXPECT_EQ(c.index, index);
        EXPECT_NEAR(c.got - c.expected, 1e-4, 1e-8);
        EXPECT_GT(c.relative_error, 1e-6);
      }
    }
    EXPECT_NE(report.text().find("wrong"), std::string::npos);
  }
}

TEST(Check, EveryKindOfADifferentiableObjective) {
  auto f = differentiable_residuals(
      [](auto const& z) {
        using namespace thalweg::math;
        return std::array{exp(z[0] * z[1]) - 2, z[0] / (1 + sq(z[2])), sin(z[1] * z[2]), z[0] + z[1] * z[2]};
      },
      4, 3);
  const CheckReport report = check_derivatives(f, x, {.tolerance = 1e-8});
  EXPECT_EQ(report.checks.size(), 8u);
  EXPECT_TRUE(report.ok()) << report.text();
}

TEST(Check, AKinkWithinTheStepsAndNaNDoNotPass) {
  auto kink = differentiable(
      [](auto const& z) {
        using namespace thalweg::math;
        return abs(z[0]) + z[0];
      },
      1);
  EXPECT_TRUE(check_derivatives(kink, std::vector<double>{0.5}).ok());
  EXPECT_FALSE(check_derivatives(kink, std::vector<double>{1e-7}).ok());
  Planted nan(AnswerKind::gradient, std::nan(""));
  EXPECT_FALSE(check_derivatives(nan, x).ok());
}

TEST(Check, WrongSizesAreNamed) {
  Planted f(AnswerKind::value, 0.0);
  EXPECT_THROW(check_derivatives(f, std::vector<double>{1.0}), InvalidArgument);
  EXPECT_THROW(check_derivatives(f, x, {.direction = {1.0}}), InvalidArgument);
  EXPECT_THROW(check_derivatives(f, x, {.levels = 1}), InvalidArgument);
}

}  // namespace
