#include "thalweg/network/network_objective.hpp"

#include <gtest/gtest.h>

#include "network/example.hpp"

namespace {

using thalweg::Noise;
using thalweg::SampleKey;

struct Fixture {
  example::Task<double> task{"6-9-4:tanh", 300};
  thalweg::DataSet<double> data;
  Fixture() {
    data.id = "made", data.samples = 300, data.features = 6, data.classes = 4;
    data.inputs = task.inputs, data.labels = task.labels;
  }
};

TEST(NetworkObjective, WholeIsTheMeanOverThePieces) {
  Fixture f;
  thalweg::NetworkObjective<double> objective(f.task.network, f.task.loss, f.data, {.batch = 32});
  thalweg::Plan<double> plan(f.task.network, f.task.loss, 300);
  auto pass = plan.pass();
  const std::size_t n = f.task.theta.size();
  std::vector<double> expected(n), gradient(n), expected_product(n), product(n);
  const auto v = f.task.direction();
  const double loss = plan.hessian_vector(f.task.theta, f.task.batch(), pass, v, expected_product, expected);
  EXPECT_NEAR(objective.value_and_gradient(f.task.theta, gradient), loss, 1e-14);
  objective.hessian_vector(f.task.theta, v, product);
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_NEAR(gradient[i], expected[i], 1e-15);
    EXPECT_NEAR(product[i], expected_product[i], 1e-14);
  }
  objective.fisher_vector(f.task.theta, v, product);
  plan.forward(f.task.theta, f.task.batch(), pass);
  plan.fisher_vector(f.task.theta, f.task.batch(), pass, v, expected_product);
  for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(product[i], expected_product[i], 1e-14);
  EXPECT_NEAR(objective.directional(f.task.theta, v), example::dot(expected, v), 1e-13);
  EXPECT_NEAR(objective.value(f.task.theta), loss, 1e-14);
}

TEST(NetworkObjective, PerturbedQuestionsAreValuesAtMovedPoints) {
  Fixture f;
  thalweg::NetworkObjective<double> objective(f.task.network, f.task.loss, f.data, {.batch = 32});
  for (SampleKey key : {SampleKey{0}, SampleKey{3}}) {
    std::vector<thalweg::Question<double>> questions;
    for (std::uint32_t k = 0; k < 3; ++k)
      for (double sign : {1.0, -1.0}) {
        thalweg::Question<double> q;
        q.point = f.task.theta, q.sample = key;
        q.perturbation = {Noise::gaussian, 0.1 * sign, thalweg::Stream(1, thalweg::Purpose("e"), 2, k)};
        questions.push_back(q);
      }
    std::vector<thalweg::Answer<double>> answers(questions.size());
    objective.answer(questions, answers);
    for (std::size_t i = 0; i < questions.size(); ++i) {
      auto theta = f.task.theta;
      thalweg::add_noise<double>(theta, questions[i].perturbation.scale, Noise::gaussian,
                                 questions[i].perturbation.stream);
      EXPECT_NEAR(answers[i].value, objective.value(theta, key), 1e-13);
      EXPECT_GT(answers[i].flops, 0.0);
    }
  }
}

TEST(NetworkObjective, LayerStatisticsMakeTheGradient) {
  Fixture f;
  thalweg::NetworkObjective<double> objective(f.task.network, f.task.loss, f.data, {.batch = 32});
  std::vector<double> gradient(f.task.theta.size());
  std::vector<thalweg::LayerStatistics<double>> layers;
  thalweg::Question<double> q;
  q.asks = {thalweg::AnswerKind::gradient, thalweg::AnswerKind::layer_statistics};
  q.point = f.task.theta, q.sample = {2};
  thalweg::Answer<double> a;
  a.gradient = gradient, a.layers = &layers;
  objective.answer({&q, 1}, {&a, 1});
  ASSERT_EQ(layers.size(), 2u);
  for (const auto& l : layers)
    for (std::size_t i = 0; i < l.in; ++i)
      for (std::size_t j = 0; j < l.out; ++j) {
        double sum = 0;
        for (std::size_t b = 0; b < l.batch; ++b) sum += l.inputs[b * l.in + i] * l.output_gradients[b * l.out + j];
        EXPECT_NEAR(gradient[l.weights + i * l.out + j], sum, 1e-14);
      }
}

