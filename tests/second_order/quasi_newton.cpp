// Certificates shared by bfgs and l-bfgs.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "thalweg/second_order/bfgs.hpp"
#include "thalweg/second_order/l_bfgs.hpp"

namespace {

using thalweg::Bfgs;
using thalweg::LBfgs;
using thalweg::LineDescent;
using Numbers = std::vector<double>;

// ½ (x − x*)ᵀ A (x − x*), A dense with spectrum 1 … κ
struct Dense {
  std::size_t n;
  Numbers a, minimiser;
  Dense(std::size_t size, double kappa, unsigned seed) : n(size), a(size * size), minimiser(size) {
    std::mt19937_64 engine(seed);
    std::normal_distribution<double> normal;
    Numbers q(n * n);  // orthogonal by Gram–Schmidt
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < n; ++k) q[i * n + k] = normal(engine);
      for (int twice = 0; twice < 2; ++twice)
        for (std::size_t j = 0; j < i; ++j) {
          double dot = 0.0;
          for (std::size_t k = 0; k < n; ++k) dot += q[i * n + k] * q[j * n + k];
          for (std::size_t k = 0; k < n; ++k) q[i * n + k] -= dot * q[j * n + k];
        }
      double norm = 0.0;
      for (std::size_t k = 0; k < n; ++k) norm += q[i * n + k] * q[i * n + k];
      for (std::size_t k = 0; k < n; ++k) q[i * n + k] /= std::sqrt(norm);
      minimiser[i] = normal(engine);
    }
    for (std::size_t j = 0; j < n; ++j) {
      const double lambda = 1.0 + (kappa - 1.0) * static_cast<double>(j) / static_cast<double>(n - 1);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < n; ++k) a[i * n + k] += lambda * q[j * n + i] * q[j * n + k];
    }
  }
  double operator()(std::span<const double> x, std::span<double> g) const {
    double f = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      double ax = 0.0;
      for (std::size_t k = 0; k < n; ++k) ax += a[i * n + k] * (x[k] - minimiser[k]);
      f += 0.5 * ax * (x[i] - minimiser[i]);
      if (!g.empty()) g[i] = ax;
    }
    return f;
  }
};

template <class M>
void expect_finite_termination(const M& method, const std::string& label) {
  const std::size_t n = 8;
  const Dense f(n, 50.0, 3);
  const auto result = thalweg::minimize(f, Numbers(n, 0.0), method,
                                        {.max_iterations = n, .tolerance = {.gradient = 1e-9}, .keep_path = true});
  Numbers g(n), g0(n);
  f(Numbers(n, 0.0), g0);
  const Numbers& last = result.path.back();
  f(last, g);
  double largest = 0.0, largest_before = 0.0;
  for (const double v : g) largest = std::max(largest, std::abs(v));
  for (const double v : g0) largest_before = std::max(largest_before, std::abs(v));
  EXPECT_LE(largest, 1e-9 * largest_before) << label << ": " << result.message;
  EXPECT_LE(result.path.size(), n) << label;
}

TEST(QuasiNewton, EndsInNStepsOnAQuadraticWithExactSearch) {
  for (const bool scaled : {false, true}) {
    for (const int memory : {1, 2, 5, 10})
      expect_finite_termination(LBfgs{.memory = memory, .scaled = scaled, .line = LineDescent::Search::exact},
                                "l-bfgs memory " + std::to_string(memory) + (scaled ? " scaled" : ""));
    expect_finite_termination(Bfgs{.scaled = scaled, .line = LineDescent::Search::exact},
                              std::string("bfgs") + (scaled ? " scaled" : ""));
  }
}

TEST(QuasiNewton, MemoryOfAllStepsIsBfgs) {
  // Unscaled, L-BFGS with a memory longer than the run is BFGS with H₀ = I.
  const Dense f(6, 20.0, 5);
  const thalweg::Limits limits{.max_iterations = 12, .keep_path = true};
  const auto a = thalweg::minimize(f, Numbers(6, 0.5), LBfgs{.memory = 50, .scaled = false}, limits);
  const auto b = thalweg::minimize(f, Numbers(6, 0.5), Bfgs{.scaled = false}, limits);
  ASSERT_GE(std::min(a.path.size(), b.path.size()), 8u);
  for (std::size_t k = 0; k < 8; ++k)
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(a.path[k][i], b.path[k][i], 1e-9);
}

