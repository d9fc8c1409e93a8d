// Random search: points drawn without looking, or steps of one length that are kept when they lead down.
//
// Minimises any real function of n ≥ 1 variables on a box. Asks values only, in batches. O(n) work an evaluation,
// O(n·batch) memory.
//
// References: S. H. Brooks, Oper. Res. 6 (1958) 244 (uniform); I. M. Sobol' (1967), sobol.hpp; L. A. Rastrigin,
// Autom. Remote Control 24 (1963) 1337 (steps of fixed length in a uniformly random direction).
// Departures: a variable without finite bounds is drawn from x0_i ± radius·max(1, |x0_i|).
#pragma once

#include <cstdint>

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct RandomSearch {
  enum class Sampling : std::uint8_t { uniform, sobol, fixed_step };
  Sampling sampling = Sampling::uniform;
  std::uint64_t points = 0;       // stops after that many, the start included; 0: at the run's limits alone
  std::uint64_t batch = 64;       // points asked at once (uniform and sobol)
  double radius = 1.0;            // half-width of a variable without bounds, relative to max(1, |x0_i|)
  double step = 0.1;              // fixed_step: length of a step, each variable in units of its half-width
  std::uint64_t patience = 1000;  // fixed_step: stops after that many steps a variable in a row that led nowhere

  static Description<RandomSearch> describe();
  // Never converged: it ends at a limit, at `points` (evaluation_budget) or at the end of its patience (stalled).
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
