// Certificate of prong: a reparametrisation leaves the network's outputs, whitens the inputs, and the rule's steps of
// the plain network are those of descent in the whitened coordinates.
#include "thalweg/second_order/prong.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "second_order/hand_made.hpp"
#include "second_order/layers.hpp"
#include "thalweg/second_order/layer_rule.hpp"

namespace thalweg {
namespace {

using namespace layers_of_a_network;

struct Moments {
  std::vector<double> mean, second;
};
Moments moments(const std::vector<double>& h, std::size_t n) {
  Moments m{std::vector<double>(n, 0.0), std::vector<double>(n * n, 0.0)};
  const std::size_t batch = h.size() / n;
  for (std::size_t b = 0; b < batch; ++b)
    for (std::size_t i = 0; i < n; ++i) {
      m.mean[i] += h[b * n + i] / static_cast<double>(batch);
      for (std::size_t j = 0; j < n; ++j)
        m.second[i * n + j] += h[b * n + i] * h[b * n + j] / static_cast<double>(batch);
    }
  return m;
}

std::vector<double> correlated(std::size_t batch, std::size_t n, std::uint64_t step) {
  Generator random(Stream(3, Purpose("test.correlated"), step));
  std::vector<double> h(batch * n);
  for (std::size_t b = 0; b < batch; ++b) {
    const double common = random.normal();
    for (std::size_t i = 0; i < n; ++i)
      h[b * n + i] = 0.7 * common + (0.2 + 0.1 * static_cast<double>(i)) * random.normal() + static_cast<double>(i);
  }
  return h;
}

TEST(Prong, AReparametrisationLeavesTheOutputsAndWhitensTheInputs) {
  const std::size_t batch = 200, n = 7, out = 4;
  const auto h = correlated(batch, n, 0);
  const Moments m = moments(h, n);
  for (const double epsilon : {1e-13, 0.1}) {
    const Whitening w(m.mean, m.second, epsilon);
    hand_made::Layer layer{n, out, w.u, std::vector<double>(n, 0.0), {}, {}, {}, {}};
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t i = 0; i < n; ++i) layer.shift[j] -= w.u[j * n + i] * w.c[i];
    const auto x = layer.see(h);
    const Moments white = moments(x, n);
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(white.mean[i], 0.0, 1e-12);
      for (std::size_t j = 0; j < n; ++j) {
        const double one = epsilon < 1e-12 ? 1.0 : white.second[i * n + i];
        EXPECT_NEAR(white.second[i * n + j], i == j ? one : 0.0, 1e-10);
        EXPECT_LT(white.second[i * n + i], 1.0 + 1e-10);
      }
    }
    const auto theta = correlated(1, n * out + out, 1);
    layer.v.assign(theta.begin(), theta.begin() + n * out);
    layer.d.assign(theta.begin() + n * out, theta.end());
    w.to_whitened(layer.v, layer.d);
    for (std::size_t b = 0; b < batch; ++b)
      for (std::size_t j = 0; j < out; ++j) {
        double plain = theta[n * out + j], whitened = layer.d[j];
        for (std::size_t i = 0; i < n; ++i) {
          plain += h[b * n + i] * theta[i * out + j];
          whitened += x[b * n + i] * layer.v[i * out + j];
        }
        EXPECT_NEAR(plain, whitened, 1e-12 * (1.0 + std::abs(plain)));
      }
    auto back_v = layer.v, back_d = layer.d;
    w.from_whitened(back_v, back_d);
    const auto by_hand = layer.plain();
    for (std::size_t i = 0; i < n * out; ++i) EXPECT_NEAR(back_v[i], theta[i], 1e-12 * norm(theta));
    for (std::size_t i = 0; i < theta.size(); ++i) EXPECT_NEAR(by_hand[i], theta[i], 1e-12 * norm(theta));
    for (std::size_t j = 0; j < out; ++j) EXPECT_NEAR(back_d[j], theta[n * out + j], 1e-12 * norm(theta));
  }
}

TEST(Prong, StepsThePlainNetworkAsDescentStepsTheWhitenedOne) {
  const Prong o{.rate = 0.05, .epsilon = 0.05, .decay = 0.8, .statistics_period = 2, .period = 4};
  Bench<double> bench("4-6-3:tanh", 25, Loss::squared_error);
  const auto rule = o.make<double>();
  rule->begin(bench.task.theta.size(), bench.blocks());
  hand_made::Net net{{4, 6, {}, {}, {}, {}, {}, {}}, {6, 3, {}, {}, {}, {}, {}, {}}, {}};
  for (hand_made::Layer* l : {&net.first, &net.second}) {  // plain at first
    l->transform.assign(l->in * l->in, 0.0), l->shift.assign(l->in, 0.0);
    for (std::size_t i = 0; i < l->in; ++i) l->transform[i * l->in + i] = 1.0;
    const double* at = bench.task.theta.data() + (l == &net.first ? 0 : 4 * 6 + 6);
    l->v.assign(at, at + l->in * l->out), l->d.assign(at + l->in * l->out, at + l->in * l->out + l->out);
  }
  Moments running[2] = {moments(std::vector<double>(4, 0.0), 4), moments(std::vector<double>(6, 0.0), 6)};
  double observed = 0.0;
  for (std::uint64_t t = 1; t <= 30; ++t) {
    bench.task.inputs = correlated(25, 4, t);
    net.gradient(bench.task.inputs, bench.task.targets);
    if ((t - 1) % o.statistics_period == 0) {
      const double keep = std::min(1.0 - 1.0 / ++observed, o.decay);
      const bool turn = (t - 1) % o.period == 0 || observed == 2 || observed == 4 || observed == 8;
      for (int k = 0; k < 2; ++k) {
        hand_made::Layer& l = k == 0 ? net.first : net.second;
        const Moments now = moments(k == 0 ? bench.task.inputs : net.hidden, l.in);
        for (std::size_t i = 0; i < l.in; ++i)
          running[k].mean[i] = keep * running[k].mean[i] + (1 - keep) * now.mean[i];
        for (std::size_t i = 0; i < l.in * l.in; ++i)
          running[k].second[i] = keep * running[k].second[i] + (1 - keep) * now.second[i];
        if (!turn) continue;
        const auto plain = l.plain();  // the same function in new coordinates
        const Whitening w(running[k].mean, running[k].second, o.epsilon);
        l.v.assign(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(l.in * l.out));
        l.d.assign(plain.begin() + static_cast<std::ptrdiff_t>(l.in * l.out), plain.end());
        w.to_whitened(l.v, l.d);
        l.transform = w.u;
        l.shift.assign(l.in, 0.0);
        for (std::size_t j = 0; j < l.in; ++j)
          for (std::size_t i = 0; i < l.in; ++i) l.shift[j] -= w.u[j * l.in + i] * w.c[i];
      }
    }
    const double loss = net.gradient(bench.task.inputs, bench.task.targets);
    net.descend(o.rate);
    bench.step(*rule, t);
    EXPECT_NEAR(bench.loss, loss, 1e-11);
    const auto plain = net.plain();
    for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(bench.task.theta[i], plain[i], 1e-10) << t;
  }
}

}  // namespace
}  // namespace thalweg
