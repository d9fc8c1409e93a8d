// The explicit list of problems.
#include <initializer_list>
#include <utility>

#include "thalweg/problems/bbob.hpp"
#include "thalweg/problems/classic.hpp"
#include "thalweg/problems/mgh.hpp"
#include "thalweg/problems/more_wild.hpp"
#include "thalweg/problems/nesterov.hpp"
#include "thalweg/problems/noisy.hpp"
#include "thalweg/registry/registry.hpp"

namespace thalweg::registry {

namespace {
std::vector<ProblemItem> joined(std::initializer_list<std::vector<ProblemItem> (*)()> families) {
  std::vector<ProblemItem> all;
  for (const auto& family : families)
    for (auto& item : family()) all.push_back(std::move(item));
  return all;
}
}  // namespace

const std::vector<ProblemItem>& problems() {
  static const std::vector<ProblemItem> list = joined({
      thalweg::problems::unimodal,
      thalweg::problems::multimodal,
      thalweg::problems::few_dimensions,
      thalweg::problems::mgh_few,
      thalweg::problems::mgh_data,
      thalweg::problems::mgh_sized,
      thalweg::problems::mgh_systems,
      thalweg::problems::more_wild,
      thalweg::problems::bbob_separable,
      thalweg::problems::bbob_moderate,
      thalweg::problems::bbob_ill_conditioned,
      thalweg::problems::bbob_multimodal,
      thalweg::problems::bbob_weakly_structured,
      thalweg::problems::nesterov_chains,
      thalweg::problems::noisy,
  });
  return list;
}

}  // namespace thalweg::registry