// Their mean over draws of Σ_b δ_b δ_bᵀ is the Fisher information of the output's pre-activations, Σ_b (diag p − p
// pᵀ)/B².
TEST(NetworkObjective, ModelStatisticsAreOfTargetsDrawnFromThePrediction) {
  Fixture f;
  thalweg::NetworkObjective<double> objective(f.task.network, f.task.loss, f.data, {.batch = 32});
  thalweg::Plan<double> plan(f.task.network, f.task.loss, 32);
  auto pass = plan.pass();
  plan.forward(f.task.theta, objective.minibatches().at(2), pass);
  const std::size_t classes = f.task.network.outputs(), batch = pass.size();
  std::vector<double> fisher(classes * classes, 0.0);
  for (std::size_t b = 0; b < batch; ++b) {
    std::vector<double> p(pass.outputs().begin() + static_cast<std::ptrdiff_t>(b * classes),
                          pass.outputs().begin() + static_cast<std::ptrdiff_t>((b + 1) * classes));
    const double top = *std::max_element(p.begin(), p.end());
    double sum = 0.0;
    for (double& e : p) sum += e = std::exp(e - top);
    for (double& e : p) e /= sum;
    for (std::size_t i = 0; i < classes; ++i)
      for (std::size_t j = 0; j < classes; ++j)
        fisher[i * classes + j] +=
            ((i == j ? p[i] : 0.0) - p[i] * p[j]) / (static_cast<double>(batch) * static_cast<double>(batch));
  }
  constexpr int draws = 4000;
  std::vector<double> sum(fisher.size(), 0.0), squares(fisher.size(), 0.0);
  std::vector<thalweg::LayerStatistics<double>> layers;
  for (std::uint64_t t = 0; t < draws; ++t) {
    thalweg::Question<double> q;
    q.asks = thalweg::AnswerKind::model_statistics;
    q.point = f.task.theta, q.sample = {2};
    q.perturbation.stream = thalweg::Stream(1, thalweg::Purpose("test.targets"), t);
    thalweg::Answer<double> a;
    a.layers = &layers;
    objective.answer({&q, 1}, {&a, 1});
    EXPECT_NEAR(a.flops, plan.flops_forward(batch) + plan.flops_model_deltas(batch), 1e-6);
    const auto& deltas = layers.back().output_gradients;
    for (std::size_t i = 0; i < classes; ++i)
      for (std::size_t j = 0; j < classes; ++j) {
        double product = 0.0;
        for (std::size_t b = 0; b < batch; ++b) product += deltas[b * classes + i] * deltas[b * classes + j];
        sum[i * classes + j] += product, squares[i * classes + j] += product * product;
      }
  }
  for (std::size_t k = 0; k < fisher.size(); ++k) {
    const double mean = sum[k] / draws, error = std::sqrt((squares[k] / draws - mean * mean) / draws);
    EXPECT_NEAR(mean, fisher[k], 4.5 * error) << k;
  }
}

TEST(NetworkObjective, WhatDoesNotFitIsNamed) {
  Fixture f;
  EXPECT_THROW(thalweg::NetworkObjective<double>(thalweg::network("5-4"), f.task.loss, f.data),
               thalweg::InvalidArgument);
  EXPECT_THROW(thalweg::NetworkObjective<double>(thalweg::network("6-3"), f.task.loss, f.data),
               thalweg::InvalidArgument);
  EXPECT_THROW(thalweg::NetworkObjective<double>(f.task.network, thalweg::Loss::squared_error, f.data),
               thalweg::InvalidArgument);
}

}  // namespace
