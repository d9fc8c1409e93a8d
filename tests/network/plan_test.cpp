// Certificates of the network engine: gradients against central differences, forward mode against the gradient,
// perturbed copies against materialised weights, the same bits for any number of threads.
#include <gtest/gtest.h>

#include <algorithm>

#include "network/example.hpp"
#include "thalweg/core/options.hpp"

namespace {

using example::Task;
using thalweg::Isa;
using thalweg::Noise;
using thalweg::Perturbation;
using thalweg::Plan;
using thalweg::Purpose;
using thalweg::Stream;

// Plain loops: what a network is.
template <class S>
double plain_loss(const Task<S>& task, const std::vector<S>& theta) {
  double sum = 0;
  for (std::size_t b = 0; b < task.size; ++b) {
    std::vector<double> h(task.inputs.begin() + static_cast<std::ptrdiff_t>(b * task.network.inputs()),
                          task.inputs.begin() + static_cast<std::ptrdiff_t>((b + 1) * task.network.inputs()));
    for (const auto& layer : task.network.layers()) {
      std::vector<double> z(layer.out);
      for (std::size_t j = 0; j < layer.out; ++j) {
        z[j] = static_cast<double>(theta[layer.bias + j]);
        for (std::size_t i = 0; i < layer.in; ++i)
          z[j] += h[i] * static_cast<double>(theta[layer.weights + i * layer.out + j]);
        switch (layer.activation) {
          case thalweg::Activation::linear:
            break;
          case thalweg::Activation::relu:
            z[j] = std::max(z[j], 0.0);
            break;
          case thalweg::Activation::tanh:
            z[j] = std::tanh(z[j]);
            break;
          case thalweg::Activation::sigmoid:
            z[j] = 1.0 / (1.0 + std::exp(-z[j]));
            break;
          case thalweg::Activation::gelu:
            z[j] *= 0.5 * std::erfc(-z[j] / std::sqrt(2.0));
            break;
        }
      }
      h = z;
    }
    if (task.loss == thalweg::Loss::cross_entropy) {
      double total = 0;
      for (double v : h) total += std::exp(v);
      sum += std::log(total) - h[static_cast<std::size_t>(task.labels[b])];
    } else {
      for (std::size_t j = 0; j < h.size(); ++j) {
        const double d = h[j] - static_cast<double>(task.targets[b * h.size() + j]);
        sum += 0.5 * d * d;
      }
    }
  }
  return sum / static_cast<double>(task.size);
}

std::vector<Isa> isas() {
  std::vector<Isa> all;
  for (Isa isa : {Isa::portable, Isa::avx2, Isa::avx512})
    if (thalweg::supported(isa)) all.push_back(isa);
  return all;
}

TEST(Plan, ForwardIsWhatPlainLoopsSay) {
  for (Isa isa : isas())
    for (const auto& activation : example::activations)
      for (auto loss : example::losses)
        for (const std::string widths : {"1-1", "7-5-3", "300-33-17-10", "19-130-70-2"}) {
          if (widths == "1-1" && loss == thalweg::Loss::cross_entropy) continue;
          for (std::size_t size : {1, 13}) {
            const Task<double> wide(widths + ":" + activation, size, loss);
            const Task<float> narrow(widths + ":" + activation, size, loss);
            Plan<double> plan(wide.network, loss, size, 1, isa);
            Plan<float> plan_f(narrow.network, loss, size, 1, isa);
            auto pass = plan.pass();
            auto pass_f = plan_f.pass();
            const double expected = plain_loss(wide, wide.theta);
            const std::string at =
                widths + ":" + activation + " " + std::string(name(loss)) + " " + std::string(name(isa));
            EXPECT_NEAR(plan.forward(wide.theta, wide.batch(), pass), expected, 1e-12 * (1 + expected)) << at;
            EXPECT_NEAR(plan_f.forward(narrow.theta, narrow.batch(), pass_f), expected, 3e-6 * (1 + expected)) << at;
          }
        }
}

TEST(Plan, BackpropIsTheCentralDifference) {
  for (const auto& activation : example::activations)
    for (auto loss : example::losses) {
      const Task<double> task("6-9-5-4:" + activation, 7, loss);
      Plan<double> plan(task.network, loss, 7);
      auto pass = plan.pass();
      std::vector<double> gradient(task.theta.size()), theta = task.theta;
      plan.forward(theta, task.batch(), pass);
      plan.backward(theta, task.batch(), pass, gradient);
      auto other = plan.pass();
      for (std::size_t i = 0; i < theta.size(); ++i) {
        const double h = 1e-5;
        theta[i] = task.theta[i] + h;
        const double plus = plan.forward(theta, task.batch(), other);
        theta[i] = task.theta[i] - h;
        const double minus = plan.forward(theta, task.batch(), other);
        theta[i] = task.theta[i];
        ASSERT_NEAR(gradient[i], (plus - minus) / (2 * h), 1e-7) << activation << " " << name(loss) << " " << i;
      }
    }
}

TEST(Plan, BackpropOnEveryInstructionSet) {
  for (const std::string text : {"300-140-33-10:tanh", "5-300-4"}) {
    const Task<double> task(text, 37);
    Plan<double> reference(task.network, task.loss, 40, 1, Isa::portable);
    auto pass = reference.pass();
    std::vector<double> expected(task.theta.size()), gradient(expected);
    reference.forward(task.theta, task.batch(), pass);
    reference.backward(task.theta, task.batch(), pass, expected);
    const Task<float> narrow(text, 37);
    std::vector<float> gradient_f(task.theta.size());
    for (Isa isa : isas()) {
      Plan<double> plan(task.network, task.loss, 40, 1, isa);
      auto p = plan.pass();
      plan.forward(task.theta, task.batch(), p);
      plan.backward(task.theta, task.batch(), p, gradient);
      Plan<float> plan_f(task.network, task.loss, 40, 1, isa);
      auto q = plan_f.pass();
      plan_f.forward(narrow.theta, narrow.batch(), q);
      plan_f.backward(narrow.theta, narrow.batch(), q, gradient_f);
      for (std::size_t i = 0; i < gradient.size(); ++i) {
        ASSERT_NEAR(gradient[i], expected[i], 1e-13) << name(isa);
        ASSERT_NEAR(static_cast<double>(gradient_f[i]), expected[i], 2e-6) << name(isa);
      }
    }
  }
}

// The gradient in parts is the whole one, to the bit, each number once: blocks of rows with a rest, a block of one
// tile of rows, batches of several blocks of k, and of so many rows that errors are carried back a few at a time.
template <class S>
void check_parts(const std::string& text, std::size_t size, Isa isa) {
  const Task<S> task(text, size);
  std::vector<S> whole(task.theta.size()), parts(whole);
  std::vector<int> times(task.theta.size());
  for (int threads : {1, 3}) {
    Plan<S> plan(task.network, task.loss, size, threads, isa);
    auto pass = plan.pass();
    plan.forward(task.theta, task.batch(), pass);
    plan.backward(task.theta, task.batch(), pass, whole);
    plan.forward(task.theta, task.batch(), pass);
    std::ranges::fill(times, 0);
    plan.backward(task.theta, task.batch(), pass, [&](std::size_t first, std::span<S> part) {
      std::ranges::copy(part, parts.begin() + static_cast<std::ptrdiff_t>(first));
      for (std::size_t i = 0; i < part.size(); ++i) ++times[first + i];
    });
    ASSERT_EQ(parts, whole) << text << " " << name(isa) << " " << threads;
    ASSERT_EQ(std::ranges::count(times, 1), static_cast<std::ptrdiff_t>(times.size())) << text << " " << name(isa);
    const auto v = task.direction();
    thalweg::Tangent<S> tangent;
    tangent.weights = v;
    const double along = plan.jvp(task.theta, task.batch(), pass, tangent);
    EXPECT_NEAR(along, static_cast<double>(example::dot(whole, v)),
                (sizeof(S) == 4 ? 2e-4 : 1e-12) * (1 + std::abs(along)))
        << text << " " << name(isa);
  }
}

TEST(Plan, TheGradientInPartsIsTheWhole) {
  for (Isa isa : isas())
    for (const auto& [text, size] : std::vector<std::pair<std::string, std::size_t>>{
             {"300-130-7", 290}, {"3-50-600-2", 1100}, {"9-5000-3", 5}, {"1-1-2", 1}}) {
      check_parts<float>(text, size, isa);
      check_parts<double>(text, size, isa);
    }
}

TEST(Plan, ForwardModeIsTheGradientAlongTheDirection) {
  for (const auto& activation : example::activations)
    for (auto loss : example::losses) {
      const Task<double> task("6-9-5-4:" + activation, 7, loss);
      Plan<double> plan(task.network, loss, 7);
      auto pass = plan.pass();
      const auto v = task.direction();
      std::vector<double> gradient(task.theta.size());
      plan.forward(task.theta, task.batch(), pass);
      plan.backward(task.theta, task.batch(), pass, gradient);
      const double expected = example::dot(gradient, v);
      thalweg::Tangent<double> tangent;
      tangent.weights = v;
      EXPECT_NEAR(plan.jvp(task.theta, task.batch(), pass, tangent), expected, 1e-12 * (1 + std::abs(expected)));
      double mean = 0;
      for (double d : pass.directional()) mean += d / 7;
      EXPECT_NEAR(mean, expected, 1e-12 * (1 + std::abs(expected)));
      // the same direction as regenerated noise, and both together
      tangent.noise = {Noise::gaussian, 0.5, Stream(9, Purpose("v"))};
      EXPECT_NEAR(plan.jvp(task.theta, task.batch(), pass, tangent), 1.5 * expected,
                  1e-12 * (1 + std::abs(expected)));
      tangent.weights = {};
      EXPECT_NEAR(plan.jvp(task.theta, task.batch(), pass, tangent), 0.5 * expected,
                  1e-12 * (1 + std::abs(expected)));
    }
}

TEST(Plan, TangentOfTheNodesIsTheirGradientTimesTheNoise) {
  const Task<double> task("6-9-5-4:tanh", 7);
  Plan<double> plan(task.network, task.loss, 7);
  auto pass = plan.pass();
  std::vector<double> gradient(task.theta.size());
  plan.forward(task.theta, task.batch(), pass);
  plan.backward(task.theta, task.batch(), pass, gradient);
  thalweg::NodeNoise nodes{Noise::gaussian, 0.7, Stream(4, Purpose("nodes")), 0b101};
  double expected = 0;
  for (std::size_t l : {0, 2}) {
    std::vector<double> epsilon(7 * task.network.layers()[l].out);
    plan.node_noise(nodes, l, 7, epsilon);
    for (std::size_t i = 0; i < epsilon.size(); ++i) expected += 0.7 * epsilon[i] * pass.deltas(l)[i];
  }
  thalweg::Tangent<double> tangent;
  tangent.nodes = nodes;
  EXPECT_NEAR(plan.jvp(task.theta, task.batch(), pass, tangent), expected, 1e-14);
}

TEST(Plan, NodeNoiseIsAddedToPreActivations) {
  const Task<double> task("6-9-5-4", 7);
  Plan<double> plan(task.network, task.loss, 7);
  auto clean = plan.pass(), noisy = plan.pass();
  const thalweg::NodeNoise nodes{Noise::rademacher, 0.25, Stream(4, Purpose("nodes")), 0b010};
  plan.forward(task.theta, task.batch(), clean);
  plan.forward(task.theta, task.batch(), noisy, nodes);
  std::vector<double> epsilon(7 * 5);
  plan.node_noise(nodes, 1, 7, epsilon);
  for (std::size_t i = 0; i < epsilon.size(); ++i) {
    EXPECT_EQ(std::abs(epsilon[i]), 1.0);
    EXPECT_EQ(noisy.pre_activations(1)[i], clean.pre_activations(1)[i] + 0.25 * epsilon[i]);
    EXPECT_EQ(noisy.inputs(2)[i], std::max(0.0, noisy.pre_activations(1)[i]));
  }
  for (std::size_t i = 0; i < 7 * 9; ++i) EXPECT_EQ(noisy.pre_activations(0)[i], clean.pre_activations(0)[i]);
  EXPECT_NE(noisy.outputs()[0], clean.outputs()[0]);
}

TEST(Plan, ANoisyPassBesideACleanOneIsTheNoisyPass) {
  for (const std::string text : {"6-9-5-4:tanh", "70-90-40-10"})
    for (std::uint64_t which : {0b111u, 0b110u}) {
      const Task<float> task(text, 37);
      Plan<float> plan(task.network, task.loss, 37, 2);
      auto clean = plan.pass(), noisy = plan.pass(), beside = plan.pass();
      const thalweg::NodeNoise nodes{Noise::gaussian, 0.25, Stream(4, Purpose("nodes")), which};
      std::vector<float> epsilon(37 * task.network.units());
      plan.node_noise(nodes, 37, epsilon);
      plan.forward(task.theta, task.batch(), clean);
      const double loss = plan.forward(task.theta, task.batch(), noisy, nodes);
      EXPECT_EQ(plan.forward(task.theta, task.batch(), clean, beside, nodes, epsilon), loss);
      for (std::size_t b = 0; b < 37; ++b) EXPECT_EQ(beside.losses()[b], noisy.losses()[b]);
      EXPECT_THROW(plan.forward(task.theta, task.batch(), clean, clean, nodes, epsilon), thalweg::InvalidArgument);
    }
}

// Cross-entropy of few classes takes a row a lane, of many a row at a time; all against double.
TEST(Plan, CrossEntropyOfAnyWidthIsItsFormula) {
  for (std::size_t width : {2, 10, 16, 31, 32, 33, 100}) {
    const Task<float> task("3-" + std::to_string(width), 37);
    Plan<float> plan(task.network, task.loss, 37);
    auto pass = plan.pass();
    plan.forward(task.theta, task.batch(), pass);
    std::vector<float> gradient(task.theta.size());
    for (std::size_t b = 0; b < 37; ++b) {
      const auto y = pass.outputs().subspan(b * width, width);
      double sum = 0.0;
      for (float v : y) sum += std::exp(static_cast<double>(v));
      const double expected = std::log(sum) - static_cast<double>(y[static_cast<std::size_t>(task.labels[b])]);
      EXPECT_NEAR(pass.losses()[b], expected, 1e-6 * (1.0 + expected)) << width << " " << b;
    }
    plan.backward(task.theta, task.batch(), pass, gradient);
    for (std::size_t b = 0; b < 37; ++b) {
      double total = 0.0;
      for (float d : pass.deltas(0).subspan(b * width, width)) total += static_cast<double>(d);
      EXPECT_NEAR(total, 0.0, 1e-7) << width;
    }
  }
}

TEST(Plan, NodeNoiseOfASampleIsItsOwnHoweverItIsMade) {
  // Small networks make several rows at once, large ones each row in parts: both are the stream's components.
  for (const std::string text : {"3-5-4", "3-2500-4"}) {
    const Task<float> task(text, 20);
    Plan<float> plan(task.network, task.loss, 20);
    for (Noise noise : {Noise::rademacher, Noise::gaussian}) {
      const thalweg::NodeNoise nodes{noise, 1.0, Stream(4, Purpose("nodes"))};
      for (std::size_t l : {0, 1}) {
        const auto& view = task.network.layers()[l];
        std::vector<float> epsilon(20 * view.out), row(view.out);
        plan.node_noise(nodes, l, 20, epsilon);
        for (std::size_t b = 0; b < 20; ++b) {
          thalweg::fill_noise<float>(row, noise, nodes.stream, b * task.network.units() + view.units);
          ASSERT_TRUE(
              std::equal(row.begin(), row.end(), epsilon.begin() + static_cast<std::ptrdiff_t>(b * view.out)));
        }
      }
    }
  }
}

TEST(Plan, HessianTimesVectorIsTheDifferenceOfGradients) {
  for (const std::string activation : {"linear", "tanh", "sigmoid", "gelu"})
    for (auto loss : example::losses) {
      const Task<double> task("6-9-5-4:" + activation, 7, loss);
      Plan<double> plan(task.network, loss, 7);
      auto pass = plan.pass();
      const auto v = task.direction();
      const std::size_t n = task.theta.size();
      std::vector<double> out(n), gradient(n), plus(n), minus(n), theta(n), at(n);
      plan.hessian_vector(task.theta, task.batch(), pass, v, out, gradient);
      const double h = 1e-5;
      for (std::size_t i = 0; i < n; ++i) theta[i] = task.theta[i] + h * v[i];
      plan.forward(theta, task.batch(), pass), plan.backward(theta, task.batch(), pass, plus);
      for (std::size_t i = 0; i < n; ++i) theta[i] = task.theta[i] - h * v[i];
      plan.forward(theta, task.batch(), pass), plan.backward(theta, task.batch(), pass, minus);
      plan.forward(task.theta, task.batch(), pass), plan.backward(task.theta, task.batch(), pass, at);
      EXPECT_EQ(gradient, at);
      for (std::size_t i = 0; i < n; ++i)
        ASSERT_NEAR(out[i], (plus[i] - minus[i]) / (2 * h), 2e-7) << activation << " " << name(loss) << " " << i;
    }
}

// Σ_b E[∇log p ∇log pᵀ] v / B with the expectation under the model taken by enumeration (labels) or in closed form
// (a normal of mean y: E[(t − y)(t − y)ᵀ] = I), from per-sample gradients; not that of the data's labels.
TEST(Plan, FisherTimesVectorIsTheModelsExpectation) {
  for (const std::string activation : {"linear", "relu", "tanh", "gelu"})
    for (auto loss : example::losses) {
      const Task<double> task("5-6-4-3:" + activation, 4, loss);
      Plan<double> plan(task.network, loss, 4), single(task.network, loss, 1);
      auto pass = plan.pass(), one = single.pass();
      const auto v = task.direction();
      const std::size_t n = task.theta.size(), width = 3;
      std::vector<double> out(n), expected(n, 0.0), g(n);
      plan.forward(task.theta, task.batch(), pass);
      plan.fisher_vector(task.theta, task.batch(), pass, v, out);
      double empirical = 0.0, model = 0.0;
      for (std::size_t b = 0; b < 4; ++b) {
        thalweg::Batch<double> sample;
        sample.size = 1, sample.inputs = std::span(task.inputs).subspan(b * 5, 5);
        const auto y = single.outputs(task.theta, sample, one);
        const std::vector<double> outputs(y.begin(), y.end());
        double total = 0.0;
        for (double o : outputs) total += std::exp(o);
        for (std::size_t k = 0; k < width; ++k) {
          const std::vector<std::int32_t> label = {static_cast<std::int32_t>(k)};
          std::vector<double> target = outputs;  // the gradient of ½‖y − t‖² at t = y − e_k is that of y_k
          target[k] -= 1.0;
          const double weight = loss == thalweg::Loss::cross_entropy ? std::exp(outputs[k]) / total : 1.0;
          if (loss == thalweg::Loss::cross_entropy)
            sample.labels = label;
          else
            sample.targets = target;
          single.forward(task.theta, sample, one);
          single.backward(task.theta, sample, one, g);
          const double along = example::dot(g, v);
          for (std::size_t i = 0; i < n; ++i) expected[i] += weight * along * g[i] / 4.0;
          model += weight * along * along / 4.0;
          if (task.labels[b] == label[0]) empirical += along * along / 4.0;
        }
      }
      double gap = 0.0, size = 0.0;
      for (std::size_t i = 0; i < n; ++i)
        gap = std::max(gap, std::abs(out[i] - expected[i])), size = std::max(size, std::abs(expected[i]));
      EXPECT_LT(gap, 1e-13 * std::max(1.0, size)) << activation << " " << name(loss);
      EXPECT_NEAR(example::dot(out, v), model, 1e-12 * std::max(1.0, model));
      if (loss == thalweg::Loss::cross_entropy) {
        EXPECT_GT(std::abs(empirical - model), 1e-3 * model);
      }
      // Linear in its parameters, a network has the Fisher matrix as its Hessian; and a backward pass after it is
      // right.
      std::vector<double> before(n), after(n);
      plan.forward(task.theta, task.batch(), pass), plan.backward(task.theta, task.batch(), pass, before);
      plan.forward(task.theta, task.batch(), pass), plan.fisher_vector(task.theta, task.batch(), pass, v, out);
      plan.backward(task.theta, task.batch(), pass, after);
      for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(before[i], after[i], 1e-15);
    }
  for (auto loss : example::losses) {
    const Task<double> task("6-5", 9, loss);
    Plan<double> plan(task.network, loss, 9);
    auto pass = plan.pass();
    const auto v = task.direction();
    std::vector<double> f(v.size()), h(v.size());
    plan.hessian_vector(task.theta, task.batch(), pass, v, h);
    plan.forward(task.theta, task.batch(), pass), plan.fisher_vector(task.theta, task.batch(), pass, v, f);
    for (std::size_t i = 0; i < v.size(); ++i) EXPECT_NEAR(f[i], h[i], 1e-14);
  }
}

TEST(Plan, FeedbackMatricesReplaceTheWeights) {
  const Task<double> task("6-9-5-4:tanh", 7);
  Plan<double> plan(task.network, task.loss, 7);
  auto pass = plan.pass();
  const auto& layers = task.network.layers();
  std::vector<double> exact(task.theta.size()), gradient(exact);
  plan.forward(task.theta, task.batch(), pass);
  plan.backward(task.theta, task.batch(), pass, exact);
  // the weights themselves as feedback: backprop
  thalweg::Feedback<double> feedback;
  feedback.matrices.resize(3);
  for (std::size_t l : {1, 2})
    feedback.matrices[l] = std::span(task.theta).subspan(layers[l].weights, layers[l].in * layers[l].out);
  plan.backward(task.theta, task.batch(), pass, gradient, feedback);
  EXPECT_EQ(gradient, exact);
  // direct feedback of the product W₂W₃, written out
  std::vector<double> direct0(9 * 4), direct1(5 * 4);
  thalweg::fill_noise<double>(direct0, Noise::gaussian, Stream(1, Purpose("B0")));
  thalweg::fill_noise<double>(direct1, Noise::gaussian, Stream(1, Purpose("B1")));
  feedback.direct = true;
  feedback.matrices = {direct0, direct1, {}};
  plan.backward(task.theta, task.batch(), pass, gradient, feedback);
  for (std::size_t l : {0, 1}) {
    const auto& matrix = l == 0 ? direct0 : direct1;
    for (std::size_t b = 0; b < 7; ++b)
      for (std::size_t i = 0; i < layers[l].out; ++i) {
        double e = 0;
        for (std::size_t j = 0; j < 4; ++j) e += pass.deltas(2)[b * 4 + j] * matrix[i * 4 + j];
        const double h = pass.inputs(l + 1)[b * layers[l].out + i];
        ASSERT_NEAR(pass.deltas(l)[b * layers[l].out + i], e * (1 - h * h), 1e-15);
      }
  }
}

template <class S>
void perturbed_copies_agree(Isa isa, const std::string& text, double tolerance) {
  const Task<S> task(text, 21);
  Plan<S> plan(task.network, task.loss, 32, 1, isa);
  auto pass = plan.pass();
  std::vector<Perturbation> all;
  for (Noise noise : {Noise::rademacher, Noise::gaussian}) {
    const Stream stream(3, Purpose("epsilon"), 5, 2);
    all.push_back({noise, 0.01, stream});  // a pair
    all.push_back({noise, -0.01, stream});
    all.push_back({noise, 0.03, stream.at(5, 3)});  // one alone
    all.push_back({noise, 0.02, stream.at(5, 4)});
  }
  all.push_back({});
  std::vector<double> losses(all.size());
  plan.perturbed_losses(task.theta, task.batch(), all, losses);
  for (std::size_t k = 0; k < all.size(); ++k) {
    std::vector<S> theta = task.theta, epsilon(theta.size());
    thalweg::fill_noise_on<S>(isa, epsilon, all[k].noise, all[k].stream);
    for (std::size_t i = 0; i < theta.size(); ++i) theta[i] += static_cast<S>(all[k].scale) * epsilon[i];
    const double expected = plan.forward(theta, task.batch(), pass);
    EXPECT_NEAR(losses[k], expected, tolerance * (1 + expected)) << text << " " << k << " " << name(isa);
  }
  // Noise that is made already is the same noise.
  std::vector<double> again(all.size());
  std::vector<S> made;
  for (std::size_t k : {0, 2, 3, 4, 6, 7}) {
    made.resize(made.size() + task.theta.size());
    thalweg::fill_noise_on<S>(isa, std::span(made).last(task.theta.size()), all[k].noise, all[k].stream);
  }
  plan.perturbed_losses(task.theta, task.batch(), all, again, made);
  EXPECT_EQ(again, losses) << text << " " << name(isa);
  EXPECT_THROW(plan.perturbed_losses(task.theta, task.batch(), all, again, std::span(made).first(made.size() - 1)),
               thalweg::InvalidArgument);
  // Softmax of two logits moved alike does not change.
  EXPECT_TRUE(text == "1-2" || losses[0] != losses[1]);
}
TEST(Plan, PerturbedCopiesAreForwardsOfMaterialisedWeights) {
  for (Isa isa : isas())
    for (const std::string text : {"1-2", "64-32-10", "7-5-3:tanh", "30-300-140-10:gelu", "37-256-256-3"}) {
      perturbed_copies_agree<float>(isa, text, 3e-6);
      perturbed_copies_agree<double>(isa, text, 1e-13);
    }
}

TEST(Plan, TheSameBitsForAnyNumberOfThreads) {
  const Task<float> task("200-330-290-10:tanh", 70);
  std::vector<std::vector<float>> gradients;
  std::vector<std::vector<double>> numbers;
  const auto v = task.direction();
  for (int threads : {1, 2, 4}) {
    Plan<float> plan(task.network, task.loss, 70, threads);
    auto pass = plan.pass();
    std::vector<float> gradient(task.theta.size()), product(gradient.size());
    std::vector<double> n;
    n.push_back(plan.forward(task.theta, task.batch(), pass));
    plan.backward(task.theta, task.batch(), pass, gradient);
    thalweg::Tangent<float> tangent;
    tangent.weights = v;
    tangent.nodes = {Noise::gaussian, 0.1, Stream(1, Purpose("n"))};
    n.push_back(plan.jvp(task.theta, task.batch(), pass, tangent));
    plan.hessian_vector(task.theta, task.batch(), pass, v, product);
    for (std::size_t count : {1, 2, 5}) {
      std::vector<Perturbation> all;
      for (std::uint32_t k = 0; k < count; ++k)
        for (double sign : {1.0, -1.0})
          all.push_back({Noise::rademacher, 0.01 * sign, Stream(2, Purpose("p"), 1, k)});
      std::vector<double> losses(all.size());
      plan.perturbed_losses(task.theta, task.batch(), all, losses);
      n.insert(n.end(), losses.begin(), losses.end());
    }
    gradient.insert(gradient.end(), product.begin(), product.end());
    gradients.push_back(gradient), numbers.push_back(n);
  }
  for (std::size_t i : {1, 2}) {
    EXPECT_EQ(gradients[i], gradients[0]);
    EXPECT_EQ(numbers[i], numbers[0]);
  }
}

TEST(Plan, BackwardMayComeTwiceAndAfterDeltasWereWritten) {
  const Task<double> task("6-9-4", 7);
  Plan<double> plan(task.network, task.loss, 7);
  auto pass = plan.pass();
  std::vector<double> first(task.theta.size()), again(first);
  plan.forward(task.theta, task.batch(), pass);
  plan.backward(task.theta, task.batch(), pass, first);
  plan.backward(task.theta, task.batch(), pass, again);
  for (std::size_t i = 0; i < first.size(); ++i) ASSERT_NEAR(again[i], first[i], 1e-15);
  plan.forward(task.theta, task.batch(), pass);
  for (double& d : pass.deltas(1)) d = 7.0;
  plan.backward(task.theta, task.batch(), pass, again);
  for (std::size_t i = 0; i < first.size(); ++i) ASSERT_NEAR(again[i], first[i], 1e-15);
}

TEST(Plan, MistakesAreNamed) {
  const Task<float> task("6-5-4", 7);
  Plan<float> plan(task.network, task.loss, 7);
  auto pass = plan.pass();
  auto batch = task.batch();
  const auto short_theta = std::span(task.theta).first(5);
  EXPECT_THROW(plan.forward(short_theta, batch, pass), thalweg::InvalidArgument);
  batch.labels = batch.labels.first(3);
  EXPECT_THROW(plan.forward(task.theta, batch, pass), thalweg::InvalidArgument);
  std::vector<std::int32_t> labels(7, 4);
  batch.labels = labels;
  EXPECT_THROW(plan.forward(task.theta, batch, pass), thalweg::InvalidArgument);
  for (const char* text : {"", "3", "3-", "-3", "3-0", "3-x-2", "3-4:swish", "3 -4", "3-99999999999999999999"})
    EXPECT_THROW(thalweg::Network::parse(text), thalweg::InvalidArgument) << text;
  EXPECT_EQ(thalweg::Network::parse("3-4-2:gelu").text(), "3-4-2:gelu");
  EXPECT_EQ(thalweg::Network::parse("3-4-2").parameters(), 3u * 4 + 4 + 4 * 2 + 2);
}

TEST(Plan, NotANumberStays) {
  Task<float> task("6-5-4", 7);
  task.inputs[0] = std::nanf("");
  Plan<float> plan(task.network, task.loss, 7);
  auto pass = plan.pass();
  EXPECT_TRUE(std::isnan(plan.forward(task.theta, task.batch(), pass)));
}

}  // namespace
