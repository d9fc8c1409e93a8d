// ZO-SVRG: differences of f along random directions, their minibatch noise removed with the help of a snapshot.
//
// Minimises a finite sum that answers values of minibatches (a network on data: sample keys ≥ 1) and of the whole
// (key 0); other objectives answer everything as the whole, and what is left is the noise of the directions. An outer
// step takes the values of the snapshot's estimate (2n by coordinates) on the whole, each of the `steps` inner ones
// twice those of an estimate (K+1 one-sided) on a minibatch; memory of the estimators and 4n. Liu, Kailkhura, Chen,
// Ting, Chang & Amini (2018), "Zeroth-order stochastic variance reduction for nonconvex optimization", NeurIPS,
// Algorithm 2; Ji, Wang, Zhou & Liang (2019), "Improved zeroth-order variance reduced algorithms and analysis for
// nonconvex optimization", ICML, arXiv 1910.12166, Algorithm 1:
//     snapshot x̃ ← θ,  ĝ ← ∇̂f(x̃);   then m times, with a minibatch B:  θ ← θ − η (∇̂f_B(θ) − ∇̂f_B(x̃) + ĝ)
// With shared directions (Ji et al.) both estimates on B use the same ones, so that at θ = x̃ they cancel exactly and
// no noise of the minibatch is left; with directions of their own (Liu et al.) they do not.
//     ZO-SVRG          law=sphere, snapshot=random, shared=false         Liu et al.; ZO-SVRG-Ave with directions > 1
//     ZO-SVRG-Coord    law=coordinates, snapshot=coordinates             Liu et al., analysed anew by Ji et al.
//     ZO-SVRG-Coord-Rand (default)  law=sphere, snapshot=coordinates, shared=true       Ji et al., Algorithm 1
// Departure: the last iterate is returned, not one drawn at random; one set of K directions serves the whole
// minibatch (theirs draw for each sample), as one value of a minibatch is one question. Within bounds the step is
// projected on the box.
#pragma once

#include <cstddef>
#include <cstdint>

#include "thalweg/core/minimize.hpp"
#include "thalweg/gradient_estimation/sides.hpp"

namespace thalweg {

struct ZoSvrg {
  enum class Law { sphere, gaussian, rademacher, coordinates };
  enum class Snapshot { coordinates, random };
  double rate = 0.01;                         // η > 0
  std::uint64_t steps = 10;                   // m ≥ 1: inner steps from one snapshot to the next
  Law law = Law::sphere;                      // of the inner estimates
  double sigma = 1e-3;                        // σ > 0, in the units of θ
  std::size_t directions = 1;                 // K ≥ 1 of the inner estimates
  Sides sides = Sides::one;                   // of the inner estimates
  Snapshot snapshot = Snapshot::coordinates;  // how its gradient is estimated
  std::size_t snapshot_directions = 10;       // K ≥ 1, where snapshot is random
  bool shared = true;                         // the same directions at θ and at x̃

  static Description<ZoSvrg> describe();
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
