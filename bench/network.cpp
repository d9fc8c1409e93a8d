// Times of the network engine, one thread unless said: milliseconds (minimum and median of runs), GFLOP/s executed.
// The shapes are those of the goals: 784-1024-1024-10 with batch 128, and 64-32-10 with batch 32.
//   bench_network [threads]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "thalweg/core/noise.hpp"
#include "thalweg/network/plan.hpp"

namespace {

using namespace thalweg;

// One thread: its processor time, which a busy neighbour disturbs less. Several: the wall clock.
clockid_t clock_id = CLOCK_THREAD_CPUTIME_ID;
double now() {
  timespec t;
  clock_gettime(clock_id, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Times {
  double least, median;
};
template <class F>
Times time_of(F&& f) {
  f();
  const double begin = now();
  f();
  const double once = now() - begin;
  const int inner = std::max(1, static_cast<int>(2e-4 / once));  // one sample is at least 0.2 ms
  std::vector<double> samples;
  double spent = 0;
  while (samples.size() < 9 || (spent < 0.7 && samples.size() < 2000)) {
    const double start = now();
    for (int i = 0; i < inner; ++i) f();
    const double s = now() - start;
    spent += s;
    samples.push_back(s / inner);
  }
  std::sort(samples.begin(), samples.end());
  return {samples.front() * 1e3, samples[samples.size() / 2] * 1e3};
}

void measure(const std::string& text, std::size_t size, int threads) {
  const Network net = network(text);
  std::vector<float> theta = net.initial<float>(1), gradient(theta.size()), inputs(size * net.inputs());
  fill_noise<float>(inputs, Noise::gaussian, Stream(1, Purpose("x")));
  std::vector<std::int32_t> labels(size);
  for (std::size_t b = 0; b < size; ++b) labels[b] = static_cast<std::int32_t>(b % net.outputs());
  Batch<float> batch;
  batch.inputs = inputs, batch.labels = labels, batch.size = size;
  Plan<float> plan(net, Loss::cross_entropy, size, threads);
  auto pass = plan.pass();
  fmt::print("{} batch {} threads {}: {} parameters\n", text, size, threads, net.parameters());
  const auto line = [&](const std::string& what, double flops, auto&& f) {
    const Times t = time_of(f);
    fmt::print("  {:<34}{:>10.4f}{:>10.4f} ms {:>8.1f} GFLOP/s\n", what, t.least, t.median, flops / t.median * 1e-6);
  };
  const double forward = plan.flops_forward(size), backward = plan.flops_backward(size);
  line("forward", forward, [&] { plan.forward(theta, batch, pass); });
  line("forward + backward", forward + backward, [&] {
    plan.forward(theta, batch, pass);
    plan.backward(theta, batch, pass, gradient);
  });
  line("forward + backward + SGD", forward + backward, [&] {
    plan.forward(theta, batch, pass);
    plan.backward(theta, batch, pass, gradient);
    for (std::size_t i = 0; i < theta.size(); ++i) theta[i] -= 1e-6f * gradient[i];
  });
  Tangent<float> tangent;
  tangent.noise = {Noise::rademacher, 1.0, Stream(1, Purpose("t"))};
  line("jvp, Rademacher", plan.flops_jvp(size), [&] { plan.jvp(theta, batch, pass, tangent); });
  for (Noise noise : {Noise::rademacher, Noise::gaussian})
    for (std::uint32_t q : {1u, 16u}) {
      std::vector<Perturbation> all;
      for (std::uint32_t k = 0; k < q; ++k)
        for (double sign : {1e-3, -1e-3}) all.push_back({noise, sign, Stream(1, Purpose("p"), 1, k)});
      std::vector<double> losses(all.size());
      std::vector<float> coefficients(q, 1e-8f);
      const double flops = plan.flops_perturbed(size, all);
      line(fmt::format("q={} pairs, {}", q, name(noise)), flops,
           [&] { plan.perturbed_losses(theta, batch, all, losses); });
      line(fmt::format("  update of q={}, {}", q, name(noise)),
           q * flops_per_noise(noise) * static_cast<double>(theta.size()),
           [&] { add_noises<float>(theta, coefficients, noise, all[0].stream); });
    }
  const NodeNoise nodes{Noise::rademacher, 1e-3, Stream(1, Purpose("n"))};
  line("forward with node noise", forward, [&] { plan.forward(theta, batch, pass, nodes); });
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
  if (threads > 1) clock_id = CLOCK_MONOTONIC;
  measure("784-1024-1024-10", 128, threads);
  measure("64-32-10", 32, threads);
}
