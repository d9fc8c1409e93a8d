// Objectives that watch how they are asked.
#pragma once

#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "thalweg/core/noise.hpp"
#include "thalweg/core/objective.hpp"
#include "thalweg/core/random.hpp"

namespace thalweg::testing_estimators {

// A function of values; counts batches, keeps the last batch's kinds, sample keys and perturbations.
template <class S>
class Watched : public Objective<S> {
 public:
  using F = std::function<double(std::span<const S>)>;
  Watched(std::size_t n, F f, bool regenerates = false) : n_(n), f_(std::move(f)), regenerates_(regenerates), x_(n) {}
  [[nodiscard]] std::size_t dimension() const override { return n_; }
  [[nodiscard]] Offers offers() const override {
    Offers offers;
    offers.kinds = AnswerKind::value;
    return offers;
  }
  [[nodiscard]] bool regenerates_noise() const override { return regenerates_; }
  void answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) override {
    ++batches;
    questions_in_last = questions.size();
    questions_in_all += questions.size();
    perturbed_in_last = 0;
    one_key = true;
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const Question<S>& q = questions[i];
      one_key = one_key && q.sample == questions[0].sample;
      key = q.sample;
      std::copy(q.point.begin(), q.point.end(), x_.begin());
      if (q.perturbation.noise != Noise::none) {
        ++perturbed_in_last;
        add_noise(std::span<S>(x_), static_cast<S>(q.perturbation.scale), q.perturbation.noise,
                  q.perturbation.stream);
      }
      answers[i].value = f_(x_);
    }
  }
  int batches = 0;
  std::size_t questions_in_last = 0, questions_in_all = 0, perturbed_in_last = 0;
  bool one_key = true;
  SampleKey key{};

 private:
  std::size_t n_;
  F f_;
  bool regenerates_;
  std::vector<S> x_;
};

// f = gᵀx, with directional derivatives.
template <class S>
class Linear final : public Objective<S> {
 public:
  explicit Linear(std::vector<double> g) : g_(std::move(g)) {}
  [[nodiscard]] std::size_t dimension() const override { return g_.size(); }
  [[nodiscard]] Offers offers() const override {
    Offers offers;
    offers.kinds = {AnswerKind::value, AnswerKind::directional};
    return offers;
  }
  void answer(std::span<const Question<S>> questions, std::span<Answer<S>> answers) override {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const auto dot = [this](std::span<const S> v) {
        double sum = 0.0;
        for (std::size_t k = 0; k < g_.size(); ++k) sum += g_[k] * static_cast<double>(v[k]);
        return sum;
      };
      if (questions[i].asks.has(AnswerKind::value)) answers[i].value = dot(questions[i].point);
      if (questions[i].asks.has(AnswerKind::directional)) answers[i].directional = dot(questions[i].direction);
    }
  }

 private:
  std::vector<double> g_;
};

// f(x) + ξ(key)·noise: each sample key has its own standard normal ξ; the whole is f. Keeps the points asked.
class Noisy final : public Objective<double> {
 public:
  using F = std::function<double(std::span<const double>)>;
  Noisy(std::size_t n, F f, double noise) : n_(n), f_(std::move(f)), noise_(noise) {}
  [[nodiscard]] std::size_t dimension() const override { return n_; }
  [[nodiscard]] Offers offers() const override {
    Offers offers;
    offers.kinds = AnswerKind::value;
    offers.stochastic = true;
    return offers;
  }
  void answer(std::span<const Question<double>> questions, std::span<Answer<double>> answers) override {
    for (std::size_t i = 0; i < questions.size(); ++i) {
      const Question<double>& q = questions[i];
      answers[i].value = f_(q.point);
      if (!q.sample.whole())
        answers[i].value += noise_ * Generator(Stream(1, Purpose("test.noise"), q.sample.id)).normal();
      points.emplace_back(q.point.begin(), q.point.end());
      keys.push_back(q.sample.id);
    }
  }
  std::vector<std::vector<double>> points;
  std::vector<std::uint64_t> keys;

 private:
  std::size_t n_;
  F f_;
  double noise_;
};

// Mean and its standard error.
struct Mean {
  double sum = 0.0, squares = 0.0, count = 0.0;
  void add(double v) { sum += v, squares += v * v, count += 1.0; }
  [[nodiscard]] double value() const { return sum / count; }
  [[nodiscard]] double error() const {
    return std::sqrt(std::fmax(squares / count - value() * value(), 0.0) / (count - 1.0));
  }
};

}  // namespace thalweg::testing_estimators
