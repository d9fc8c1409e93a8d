#include "thalweg/gradient_estimation/projection.hpp"

#include "thalweg/gradient_estimation/subspace_estimator.hpp"

namespace thalweg {
namespace {

template <class S>
std::unique_ptr<Adapter<S>> make_over(Objective<S>& base, const Projection& o) {
  const double factor = 1.0;
  return std::make_unique<SubspaceEstimator<S>>(base, Projection::describe(), o.directions, o.sigma, factor,
                                                o.frozen);
}

}  // namespace

Description<Projection> Projection::describe() {
  Description<Projection> d("projection", "Projection on a random subspace", "3.3");
  d.reference("Kozak, Becker, Doostan & Tenorio (2021), Computational Optimization and Applications 79:339")
      .asks(AnswerKind::value)
      .cost("2K values a gradient; memory 3Kn; 4nK² operations to make the directions orthogonal")
      .formula("ĝ = V(VᵀV)⁻¹Vᵀ g = Σ_k (f(θ+hq_k) − f(θ−hq_k))/(2h) q_k;  q_k orthonormal, h = σ√n")
      .notes(
          "Biased towards 0 by the factor K/n: the best approximation of g in the subspace. Mean squared error 1 − "
          "K/n, mean squared cosine K/n.")
      .example("thalweg minimize --problem sphere:n=10 --estimator projection --rule 'sgd(rate=0.05)'");
  d.option("sigma", &Projection::sigma, "σ: root mean square step of a component, in the units of θ").above(0.0);
  d.option("directions", &Projection::directions, "K: orthogonal directions, at most n").at_least(1.0);
  describe_frozen(d);
  return d;
}
std::unique_ptr<Adapter<double>> Projection::make(Objective<double>& base) const { return make_over(base, *this); }
std::unique_ptr<Adapter<float>> Projection::make(Objective<float>& base) const { return make_over(base, *this); }

}  // namespace thalweg
