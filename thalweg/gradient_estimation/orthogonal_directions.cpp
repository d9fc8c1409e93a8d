#include "thalweg/gradient_estimation/orthogonal_directions.hpp"

#include "thalweg/gradient_estimation/subspace_estimator.hpp"

namespace thalweg {
namespace {

template <class S>
std::unique_ptr<Adapter<S>> make_over(Objective<S>& base, const OrthogonalDirections& o) {
  const double factor = static_cast<double>(base.dimension()) / static_cast<double>(o.directions);
  return std::make_unique<SubspaceEstimator<S>>(base, OrthogonalDirections::describe(), o.directions, o.sigma, factor,
                                                o.frozen);
}

}  // namespace

Description<OrthogonalDirections> OrthogonalDirections::describe() {
  Description<OrthogonalDirections> d("orthogonal-directions", "Orthogonal directions", "3.3");
  d.reference(
       "Choromanski, Rowland, Sindhwani, Turner & Weller (2018), ICML; Berahas, Cao, Choromanski & Scheinberg "
       "(2022), Foundations of Computational Mathematics 22:507")
      .asks(AnswerKind::value)
      .cost("2K values a gradient; memory 3Kn; 4nK² operations to make the directions orthogonal")
      .formula("ĝ = (n/K) Σ_k (f(θ+hq_k) − f(θ−hq_k))/(2h) q_k;  q_k orthonormal, h = σ√n")
      .notes("Biased by O(σ²) only; relative variance n/K − 1, 0 at K = n.")
      .example("thalweg minimize --problem sphere:n=10 --estimator orthogonal-directions --rule 'sgd(rate=0.05)'");
  d.option("sigma", &OrthogonalDirections::sigma, "σ: root mean square step of a component, in the units of θ")
      .above(0.0);
  d.option("directions", &OrthogonalDirections::directions, "K: orthogonal directions, at most n").at_least(1.0);
  describe_frozen(d);
  return d;
}
std::unique_ptr<Adapter<double>> OrthogonalDirections::make(Objective<double>& base) const {
  return make_over(base, *this);
}
std::unique_ptr<Adapter<float>> OrthogonalDirections::make(Objective<float>& base) const {
  return make_over(base, *this);
}

}  // namespace thalweg
