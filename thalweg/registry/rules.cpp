// The explicit list of rules.
#include "thalweg/registry/registry.hpp"

namespace thalweg::registry {

const std::vector<RuleItem>& rules() {
  static const std::vector<RuleItem> list = {};
  return list;
}

}  // namespace thalweg::registry
