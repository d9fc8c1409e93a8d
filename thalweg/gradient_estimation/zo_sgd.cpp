#include "thalweg/gradient_estimation/zo_sgd.hpp"

#include "thalweg/first_order/descent.hpp"
#include "thalweg/gradient_estimation/noisy_steps.hpp"

namespace thalweg {

Description<ZoSgd> ZoSgd::describe() {
  Description<ZoSgd> d("zo-sgd", "Zeroth-order stochastic gradient descent", "3.3");
  d.reference("Ghadimi & Lan (2013), SIAM J. Optimization 23:2341, the RSGF method")
      .asks(AnswerKind::value)
      .supports_bounds()
      .cost("K+1 values a step (2K two-sided); 4nK operations and more for the noise")
      .formula("θ ← θ − η (1/K) Σ_k (f(θ+σu_k) − f(θ))/σ · u_k;  u_k ~ N(0, I)")
      .notes(
          "`sgd` over gaussian-smoothing; in training: --credit gaussian-smoothing --rule sgd. The last iterate is "
          "returned, not one drawn at random. Within bounds the step is projected on the box.")
      .example("thalweg minimize --problem ellipsoid:n=10,condition=10 --method zo-sgd --set rate=0.005");
  d.option("rate", &ZoSgd::rate, "step size η; safe below 1/(4L(n+4)), L the Lipschitz constant of ∇f").above(0.0);
  detail::describe_zo_law(d);
  return d;
}

void ZoSgd::run(Objective<double>& f, Search& search) const {
  const auto estimate = detail::zo_estimator(f, search, law, sigma, directions, sides);
  Descent{.rule = sgd({.rate = rate})}.run(static_cast<Objective<double>&>(*estimate), search);
  detail::poll_with_the_rest(f, search, sides == Sides::two ? 2 * directions : directions + 1, sigma);
}

}  // namespace thalweg
