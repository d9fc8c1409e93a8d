#include "thalweg/autodiff/differentiable.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <thread>

#include "autodiff/reference.hpp"
#include "thalweg/autodiff/eigen.hpp"

namespace {

using namespace thalweg;
using namespace thalweg::math;
using std::vector;

const auto rosenbrock = [](auto const& x) { return 100 * sq(x[1] - sq(x[0])) + sq(1 - x[0]); };

// About everything smooth, for real, complex and 50-digit numbers too.
const auto smooth = [](auto const& x) {
  using std::exp, std::log, std::sin, std::sqrt, std::tanh;
  using S = scalar_t<decltype(x)>;
  S sum = x[0] * x[1] / (2.0 + x[2] * x[2]);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const S here = x[i], next = x[(i + 1) % x.size()];
    sum += exp(0.5 * here) * sin(next) + log(3.0 + sq(here * next)) - tanh(here - next) / sqrt(1.0 + sq(here));
  }
  return S(sum * sum * 0.1 + sum);
};

const vector<double> point{0.3, -1.1, 0.8, 1.9}, direction{0.7, -0.2, 1.5, 0.4};

void expect_near(double got, double expected, double tolerance = 1e-13) {
  EXPECT_LE(std::fabs(got - expected), tolerance * std::max(1.0, std::fabs(expected))) << got << " not " << expected;
}

TEST(Differentiable, GradientIsTheComplexStep) {
  auto f = differentiable(smooth, 4);
  vector<double> g(4);
  f.gradient(point, g);
  for (std::size_t i = 0; i < 4; ++i) {
    vector<std::complex<double>> z(point.begin(), point.end());
    z[i] += std::complex<double>(0.0, 1e-30);  // Im f(x + ih)/h, exact to rounding (Squire & Trapp 1998)
    expect_near(g[i], smooth(z).imag() / 1e-30);
  }
}

TEST(Differentiable, EveryOrderAgainstFiftyDigits) {
  auto f = differentiable(smooth, 4);
  vector<double> g(4), hv(4), t(4), h(16), t_alone(4), hv_alone(4);
  using K = AnswerKind;
  const Question<double> q{.asks = {K::value, K::gradient, K::directional, K::hessian_vector, K::hessian, K::third},
                           .point = point,
                           .direction = direction};
  Answer<double> a;
  a.gradient = g, a.hessian_vector = hv, a.hessian = h, a.third = t;
  f.answer({&q, 1}, {&a, 1});
  EXPECT_EQ(a.value, f.value(point));
  double slope = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    slope += g[i] * direction[i];
    expect_near(g[i], reference::gradient(smooth, point, i));
    expect_near(hv[i], reference::hessian_vector(smooth, point, direction, i));
    expect_near(t[i], reference::third(smooth, point, direction, i));
    double row = 0.0;
    for (std::size_t j = 0; j < 4; ++j) {
      row += h[i * 4 + j] * direction[j];
      EXPECT_EQ(h[i * 4 + j], h[j * 4 + i]);
    }
    expect_near(row, hv[i]);
  }
  expect_near(a.directional, slope);
  EXPECT_EQ(f.directional(point, direction), a.directional);
  f.hessian_vector(point, direction, hv_alone);
  f.third(point, direction, t_alone);
  EXPECT_EQ(hv_alone, hv);
  EXPECT_EQ(t_alone, t);
}

TEST(Differentiable, HessianOfMoreThanOneBlockOfColumns) {
  const std::size_t n = 11;  // two full blocks of four and a rest
  auto f = differentiable([](auto const& x) {
    scalar_t<decltype(x)> sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) sum += 100 * sq(x[i + 1] - sq(x[i])) + sq(1 - x[i]);
    return sum;
  });
  f.bind(n);
  vector<double> x(n), h(n * n), column(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = 0.1 * static_cast<double>(i) - 0.4;
  f.hessian(x, h);
  for (std::size_t j = 0; j < n; ++j) {
    vector<double> e(n, 0.0);
    e[j] = 1.0;
    f.hessian_vector(x, e, column);
    for (std::size_t i = 0; i < n; ++i) expect_near(h[i * n + j], column[i]);
  }
}

