// The explicit list of credit rules: how a network answers *gradient*.
#include "thalweg/credit/credit_rule.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::registry {

const std::vector<CreditItem>& credit_rules() {
  static const std::vector<CreditItem> list = {};  // filled when the network plan has landed
  return list;
}

Credit make_credit(std::string_view id, const Settings&) {
  throw InvalidArgument("unknown credit rule `" + std::string(id) + "`");
}

}  // namespace thalweg::registry
