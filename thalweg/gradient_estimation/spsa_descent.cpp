#include "thalweg/gradient_estimation/spsa_descent.hpp"

#include <cmath>

#include "thalweg/core/asks_beside.hpp"
#include "thalweg/gradient_estimation/spsa.hpp"
#include "thalweg/gradient_estimation/spsa_gains.hpp"

namespace thalweg {

Description<SpsaDescent> SpsaDescent::describe() {
  Description<SpsaDescent> d("spsa", "SPSA with Spall's gains", "3.3");
  d.reference(
       "Spall (1992), IEEE Transactions on Automatic Control 37:332; Spall (1998), IEEE Transactions on Aerospace "
       "and "
       "Electronic Systems 34:817, section III")
      .asks(AnswerKind::value)
      .supports_bounds()
      .cost("2K values a step (K+1 one-sided, K single), one more with blocking; up to 20 values to choose the gains")
      .formula("θ ← θ − a/(A+k)^α ĝ;  ĝ = (1/K) Σ (f(θ+c_kΔ) − f(θ−c_kΔ))/(2c_k) Δ;  Δ random signs;  c_k = c/k^γ")
      .notes(
          "c is the noise of f, A a tenth of the steps that the budget buys, a such that a variable moves by "
          "first_step in the beginning; each may be given instead. Give a budget. Within bounds the step is "
          "projected "
          "on the box, and probes stay inside.")
      .example("thalweg minimize --problem ellipsoid:n=10,condition=10 --method spsa --max-evaluations 4000");
  using Sp = SpsaDescent;
  d.option("a", &Sp::a, "gain of the steps; 0: from first_step").at_least(0.0);
  d.option("first_step", &Sp::first_step, "what a variable should move in the first steps, in the units of θ")
      .above(0.0);
  d.option("A", &Sp::A, "steps for which the gain stays about the same; 0: a tenth of those expected")
      .at_least(0.0)
      .unit("step");
  d.option("alpha", &Sp::alpha, "α: the steps fall as a/(A+k)^α").above(0.0).at_most(1.0);
  d.option("c", &Sp::c, "first perturbation; 0: the noise of f, at least 1e-3·max(1, ‖θ₀‖∞)").at_least(0.0);
  d.option("gamma", &Sp::gamma, "γ: the perturbation falls as c/k^γ").at_least(0.0);
  d.option("steps", &Sp::steps, "steps expected; 0: what the budget of evaluations buys, 1000 without one")
      .at_least(0.0)
      .unit("step");
  d.option("directions", &Sp::directions, "K: gradients averaged in a step").at_least(1.0);
  d.option("sides", &Sp::sides, {"two", "one", "single"},
           "difference of f at θ±cΔ; of f at θ+cΔ and θ; or f at θ+cΔ alone");
  d.option(
       "blocking", &Sp::blocking,
       "reject steps after which f is above its last value by more than so many standard deviations of its noise; "
       "0: none")
      .at_least(0.0);
  return d;
}

void SpsaDescent::run(Objective<double>& f, Search& search) const {
  NoisySteps loop(f, search);
  std::vector<double>& x = loop.x();
  const std::size_t n = x.size();
  const std::uint64_t price = (sides == Sides::two   ? 2 * directions
                               : sides == Sides::one ? directions + 1
                                                     : directions) +
                              (blocking > 0.0 ? 1 : 0);
  const double noise = c > 0.0 && blocking == 0.0 ? 0.0 : detail::noise_of_values(f, loop, x);
  const double first = c > 0.0 ? c : detail::first_perturbation(noise, x);
  const auto estimate = Spsa{.c = first, .gamma = gamma, .directions = directions, .sides = sides}.make(f);
  dynamic_cast<AsksBeside&>(*estimate).within(search.bounds());
  estimate->begin(search.seed());
  const double typical = a > 0.0 ? 0.0 : detail::typical_component(*estimate, loop, x).value_or(0.0);
  const auto expected = static_cast<double>(steps > 0 ? steps : detail::planned_steps(search, price));
  const double stability = A > 0.0 ? A : 0.1 * expected;
  const double gain = a > 0.0 ? a : first_step * std::pow(stability + 1.0, alpha) / (typical > 0.0 ? typical : 1.0);

  std::vector<double> gradient(n), candidate(n);
  double last = blocking > 0.0 ? f.value(x, loop.sample(detail::pilot_sample - 1)) : 0.0;
  for (std::uint64_t t = 1;; ++t) {
    if (loop.closes(price, first)) return;
    estimate->seek(t);
    const bool answered = ask_gradient(*estimate, x, loop.sample(t), gradient);
    if (answered) {
      const double step = gain / std::pow(stability + static_cast<double>(t), alpha);
      for (std::size_t i = 0; i < n; ++i) candidate[i] = x[i] - step * gradient[i];
      search.bounds().clamp(std::span(candidate));
      search.charge_flops(2.0 * static_cast<double>(n));
      if (blocking > 0.0) {
        const double there = f.value(candidate, loop.sample(t));
        if (there <= last + blocking * noise || !std::isfinite(last)) {
          x.swap(candidate);
          last = there;
        }
      } else {
        x.swap(candidate);
      }
    }
    if (loop.ends(!answered)) return;
  }
}

}  // namespace thalweg
