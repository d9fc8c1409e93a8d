// thalweg's side of the network workloads (workloads.md): serve_thalweg large|medium|small THREADS.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "thalweg/core/noise.hpp"
#include "thalweg/credit/backprop.hpp"
#include "thalweg/credit/node_perturbation.hpp"
#include "thalweg/credit/weight_perturbation.hpp"
#include "thalweg/first_order/rule.hpp"

using namespace thalweg;

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Median seconds of one call over about 0.3 s.
double median_of(const std::function<void()>& step) {
  step();
  std::vector<double> times;
  const double begin = seconds();
  while (times.size() < 3 || (seconds() - begin < 0.3 && times.size() < 20000)) {
    const double start = seconds();
    step();
    times.push_back(seconds() - start);
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const std::string shape = argc < 2 ? "large" : argv[1];
  const bool large = shape == "large", medium = shape == "medium";
  const int threads = argc < 3 ? 1 : std::stoi(argv[2]);
  const Network net = network(large ? "784-1024-1024-10" : (medium ? "784-256-256-10" : "64-32-10"));
  const std::size_t size = large ? 128 : (medium ? 64 : 32);
  Plan<float> plan(net, Loss::cross_entropy, size, threads);
  Pass<float> pass = plan.pass();
  std::vector<float> theta = net.initial<float>(1), gradient(theta.size()), inputs(size * net.inputs());
  fill_noise<float>(inputs, Noise::gaussian, Stream(1, Purpose("bench.inputs")));
  std::vector<std::int32_t> labels(size);
  for (std::size_t b = 0; b < size; ++b) labels[b] = static_cast<std::int32_t>(b % net.outputs());
  const Batch<float> batch{.inputs = inputs, .labels = labels, .targets = {}, .size = size};

  std::map<std::string, std::function<void()>> work;
  work["forward"] = [&] { plan.forward(theta, batch, pass); };
  std::vector<std::unique_ptr<CreditRule<float>>> credits;
  std::vector<std::unique_ptr<UpdateRule<float>>> rules;
  const auto add = [&](const std::string& name, const Credit& credit, const std::string& rule_text) {
    credits.push_back(credit.make<float>());
    rules.push_back(parse_rule(rule_text).make<float>());
    credits.back()->begin(plan, 1);
    rules.back()->begin(theta.size());
    work[name] = [&, credit_rule = credits.back().get(), rule = rules.back().get(), t = std::uint64_t{0}]() mutable {
      CreditWork spent;
      ++t;
      credit_rule->step(theta, batch, t, gradient, *rule, spent);
    };
  };
  add("sgd", Backprop{}, "sgd(rate=1e-6)");
  add("adam", Backprop{}, "adam(rate=1e-6)");
  for (const int q : {1, 16, 64}) {
    add("wp" + std::to_string(q) + "-rademacher", WeightPerturbation{.directions = q}, "sgd(rate=1e-9)");
    add("wp" + std::to_string(q) + "-gaussian", WeightPerturbation{.directions = q, .noise = Noise::gaussian},
        "sgd(rate=1e-9)");
    add("wp" + std::to_string(q) + "-low-rank",
        WeightPerturbation{.directions = q, .noise = Noise::gaussian, .rank = 1}, "sgd(rate=1e-9)");
  }
  work["mezo"] = work["wp1-gaussian"];
  work["wp16-bmm"] = work["wp16-gaussian"];
  for (const std::string q : {"wp16", "wp64"}) work[q + "-low-rank-loop"] = work[q + "-low-rank"];
  add("np", NodePerturbation{}, "sgd(rate=1e-9)");

  for (std::string name; std::getline(std::cin, name);) {
    const auto found = work.find(name);
    std::printf("%.9f\n", found == work.end() ? -1.0 : median_of(found->second));
    std::fflush(stdout);
  }
}
