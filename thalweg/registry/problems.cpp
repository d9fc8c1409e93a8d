// The explicit list of problems.
#include "thalweg/registry/registry.hpp"

namespace thalweg::registry {

const std::vector<ProblemItem>& problems() {
  static const std::vector<ProblemItem> list = {};
  return list;
}

}  // namespace thalweg::registry
