// Low-rank directions: where θ holds matrices, each is perturbed by a product of thin Gaussian ones.
//
// Asks 2K values a gradient (K+1 one-sided). A network computes itself what the factors change (network/
// plan_low_rank.cpp, which says what memory that takes) and no point is stored; else memory 2Kn for points, in
// batches of at most 2²³. For the sum 64(rows+cols) of the largest matrix. Sarkar et al. (2025), "Evolution
// strategies at the hyperscale", arXiv 2511.16652 (EGGROLL); without the 1/√r, Chen et al. (2024), "Enhancing
// zeroth-order fine-tuning for language models with low-rank structures", arXiv 2410.07698 (LOZO):
//     ĝ = (1/K) Σ_k (f(θ+σE_k) − f(θ−σE_k))/(2σ) E_k,   E = ABᵀ/√r for each matrix, A m×r and B n×r of N(0, 1)
// Vectors and what is left between matrices get plain Gaussian noise. Unbiased as σ → 0. For one m×n matrix
// E‖ĝ‖²/‖g‖² = mn + 2 + (2m + 2n + 2)/r at K = 1, which as r grows is Gaussian smoothing's mn + 2; E is heavy-tailed,
// so that an average over few draws of ‖ĝ‖² is below that. What small r buys: the noise of a matrix is r(m+n)
// numbers, and x(W + σABᵀ/√r) = xW + (σ/√r)(xA)Bᵀ.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "thalweg/core/objective.hpp"
#include "thalweg/core/options.hpp"
#include "thalweg/gradient_estimation/sides.hpp"

namespace thalweg {

struct LowRankDirections {
  std::size_t rank = 1;        // r ≥ 1
  double sigma = 1e-3;         // σ > 0, in the units of θ; a component of E has variance 1
  std::size_t directions = 1;  // K ≥ 1, averaged
  Sides sides = Sides::two;    // two or one
  std::string shapes{};        // "8x4,16": matrices and vectors that make up θ, in order; empty: the objective's own
  bool frozen = false;         // the same directions and one sample key at every call

  static Description<LowRankDirections> describe();
  [[nodiscard]] std::unique_ptr<Adapter<double>> make(Objective<double>& base) const;
  [[nodiscard]] std::unique_ptr<Adapter<float>> make(Objective<float>& base) const;
};

}  // namespace thalweg
