// Simulated annealing: a walk that takes steps down always and steps up with probability exp(−Δf/T), while the
// temperature T falls.
//
// Minimises any real function of n ≥ 1 variables, box constraints included. Asks values only, one at a time (the walk
// is a chain). O(1) work a move of one variable besides the objective's, O(n) a move of all.
//
// The default schedule is of what is measured: each level T falls by the factor exp(−λT/σ), σ the deviation of the
// values met at T (Huang et al.), or Lam & Delosme's rate, which has the share of accepted moves ρ in it and is
// highest at ρ = 0.44. Where the run has a budget of evaluations λ is planned, level by level, so that T is a tenth
// of what f_tolerance allows when the budget ends; the measurement then says where in the budget T falls fast and
// where slowly.
//
// References: S. Kirkpatrick, C. D. Gelatt & M. P. Vecchi, Science 220 (1983) 671; N. Metropolis et al., J. Chem.
// Phys. 21 (1953) 1087; A. Corana et al., ACM Trans. Math. Softw. 13 (1987) 262 (one variable at a time, step vector
// adapted to an acceptance near one half, and its stop rule); M. D. Huang, F. Romeo & A.
// Sangiovanni-Vincentelli, ICCAD (1986) 381 (λ = 0.7, T at most halved); J. Lam & J.-M. Delosme, DAC (1988) 306 (1/T
// rises by λ(σ(1/T)²σ²)⁻¹·4ρ(1−ρ)²/(2−ρ)² a move); H. Szu & R. Hartley, Phys. Lett. A 122 (1987) 157 (Cauchy steps,
// T = T₀/(1+k)); S. Geman & D. Geman, IEEE PAMI 6 (1984) 721 (T = T₀/ln(e+k)); M. Lundy & A. Mees, Math. Program. 34
// (1986) 111 (T ← T/(1+βT)).
// Departures: both measured rates are taken relative to those of a quadratic well, where σ = T√(n/2), and kept within
// a factor of two of them. Every third of their levels starts from the best point, each level of the others (as
// Corana's do). Of 160 runs (rastrigin 5 and 10, ackley 10, griewank 5, schwefel 5, levy 5, shekel 10, hartmann6;
// 20,000 and 100,000 evaluations; 10 seeds) 99 ended within 1e-6 of the optimum with huang, 93 with lam, 32 with
// Corana's schedule, 76 with Gaussian and 73 with uniform steps (2026-11). Corana's 20·max(100, 5n) sweeps a
// temperature are 20·`adjustments`, ten by default; steps that leave the box are reflected at its faces, which keeps
// the proposal symmetric (Corana draws again, which does not); T₀ comes from a pilot walk of 10n moves, T₀ =
// Δ/ln(1/p) (Johnson et al., Oper. Res. 37 (1989) 865), Δ the median of |Δf| and not the mean, which Cauchy's steps
// do not have.
#pragma once

#include <cstdint>

#include "thalweg/core/options.hpp"
#include "thalweg/core/search.hpp"

namespace thalweg {

struct SimulatedAnnealing {
  enum class Schedule : std::uint8_t { huang, lam, geometric, linear, logarithmic, fast, lundy_mees, constant };
  enum class Proposal : std::uint8_t { uniform, gaussian, cauchy };
  enum class Move : std::uint8_t { one, all };

  Schedule schedule = Schedule::huang;
  double temperature = 0.0;  // T₀; 0: from a pilot walk
  double acceptance = 0.8;   // p of the pilot's rule
  double cooling = 0.85;     // geometric: T_{k+1} = cooling·T_k (Corana's r_T)
  int temperatures = 200;  // levels at most (not huang, lam); linear reaches 0 and lundy-mees 1e-6·T₀ at the last
  int sweep = 20;          // moves a variable between two adjustments of the steps (Corana's N_S)
  int adjustments = 10;    // adjustments a temperature (Corana's N_T); one where the budget plans λ
  Proposal proposal = Proposal::cauchy;
  Move move = Move::one;      // one variable at a time, or all
  double step = 0.0;          // first step, each variable; 0: half its bounds' width, else max(1, |x0_i|)
  bool adaptive = true;       // steps adapted to an acceptance of 0.4 to 0.6
  double f_tolerance = 1e-8;  // relative to max(1, |f|) (Limits::tolerance.f overrides)
  int agreement = 4;          // levels in a row whose values agree within it (Corana's N_ε)
  int restarts = 0;           // times that it is heated again, to T₀, from the best point; they share the budget

  static Description<SimulatedAnnealing> describe();
  // Converged: the last `agreement` levels ended within the tolerance of each other and of the best value, after the
  // last restart. Stalled: the levels were used up before, or T fell to its end.
  void run(Objective<double>& f, Search& search) const;
};

}  // namespace thalweg
