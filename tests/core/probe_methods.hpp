// Two small methods that exercise the driver.
#pragma once

#include <vector>

#include "thalweg/core/minimize.hpp"

namespace thalweg {

// Normal samples around the best point, in batches, for ever.
struct RandomProbe {
  int batch = 1;
  double sigma = 0.5;
  static Description<RandomProbe> describe() {
    Description<RandomProbe> d("random-probe", "random probe", "test");
    d.asks(AnswerKind::value).supports_bounds();
    d.option("batch", &RandomProbe::batch, "points at once").at_least(1);
    d.option("sigma", &RandomProbe::sigma, "spread").above(0.0);
    return d;
  }
  void run(Objective<double>& f, Search& search) const {
    const std::size_t n = search.start().size();
    std::vector<double> points(n * static_cast<std::size_t>(batch)), values(static_cast<std::size_t>(batch));
    for (std::uint64_t step = 0;; ++step) {
      Generator random = search.random(Purpose("probe"), step);
      const std::span<const double> centre = search.best_x().empty() ? search.start() : search.best_x();
      for (std::size_t i = 0; i < points.size(); ++i) points[i] = centre[i % n] + sigma * random.normal();
      f.values(points, values);
      search.iteration(std::span<const double>(points).first(n), values[0]);
    }
  }
};

// Gradient descent with a fixed step, gradients only, for ever.
struct GradientProbe {
  double rate = 0.1;
  static Description<GradientProbe> describe() {
    Description<GradientProbe> d("gradient-probe", "gradient probe", "test");
    d.asks(AnswerKind::gradient);
    d.option("rate", &GradientProbe::rate, "step").above(0.0);
    return d;
  }
  void run(Objective<double>& f, Search& search) const {
    std::vector<double> x(search.start().begin(), search.start().end()), g(x.size());
    for (;;) {
      search.recommend(x);
      f.gradient(x, g);
      for (std::size_t i = 0; i < x.size(); ++i) x[i] -= rate * g[i];
      search.iteration(x);
    }
  }
};

}  // namespace thalweg
