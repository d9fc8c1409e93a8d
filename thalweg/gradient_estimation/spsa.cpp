#include "thalweg/gradient_estimation/spsa.hpp"

#include <cmath>

#include "thalweg/gradient_estimation/direction_estimator.hpp"
#include "thalweg/gradient_estimation/making.hpp"

namespace thalweg {
namespace {

template <class S>
class SpsaEstimator final : public DirectionEstimator<S> {
 public:
  SpsaEstimator(Objective<S>& base, const Spsa& o)
      : DirectionEstimator<S>(base, Spsa::describe(), Noise::rademacher, o.directions, o.sides, o.frozen), o_(o) {}

 private:
  [[nodiscard]] double spacing(std::uint64_t call) const override {
    return o_.c / std::pow(static_cast<double>(call), o_.gamma);
  }
  Spsa o_;
};

}  // namespace

Description<Spsa> Spsa::describe() {
  Description<Spsa> d("spsa", "Simultaneous perturbation (SPSA)", "3.3");
  d.reference("Spall (1992), IEEE Transactions on Automatic Control 37:332, eq. (2.1)–(2.2)")
      .asks(AnswerKind::value)
      .cost("2K values a gradient (K+1 one-sided, K single); 4nK operations and more for the noise")
      .formula("ĝ = (1/K) Σ_k (f(θ+cΔ_k) − f(θ−cΔ_k))/(2c) Δ_k;  Δ_k random signs;  c = c₁/k^γ at the k-th gradient")
      .notes(
          "Biased by O(c²) only (one-sided O(c)); relative variance (n−1)/K; a single value adds n f²/(Kc²‖g‖²). "
          "Only "
          "symmetric Bernoulli perturbations. Spall's gains a/(A+k)^α are the rule's part: sgd(rate=a) | "
          "lr-power(exponent=0.602, offset=A); the method spsa chooses them, and c, by his guidelines.")
      .example(
          "thalweg minimize --problem sphere:n=10 --estimator spsa --rule 'sgd(rate=0.1) | lr-power(offset=100)'");
  d.option("c", &Spsa::c, "first perturbation; about the standard deviation of the noise of f").above(0.0);
  d.option("gamma", &Spsa::gamma, "γ: the perturbation falls as c/k^γ").at_least(0.0);
  d.option("directions", &Spsa::directions, "K: directions averaged").at_least(1.0);
  d.option("sides", &Spsa::sides, {"two", "one", "single"},
           "difference of f at θ±cΔ; of f at θ+cΔ and θ; or f at θ+cΔ alone (Spall 1997)");
  describe_frozen(d);
  return d;
}
THALWEG_ESTIMATES(Spsa, SpsaEstimator)

}  // namespace thalweg
