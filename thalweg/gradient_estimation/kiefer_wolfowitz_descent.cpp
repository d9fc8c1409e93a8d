#include "thalweg/gradient_estimation/kiefer_wolfowitz_descent.hpp"

#include "thalweg/core/asks_beside.hpp"
#include "thalweg/first_order/descent.hpp"
#include "thalweg/first_order/schedules.hpp"
#include "thalweg/gradient_estimation/kiefer_wolfowitz.hpp"
#include "thalweg/gradient_estimation/noisy_steps.hpp"

namespace thalweg {

Description<KieferWolfowitzDescent> KieferWolfowitzDescent::describe() {
  using K = KieferWolfowitzDescent;
  Description<K> d("kiefer-wolfowitz", "Kiefer–Wolfowitz method", "3.3");
  d.reference(
       "Kiefer & Wolfowitz (1952), Annals of Mathematical Statistics 23:462; Blum (1954), Annals of "
       "Mathematical Statistics 25:737; Fabian (1967), Annals of Mathematical Statistics 38:191")
      .asks(AnswerKind::value)
      .supports_bounds()
      .cost("2n values a step (n+1 one-sided); memory 2n²")
      .formula("θ ← θ − a_k ĝ;  ĝ_i = (f(θ+c_ke_i) − f(θ−c_ke_i))/(2c_k);  a_k = a/(A+k)^α, c_k = c/k^γ")
      .notes(
          "gamma=0 ends off the minimum of a noisy f, by −c²f‴/(6f″) in one dimension. `sgd | lr-power` over the "
          "estimator kiefer-wolfowitz. Within bounds the step is projected on the box.")
      .example("thalweg minimize --problem ellipsoid:n=5,condition=10 --method kiefer-wolfowitz");
  d.option("a", &K::a, "gain of the steps").above(0.0);
  d.option("A", &K::A, "steps for which the gain stays about the same").at_least(0.0).unit("step");
  d.option("alpha", &K::alpha, "α: the steps fall as a/(A+k)^α").at_least(0.0).at_most(1.0);
  d.option("c", &K::c, "first step of the differences, in the units of θ").above(0.0);
  d.option("gamma", &K::gamma, "γ: it falls as c/k^γ").at_least(0.0);
  d.option("sides", &K::sides, {"two", "one"}, "difference of f at θ±ce_i, or of f at θ+ce_i and θ");
  return d;
}

void KieferWolfowitzDescent::run(Objective<double>& f, Search& search) const {
  const auto estimate = KieferWolfowitz{.c = c, .gamma = gamma, .sides = sides}.make(f);
  dynamic_cast<AsksBeside&>(*estimate).within(search.bounds());
  estimate->begin(search.seed());
  Descent{.rule = chain(sgd({.rate = a}), lr_power({.exponent = alpha, .offset = A}))}.run(
      static_cast<Objective<double>&>(*estimate), search);
  detail::poll_with_the_rest(f, search, sides == Sides::two ? 2 * f.dimension() : f.dimension() + 1, c);
}

}  // namespace thalweg