void check_three_residuals(DifferentiableObjective& f) {
  const vector<double> x{-1.2, 1.0}, d{0.5, 2.0}, u{1.0, -2.0, 0.25};
  const vector<double> r{10 * (1.0 - 1.44), 2.2, -1.2}, J{24.0, 10.0, -1.0, 0.0, 1.0, -1.2};
  EXPECT_EQ(f.offers().residuals, 3u);
  vector<double> res(3), jac(6), jv(3), vj(2), g(2);
  f.residual(x, res);
  f.jacobian(x, jac);
  Question<double> q{.asks = AnswerKind::jacobian_vector, .point = x, .direction = d};
  Answer<double> a;
  a.product = jv;
  f.answer({&q, 1}, {&a, 1});
  q.asks = AnswerKind::vector_jacobian, q.direction = u, a.product = vj;
  f.answer({&q, 1}, {&a, 1});
  double value = 0.0;
  for (std::size_t k = 0; k < 3; ++k) {
    expect_near(res[k], r[k]);
    expect_near(jv[k], J[2 * k] * d[0] + J[2 * k + 1] * d[1]);
    value += 0.5 * r[k] * r[k];
  }
  for (std::size_t k = 0; k < 6; ++k) expect_near(jac[k], J[k]);
  expect_near(f.value_and_gradient(x, g), value);
  // Higher orders of ½‖r‖² against those of the sum written out.
  auto sum = differentiable(
      [](auto const& z) { return 0.5 * (sq(10 * (z[1] - sq(z[0]))) + sq(1 - z[0]) + sq(z[0] * z[1])); }, 2);
  vector<double> mine(2), theirs(2), H(4), G(4);
  f.third(x, d, mine);
  sum.third(x, d, theirs);
  f.hessian(x, H);
  sum.hessian(x, G);
  for (std::size_t j = 0; j < 2; ++j) {
    expect_near(vj[j], u[0] * J[j] + u[1] * J[2 + j] + u[2] * J[4 + j]);
    expect_near(g[j], r[0] * J[j] + r[1] * J[2 + j] + r[2] * J[4 + j]);
    expect_near(mine[j], theirs[j]);
  }
  for (std::size_t j = 0; j < 4; ++j) expect_near(H[j], G[j]);
  expect_near(f.directional(x, d), sum.directional(x, d));
}

TEST(Differentiable, ResidualsReturned) {
  auto f = differentiable_residuals(
      [](auto const& x) {
        return std::array{10 * (x[1] - sq(x[0])), 1 - x[0], x[0] * x[1]};
      },
      3, 2);
  check_three_residuals(f);
}

TEST(Differentiable, ResidualsFilled) {
  auto f = differentiable_residuals(
      [](auto const& x, auto const& r) {
        r[0] = 10 * (x[1] - sq(x[0]));
        r[1] = 1 - x[0];
        r[2] = x[0] * x[1];
      },
      3, 2);
  check_three_residuals(f);
}

TEST(Differentiable, WideJacobianByRowsIsTheOneByColumns) {
  const auto r = [](auto const& x) {
    scalar_t<decltype(x)> s = 1;
    for (std::size_t i = 0; i < x.size(); ++i) s = s * (1.1 - 0.1 * x[i]) + sin(x[i]);
    return s;
  };
  auto wide = differentiable_residuals([r](auto const& x) { return std::array{r(x)}; }, 1, 9);  // in reverse
  auto tall = differentiable_residuals([r](auto const& x) { return std::array{r(x), r(x), 2 * r(x)}; }, 3, 9);
  vector<double> x(9), row(9), rows(27);
  for (std::size_t i = 0; i < 9; ++i) x[i] = 0.3 * static_cast<double>(i) - 1;
  wide.jacobian(x, row);
  tall.jacobian(x, rows);
  for (std::size_t i = 0; i < 9; ++i) {
    expect_near(row[i], rows[i]);
    expect_near(2 * row[i], rows[18 + i]);
  }
}

TEST(Differentiable, ConstantsAndCopiesOfInputs) {
  auto constant = differentiable([](auto const&) { return 3.0; }, 2);
  vector<double> g(2, 9.0), h(4, 9.0);
  EXPECT_EQ(constant.value_and_gradient(vector<double>{1.0, 2.0}, g), 3.0);
  EXPECT_EQ(g, (vector<double>{0.0, 0.0}));
  constant.hessian(vector<double>{1.0, 2.0}, h);
  EXPECT_EQ(h, (vector<double>(4, 0.0)));
  auto copy = differentiable([](auto const& x) { return x[1]; }, 2);
  copy.gradient(vector<double>{1.0, 2.0}, g);
  EXPECT_EQ(g, (vector<double>{0.0, 1.0}));
}

TEST(Differentiable, ThroughEigen) {
  Eigen::Matrix3d A;
  A << 4, 1, 0, 1, 3, -1, 0, -1, 5;
  auto f = differentiable(
      [A](auto const& x) {
        using S = scalar_t<decltype(x)>;
        const Eigen::Map<const Eigen::Matrix<S, 3, 1>> v(x.data());
        const Eigen::Matrix<S, 3, 1> w = A * v;
        return S(0.5 * v.dot(w) + v.norm() + v.array().exp().sum());
      },
      3);
  const vector<double> x{0.5, -1.0, 2.0};
  const Eigen::Vector3d v(0.5, -1.0, 2.0), e = v.array().exp();
  const Eigen::Vector3d expected = A * v + v / v.norm() + e;
  vector<double> g(3), h(9);
  f.gradient(x, g);
  f.hessian(x, h);
  const Eigen::Matrix3d unit = Eigen::Matrix3d::Identity(), diagonal = e.asDiagonal();
  const Eigen::Matrix3d H = A + diagonal + (unit - v * v.transpose() / v.squaredNorm()) / v.norm();
  for (int i = 0; i < 3; ++i) {
    expect_near(g[static_cast<std::size_t>(i)], expected[i]);
    for (int j = 0; j < 3; ++j) expect_near(h[static_cast<std::size_t>(3 * i + j)], H(i, j));
  }
  expect_near(f.directional(x, vector<double>{1.0, 0.0, 0.0}), expected[0]);
}

