// Differential evolution: each member is challenged by a crossover of itself with a mutant made of differences of
// others, and gives way when the challenger is no worse.
//
// Minimises any real function of n ≥ 1 variables, box constraints included. Asks one value a member and generation,
// in one batch. O(n) work a value, memory 2·population·n.
//
// References: R. Storn & K. Price, J. Global Optim. 11 (1997) 341 (rand/1/bin, best/1/bin); K. Price, R. Storn & J.
// Lampinen, Differential Evolution (2005), §2.5 (current-to-best/1); J. Brest et al., IEEE Trans. Evol. Comput. 10
// (2006) 646 (jDE: F and CR evolve with each member, τ₁ = τ₂ = 0.1, F in [0.1, 1]). Departures: generations are
// synchronous (a challenger enters the population after its generation), so that a generation is one batch; a
// variable that left the box is drawn between its base's and the bound (Price et al., §4.3, "bounce-back").
//
// The defaults were chosen by the targets 1e2, 10, … 1e-7 reached within 2000n evaluations on sphere, ellipsoid,
// rastrigin and rosenbrock (tests/population/de.cpp; 2026-11), 25 instances, of 1000: current-to-best/1 with 3n
// members 963 in 5-D and 837 in 10-D, with 5n 958 and 662; rand/1 with 3n 895 and 800, with 5n 911 and 774.
#pragma once

#include <cstdint>

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct De {
  enum class Strategy : std::uint8_t { rand1, best1, current_to_best1 };
  enum class Adaptation : std::uint8_t { none, jde };
  Strategy strategy = Strategy::current_to_best1;
  Adaptation adaptation = Adaptation::jde;
  int population = 0;      // members; 0: 3n, at least 15
  double weight = 0.5;     // F, where nothing adapts; jDE: the first
  double crossover = 0.9;  // CR, where nothing adapts; jDE: the first
  double radius = 1.0;     // without finite bounds the first members lie within radius·max(1, |x0_i|) of x0
  double f_tolerance =
      1e-12;  // range of the population's values relative to max(1, |f|) (Limits::tolerance.f overrides)
  double x_tolerance = 1e-12;  // range of the population in every variable (Limits::tolerance.x overrides)

  static Description<De> describe();
  // Converged: the population's values, or its members, lie within the tolerance of each other.
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
