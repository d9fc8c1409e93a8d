// Certificate of soap: Adam where the eigenbasis is the identity, whatever the order of its vectors; the same path in
// rotated coordinates of a layer; that of the paper's Algorithm 3 written in plain loops.
#include "thalweg/second_order/soap.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/first_order/adam.hpp"

namespace thalweg {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix random_matrix(std::size_t r, std::size_t c, std::uint64_t step) {
  Generator random(Stream(6, Purpose("test.matrix"), step));
  Matrix g(r, c);
  for (double& v : std::span(g.data(), r * c)) v = random.normal();
  return g;
}
Matrix rotation(std::size_t n, std::uint64_t step) {
  return Eigen::HouseholderQR<Eigen::MatrixXd>(random_matrix(n, n, step)).householderQ();
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
std::unique_ptr<UpdateRule<S>> begun(const Soap& options, std::size_t r, std::size_t c) {
  auto rule = soap(options).make<S>();
  const std::vector<ParameterBlock> blocks = {{"w", 0, r, c}};
  rule->begin(r * c, blocks);
  return rule;
}
std::unique_ptr<UpdateRule<double>> adam_like(const Soap& o, std::size_t n) {
  auto rule = adam({.rate = o.rate, .beta1 = o.beta1, .beta2 = o.beta2, .epsilon = o.epsilon}).make<double>();
  rule->begin(n);
  return rule;
}

TEST(Soap, WithoutBasesItIsAdamBitForBit) {
  const Soap options{.rate = 0.01, .beta1 = 0.9, .beta2 = 0.99, .max_size = 0};
  const auto rule = begun(options, 5, 7), of_adam = adam_like(options, 35);
  for (std::uint64_t t = 1; t <= 30; ++t) {
    const Matrix g = random_matrix(5, 7, t);
    EXPECT_EQ(step_of(*rule, g, t), step_of(*of_adam, g, t));
  }
}

// Gradients that are diagonal keep the axes as eigenvectors, in an order that changes with their sizes: each second
// moment must follow its vector. The first gradient sets the bases, so Adam begins at the second.
TEST(Soap, WithTheAxesAsBasesItIsAdamWhateverTheirOrder) {
  for (const auto& [r, c] : {std::pair<std::size_t, std::size_t>{4, 4}, {3, 5}, {5, 3}})
    for (const std::uint64_t period : {1u, 3u}) {
      const Soap options{.rate = 0.01, .beta1 = 0.8, .beta2 = 0.7, .period = period};
      const auto rule = begun(options, r, c), of_adam = adam_like(options, r * c);
      for (std::uint64_t t = 1; t <= 40; ++t) {
        Matrix g = Matrix::Zero(r, c);
        for (std::size_t i = 0; i < std::min(r, c); ++i)
          g(i, i) = std::exp(2.0 * std::sin(static_cast<double>(t) * 0.3 + 1.7 * static_cast<double>(i)));
        const Matrix u = step_of(*rule, g, t);
        if (t == 1) {
          EXPECT_EQ(u.norm(), 0.0);
        } else {
          EXPECT_LT((u - step_of(*of_adam, g, t - 1)).norm(), 1e-12) << t;
        }
      }
    }
}

TEST(Soap, RotatedLayersTakeRotatedSteps) {
  const std::size_t n = 6;
  const Matrix left = rotation(n, 100), right = rotation(n, 101);
  const Soap options{.rate = 0.01, .period = 2};
  const auto a = begun(options, n, n), b = begun(options, n, n), adam_a = adam_like(options, n * n),
             adam_b = adam_like(options, n * n);
  double worst = 0.0, worst_of_adam = 0.0;
  for (std::uint64_t t = 1; t <= 40; ++t) {
    const Matrix g = random_matrix(n, n, t), turned = left * g * right.transpose();
    const auto gap = [&](UpdateRule<double>& x, UpdateRule<double>& y) {
      return (left * step_of(x, g, t) * right.transpose() - step_of(y, turned, t)).norm();
    };
    worst = std::max(worst, gap(*a, *b));
    worst_of_adam = std::max(worst_of_adam, gap(*adam_a, *adam_b));
  }
  EXPECT_LT(worst, 1e-9);
  EXPECT_GT(worst_of_adam, 1e-3);  // which Adam does not
}

// Algorithms 3 and 4, M kept outside the basis; columns of q are the vectors.
struct Plain {
  Matrix l, r, ql, qr, m, v;
  Soap o;
  static Matrix eigenvectors(const Matrix& p) {
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(p).eigenvectors().rowwise().reverse();
  }
  static Matrix refreshed(const Matrix& p, const Matrix& q, std::vector<Eigen::Index>& order) {
    const Eigen::VectorXd estimate = (q.transpose() * p * q).diagonal();
    order.resize(static_cast<std::size_t>(q.cols()));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return estimate[a] > estimate[b]; });
    Matrix sorted(q.rows(), q.cols());
    for (Eigen::Index j = 0; j < q.cols(); ++j) sorted.col(j) = q.col(order[static_cast<std::size_t>(j)]);
    return Eigen::HouseholderQR<Eigen::MatrixXd>(p * sorted).householderQ();
  }
  Matrix step(const Matrix& g, std::uint64_t t) {
    Matrix u = Matrix::Zero(g.rows(), g.cols());
    if (t == 1) {
      l = Matrix::Zero(g.rows(), g.rows()), r = Matrix::Zero(g.cols(), g.cols());
      m = v = u;
    } else {
      const auto time = static_cast<double>(t - 1);
      const Matrix projected = ql.transpose() * g * qr;
      m = o.beta1 * m + (1 - o.beta1) * g;
      v = o.beta2 * v + (1 - o.beta2) * projected.cwiseProduct(projected);
      const Matrix mean = ql.transpose() * m * qr / (1 - std::pow(o.beta1, time));
      const Matrix root = (v / (1 - std::pow(o.beta2, time))).cwiseSqrt();
      u = o.rate * ql * (mean.array() / (root.array() + o.epsilon)).matrix() * qr.transpose();
    }
    l = o.beta2 * l + (1 - o.beta2) * g * g.transpose(), r = o.beta2 * r + (1 - o.beta2) * g.transpose() * g;
    if (t == 1) {
      ql = eigenvectors(l), qr = eigenvectors(r);
    } else if (t % o.period == 0) {
      std::vector<Eigen::Index> rows, cols;
      ql = refreshed(l, ql, rows), qr = refreshed(r, qr, cols);
      const Matrix old = v;
      for (Eigen::Index i = 0; i < v.rows(); ++i)
        for (Eigen::Index j = 0; j < v.cols(); ++j)
          v(i, j) = old(rows[static_cast<std::size_t>(i)], cols[static_cast<std::size_t>(j)]);
    }
    return u;
  }
};

