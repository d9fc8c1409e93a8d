// The explicit list of credit rules.
#include "thalweg/registry/registry.hpp"

namespace thalweg::registry {

const std::vector<CreditItem>& credit_rules() {
  static const std::vector<CreditItem> list = {};
  return list;
}

}  // namespace thalweg::registry
