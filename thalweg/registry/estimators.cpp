// The explicit list of estimators.
#include "thalweg/registry/registry.hpp"

namespace thalweg::registry {

const std::vector<EstimatorItem>& estimators() {
  static const std::vector<EstimatorItem> list = {};
  return list;
}

}  // namespace thalweg::registry
