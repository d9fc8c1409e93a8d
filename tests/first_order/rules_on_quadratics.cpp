// Certificates of sgd, momentum, nesterov and lion: rates and variances on functions where they are known.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "thalweg/core/random.hpp"
#include "thalweg/first_order/rules.hpp"
#include "thalweg/network/network_objective.hpp"

namespace thalweg {
namespace {

// θ ← θ − η(λθ + sξ) has stationary variance ηs²/(λ(2−ηλ)).
TEST(Sgd, StationaryVarianceOfNoisyQuadratic) {
  struct Case {
    double rate, lambda, s;
  };
  const std::size_t chains = 20000;
  for (const Case c : {Case{0.1, 1.0, 1.0}, Case{0.5, 2.0, 0.3}, Case{0.9, 2.0, 2.0}}) {
    const auto rule = sgd({.rate = c.rate}).make<double>();
    rule->begin(chains);
    std::vector<double> theta(chains, 0.0), g(chains);
    const auto steps =
        static_cast<std::uint64_t>(std::ceil(25.0 / -std::log(std::abs(1.0 - c.rate * c.lambda) + 1e-9)));
    for (std::uint64_t t = 1; t <= steps; ++t) {
      Generator random(Stream(11, Purpose("test.sgd"), t));
      for (std::size_t i = 0; i < chains; ++i) g[i] = c.lambda * theta[i] + c.s * random.normal();
      rule->apply(theta, g, t);
    }
    double squares = 0.0;
    for (const double x : theta) squares += x * x;
    const double expected = c.rate * c.s * c.s / (c.lambda * (2.0 - c.rate * c.lambda));
    const double standard_error = expected * std::sqrt(2.0 / static_cast<double>(chains));
    EXPECT_NEAR(squares / static_cast<double>(chains), expected, 3.0 * standard_error) << "rate " << c.rate;
  }
}

// Minibatch gradients drawn without replacement average to the full gradient, in every epoch, each of another order.
TEST(Sgd, MinibatchesWithoutReplacementAverageToTheFullGradient) {
  DataSet<double> data;
  data.id = "made", data.samples = 62, data.features = 3, data.classes = 2;
  Generator random(Stream(5, Purpose("test.data")));
  for (std::size_t i = 0; i < data.samples * data.features; ++i) data.inputs.push_back(random.normal());
  for (std::size_t i = 0; i < data.samples; ++i) data.labels.push_back(random.uniform() < 0.4 ? 1 : 0);
  const Network net = network("3-4-2:tanh");
  const auto theta = net.initial<double>(1);
  const std::size_t n = theta.size();
  for (const std::size_t batch : {1u, 5u, 31u, 62u, 100u}) {  // 5 does not divide 62: the last of an epoch is smaller
    NetworkObjective<double> f(net, Loss::cross_entropy, data, {.batch = batch, .seed = 9});
    const std::uint64_t per_epoch = f.minibatches().per_epoch();
    std::vector<double> full(n), g(n);
    f.gradient(theta, full);
    std::vector<std::vector<double>> firsts;
    for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
      std::vector<double> mean(n, 0.0);
      std::size_t seen = 0;
      for (std::uint64_t k = 1; k <= per_epoch; ++k) {
        const std::uint64_t key = epoch * per_epoch + k;
        const std::size_t size = f.minibatches().at(key).size;
        f.gradient(theta, g, {key});
        if (k == 1) firsts.push_back(g);
        seen += size;
        for (std::size_t i = 0; i < n; ++i) mean[i] += g[i] * static_cast<double>(size) / 62.0;
      }
      EXPECT_EQ(seen, data.samples);
      for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(mean[i], full[i], 1e-14) << batch << " " << epoch;
    }
    if (batch >= 62) continue;
    EXPECT_NE(firsts[0], firsts[1]);
    EXPECT_NE(firsts[1], firsts[2]);
  }
}

// The optimal pair on a spectrum in [μ, L] contracts as C·k·ρᵏ with ρ = (√κ−1)/(√κ+1).
TEST(Momentum, OptimalRateOnAQuadratic) {
  for (const double kappa : {10.0, 100.0, 1000.0}) {
    const double mu = 0.3, l = mu * kappa, rho = (std::sqrt(kappa) - 1.0) / (std::sqrt(kappa) + 1.0);
    const auto rule =
        momentum({.rate = 4.0 / std::pow(std::sqrt(l) + std::sqrt(mu), 2), .beta = rho * rho}).make<double>();
    const std::size_t n = 7;
    std::vector<double> lambda(n), x(n, 1.0), g(n);
    for (std::size_t i = 0; i < n; ++i)
      lambda[i] = mu + (l - mu) * static_cast<double>(i) / static_cast<double>(n - 1);
    rule->begin(n);
    // log‖x_k‖ − log k = log C + k log ρ, fitted by least squares late enough for C·k to rule over its constant.
    const int first = static_cast<int>(60.0 / -std::log(rho)), last = static_cast<int>(180.0 / -std::log(rho));
    double count = 0.0, sum_k = 0.0, sum_y = 0.0, sum_kk = 0.0, sum_ky = 0.0;
    for (int k = 1; k <= last; ++k) {
      for (std::size_t i = 0; i < n; ++i) g[i] = lambda[i] * x[i];
      rule->apply(x, g, static_cast<std::uint64_t>(k));
      if (k < first) continue;
      const double y = 0.5 * std::log(std::inner_product(x.begin(), x.end(), x.begin(), 0.0)) - std::log(k);
      count += 1.0, sum_k += k, sum_y += y, sum_kk += static_cast<double>(k) * k, sum_ky += k * y;
    }
    const double slope = (count * sum_ky - sum_k * sum_y) / (count * sum_kk - sum_k * sum_k);
    EXPECT_NEAR(std::log(std::exp(slope) / rho) / std::log(rho), 0.0, 1e-3) << "kappa " << kappa;
  }
}

// Nesterov's worst function (2004, section 2.1.2): L/4·(½[x₁² + Σ(x_i−x_{i+1})² + x_n²] − x₁), from x = 0.
struct WorstChain {
  std::size_t n;
  double l = 4.0;
  [[nodiscard]] double value(std::span<const double> x) const {
    double sum = x[0] * x[0] + x[n - 1] * x[n - 1];
    for (std::size_t i = 0; i + 1 < n; ++i) sum += (x[i] - x[i + 1]) * (x[i] - x[i + 1]);
    return 0.25 * l * (0.5 * sum - x[0]);
  }
  void gradient(std::span<const double> x, std::span<double> g) const {
    for (std::size_t i = 0; i < n; ++i)
      g[i] = 0.25 * l * (2.0 * x[i] - (i > 0 ? x[i - 1] : 1.0) - (i + 1 < n ? x[i + 1] : 0.0));
  }
  [[nodiscard]] double lowest() const { return 0.125 * l * (-1.0 + 1.0 / static_cast<double>(n + 1)); }
  [[nodiscard]] double distance2() const {  // ‖x₀ − x*‖², x*_i = 1 − i/(n+1)
    double sum = 0.0;
    for (std::size_t i = 1; i <= n; ++i) {
      const double e = 1.0 - static_cast<double>(i) / static_cast<double>(n + 1);
      sum += e * e;
    }
    return sum;
  }
};

// Steps k ≤ 500 at which f(x_k) − f* exceeds 2L‖x₀−x*‖²/(k+1)².
int violations(const WorstChain& f, const Rule& descent) {
  const auto rule = descent.make<double>();
  rule->begin(f.n);
  std::vector<double> y(f.n, 0.0), g(f.n);
  int count = 0;
  for (int k = 1; k <= 500; ++k) {
    f.gradient(y, g);
    rule->apply(y, g, static_cast<std::uint64_t>(k));
    const double gap = f.value(rule->recommended(y)) - f.lowest();
    EXPECT_GE(gap, -1e-12);
    if (gap > 2.0 * f.l * f.distance2() / ((k + 1.0) * (k + 1.0))) ++count;
  }
  return count;
}

TEST(Nesterov, KeepsItsBoundOnTheWorstChainWhereGradientDescentDoesNot) {
  for (const std::size_t n : {std::size_t{200}, std::size_t{300}}) {
    const WorstChain f{n};
    EXPECT_EQ(violations(f, nesterov({.lipschitz = f.l})), 0);
    EXPECT_EQ(violations(f, nesterov({.rate = 1.0 / f.l})), 0);
    EXPECT_GT(violations(f, sgd({.rate = 1.0 / f.l})), 100);
  }
}

TEST(Nesterov, RecommendsXAndStepsFromY) {
  const WorstChain f{20};
  const auto rule = nesterov({.lipschitz = f.l}).make<double>();
  rule->begin(f.n);
  std::vector<double> y(f.n, 0.0), x = y, before = x, g(f.n);
  double t_k = 1.0;
  EXPECT_EQ(rule->recommended(y).data(), y.data());
  for (std::uint64_t k = 1; k <= 60; ++k) {  // Beck & Teboulle's recursion, written out
    f.gradient(y, g);
    std::vector<double> expected_x(f.n), expected_y(f.n);
    const double next = 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * t_k * t_k));
    for (std::size_t i = 0; i < f.n; ++i) {
      expected_x[i] = y[i] - g[i] / f.l;
      expected_y[i] = expected_x[i] + (t_k - 1.0) / next * (expected_x[i] - x[i]);
    }
    t_k = next;
    rule->apply(y, g, k);
    const auto recommended = rule->recommended(y);
    for (std::size_t i = 0; i < f.n; ++i) {
      EXPECT_NEAR(y[i], expected_y[i], 1e-13);
      EXPECT_NEAR(recommended[i], expected_x[i], 1e-13);
    }
    x = expected_x;
  }
}

