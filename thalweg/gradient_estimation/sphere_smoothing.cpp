#include "thalweg/gradient_estimation/sphere_smoothing.hpp"

#include <algorithm>
#include <cmath>

#include "thalweg/gradient_estimation/direction_estimator.hpp"
#include "thalweg/gradient_estimation/making.hpp"

namespace thalweg {
namespace {

template <class S>
class SphereSmoothingEstimator final : public DirectionEstimator<S> {
 public:
  SphereSmoothingEstimator(Objective<S>& base, const SphereSmoothing& o)
      : DirectionEstimator<S>(base, SphereSmoothing::describe(), Noise::gaussian, o.directions, o.sides, o.frozen),
        o_(o),
        noise_(std::min<std::size_t>(base.dimension(), chunk)) {}

 private:
  static constexpr std::size_t chunk = 4096;
  [[nodiscard]] double spacing(std::uint64_t) const override { return o_.sigma; }
  // √n/‖ε‖, the noise regenerated chunk by chunk.
  [[nodiscard]] double stretch(const Stream& stream, std::size_t n) override {
    double squares = 0.0;
    for (std::size_t i = 0; i < n; i += chunk) {
      const std::span<S> part(noise_.data(), std::min(chunk, n - i));
      fill_noise(part, Noise::gaussian, stream, i);
      for (const S e : part) squares += static_cast<double>(e) * static_cast<double>(e);
    }
    return squares > 0.0 ? std::sqrt(static_cast<double>(n) / squares) : 1.0;
  }
  SphereSmoothing o_;
  std::vector<S> noise_;
};

}  // namespace

Description<SphereSmoothing> SphereSmoothing::describe() {
  Description<SphereSmoothing> d("sphere-smoothing", "Sphere smoothing", "3.3");
  d.reference("Flaxman, Kalai & McMahan (2005), SODA, Lemma 2.1")
      .asks(AnswerKind::value)
      .cost("2K values a gradient (K+1 one-sided); 6nK operations and more for the noise")
      .formula("ĝ = (1/K) Σ_k (f(θ+σu_k) − f(θ−σu_k))/(2σ) u_k;  u_k uniform on the sphere of radius √n")
      .notes(
          "Directions have length √n, not 1, which saves the paper's factor n; the smoothing ball has radius σ√n. "
          "Relative variance (n−1)/K.")
      .example("thalweg minimize --problem sphere:n=10 --estimator sphere-smoothing --rule 'sgd(rate=0.02)'");
  d.option("sigma", &SphereSmoothing::sigma, "σ: root mean square step of a component, in the units of θ").above(0.0);
  d.option("directions", &SphereSmoothing::directions, "K: directions averaged").at_least(1.0);
  d.option("sides", &SphereSmoothing::sides, {"two", "one"}, "difference of f at θ±σu, or of f at θ+σu and θ");
  describe_frozen(d);
  return d;
}
THALWEG_ESTIMATES(SphereSmoothing, SphereSmoothingEstimator)

}  // namespace thalweg