TEST(Soap, PathIsThatOfPlainLoops) {
  for (const auto& [r, c] : {std::pair<std::size_t, std::size_t>{5, 5}, {6, 5}, {4, 5}})
    for (const std::uint64_t period : {1u, 4u}) {
      const Soap options{.rate = 0.02, .beta1 = 0.9, .beta2 = 0.9, .period = period};
      const auto rule = begun(options, r, c);
      Plain plain{{}, {}, {}, {}, {}, {}, options};
      // Of full rank from the start on the short side; the long side's null space is any basis, so it gets none.
      const Matrix mix_left = random_matrix(r, r, 50), mix_right = random_matrix(c, c, 51);
      for (std::uint64_t t = 1; t <= 30; ++t) {
        const Matrix g = mix_left * random_matrix(r, c, t) * mix_right;
        const Matrix u = step_of(*rule, g, t), expected = plain.step(g, t);
        if (r == c) {
          EXPECT_LT((u - expected).norm(), 1e-9 * (1e-3 + expected.norm())) << r << "x" << c << " " << t;
        }
      }
      // Whatever the null space was at first, the bases have become orthonormal and sorted, and nearly eigenvectors.
      const auto state = rule->state();
      ASSERT_EQ(state[1].name, "soap.bases");
      std::size_t at = 0;
      for (const Matrix& moments : {plain.l, plain.r}) {
        const auto k = moments.rows();
        const Eigen::Map<const Matrix> kept(state[0].values.data() + at, k, k), q(state[1].values.data() + at, k, k);
        EXPECT_LT((kept - moments).norm(), 1e-12 * moments.norm());
        EXPECT_LT((q * q.transpose() - Matrix::Identity(k, k)).norm(), 1e-12);
        const Matrix turned = q * moments * q.transpose();
        EXPECT_LT((turned - Matrix(turned.diagonal().asDiagonal())).norm(), 0.3 * turned.norm());
        at += static_cast<std::size_t>(k * k);
      }
    }
}

TEST(Soap, VectorsAreAdamsFromTheFirstStepAndFloatIsNear) {
  const std::vector<ParameterBlock> blocks = {{"b", 0, 4, 1}, {"w", 4, 6, 6}};
  const Soap options{.rate = 0.01, .period = 3};
  const auto rule = soap(options).make<double>(), of_adam = adam_like(options, 4);
  const auto narrow = soap(options).make<float>();
  rule->begin(40, blocks), narrow->begin(40, blocks);
  for (std::uint64_t t = 1; t <= 10; ++t) {
    const Matrix g = random_matrix(1, 40, t);
    const Matrix u = step_of(*rule, g, t);
    EXPECT_EQ(Matrix(u.leftCols(4)), step_of(*of_adam, Matrix(g.leftCols(4)), t));
    EXPECT_LT((u - step_of(*narrow, g, t)).norm(), 1e-3 * u.norm());
  }
}

TEST(Soap, ALongSideKeepsItsOwnBasis) {  // G Q_R only: equivariant in the columns, not in the rows
  const Soap options{.rate = 0.01, .period = 2, .max_size = 5};
  const Matrix turn = rotation(5, 3);
  const auto a = begun(options, 9, 5), b = begun(options, 9, 5);
  for (std::uint64_t t = 1; t <= 20; ++t) {
    const Matrix g = random_matrix(9, 5, t);
    EXPECT_LT((step_of(*a, g, t) * turn - step_of(*b, Matrix(g * turn), t)).norm(), 1e-9);
  }
  EXPECT_EQ(a->state()[0].values.size(), 25u);
}

}  // namespace
}  // namespace thalweg
