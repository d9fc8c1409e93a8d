// The explicit list of estimators.
#include "thalweg/gradient_estimation/estimators.hpp"

#include "thalweg/registry/registry.hpp"

namespace thalweg::registry {

namespace {
template <EstimatorOptions E>
EstimatorItem item() {
  return {E::describe(), [](const Settings& settings) { static_cast<void>(E::describe().make(settings)); },
          [](Objective<double>& base, const Settings& settings) { return E::describe().make(settings).make(base); },
          [](Objective<float>& base, const Settings& settings) { return E::describe().make(settings).make(base); }};
}
}  // namespace

const std::vector<EstimatorItem>& estimators() {
  static const std::vector<EstimatorItem> list = {
      item<FdForward>(),         item<FdCentral>(),       item<KieferWolfowitz>(),       item<Spsa>(),
      item<GaussianSmoothing>(), item<SphereSmoothing>(), item<OrthogonalDirections>(),  item<Projection>(),
      item<LowRankDirections>(), item<EsGradient>(),      item<DirectionalDerivative>(),
  };
  return list;
}

}  // namespace thalweg::registry
