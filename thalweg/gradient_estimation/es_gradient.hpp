// The gradient of evolution strategies: antithetic Gaussian perturbations, their fitness raw or shaped by rank.
//
// Asks 2K values a gradient; memory 2Kn for points, or nothing where the objective regenerates noise. Salimans et al.
// (2017), "Evolution strategies as a scalable alternative to reinforcement learning", Algorithm 1 with their
// mirrored sampling and the centred ranks of their code (after the fitness shaping of Wierstra et al. 2014, "Natural
// evolution strategies", JMLR 15):
//     raw             ĝ = 1/(2Kσ) Σ_k (f(θ+σε_k) − f(θ−σε_k)) ε_k          unbiased on quadratics
//     centered-rank   the same with f replaced by its rank among the 2K values, mapped to [−½, ½]
// Ranks make ĝ bit-invariant under increasing transforms of f (tied values share their mean rank), and a failed or
// not-finite evaluation simply the worst. Its length says nothing of ‖∇f‖: choose the rate by the distance to travel.
// Departure: the paper's weight decay and its Adam are the rule's part.
#pragma once

#include <cstddef>
#include <memory>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"

namespace thalweg {

struct EsGradient {
  enum class Shape { centered_rank, raw };
  double sigma = 0.02;          // σ > 0, in the units of θ; the paper's value for MuJoCo
  std::size_t directions = 16;  // K ≥ 1 antithetic pairs
  Shape shape = Shape::centered_rank;
  bool frozen = false;  // the same directions and one sample key at every call

  static Description<EsGradient> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
