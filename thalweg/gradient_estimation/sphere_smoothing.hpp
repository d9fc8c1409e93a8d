// Sphere smoothing: differences along directions drawn uniformly from a sphere.
//
// Asks 2K values a gradient (K+1 one-sided); memory 2Kn for points, or nothing where the objective regenerates noise.
// Flaxman, Kalai & McMahan (2005), "Online convex optimization in the bandit setting", SODA, Lemma 2.1, here with
// directions u_k of length √n (on the unit sphere their factor n appears):
//     ĝ = (1/K) Σ_k (f(θ+σu_k) − f(θ−σu_k))/(2σ) u_k,  u_k = √n ε_k/‖ε_k‖
// Unbiased for the gradient of f averaged over the ball of radius σ√n; relative variance (n−1)/K as σ → 0.
#pragma once

#include <cstddef>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/gradient_estimation/sides.hpp"

namespace thalweg {

struct SphereSmoothing {
  double sigma = 1e-3;         // σ > 0: the radius is σ√n, so a component moves by σ on average
  std::size_t directions = 1;  // K ≥ 1, averaged
  Sides sides = Sides::two;
  bool frozen = false;  // the same directions and one sample key at every call

  static Description<SphereSmoothing> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