TEST(Differentiable, SeveralThreadsAtOnce) {
  auto f = differentiable(smooth, 4);
  vector<double> expected(4);
  f.third(point, direction, expected);
  vector<std::thread> threads;
  std::array<int, 4> wrong{};
  for (std::size_t id = 0; id < 4; ++id)
    threads.emplace_back([&, id] {
      vector<double> out(4);
      for (int k = 0; k < 200; ++k) {
        f.third(point, direction, out);
        wrong[id] += out != expected;
      }
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(wrong, (std::array<int, 4>{}));
}

TEST(Differentiable, AnObjectiveWithinAnObjective) {  // tapes do not meet: f's gradient is taken while g records
  auto inner = differentiable(rosenbrock, 2);
  auto outer = differentiable(
      [&](auto const& x) {
        vector<double> g(2);
        inner.gradient(vector<double>{-1.2, 1.0}, g);
        return g[0] * x[0] + g[1] * x[1] * x[1];
      },
      2);
  vector<double> g(2);
  outer.gradient(vector<double>{1.0, 0.5}, g);
  expect_near(g[0], -215.6);
  expect_near(g[1], -88.0);
}

TEST(Differentiable, AnExceptionOfTheCallableLeavesTheObjectiveUsable) {
  auto f = differentiable(
      [](auto const& x) {
        if (x[0] < 0) throw std::runtime_error("mine");
        return x[0] * x[0];
      },
      1);
  vector<double> g(1);
  EXPECT_THROW(f.gradient(vector<double>{-1.0}, g), std::runtime_error);
  f.gradient(vector<double>{3.0}, g);
  EXPECT_EQ(g[0], 6.0);
}

TEST(Differentiable, ErrorsSayWhatIsWrong) {
  auto f = differentiable(rosenbrock, 2);
  EXPECT_THROW(f.value(vector<double>{1.0}), std::logic_error);
  const Question<double> q{.asks = AnswerKind::residual, .point = point};
  Answer<double> a;
  EXPECT_THROW(f.answer({&q, 1}, {&a, 1}), MissingAnswer);
  auto wrong = differentiable_residuals([](auto const& x) { return std::array{x[0], x[1]}; }, 3, 2);
  try {
    wrong.value(vector<double>{1.0, 2.0});
    FAIL();
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("returned 2 numbers, not 3"), std::string::npos) << e.what();
  }
  EXPECT_THROW(differentiable_residuals(rosenbrock, 0), InvalidArgument);
}

// Asks a gradient at the start, to see that minimize() takes a differentiable objective in every form.
struct Asker {
  static Description<Asker> describe() {
    Description<Asker> d("asker", "Asks a gradient", "");
    d.asks({AnswerKind::value, AnswerKind::gradient});
    return d;
  }
  void run(Objective<double>& f, Search& search) const {
    vector<double> x(search.start().begin(), search.start().end()), g(x.size());
    const double value = f.value_and_gradient(x, g);
    search.iteration(x, value);
    search.finish(Status::converged, "asked " + std::to_string(f.dimension()));
  }
};

TEST(Differentiable, MinimizeTakesNamedAndUnnamedObjectives) {
  const auto a = minimize(differentiable(rosenbrock), {-1.2, 1.0}, Asker{});
  EXPECT_EQ(a.message, "asked 2");
  EXPECT_DOUBLE_EQ(a.f, 24.2);
  EXPECT_EQ(minimize(differentiable(rosenbrock, 2), {-1.2, 1.0}, method(Asker{})).f, a.f);
  auto open = differentiable(rosenbrock);
  EXPECT_EQ(minimize(open, {-1.2, 1.0}, Asker{}, {.max_evaluations = 3}).f, a.f);
  EXPECT_EQ(minimize(open, {-1.2, 1.0}, method(Asker{})).f, a.f);
  Objective<double>& base = open;
  EXPECT_EQ(minimize(base, {-1.2, 1.0}, Asker{}).f, a.f);
  EXPECT_THROW(minimize(differentiable(rosenbrock, 2), {1.0, 2.0, 3.0}, Asker{}), InvalidArgument);
}

}  // namespace