double rosenbrock(std::span<const double> x, std::span<double> g) {
  double f = 0.0;
  if (!g.empty()) g[0] = 0.0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double u = x[i + 1] - x[i] * x[i], v = 1.0 - x[i];
    f += 100.0 * u * u + v * v;
    if (!g.empty()) g[i] += -400.0 * x[i] * u - 2.0 * v, g[i + 1] = 200.0 * u;
  }
  return f;
}

TEST(QuasiNewton, SolveRosenbrock) {
  for (const std::size_t n : {2u, 10u, 100u}) {
    Numbers x0(n, 1.0);
    for (std::size_t i = 0; i < n; i += 2) x0[i] = -1.2;
    const auto l = thalweg::minimize(rosenbrock, x0, LBfgs{}, {.max_evaluations = 2000});
    const auto b = thalweg::minimize(rosenbrock, x0, Bfgs{}, {.max_evaluations = 2000});
    for (const auto* r : {&l, &b}) {
      EXPECT_EQ(r->status, thalweg::Status::converged) << r->method << " n=" << n << ": " << r->message;
      Numbers g(n);
      rosenbrock(r->x, g);
      for (const double v : g) EXPECT_LE(std::abs(v), 1e-8);
    }
  }
}

TEST(QuasiNewton, OneVariable) {
  const auto cosh = [](std::span<const double> x, std::span<double> g) {
    if (!g.empty()) g[0] = std::sinh(x[0] - 3.0);
    return std::cosh(x[0] - 3.0);
  };
  for (const double start : {-4.0, 3.0, 30.0}) {
    const auto l = thalweg::minimize(cosh, Numbers{start}, LBfgs{});
    EXPECT_EQ(l.status, thalweg::Status::converged) << l.message;
    EXPECT_NEAR(l.x[0], 3.0, 1e-7);
    EXPECT_NEAR(thalweg::minimize(cosh, Numbers{start}, Bfgs{}).x[0], 3.0, 1e-7);
  }
}

TEST(QuasiNewton, NonFiniteTrialsAreBackedOff) {
  // Σ x_i − log x_i, defined for x > 0 only
  const auto barrier = [](std::span<const double> x, std::span<double> g) {
    double f = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      f += x[i] - std::log(x[i]);
      if (!g.empty()) g[i] = 1.0 - 1.0 / x[i];
    }
    return f;
  };
  const auto result = thalweg::minimize(barrier, Numbers{1e-3, 50.0, 0.4}, LBfgs{});
  EXPECT_EQ(result.status, thalweg::Status::converged) << result.message;
  for (const double v : result.x) EXPECT_NEAR(v, 1.0, 1e-7);
  const auto bad = thalweg::minimize(barrier, Numbers{-1.0}, LBfgs{});
  EXPECT_EQ(bad.status, thalweg::Status::numerical_failure);
}

TEST(QuasiNewton, AWrongGradientStallsWithAdvice) {
  const auto wrong = [](std::span<const double> x, std::span<double> g) {
    if (!g.empty()) g[0] = -2.0 * x[0];
    return x[0] * x[0];
  };
  const auto result = thalweg::minimize(wrong, Numbers{1.0}, LBfgs{});
  EXPECT_EQ(result.status, thalweg::Status::stalled);
  EXPECT_NE(result.message.find("gradient"), std::string::npos);
}

// Curvatures of 10¹⁸ are learnt from as those of 1 are: f in other units is the same run.
TEST(QuasiNewton, UnitsOfFDoNotMatter) {
  const auto bowl = [](double unit) {
    return [unit](std::span<const double> x, std::span<double> g) {
      double f = 0.0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double a = unit * std::pow(10.0, static_cast<double>(i));
        f += 0.5 * a * x[i] * x[i];
        if (!g.empty()) g[i] = a * x[i];
      }
      return f;
    };
  };
  const double large = 0x1p60;
  const auto in_both = [&](const auto& method) {
    const Numbers start(4, 1.0);
    const auto one = thalweg::minimize(bowl(1.0), start, method, {.tolerance = {.gradient = 1e-6}});
    const auto other = thalweg::minimize(bowl(large), start, method, {.tolerance = {.gradient = 1e-6 * large}});
    EXPECT_EQ(other.status, thalweg::Status::converged) << other.message;
    EXPECT_LE(other.iterations, 2 * one.iterations) << other.message;
  };
  in_both(Bfgs{});
  in_both(LBfgs{});
}

}  // namespace
