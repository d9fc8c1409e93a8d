// The explicit list of suites.
#include "thalweg/problems/suites.hpp"

#include "thalweg/registry/registry.hpp"

namespace thalweg::registry {

const std::vector<SuiteItem>& suites() {
  static const std::vector<SuiteItem> list = {
      thalweg::problems::bbob_suite(),  thalweg::problems::classic_suite(),   thalweg::problems::jones_suite(),
      thalweg::problems::mgh_suite(),   thalweg::problems::more_wild_suite(), thalweg::problems::nesterov_suite(),
      thalweg::problems::noisy_suite(),
  };
  return list;
}

}  // namespace thalweg::registry
