// How the cost of one step grows: with dimension, directions, batch and threads (medians of about 0.2 s each).
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include "thalweg/core/ask_tell.hpp"
#include "thalweg/core/noise.hpp"
#include "thalweg/credit/backprop.hpp"
#include "thalweg/credit/node_perturbation.hpp"
#include "thalweg/credit/weight_perturbation.hpp"
#include "thalweg/direct_search/nelder_mead.hpp"
#include "thalweg/population/cma_es.hpp"
#include "thalweg/second_order/l_bfgs.hpp"

using namespace thalweg;

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median_of(const std::function<void()>& step) {
  step();
  std::vector<double> times;
  const double begin = seconds();
  while (times.size() < 3 || seconds() - begin < 0.2) {
    const double start = seconds();
    step();
    times.push_back(seconds() - start);
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

double step_of(const Credit& credit, std::size_t width, std::size_t size, int threads) {
  const Network net = network(fmt::format("256-{}-10", width));
  Plan<float> plan(net, Loss::cross_entropy, size, threads);
  std::vector<float> theta = net.initial<float>(1), gradient(theta.size()), inputs(size * net.inputs());
  fill_noise<float>(inputs, Noise::gaussian, Stream(1, Purpose("bench.inputs")));
  const std::vector<std::int32_t> labels(size, 3);
  const Batch<float> batch{.inputs = inputs, .labels = labels, .targets = {}, .size = size};
  auto rule = credit.make<float>();
  rule->begin(plan, 1);
  std::uint64_t t = 0;
  return median_of([&] {
    CreditWork work;
    rule->gradient(theta, batch, ++t, gradient, work);
  });
}

using Cells = std::vector<std::pair<std::string, double>>;

void row(const std::string& what, const Cells& cells) {
  fmt::print("{:<44}", what);
  for (const auto& [at, s] : cells) fmt::print("{:>8} {:>9.2f} µs", at, s * 1e6);
  fmt::print("\n");
}

// Mean seconds of one question and its answer, f = ‖x‖²: mostly the method's own cost.
double per_call(const Method& m, std::size_t n, bool ask_tell) {
  const std::vector<double> x0(n, 1.0);
  const auto fg = [](std::span<const double> x, std::span<double> g) {
    double sum = 0.0;
    for (double v : x) sum += v * v;
    for (std::size_t i = 0; i < g.size(); ++i) g[i] = 2 * x[i];
    return sum;
  };
  const Limits limits{.max_evaluations = 20000};
  std::uint64_t made = 0;
  const double start = seconds();
  for (int repeat = 0; made < 20000 && repeat < 5000; ++repeat) {
    if (ask_tell) {
      AskTell study(m, x0, limits);
      std::vector<double> values;
      while (const auto* questions = study.ask()) {
        values.clear();
        for (const auto& q : *questions) values.push_back(fg(q.point, {}));
        study.tell(values);
      }
      made += study.result().evaluations();
    } else {
      FunctionObjective f(n, FunctionObjective::ValueAndGradient(fg));
      made += minimize(f, x0, m, limits).evaluations();
    }
  }
  return (seconds() - start) / static_cast<double>(made);
}

}  // namespace

int main() {
  fmt::print("one gradient, network 256-W-10\n");
  const std::vector<std::pair<std::string, Credit>> credits = {{"backprop", Backprop{}},
                                                               {"node perturbation", NodePerturbation{}},
                                                               {"weight perturbation", WeightPerturbation{}}};
  for (const auto& [name, credit] : credits) {
    Cells cells;
    for (std::size_t w : {64u, 256u, 1024u}) cells.emplace_back(fmt::format("W={}", w), step_of(credit, w, 64, 1));
    row(name + ", batch 64, by width", cells);
    cells.clear();
    for (std::size_t b : {1u, 16u, 256u}) cells.emplace_back(fmt::format("B={}", b), step_of(credit, 256, b, 1));
    row(name + ", W = 256, by batch", cells);
    cells.clear();
    for (int t : {1, 2}) cells.emplace_back(fmt::format("t={}", t), step_of(credit, 1024, 256, t));
    row(name + ", W = 1024, batch 256, by threads", cells);
  }
  Cells cells;
  for (int k : {1, 4, 16, 64})
    cells.emplace_back(fmt::format("K={}", k), step_of(WeightPerturbation{.directions = k}, 256, 64, 1));
  row("weight perturbation, by directions", cells);

  fmt::print("\none evaluation of f = ‖x‖², the method's own work included\n");
  for (const Method& m : {method(NelderMead{}), method(LBfgs{}), method(CmaEs{})}) {
    cells.clear();
    for (std::size_t n : {2u, 10u, 50u}) cells.emplace_back(fmt::format("n={}", n), per_call(m, n, false));
    row(m.entry.id + ", minimize", cells);
  }
  std::vector<double> switches;
  for (int i = 0; i < 9; ++i)
    switches.push_back(per_call(method(NelderMead{}), 10, true) - per_call(method(NelderMead{}), 10, false));
  std::sort(switches.begin(), switches.end());
  fmt::print("ask/tell costs {:.0f} ns a question more than a direct call (two switches and the batch)\n",
             switches[4] * 1e9);
}
