// Stochastic weight averaging: a link that averages the iterates of whatever moves them; the average is the point to
// bet on.
//
// Asks nothing of its own; state θ̄ (n); every `period` steps one pass over θ and θ̄. Izmailov, Podoprikhin, Garipov,
// Vetrov & Wilson (2018), "Averaging weights leads to wider optima and better generalization", UAI, Algorithm 1: with
// θ_s the iterate after s steps, and from step `start` on every `period` steps c,
//     θ̄ ← (kθ̄ + θ_s)/(k + 1),  s = start + kc,  k = 0, 1, 2 …
// and with a cyclic rate the step i = 1, 2 … after `start` is multiplied by 1 − τ(1 − low), τ = (mod(i−1, c) + 1)/c
// (their section 3.1), so that an iterate is taken at the end of each cycle; low = 1 is their constant rate. Before
// `start` the point to bet on is θ itself. The step that a link is told of is not taken yet, so θ_s is added when
// step s+1 is asked, or when the average is asked before that; both give the same. Departure: period 1 averages every
// iterate (Polyak & Ruppert); no pass over the data for the statistics of batch normalisation, which networks here do
// not have.
#pragma once

#include <cstdint>
#include <memory>

#include "thalweg/core/options.hpp"
#include "thalweg/first_order/rule.hpp"
#include "thalweg/first_order/update_rule.hpp"

namespace thalweg {

struct Swa {
  std::uint64_t start = 0;   // steps before the average begins; the paper: three quarters of the run
  std::uint64_t period = 1;  // c ≥ 1; the paper: one epoch, or the length of a cycle
  double low = 1.0;          // factor of the rate at the end of each cycle, in (0, 1]; 1: a constant rate

  static Description<Swa> describe();
  template <class S>
  [[nodiscard]] std::unique_ptr<UpdateRule<S>> make() const;
};
inline Rule swa(Swa options = {}) { return {options}; }

}  // namespace thalweg
