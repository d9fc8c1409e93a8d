// Suites: lists of problems that belong together, by name, with options that take several values:
//
//   registry::suite_problems("mgh:start=1+10+100")
//   registry::suite_problems("classic:n=2+5+10")
//
// Lists of whole numbers are joined by + and may hold ranges: "2+3+5", "1-15", "1-3+7".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "thalweg/registry/registry.hpp"

namespace thalweg::problems {

// "2+3+5", "1-15" → the numbers, all in [low, high]; `option` is named in the error.
std::vector<std::int64_t> whole_numbers(std::string_view option, std::string_view text, std::int64_t low,
                                        std::int64_t high);
// "1+10+0.5" → the texts between the signs.
std::vector<std::string> parts(std::string_view option, std::string_view text);

// A suite from the description of its options and the function that lists its problems.
template <class T>
registry::SuiteItem suite(Description<T> d, std::vector<std::string> (*problems)(const T&)) {
  d.kind = "suites";
  registry::SuiteItem item;
  item.problems = [d, problems](const Settings& settings) { return problems(d.make(settings)); };
  item.entry = std::move(d);
  return item;
}

registry::SuiteItem bbob_suite();
registry::SuiteItem classic_suite();
registry::SuiteItem jones_suite();
registry::SuiteItem mgh_suite();
registry::SuiteItem more_wild_suite();
registry::SuiteItem nesterov_suite();
registry::SuiteItem noisy_suite();

}  // namespace thalweg::problems
