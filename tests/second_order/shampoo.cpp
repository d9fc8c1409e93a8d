// Certificate of shampoo: the inverse roots of random, un-normalised matrices of moments are roots; the singular
// values of the first step are ηs/√(s² + ε); the path is that of plain loops.
#include "thalweg/second_order/shampoo.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <string>
#include <vector>

#include "thalweg/core/linalg.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix random_matrix(std::size_t r, std::size_t c, std::uint64_t step, double scale = 1.0) {
  Generator random(Stream(5, Purpose("test.matrix"), step));
  Matrix g(r, c);
  for (double& v : std::span(g.data(), r * c)) v = scale * random.normal();
  return g;
}

template <class S>
Matrix step_of(UpdateRule<S>& rule, const Matrix& g, std::uint64_t t) {
  std::vector<S> u(g.data(), g.data() + g.size()), theta(u.size(), S(0));
  rule.update(u, theta, t);
  Matrix out(g.rows(), g.cols());
  std::copy(u.begin(), u.end(), out.data());
  return out;
}
template <class S = double>
std::unique_ptr<UpdateRule<S>> begun(const Shampoo& options, std::size_t r, std::size_t c) {
  auto rule = shampoo(options).make<S>();
  const std::vector<ParameterBlock> blocks = {{"w", 0, r, c}};
  rule->begin(r * c, blocks);
  return rule;
}
// (A + εI)^{−p} by a decomposition of the test's own.
Matrix root(const Matrix& a, double epsilon, double p) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(a);
  const Eigen::VectorXd powers = (eigen.eigenvalues().array().max(0.0) + epsilon).pow(-p);
  return eigen.eigenvectors() * powers.asDiagonal() * eigen.eigenvectors().transpose();
}

const std::vector<std::pair<std::size_t, std::size_t>> shapes = {{2, 2}, {3, 8}, {8, 3}, {17, 17}, {40, 5}};

TEST(Shampoo, RootsAreRootsOfRandomUnnormalisedMoments) {
  for (const auto& [r, c] : shapes)
    for (const double exponent : {0.25, 0.5, 1.0}) {
      const double epsilon = 1e-3;
      const auto rule = begun({.epsilon = epsilon, .exponent = exponent, .period = 1}, r, c);
      Matrix l = Matrix::Zero(r, r), right = Matrix::Zero(c, c);
      for (std::uint64_t t = 1; t <= 60; ++t) {  // full rank
        const Matrix g = random_matrix(r, c, t, 7.0);
        l += g * g.transpose(), right += g.transpose() * g;
        step_of(*rule, g, t);
      }
      const auto state = rule->state();
      ASSERT_EQ(state[0].name, "shampoo.moments");
      ASSERT_EQ(state[1].name, "shampoo.roots");
      std::size_t at = 0;
      for (const Matrix& moments : {l, right}) {
        const auto k = moments.rows();
        const Eigen::Map<const Matrix> kept(state[0].values.data() + at, k, k), x(state[1].values.data() + at, k, k);
        EXPECT_LT((kept - moments).norm(), 1e-12 * moments.norm());
        Matrix identity = moments + epsilon * Matrix::Identity(k, k);  // times X^{1/p}
        for (int i = 0; i < static_cast<int>(std::lround(1.0 / exponent)); ++i) identity = identity * x;
        EXPECT_LT((identity - Matrix::Identity(k, k)).norm(), 1e-9) << r << "x" << c << " exponent " << exponent;
        at += static_cast<std::size_t>(k * k);
      }
    }
}

TEST(Shampoo, FirstStepHasTheSingularValuesOfThePaper) {
  for (const auto& [r, c] : shapes)
    for (const double epsilon : {1e-4, 1.0, 50.0})
      for (const std::uint64_t max_size : {1024u, 5u}) {  // both sides (exponent 1/4), or one (1/2)
        if (std::min(r, c) > max_size) continue;
        const Matrix g = random_matrix(r, c, r + c, 2.0);
        const auto rule = begun({.rate = 0.5, .epsilon = epsilon, .max_size = max_size}, r, c);
        const Matrix u = step_of(*rule, g, 1);
        const Eigen::JacobiSVD<Eigen::MatrixXd> before(g), after(u);
        for (Eigen::Index i = 0; i < before.singularValues().size(); ++i) {
          const double s = before.singularValues()[before.singularValues().size() - 1 - i];  // s/√(s²+ε) grows with s
          EXPECT_NEAR(after.singularValues()[after.singularValues().size() - 1 - i],
                      0.5 * s / std::sqrt(s * s + epsilon), 1e-10);
        }
      }
}

