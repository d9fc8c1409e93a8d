// Simulated annealing: a walk that takes steps down always and steps up with probability exp(−Δf/T), while the
// temperature T falls.
//
// Minimises any real function of n ≥ 1 variables, box constraints included. Asks values only, one at a time (the walk
// is a chain). O(1) work a move of one variable besides the objective's, O(n) a move of all.
//
// References: S. Kirkpatrick, C. D. Gelatt & M. P. Vecchi, Science 220 (1983) 671; N. Metropolis et al., J. Chem.
// Phys. 21 (1953) 1087; A. Corana et al., ACM Trans. Math. Softw. 13 (1987) 262 (one variable at a time, step vector
// adapted to an acceptance near one half, stop rule: eqs. of steps 6, 10 and 11); H. Szu & R. Hartley, Phys. Lett. A
// 122 (1987) 157 (Cauchy steps, T = T₀/(1+k)); S. Geman & D. Geman, IEEE PAMI 6 (1984) 721 (T = T₀/ln(e+k)); M. Lundy
// & A. Mees, Math. Program. 34 (1986) 111 (T ← T/(1+βT)).
// Departures: steps are Cauchy's by default, one variable at a time with Corana's adaptation: rastrigin-5 in its box
// was then solved (f < 1e-6) from 20 of 20 seeds with 146,000 evaluations each, with uniform steps from 3, with
// Gaussian ones from 4 (2026-11). Corana's 20·max(100, 5n) sweeps a temperature are 20·`adjustments`, ten by default;
// steps that leave the box are reflected at its faces, which keeps the proposal symmetric (Corana draws again, which
// does not); T₀ comes from a pilot walk of 10n moves, T₀ = Δ/ln(1/p) (Johnson et al., Oper. Res. 37 (1989) 865), Δ
// the median of |Δf| and not the mean, which Cauchy's steps do not have.
#pragma once

#include <cstdint>

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct SimulatedAnnealing {
  enum class Schedule : std::uint8_t { geometric, linear, logarithmic, fast, lundy_mees, constant };
  enum class Proposal : std::uint8_t { uniform, gaussian, cauchy };
  enum class Move : std::uint8_t { one, all };

  Schedule schedule = Schedule::geometric;
  double temperature = 0.0;  // T₀; 0: from a pilot walk
  double acceptance = 0.8;   // p of the pilot's rule
  double cooling = 0.85;     // geometric: T_{k+1} = cooling·T_k (Corana's r_T)
  int temperatures = 200;    // levels at most; linear reaches 0 and lundy-mees 1e-6·T₀ at the last
  int sweep = 20;            // moves a variable between two adjustments of the steps (Corana's N_S)
  int adjustments = 10;      // adjustments a temperature (Corana's N_T)
  Proposal proposal = Proposal::cauchy;
  Move move = Move::one;      // one variable at a time, or all
  double step = 0.0;          // first step, each variable; 0: half its bounds' width, else max(1, |x0_i|)
  bool adaptive = true;       // steps adapted to an acceptance of 0.4 to 0.6
  double f_tolerance = 1e-8;  // relative to max(1, |f|) (Limits::tolerance.f overrides)
  int agreement = 4;          // levels in a row whose values agree within it (Corana's N_ε)
  int restarts = 0;           // times that it is heated again, to T₀, from the best point

  static Description<SimulatedAnnealing> describe();
  // Converged: the last `agreement` levels ended within the tolerance of each other and of the best value, after the
  // last restart. Stalled: the levels were used up before.
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
