// A network on a made-up batch, with what a rule that looks into its layers is told, for the tests of such rules.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "../network/example.hpp"
#include "thalweg/credit/backprop.hpp"

namespace layers_of_a_network {

template <class S>
struct Bench {
  example::Task<S> task;
  thalweg::Plan<S> plan;
  std::unique_ptr<thalweg::CreditRule<S>> credit = thalweg::Backprop{}.make<S>();
  thalweg::CreditWork work;
  std::vector<S> gradient;
  std::vector<thalweg::LayerStatistics<S>> layers;
  double loss = 0.0;

  explicit Bench(const std::string& text, std::size_t size, thalweg::Loss loss_ = thalweg::Loss::cross_entropy,
                 std::uint64_t seed = 1)
      : task(text, size, loss_, seed), plan(task.network, loss_, size), gradient(task.theta.size()) {
    credit->begin(plan, seed);
  }
  [[nodiscard]] std::vector<thalweg::ParameterBlock> blocks() const {
    std::vector<thalweg::ParameterBlock> list;
    for (const auto& layer : task.network.layers()) {
      list.push_back({layer.name + ".weights", layer.weights, layer.in, layer.out});
      list.push_back({layer.name + ".bias", layer.bias, layer.out, 1});
    }
    return list;
  }
  // The gradient at θ and the layers, as `detail` says.
  void look(std::uint64_t step, thalweg::LayerDetail detail) {
    loss = credit->gradient(task.theta, task.batch(), step, gradient, work);
    credit->layers(task.theta, task.batch(), step, detail, layers, work);
  }
  // One step of a rule, as a loop takes it.
  void step(thalweg::UpdateRule<S>& rule, std::uint64_t t) {
    look(t, rule.needs_at(t));
    if (rule.needs_at(t) != thalweg::LayerDetail::none) rule.observe(layers, t);
    rule.apply(task.theta, gradient, t);
  }
};

// A rule's state by name.
template <class S>
std::map<std::string, std::vector<double>> state(thalweg::UpdateRule<S>& rule) {
  std::map<std::string, std::vector<double>> all;
  for (const auto& piece : rule.state()) all[piece.name] = {piece.values.begin(), piece.values.end()};
  return all;
}

// Each sample's gradient of layer l (rows (in+1)·out, in the order of the parameter vector), from the statistics.
template <class S>
std::vector<std::vector<double>> sample_gradients(const thalweg::LayerStatistics<S>& s) {
  std::vector<std::vector<double>> all;
  for (std::size_t b = 0; b < s.batch; ++b) {
    std::vector<double> g;
    for (std::size_t i = 0; i <= s.in; ++i)
      for (std::size_t j = 0; j < s.out; ++j)
        g.push_back((i < s.in ? static_cast<double>(s.inputs[b * s.in + i]) : 1.0) *
                    static_cast<double>(s.output_gradients[b * s.out + j]) * static_cast<double>(s.batch));
    all.push_back(std::move(g));
  }
  return all;
}

// The second moment of such gradients: the layer's block of the Fisher matrix.
inline std::vector<double> second_moment(const std::vector<std::vector<double>>& gradients) {
  const std::size_t n = gradients.front().size();
  std::vector<double> f(n * n, 0.0);
  for (const auto& g : gradients)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) f[i * n + j] += g[i] * g[j] / static_cast<double>(gradients.size());
  return f;
}

// A ⊗ G, A of side a and G of side g: row (i, j) is i·g + j.
inline std::vector<double> kronecker(const std::vector<double>& a, std::size_t side_a, const std::vector<double>& g,
                                     std::size_t side_g) {
  const std::size_t n = side_a * side_g;
  std::vector<double> k(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      k[i * n + j] = a[i / side_g * side_a + j / side_g] * g[i % side_g * side_g + j % side_g];
  return k;
}

inline double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}
inline double norm(const std::vector<double>& a) { return distance(a, std::vector<double>(a.size(), 0.0)); }

}  // namespace layers_of_a_network