TEST(Lion, FollowsItsFormula) {
  const double rate = 0.01, b1 = 0.8, b2 = 0.95, decay = 0.2;
  const auto rule = lion({.rate = rate, .beta1 = b1, .beta2 = b2, .decay = decay}).make<double>();
  rule->begin(3);
  std::vector<double> x = {1.0, -2.0, 0.0}, y = x, m(3, 0.0), g(3);
  for (std::uint64_t t = 1; t <= 200; ++t) {
    for (std::size_t i = 0; i < 3; ++i) g[i] = static_cast<double>(i) * x[i] - 0.3 * std::sin(static_cast<double>(t));
    if (t == 1) g[0] = 0.0;  // c = 0: no step but the decay
    const std::vector<double> gradient = g;
    rule->apply(x, g, t);
    for (std::size_t i = 0; i < 3; ++i) {
      const double c = b1 * m[i] + (1.0 - b1) * gradient[i];
      const double sign = c > 0.0 ? 1.0 : c < 0.0 ? -1.0 : 0.0;
      y[i] -= rate * (sign + decay * y[i]);
      m[i] = b2 * m[i] + (1.0 - b2) * gradient[i];
      EXPECT_NEAR(x[i], y[i], 1e-14);
    }
  }
}

TEST(Sign, IgnoresTheScaleOfF) {
  const auto rule = chain(sign(), sgd({.rate = 0.1})).make<double>();
  rule->begin(3);
  std::vector<double> x(3, 0.0), y(3, 0.0);
  std::vector<double> g = {1e-9, -5.0, 0.0}, h = {1e3, -5e12, 0.0};
  rule->apply(x, g, 1);
  rule->apply(y, h, 2);
  EXPECT_EQ(x, y);
  EXPECT_EQ(x, (std::vector<double>{-0.1, 0.1, 0.0}));
}

TEST(Rmsprop, CentredVarianceBelowZeroIsZero) {
  const auto rule = rmsprop({.rate = 1e-3, .alpha = 0.5, .centered = true}).make<double>();
  rule->begin(1);
  std::vector<double> x = {0.0};
  for (std::uint64_t t = 1; t <= 200; ++t) {  // a constant gradient: s and ḡ² differ by rounding in the end
    std::vector<double> g = {0.1234567};
    rule->apply(x, g, t);
    ASSERT_TRUE(std::isfinite(x[0]));
  }
}

}  // namespace
}  // namespace thalweg
