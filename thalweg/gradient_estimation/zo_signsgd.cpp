#include "thalweg/gradient_estimation/zo_signsgd.hpp"

#include "thalweg/first_order/descent.hpp"
#include "thalweg/first_order/schedules.hpp"
#include "thalweg/first_order/sign.hpp"
#include "thalweg/gradient_estimation/noisy_steps.hpp"

namespace thalweg {

Description<ZoSignsgd> ZoSignsgd::describe() {
  Description<ZoSignsgd> d("zo-signsgd", "Zeroth-order sign descent", "3.3");
  d.reference("Liu, Chen, Chen & Hong (2019), signSGD via zeroth-order oracle, ICLR, Algorithm 1")
      .asks(AnswerKind::value)
      .supports_bounds()
      .cost("K+1 values a step (2K two-sided); 6nK operations and more for the noise")
      .formula("θ ← θ − δ sign((1/K) Σ_k (f(θ+σu_k) − f(θ))/σ · u_k);  u_k uniform on the sphere of radius √n")
      .notes(
          "Coordinate-wise sign of the averaged estimate, so the steps do not change when f is scaled. `sign | sgd` "
          "over sphere-smoothing; in training: --credit sphere-smoothing --rule 'sign | sgd'. Within bounds the step "
          "is cut at the box.")
      .example("thalweg minimize --problem ellipsoid:n=10,condition=10 --method zo-signsgd --set directions=10");
  d.option("rate", &ZoSignsgd::rate, "δ: what each coordinate moves, in the units of θ").above(0.0);
  d.option("decay", &ZoSignsgd::decay, "the step at time t is δ/t^decay").at_least(0.0);
  detail::describe_zo_law(d);
  return d;
}

void ZoSignsgd::run(Objective<double>& f, Search& search) const {
  const auto estimate = detail::zo_estimator(f, search, law, sigma, directions, sides);
  Descent{.rule = chain(sign(), sgd({.rate = rate}), lr_power({.exponent = decay}))}.run(
      static_cast<Objective<double>&>(*estimate), search);
  detail::poll_with_the_rest(f, search, sides == Sides::two ? 2 * directions : directions + 1, sigma);
}

}  // namespace thalweg
