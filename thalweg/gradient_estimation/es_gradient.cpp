#include "thalweg/gradient_estimation/es_gradient.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "thalweg/gradient_estimation/direction_estimator.hpp"
#include "thalweg/gradient_estimation/making.hpp"

namespace thalweg {
namespace {

template <class S>
class EsGradientEstimator final : public DirectionEstimator<S> {
 public:
  EsGradientEstimator(Objective<S>& base, const EsGradient& o)
      : DirectionEstimator<S>(base, EsGradient::describe(), Noise::gaussian, o.directions, Sides::two, o.frozen,
                              o.shape == EsGradient::Shape::raw ? Quality::biased : Quality::heuristic),
        o_(o),
        values_(2 * o.directions),
        ranks_(2 * o.directions),
        order_(2 * o.directions) {}

 private:
  [[nodiscard]] double spacing(std::uint64_t) const override { return o_.sigma; }

  void weigh(std::span<const double> plus, std::span<const double> minus, double c,
             std::span<double> weights) override {
    if (o_.shape == EsGradient::Shape::raw) return DirectionEstimator<S>::weigh(plus, minus, c, weights);
    const std::size_t k_count = plus.size(), all = 2 * k_count;
    for (std::size_t k = 0; k < k_count; ++k) values_[k] = plus[k], values_[k_count + k] = minus[k];
    bool any = false;
    for (double& v : values_) {
      any = any || std::isfinite(v);
      if (!std::isfinite(v)) v = std::numeric_limits<double>::infinity();
    }
    if (!any) return;  // the weights are NaN already: failed
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::sort(order_.begin(), order_.end(), [this](std::size_t a, std::size_t b) { return values_[a] < values_[b]; });
    for (std::size_t i = 0; i < all;) {
      std::size_t end = i + 1;
      while (end < all && values_[order_[end]] == values_[order_[i]]) ++end;
      const double mean = 0.5 * static_cast<double>(i + end - 1);
      for (; i < end; ++i) ranks_[order_[i]] = mean / static_cast<double>(all - 1) - 0.5;
    }
    for (std::size_t k = 0; k < k_count; ++k)
      weights[k] = (ranks_[k] - ranks_[k_count + k]) / (static_cast<double>(all) * c);
  }

  EsGradient o_;
  std::vector<double> values_, ranks_;
  std::vector<std::size_t> order_;
};

}  // namespace

Description<EsGradient> EsGradient::describe() {
  Description<EsGradient> d("es-gradient", "Evolution-strategy gradient", "3.3");
  d.reference("Salimans, Ho, Chen, Sidor & Sutskever (2017), arXiv 1703.03864, Algorithm 1 and section 2.1")
      .asks(AnswerKind::value)
      .cost("2K values a gradient; 4nK operations and more for the noise")
      .formula("ĝ = 1/(2Kσ) Σ_k (F_{k+} − F_{k−}) ε_k;  ε_k ~ N(0, I);  F the value, or its rank in [−½, ½]")
      .notes(
          "Antithetic. Raw: unbiased on quadratics. Ranked: bit-invariant under increasing transforms of f, tied "
          "values "
          "sharing their mean rank; its length does not follow ‖∇f‖. The paper's Adam and weight decay are rules.")
      .example("thalweg minimize --problem zakharov:n=5 --estimator es-gradient --rule 'adam(rate=0.05)'");
  d.option("sigma", &EsGradient::sigma, "σ: size of the perturbations, in the units of θ").above(0.0);
  d.option("directions", &EsGradient::directions, "K: antithetic pairs").at_least(1.0);
  d.option("shape", &EsGradient::shape, {"centered-rank", "raw"}, "what stands for the fitness");
  describe_frozen(d);
  return d;
}
THALWEG_ESTIMATES(EsGradient, EsGradientEstimator)

}  // namespace thalweg
