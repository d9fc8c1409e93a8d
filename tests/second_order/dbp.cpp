// Certificate of dbp: correlations between the inputs of a layer go to 0, the rule's steps of the plain network are
// those of descent on the decorrelated one, and backprop's loss is reached in fewer steps.
#include "thalweg/second_order/dbp.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "second_order/hand_made.hpp"
#include "second_order/layers.hpp"
#include "thalweg/core/linalg.hpp"
#include "thalweg/credit/train.hpp"
#include "thalweg/first_order/sgd.hpp"
#include "thalweg/network/data/load.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg {
namespace {

using namespace layers_of_a_network;

std::vector<double> correlated(std::size_t batch, std::size_t n, std::uint64_t step) {
  Generator random(Stream(3, Purpose("test.correlated"), step));
  std::vector<double> h(batch * n);
  for (std::size_t b = 0; b < batch; ++b) {
    const double common = random.normal();
    for (std::size_t i = 0; i < n; ++i)
      h[b * n + i] = 0.8 * common + (0.4 + 0.1 * static_cast<double>(i)) * random.normal();
  }
  return h;
}

// E[x xᵀ] of x = Rh.
std::vector<double> second_moment_behind(const std::vector<double>& r, const std::vector<double>& h, std::size_t n) {
  hand_made::Layer layer{n, 0, r, std::vector<double>(n, 0.0), {}, {}, {}, {}};
  const auto x = layer.see(h);
  std::vector<double> c(n * n, 0.0);
  for (std::size_t b = 0; b < h.size() / n; ++b)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        c[i * n + j] += x[b * n + i] * x[b * n + j] * static_cast<double>(n) / static_cast<double>(h.size());
  return c;
}
double largest_correlation(const std::vector<double>& c, std::size_t n) {
  double most = 0.0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j)
      most = std::max(most, std::abs(c[i * n + j]) / std::sqrt(c[i * n + i] * c[j * n + j]));
  return most;
}

TEST(Dbp, CorrelationsGoToZeroAndVariancesToOneUnderWhitening) {
  for (const double kappa : {0.0, 0.5}) {
    Bench<double> bench("6-3", 100);
    bench.task.inputs = correlated(100, 6, 0);
    const auto rule = dbp({.decorrelation_rate = 0.1, .kappa = kappa}).make<double>();
    rule->begin(bench.task.theta.size(), bench.blocks());
    EXPECT_GT(largest_correlation(second_moment_behind(state(*rule).at("dbp.0.R"), bench.task.inputs, 6), 6), 0.5);
    bench.look(1, LayerDetail::inputs);
    double before = 1.0;
    for (int round = 0; round < 4; ++round) {
      for (std::uint64_t t = 1; t <= 300; ++t) rule->observe(bench.layers, t);
      const auto c = second_moment_behind(state(*rule).at("dbp.0.R"), bench.task.inputs, 6);
      const double now = largest_correlation(c, 6);
      EXPECT_LT(now, std::max(0.5 * before, 1e-13));
      before = now;
      for (std::size_t i = 0; i < 6 && round == 3 && kappa > 0.0; ++i) EXPECT_NEAR(c[i * 7], 1.0, 1e-6);
    }
    EXPECT_LT(before, 1e-6);
  }
}

TEST(Dbp, StepsThePlainNetworkAsDescentStepsTheDecorrelatedOne) {
  const Dbp o{.rate = 0.05, .decorrelation_rate = 0.03, .kappa = 0.25, .share = 0.5, .period = 2};
  Bench<double> bench("4-6-3:tanh", 24, Loss::squared_error);
  const auto rule = o.make<double>();
  rule->begin(bench.task.theta.size(), bench.blocks());
  hand_made::Net net{{4, 6, {}, {}, {}, {}, {}, {}}, {6, 3, {}, {}, {}, {}, {}, {}}, {}};
  for (hand_made::Layer* l : {&net.first, &net.second}) {  // R = I
    l->transform.assign(l->in * l->in, 0.0), l->shift.assign(l->in, 0.0);
    for (std::size_t i = 0; i < l->in; ++i) l->transform[i * l->in + i] = 1.0;
    const double* at = bench.task.theta.data() + (l == &net.first ? 0 : 4 * 6 + 6);
    l->v.assign(at, at + l->in * l->out), l->d.assign(at + l->in * l->out, at + l->in * l->out + l->out);
  }
  for (std::uint64_t t = 1; t <= 30; ++t) {
    bench.task.inputs = correlated(24, 4, t);
    net.gradient(bench.task.inputs, bench.task.targets);
    for (int k = 0; k < 2 && (t - 1) % o.period == 0; ++k) {
      hand_made::Layer& l = k == 0 ? net.first : net.second;
      const std::size_t n = l.in;
      const auto& all = k == 0 ? bench.task.inputs : net.hidden;
      const std::vector<double> h(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(12 * n));
      auto c = second_moment_behind(l.transform, h, n);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
          c[i * n + j] = i == j ? o.kappa * (c[i * n + j] - 1.0) : (1.0 - o.kappa) * c[i * n + j];
      const auto plain = l.plain();
      auto r = l.transform;
      linalg::multiply(n, n, n, -o.decorrelation_rate, c, l.transform, 1.0, r);
      linalg::Lu transposed(n);
      std::vector<double> rt(n * n);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) rt[i * n + j] = r[j * n + i];
      ASSERT_TRUE(transposed.factor(rt));
      for (std::size_t j = 0; j < l.out; ++j) {  // RᵀV = W: the same function
        std::vector<double> column(n);
        for (std::size_t i = 0; i < n; ++i) column[i] = plain[i * l.out + j];
        transposed.solve(column);
        for (std::size_t i = 0; i < n; ++i) l.v[i * l.out + j] = column[i];
      }
      l.transform = r;
    }
    const double loss = net.gradient(bench.task.inputs, bench.task.targets);
    net.descend(o.rate);
    bench.step(*rule, t);
    EXPECT_NEAR(bench.loss, loss, 1e-11);
    const auto plain = net.plain();
    for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(bench.task.theta[i], plain[i], 1e-10) << t;
  }
}

// The best of five rates for backprop alone, after 200 steps on the digits; dbp at its defaults is there in two
// thirds of the steps, for every seed.
TEST(Dbp, ReachesBackpropsLossInFewerSteps) {
  const auto data = load_data<float>("digits");
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto curve = [&](const Rule& rule) {
      return train<float>(network("64-32-10"), data, registry::make_credit("backprop"), rule,
                          {.max_samples = 200 * 32, .seed = seed, .measurements = 100, .diagnostics = false})
          .curve;
    };
    double best = 1e300;
    for (const double rate : {0.1, 0.3, 1.0, 2.0, 3.0}) best = std::min(best, curve(sgd({.rate = rate})).loss.back());
    const Curve with = curve(dbp());
    const auto there = std::ranges::find_if(with.loss, [&](double loss) { return loss <= best; });
    ASSERT_NE(there, with.loss.end()) << seed;
    EXPECT_LT(with.samples[static_cast<std::size_t>(there - with.loss.begin())], 200 * 32 * 2 / 3) << seed;
  }
}

}  // namespace
}  // namespace thalweg
