#include "thalweg/gradient_estimation/gaussian_smoothing.hpp"

#include "thalweg/gradient_estimation/direction_estimator.hpp"
#include "thalweg/gradient_estimation/making.hpp"

namespace thalweg {
namespace {

template <class S>
class GaussianSmoothingEstimator final : public DirectionEstimator<S> {
 public:
  GaussianSmoothingEstimator(Objective<S>& base, const GaussianSmoothing& o)
      : DirectionEstimator<S>(base, GaussianSmoothing::describe(), Noise::gaussian, o.directions, o.sides, o.frozen),
        o_(o) {}

 private:
  [[nodiscard]] double spacing(std::uint64_t) const override { return o_.sigma; }
  GaussianSmoothing o_;
};

}  // namespace

Description<GaussianSmoothing> GaussianSmoothing::describe() {
  Description<GaussianSmoothing> d("gaussian-smoothing", "Gaussian smoothing", "3.3");
  d.reference(
       "Nesterov & Spokoiny (2017), Foundations of Computational Mathematics 17:527, random gradient-free oracles")
      .asks(AnswerKind::value)
      .cost("2K values a gradient (K+1 one-sided); 4nK operations and more for the noise")
      .formula(
          "ĝ = (1/K) Σ_k (f(θ+σε_k) − f(θ−σε_k))/(2σ) ε_k  [one-sided: (f(θ+σε_k) − f(θ))/σ ε_k];  ε_k ~ N(0, I)")
      .notes(
          "Unbiased for the gradient of the Gaussian-smoothed f, biased by O(σ²) for that of f; relative variance "
          "(n+1)/K.")
      .example("thalweg minimize --problem zakharov:n=5 --estimator gaussian-smoothing --rule 'adam(rate=0.1)'");
  d.option("sigma", &GaussianSmoothing::sigma, "σ: length scale of the smoothing, in the units of θ").above(0.0);
  d.option("directions", &GaussianSmoothing::directions, "K: directions averaged").at_least(1.0);
  d.option("sides", &GaussianSmoothing::sides, {"two", "one"}, "difference of f at θ±σε, or of f at θ+σε and θ");
  describe_frozen(d);
  return d;
}
THALWEG_ESTIMATES(GaussianSmoothing, GaussianSmoothingEstimator)

}  // namespace thalweg