TEST(Shampoo, PathIsThatOfPlainLoops) {
  const std::size_t r = 6, c = 4;
  for (const double beta : {1.0, 0.9})
    for (const std::uint64_t period : {1u, 3u, 100u}) {
      const auto rule = begun({.rate = 0.3, .beta = beta, .epsilon = 0.01, .period = period}, r, c);
      Matrix l = Matrix::Zero(r, r), right = Matrix::Zero(c, c), left_root, right_root;
      for (std::uint64_t t = 1; t <= 20; ++t) {
        const Matrix g = random_matrix(r, c, t);
        const double add = beta < 1.0 ? 1.0 - beta : 1.0;
        const double correction = beta < 1.0 ? 1.0 - std::pow(beta, static_cast<double>(t)) : 1.0;
        l = beta * l + add * g * g.transpose(), right = beta * right + add * g.transpose() * g;
        const bool early = t < period && (t == 1 || t == 2 || t == 4 || t == 8 || t == 16);
        if (early || t % period == 0)
          left_root = root(l / correction, 0.01, 0.25), right_root = root(right / correction, 0.01, 0.25);
        EXPECT_LT((step_of(*rule, g, t) - 0.3 * left_root * g * right_root).norm(), 1e-11) << t;
      }
    }
}

TEST(Shampoo, GraftingTakesTheLengthAndKeepsTheDirection) {
  const std::size_t r = 5, c = 7;
  const auto plain = begun({.rate = 0.3}, r, c), sgd = begun({.rate = 0.3, .graft = Shampoo::Graft::sgd}, r, c),
             diagonal = begun({.rate = 0.3, .epsilon = 1e-4, .graft = Shampoo::Graft::diagonal}, r, c);
  Matrix squares = Matrix::Zero(r, c);
  for (std::uint64_t t = 1; t <= 5; ++t) {
    const Matrix g = random_matrix(r, c, t);
    squares += g.cwiseProduct(g);
    const Matrix u = step_of(*plain, g, t), a = step_of(*sgd, g, t), b = step_of(*diagonal, g, t);
    const Matrix adagrad = 0.3 * g.array() / (squares.array() + 1e-4).sqrt();
    EXPECT_NEAR(a.norm(), 0.3 * g.norm(), 1e-12);
    EXPECT_NEAR(b.norm(), adagrad.norm(), 1e-12);
    EXPECT_LT((a / a.norm() - u / u.norm()).norm(), 1e-12);
    EXPECT_LT((b / b.norm() - u / u.norm()).norm(), 1e-12);
  }
}

TEST(Shampoo, VectorsAndLongMatricesTakeTheDiagonal) {
  const std::vector<ParameterBlock> blocks = {{"w", 0, 9, 8}, {"b", 72, 3, 1}};
  const auto rule = shampoo({.rate = 0.2, .epsilon = 0.1, .max_size = 7}).make<double>();
  rule->begin(75, blocks);
  std::vector<double> sum(75, 0.0), theta(75, 0.0);
  for (std::uint64_t t = 1; t <= 4; ++t) {
    const Matrix g = random_matrix(1, 75, t);
    std::vector<double> u(g.data(), g.data() + 75);
    rule->update(u, theta, t);
    for (std::size_t i = 0; i < 75; ++i) {
      const double x = g.data()[i];
      sum[i] += x * x;
      EXPECT_NEAR(u[i], 0.2 * x / std::sqrt(sum[i] + 0.1), 1e-14);
    }
  }
}

TEST(Shampoo, SinglePrecisionTakesTheSameStepAndNothingIsNoStep) {
  const auto a = begun<double>({}, 6, 9), zero = begun<double>({.graft = Shampoo::Graft::sgd}, 6, 9);
  const auto b = begun<float>({}, 6, 9);
  for (std::uint64_t t = 1; t <= 10; ++t) {
    const Matrix g = random_matrix(6, 9, t);
    EXPECT_LT((step_of(*a, g, t) - step_of(*b, g, t)).norm(), 1e-4);
    EXPECT_EQ(step_of(*zero, Matrix::Zero(6, 9), t).norm(), 0.0);
  }
}

}  // namespace
}  // namespace thalweg
